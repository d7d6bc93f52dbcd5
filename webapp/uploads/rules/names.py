"""Names of files as they may be shown, stored and handed to any machine."""

import re
import unicodedata

LONGEST_NAME = 200
NAMELESS = "fichier"

_BREAKS = re.compile(r"[\s\u2028\u2029]+")
#: What a name may not hold on one system or another.
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
#: A longer ending is part of the name, not an extension.
_EXTENSION = re.compile(r"\.([a-z0-9]{1,10})$", re.IGNORECASE)


def clean_name(raw: str | None) -> str:
    """Return a name fit for every system, of at most 200 bytes in UTF-8, its extension kept.

    NFC; without folders, control characters, and the marks that reverse or hide text (« fdp.exe » shown as « exe.pdf »).
    """
    text = unicodedata.normalize("NFC", raw or "").replace("\\", "/").rsplit("/", 1)[-1]
    text = _BREAKS.sub(" ", text)
    text = "".join(char for char in text if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    text = _BREAKS.sub(" ", text)  # what stood between two of them may be gone
    text = _FORBIDDEN.sub("_", text).strip(" .")
    if _RESERVED.fullmatch(text):
        text = f"_{text}"
    return _shorten(text) if text else NAMELESS


def extension_of(name: str) -> str:
    """Return the extension in lower case, without its dot; empty when there is none."""
    found = _EXTENSION.search(name)
    return found[1].lower() if found else ""


def _shorten(text: str) -> str:
    if len(text.encode()) <= LONGEST_NAME:
        return text
    found = _EXTENSION.search(text)
    ending = found[0] if found else ""
    room = LONGEST_NAME - len(ending.encode()) - len("…".encode())
    return text.removesuffix(ending).encode()[:room].decode(errors="ignore").rstrip() + "…" + ending
