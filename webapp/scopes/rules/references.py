"""Reading the references of methods as people write them: « NF EN ISO 10304-1:2009 », « NF T90-210 », « Méthode interne MO-17 ».

A cell is cut into references, then each is read by :mod:`webapp.scopes.rules.reference_forms`.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from webapp.folding import fold
from webapp.scopes.rules.methods import Method, MethodKind
from webapp.scopes.rules.reference_forms import ALONE, BASED_ON, CHAIN, OWN, read

_PUBLISHERS = CHAIN | ALONE
#: Of these, the French words: they are publishers only beside another publisher, or in capitals.
_ALSO_WORDS = frozenset(("EN", "GUIDE", "SN", "SM", "EA", "FIL", "PAS", "MIL", "API", "WHO"))

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_GLUED = (
    (re.compile(r"\b(NF|EN|DIN|XP|FD)[-_](?=(?:EN|ISO|IEC|CEI|CEN|NF)\b)", re.I), r"\1 "),
    (re.compile(r"\b(NF)(?=EN\b)", re.I), r"\1 "),
    (re.compile(r"\b(ISO|IEC|CEI|EN|DIN|ASTM|EPA)[-_]?(?=\d)", re.I), r"\1 "),
    (re.compile(r"\b(NF|XP|FD)[-_]?(?=[A-Z]\d{2}[- ]?\d)", re.I), r"\1 "),
    (re.compile(r"(?<=\d) ?- (?=\d)|(?<=\d) -(?=\d)"), "-"),
)
#: The form that most references have already: nothing to cut, nothing to mend.
_CLEAN = re.compile(r"(?:NF )?(?:EN )?(?:ISO |IEC )?(?<= )\d{1,6}(?:-\d{1,3})*(?::\d{4})?")
_HARD = re.compile(r"[;|\n\r•]+")
_SOFT_WORDS = frozenset(("et", "ou", "puis", "&", "+", "and", "/", "-"))
_BARE_NUMBER = re.compile(r"(?!(?:19|20)\d\d$)(?:\d{2,6}(?:-\d+)*|-\d+)(?::(?:19|20)\d\d)?")


def _plain(text: str) -> str:
    """Return a text with plain dashes and spaces, its glued publishers apart."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_DASHES).replace("’", "'")
    for pattern, replacement in _GLUED:
        plain = pattern.sub(replacement, plain)
    return plain


def _publisher(words: list[str], place: int) -> bool:
    """Tell whether the word at ``place`` is a publisher; « en » is one only in capitals or beside another."""
    word = words[place].strip("(),:")
    parts = word.upper().split("/")
    if not parts[0] or not all(part in _PUBLISHERS for part in parts):
        return False
    if word.isupper() or parts[0] not in _ALSO_WORDS:
        return True
    beside = [words[index].strip("(),:").upper() for index in (place - 1, place + 1) if 0 <= index < len(words)]
    return any(other in _PUBLISHERS for other in beside)


def _pieces(text: str) -> Iterator[str]:
    """Yield the references of one stretch without hard separators."""
    words = text.split()
    current: list[str] = []
    soft, own, based = False, False, False
    for place, word in enumerate(words):
        low = word.lower()
        starts = _publisher(words, place) and "(" not in word
        chained = bool(current) and _publisher(words, place - 1) and not current[-1].endswith(",")
        numbered = any(char.isdigit() for other in current for char in other)
        begins_own = low[:1] in "mpr" and OWN.match(fold(" ".join(words[place : place + 4]))) is not None
        if starts and not chained and numbered and not own and not _within(current):
            yield " ".join(current)
            current = []
        elif soft and current and not (own and based) and (starts or begins_own or (_BARE_NUMBER.fullmatch(word.strip(",")) and not own)):
            yield " ".join(current)
            current, own, based = [], False, False
        own = own or begins_own
        based = based or (own and BASED_ON.match(fold(word)) is not None)
        soft = low in _SOFT_WORDS or word.endswith(",")
        current.append(word)
    if current:
        yield " ".join(current)


def _within(words: list[str]) -> bool:
    """Tell whether a bracket is open."""
    text = " ".join(words)
    return text.count("(") > text.count(")")


def split(text: str) -> list[str]:
    """Cut a cell into the references that it names."""
    found = []
    for stretch in _HARD.split(_plain(text)):
        for piece in _pieces(stretch):
            bare = piece.strip(" ,/&+")
            while bare.lower().endswith((" et", " ou", " puis", " and")):
                bare = bare.rsplit(" ", 1)[0].rstrip(" ,/&+")
            if bare:
                found.append(bare)
    return found


def _recognise(piece: str, before: Method | None) -> Method:
    folded = fold(piece).replace(" :", ":")
    if before is not None and before.kind is MethodKind.STANDARD and _BARE_NUMBER.fullmatch(folded):
        # « NF EN 1899-1 et 1899-2 », « NF EN 1899-1 et -2 »: the publisher, or the whole number, is said once.
        start = before.body if not folded.startswith("-") else f"{before.body} {before.number}"
        folded = fold(f"{start} {folded}").replace(" -", "-")
    return read(folded, piece)


@lru_cache(maxsize=16_384)  # a scope repeats its references: five thousand lines hold a few hundred
def parse(text: str) -> tuple[Method, ...]:
    """Return the methods that a cell names, in their order; what cannot be read is one of ``WORDS``, an empty cell none.

    Several references stand in one cell separated by « ; », « et », a comma, a line break, or one after the other.
    """
    if _CLEAN.fullmatch(text):
        return (read(text.lower(), text),)
    found: list[Method] = []
    for piece in split(text):
        found.append(_recognise(piece, found[-1] if found else None))
    return tuple(dict.fromkeys(found))


def has_own_method(text: str) -> bool:
    """Tell whether a cell names a method of the body's own (« Méthode interne MO-17 »)."""
    return any(method.kind is MethodKind.OWN for method in parse(text))
