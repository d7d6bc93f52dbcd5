"""What a file is, by its content: its name may only say the same."""

import codecs
import re
from dataclasses import dataclass

from webapp.texts import mark as _m
from webapp.uploads.rules.archives import check_archive, first_entry
from webapp.uploads.rules.kinds import (
    ACTIVE,
    BY_EXTENSION,
    JSON,
    KINDS,
    MAIL,
    MICROSOFT,
    OPEN_DOCUMENT,
    PROGRAMS,
    TEXT,
    WEBP,
    ZIP,
    Family,
    Kind,
)
from webapp.uploads.rules.limits import Refused, check_size
from webapp.uploads.rules.names import clean_name, extension_of

PROGRAM = _m("« %(name)s » est un programme ou peut en contenir un : il n’est pas accepté.")
WEB_PAGE = _m("« %(name)s » est une page web, qui peut contenir des scripts : joignez une capture d’écran, un PDF ou une archive zip.")
UNKNOWN = _m("« %(name)s » n’est pas d’un type accepté : joignez une image, un PDF, un texte, un document bureautique ou une archive zip.")
LIES = _m("« %(name)s » n’est pas ce que son nom annonce : enregistrez-le de nouveau dans le bon format.")
LIES_AS = _m("« %(name)s » n’est pas ce que son nom annonce, c’est %(found)s : renommez-le.")
MACROS = _m("« %(name)s » contient des macros : enregistrez-le sans elles.")

#: Control characters that no text holds (tabulations, line ends, form feeds and the escapes of coloured logs apart).
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:[ \t\r\n]|From ")
#: Programs of Linux and macOS, which puremagic tells without an extension.
_PROGRAM_STARTS = (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that may be stored: its cleaned name and its type."""

    name: str
    kind: Kind


def judge(raw_name: str | None, content: bytes, signatures: frozenset[str]) -> Accepted:
    """Return what may be stored, or raise ``Refused``.

    ``signatures`` are the extensions whose signature the content bears (``sniffing``). A name without extension is given that of the
    content.
    """
    name = clean_name(raw_name)
    check_size(name, len(content))
    extension = extension_of(name)
    if extension in PROGRAMS:
        raise Refused(PROGRAM, name=name)
    if extension in ACTIVE:
        raise Refused(WEB_PAGE, name=name)
    said, found = BY_EXTENSION.get(extension), recognise(name, content, signatures)
    if found is None and (signatures & PROGRAMS or content.startswith(_PROGRAM_STARTS)):
        raise Refused(PROGRAM, name=name)
    if said is None and (extension or found is None):
        raise Refused(UNKNOWN, name=name)
    if said is None and found is not None:
        return Accepted(clean_name(f"{name}.{found.extensions[0]}"), found)
    if said is None or found is None:
        raise Refused(LIES, name=name)
    if not _agree(said, found, content):
        raise Refused(LIES_AS, name=name, found=found.label) if said.family is not found.family else Refused(LIES, name=name)
    return Accepted(name, said)


def recognise(name: str, content: bytes, signatures: frozenset[str]) -> Kind | None:
    """Return the type that the content shows, whatever the name; raise ``Refused`` for an archive that would burst."""
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_archive(name, content)
    for kind in KINDS:
        if kind.family is Family.SIGNATURE and content.startswith(kind.marks) and signatures & set(kind.extensions):
            return kind if kind is not WEBP or content[8:12] == b"WEBP" else None
    return TEXT if is_text(content) else None


def is_text(content: bytes) -> bool:
    """Tell whether the content is plain text: UTF-8, UTF-16 with its mark, or an eight-bit encoding, without control characters."""
    if content.startswith(_UTF16):
        try:
            return "\0" not in content.decode("utf-16")
        except UnicodeError:
            return False
    return _CONTROL.search(content) is None


def _agree(said: Kind, found: Kind, content: bytes) -> bool:
    if said is found or (said is ZIP and found.family is Family.ARCHIVE):
        return True
    if said.family is not Family.TEXT or found is not TEXT:
        return False
    start = content.removeprefix(codecs.BOM_UTF8).lstrip()
    if said is JSON:
        return start.startswith((b"{", b"["))
    return said is not MAIL or _HEADER.match(start) is not None


def _kind_of_archive(name: str, content: bytes) -> Kind:
    entries = check_archive(name, content)
    if any(entry.lower().endswith("vbaproject.bin") for entry in entries):
        raise Refused(MACROS, name=name)
    if "[Content_Types].xml" in entries:
        for kind in MICROSOFT:
            if any(entry.startswith(kind.marks[0].decode()) for entry in entries):
                return kind
    if "mimetype" in entries:
        declared = first_entry(content).strip()
        return next((kind for kind in OPEN_DOCUMENT if declared in kind.marks), ZIP)
    return ZIP
