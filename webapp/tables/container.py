"""Whether a file is a workbook that may be opened at all, judged by its first bytes and by what its archive declares. Pure.

Nothing is inflated here. What an archive declares may be a lie: the process that opens it has its own walls (``reading``).
"""

import io
import struct
import zipfile
import zlib

from webapp.tables.table import TableRefused
from webapp.texts import mark as _m

MOST_ENTRIES = 2_000
#: Bytes, inflated: some twenty times the workbook of the largest scope.
LARGEST_DECLARED = 60_000_000

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_ENCRYPTED = 0x1
#: What a damaged archive makes zipfile raise.
BROKEN = (OSError, zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, EOFError, ValueError, OverflowError)

UNREADABLE = _m("Ce classeur est abîmé ou n’en est pas un : enregistrez-le de nouveau au format .xlsx, puis recommencez.")
BURSTS = _m("Ce classeur se déploierait en trop de données (60 Mo au plus) : gardez la seule feuille utile, puis recommencez.")
MACROS = _m("Ce classeur contient des macros : enregistrez-le sans elles, au format « Classeur Excel (.xlsx) », puis recommencez.")
PASSWORD = _m("Ce classeur est protégé par un mot de passe : enlevez-le (Fichier, Informations, Protéger), puis recommencez.")
OTHER_FORMAT = _m("Ce format (%(found)s) n’est pas lu : enregistrez le classeur au format .xlsx, puis recommencez.")


def is_container(content: bytes) -> bool:
    """Tell whether the content is an archive or an old office document: no text, then."""
    return content.startswith((*_ZIP, _OLE))


def check(content: bytes) -> None:
    """Raise ``TableRefused`` unless the content is an XLSX workbook without macros or password, of a sensible size."""
    if content.startswith(_OLE):
        raise TableRefused(PASSWORD) if _ENCRYPTED_PACKAGE in content else TableRefused(OTHER_FORMAT, found=".xls")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except BROKEN as error:
        raise TableRefused(UNREADABLE) from error
    names = {entry.filename.replace("\\", "/").lstrip("/").lower() for entry in entries}
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise TableRefused(MACROS)
    if "mimetype" in names:
        raise TableRefused(OTHER_FORMAT, found=".ods")
    if "xl/workbook.bin" in names:
        raise TableRefused(OTHER_FORMAT, found=".xlsb")
    if "xl/workbook.xml" not in names:
        raise TableRefused(UNREADABLE)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise TableRefused(PASSWORD)
    overlap = sum(entry.compress_size for entry in entries) > len(content)
    if overlap or len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > LARGEST_DECLARED:
        raise TableRefused(BURSTS)
