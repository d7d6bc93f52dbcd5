"""Archives that would burst, judged by what they declare: nothing is written out, and little is inflated in memory."""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, field

from webapp.texts import mark as _m
from webapp.uploads.rules.kinds import CLOSED_ARCHIVES, PROGRAMS
from webapp.uploads.rules.limits import LARGEST_FILE, MEGABYTE, Refused
from webapp.uploads.rules.names import extension_of

MOST_ENTRIES = 5_000
LARGEST_DECLARED = 300 * MEGABYTE
#: Below this many declared bytes the ratio means nothing.
RATIO_FROM = 20 * MEGABYTE
LARGEST_RATIO = 100
DEEPEST = 1
#: Inflated in memory, in all, to look into archives that stand in the archive.
LARGEST_INFLATED = 5 * LARGEST_FILE

_ZIPS = frozenset({"zip", "docx", "xlsx", "pptx", "odt", "ods", "odp"})
_ENCRYPTED = 0x1
_BROKEN = (OSError, zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, EOFError, ValueError, OverflowError)

UNREADABLE = _m("« %(name)s » est une archive abîmée ou d’un format inconnu : refaites-la, au format zip.")
BURSTS = _m("« %(name)s » se déploierait en trop de données (300 Mo et 5 000 fichiers au plus) : envoyez seulement ce qui est utile.")
NESTED = _m("« %(name)s » contient des archives qui ne peuvent pas être vérifiées : déployez-les d’abord.")
HOLDS_PROGRAM = _m("« %(name)s » contient un programme (%(entry)s) : retirez-le de l’archive.")
ESCAPES = _m("« %(name)s » contient un chemin qui sort de l’archive (%(entry)s) : refaites-la.")


@dataclass(slots=True)
class _Budget:
    """What one upload may still inflate and declare, its nested archives included."""

    inflated: int = LARGEST_INFLATED
    declared: int = LARGEST_DECLARED
    entries: int = MOST_ENTRIES
    #: The names at the top, for the types that are made of an archive.
    top: list[str] = field(default_factory=list)


def check_archive(name: str, content: bytes) -> list[str]:
    """Return the names of an archive's entries, or raise ``Refused``; ``name`` is the file's, for the message."""
    budget = _Budget()
    try:
        _check(name, content, budget, depth=0)
    except _BROKEN as error:
        raise Refused(UNREADABLE, name=name) from error
    return budget.top


def first_entry(content: bytes) -> bytes:
    """Return the beginning of the entry « mimetype » of an OpenDocument archive, empty when there is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open("mimetype") as entry:
            return entry.read(100)
    except (KeyError, *_BROKEN):
        return b""


def _check(name: str, content: bytes, budget: _Budget, depth: int) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if depth == 0:
            budget.top = [entry.filename for entry in entries]
        declared = sum(entry.file_size for entry in entries)
        budget.entries -= len(entries)
        budget.declared -= declared
        if budget.entries < 0 or budget.declared < 0 or (declared > RATIO_FROM and declared > LARGEST_RATIO * len(content)):
            raise Refused(BURSTS, name=name)
        if sum(entry.compress_size for entry in entries) > len(content):
            raise Refused(BURSTS, name=name)  # entries that share the same bytes
        for entry in entries:
            _check_entry(name, archive, entry, budget, depth)


def _check_entry(name: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: _Budget, depth: int) -> None:
    extension, path = extension_of(entry.filename), entry.filename.replace("\\", "/")
    if path.startswith("/") or ".." in path.split("/") or path[1:2] == ":":
        raise Refused(ESCAPES, name=name, entry=entry.filename[:80])
    if extension in PROGRAMS - {"bin"}:
        raise Refused(HOLDS_PROGRAM, name=name, entry=entry.filename[:80])
    if extension in CLOSED_ARCHIVES:
        raise Refused(NESTED, name=name)
    if extension not in _ZIPS:
        return
    budget.inflated -= entry.file_size
    if depth >= DEEPEST or entry.flag_bits & _ENCRYPTED or entry.file_size > LARGEST_FILE or budget.inflated < 0:
        raise Refused(NESTED, name=name)
    with archive.open(entry) as inner:
        _check(name, inner.read(LARGEST_FILE), budget, depth + 1)
