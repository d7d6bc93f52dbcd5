"""Files of a form: received, judged and stored at once, so that a form that is refused does not ask for them again."""

from collections.abc import Callable
from dataclasses import dataclass, field

from flask import g, request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from webapp.errors import Invalid
from webapp.uploads.held import Held, held_by, token_of
from webapp.uploads.rules.content import judge
from webapp.uploads.rules.limits import LARGEST_TOTAL, MOST_FILES, TOO_MANY, TOTAL, Refused, check_size, size_parts
from webapp.uploads.rules.names import clean_name
from webapp.uploads.sniffing import signatures
from webapp.uploads.storage import store_for
from webapp.web.i18n import language
from webapp.web.state import state

#: The form's fields: new files, and the words of those kept from an earlier sending.
FILES, KEPT = "files", "kept_files"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A kept file as the form shows it again."""

    token: str
    name: str
    size: str


@dataclass(slots=True)
class Received:
    """What a form carried: the files that may be used, and why the others may not."""

    owner: int
    files: list[Held] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def kept(self) -> list[KeptFile]:
        """Return the accepted files, for the form that is shown again."""
        secret = state().settings.secret_key
        return [KeptFile(token_of(held, self.owner, secret), held.name, said_size(held.stored.size)) for held in self.files]

    def sort_out(self, fault: Callable[[Held], str | None]) -> None:
        """Put aside the files in which the form finds a fault of its own, with its words; they are not kept."""
        for held in list(self.files):
            words = fault(held)
            if words is not None:
                self.files.remove(held)
                self.errors.append(words)

    def check(self) -> None:
        """Raise ``Invalid`` of ``files`` when one was refused; the others are kept for the next sending."""
        if self.errors:
            raise Invalid({FILES: " ".join(self.errors)})


def said_size(size: int) -> str:
    """Say a size in bytes in the page's language."""
    amount, unit = size_parts(size)
    return f"{amount if language() == 'en' else amount.replace('.', ',')} {_(unit)}"


def receive(owner: int) -> Received:
    """Read the request's files for an account, once in a request. Each is judged, and stored when it is accepted."""
    if "received_files" not in g:
        g.received_files = _receive(owner)
    received: Received = g.received_files
    return received


def received_before() -> Received | None:
    """Return what ``receive`` has read in this request, for the form that is shown again."""
    received: Received | None = g.get("received_files")
    return received


def _receive(owner: int) -> Received:
    received = Received(owner)
    secret, files = state().settings.secret_key, store_for(state().settings)
    for token in dict.fromkeys(request.values.getlist(KEPT)):
        held = held_by(token, owner, secret)
        if held is None or not files.has(held.stored.key):
            received.errors.append(str(_("Un fichier gardé ne l’est plus : choisissez-le de nouveau.")))
        elif len(received.files) < MOST_FILES:
            received.files.append(held)
    for upload in request.files.getlist(FILES):
        if upload.filename:
            _take(received, upload)
    return received


def _take(received: Received, upload: FileStorage) -> None:
    """Judge and store one file, or note why it is refused."""
    try:
        if len(received.files) >= MOST_FILES:
            raise Refused(TOO_MANY, name=clean_name(upload.filename))
        content = _content(upload)
        accepted = judge(upload.filename, content, signatures(content))
        if sum(held.stored.size for held in received.files) + len(content) > LARGEST_TOTAL:
            raise Refused(TOTAL, name=accepted.name)
        received.files.append(Held(store_for(state().settings).put(content), accepted.name))
    except Refused as refusal:
        received.errors.append(_(refusal.text, **{name: _(value) if name == "found" else value for name, value in refusal.values.items()}))
    except Invalid as refusal:
        received.errors.extend(refusal.errors.values())


def _content(upload: FileStorage) -> bytes:
    """Return the bytes of a file, or raise ``Refused`` before reading one that is too large."""
    upload.stream.seek(0, 2)
    check_size(clean_name(upload.filename), upload.stream.tell())
    upload.stream.seek(0)
    return upload.stream.read()
