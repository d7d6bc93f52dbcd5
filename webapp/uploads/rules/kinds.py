"""The types of file that are accepted, and those that are refused by name."""

from dataclasses import dataclass
from enum import StrEnum

from webapp.texts import mark as _m


class Family(StrEnum):
    """How a type is recognised: by a signature, as plain text, or by what its zip archive holds."""

    SIGNATURE = "signature"
    TEXT = "text"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class Kind:
    """One accepted type. ``media_type`` is what a download declares; the sender's own word for it is never believed."""

    extensions: tuple[str, ...]
    media_type: str
    label: str
    family: Family
    #: The first bytes (signatures), or the folder that an office document's archive must hold.
    marks: tuple[bytes, ...] = ()
    picture: bool = False


OCTETS = "application/octet-stream"

PNG = Kind(("png",), "image/png", _m("une image PNG"), Family.SIGNATURE, (b"\x89PNG\r\n\x1a\n",), picture=True)
JPEG = Kind(("jpg", "jpeg"), "image/jpeg", _m("une image JPEG"), Family.SIGNATURE, (b"\xff\xd8\xff",), picture=True)
GIF = Kind(("gif",), "image/gif", _m("une image GIF"), Family.SIGNATURE, (b"GIF87a", b"GIF89a"), picture=True)
WEBP = Kind(("webp",), "image/webp", _m("une image WebP"), Family.SIGNATURE, (b"RIFF",), picture=True)
PDF = Kind(("pdf",), "application/pdf", _m("un document PDF"), Family.SIGNATURE, (b"%PDF-",))

TEXT = Kind(("txt", "log", "md"), "text/plain", _m("un texte"), Family.TEXT)
CSV = Kind(("csv", "tsv"), OCTETS, _m("un tableau CSV"), Family.TEXT)
JSON = Kind(("json", "har"), OCTETS, _m("des données JSON"), Family.TEXT)
MAIL = Kind(("eml",), OCTETS, _m("un courriel"), Family.TEXT)

DOCX = Kind(("docx",), OCTETS, _m("un document Word"), Family.ARCHIVE, (b"word/",))
XLSX = Kind(("xlsx",), OCTETS, _m("un classeur Excel"), Family.ARCHIVE, (b"xl/",))
PPTX = Kind(("pptx",), OCTETS, _m("une présentation PowerPoint"), Family.ARCHIVE, (b"ppt/",))
ODT = Kind(("odt",), OCTETS, _m("un document OpenDocument"), Family.ARCHIVE, (b"application/vnd.oasis.opendocument.text",))
ODS = Kind(("ods",), OCTETS, _m("un classeur OpenDocument"), Family.ARCHIVE, (b"application/vnd.oasis.opendocument.spreadsheet",))
ODP = Kind(("odp",), OCTETS, _m("une présentation OpenDocument"), Family.ARCHIVE, (b"application/vnd.oasis.opendocument.presentation",))
ZIP = Kind(("zip",), OCTETS, _m("une archive zip"), Family.ARCHIVE)

MICROSOFT = (DOCX, XLSX, PPTX)
OPEN_DOCUMENT = (ODT, ODS, ODP)
KINDS = (PNG, JPEG, GIF, WEBP, PDF, TEXT, CSV, JSON, MAIL, *MICROSOFT, *OPEN_DOCUMENT, ZIP)
BY_EXTENSION = {extension: kind for kind in KINDS for extension in kind.extensions}
#: For the ``accept`` attribute of file fields: a help to choose, not a check.
ACCEPT = ",".join(f".{extension}" for extension in BY_EXTENSION)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: What a click would run.
PROGRAMS = _set(
    "exe dll com scr msi msp bat cmd ps1 psm1 vbs vbe js jse mjs wsf wsh hta jar class sh bash app dmg pkg deb rpm apk ipa lnk url reg cpl "
    "pif sys drv ocx gadget scf inf elf so dylib bin iso img vhd appimage docm xlsm xlsb pptm dotm xltm potm ppam xlam sldm"
)
#: What a browser would run.
ACTIVE = _set("html htm xhtml xht mht mhtml shtml svg svgz xml xsl xslt swf php asp aspx jsp")
#: Archives that cannot be looked into.
CLOSED_ARCHIVES = _set("7z rar gz tgz bz2 tbz xz txz lz lzma zst cab arj ace tar cpio")
