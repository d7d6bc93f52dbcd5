"""What is typed in a cell, made into what is stored: one line of text, values of a list, a day."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches

from webapp.folding import fold

#: What separates several values of a list in one cell.
SEPARATOR = " ; "
_SPLIT = re.compile(r"\s*[;|]\s*")
_MONTHS = ("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre")
_NUMBERS = re.compile(r"(\d{1,2}) ?[/.\-] ?(\d{1,2}) ?[/.\-] ?(\d{4})")
_WORDS = re.compile(r"(\d{1,2})(?:er)? ([a-z]+) (\d{4})")
#: Characters that change how a line reads without being seen: they are told, never removed behind somebody's back.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2060-\u2064\u3164\ufeff\uffa0\u202a-\u202e\u2066-\u2069"
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)


def clean_text(value: str) -> str:
    """Return a typed cell in NFC, without control characters, on one line, white space collapsed.

    A no-break space stays a space like another: two cells that look the same are the same.
    """
    if value.isascii() and value.isprintable():
        return " ".join(value.split())
    kept = "".join(" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in value)
    return " ".join(unicodedata.normalize("NFC", kept).split())


def items(text: str, *, several: bool) -> list[str]:
    """Return the values that a list cell holds, in their order, each once."""
    found = [part for part in _SPLIT.split(text) if part] if several else [text] if text else []
    return list(dict.fromkeys(found))


def clean_list(text: str, values: Sequence[str], *, several: bool) -> str:
    """Return a list cell with each known value as the list spells it, whatever the accents and case it was typed with."""
    known = {fold(value): value for value in values}
    return SEPARATOR.join(dict.fromkeys(known.get(fold(item), item) for item in items(text, several=several)))


def nearest(item: str, values: Sequence[str]) -> str:
    """Return the value of a list that an unknown one was probably meant to be, or an empty text."""
    known = {fold(value): value for value in values}
    close = get_close_matches(fold(item), known, n=1, cutoff=0.6)
    return known[close[0]] if close else ""


def day(text: str) -> date | None:
    """Read a day as people write it: « 2026-03-12 », « 12/03/2026 », « 12 mars 2026 »; None when it is not one."""
    plain = fold(text)
    found = _NUMBERS.fullmatch(plain)
    try:
        if found is not None:
            return date(int(found[3]), int(found[2]), int(found[1]))
        found = _WORDS.fullmatch(plain)
        if found is not None and found[2] in _MONTHS:
            return date(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1]))
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def clean_day(text: str) -> str:
    """Return a day as ``2026-03-12``; what is not a day stays as it was typed."""
    found = day(text)
    return found.isoformat() if found is not None else text


def unseen(text: str) -> str:
    """Return the first invisible or direction-changing character of a text as ``U+202E``, or an empty text."""
    found = _UNSEEN.search(text)
    return f"U+{ord(found[0]):04X}" if found is not None else ""
