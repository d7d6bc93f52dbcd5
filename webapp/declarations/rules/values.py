"""What people type into a cell, and how a figure is shown back.

Five kinds that are never confused: nothing was typed (empty), a figure (zero included), "néant" (there is nothing to declare: it
counts as zero), "not communicated" (``NC``), and something that cannot be read. What cannot be read is kept as typed and marked, so
that a typing mistake costs nothing.

A figure is read only when it can mean one thing: ``1.234`` in a column of euros is refused with the two possible meanings,
since guessing would be wrong by a factor of a thousand.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum

from webapp.texts import mark as _m

MAX_RAW_LENGTH = 200
"""Characters kept of what was typed in one cell."""
MAX_INTEGER_DIGITS = 15
NARROW_NO_BREAK_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"


class Unit(StrEnum):
    """What a cell holds: a figure in some unit, or something that is no figure."""

    EUROS = "eur"
    KILO_EUROS = "keur"
    COUNT = "nombre"
    HOURS = "heures"
    PERCENT = "pourcent"
    TEXT = "texte"
    DATE = "date"
    CHOICE = "liste"

    @property
    def is_figure(self) -> bool:
        """Whether cells of this unit hold figures to calculate with."""
        return self not in (Unit.TEXT, Unit.DATE, Unit.CHOICE)

    @property
    def default_decimals(self) -> int:
        """Decimals kept for the unit when the form model does not say."""
        return 2 if self in (Unit.EUROS, Unit.HOURS, Unit.PERCENT) else 0

    @property
    def symbol(self) -> str:
        """Short form shown in a column's heading; empty for what is no figure."""
        return _SYMBOLS.get(self, "")


_SYMBOLS = {Unit.EUROS: "€", Unit.KILO_EUROS: "k€", Unit.COUNT: "nb", Unit.HOURS: "h", Unit.PERCENT: "%"}


class ValueKind(StrEnum):
    """What a cell holds."""

    EMPTY = "empty"
    VALUE = "value"
    NIL = "neant"
    NOT_COMMUNICATED = "non_communique"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Entry:
    """One cell as entered: the text kept, what it is, its figure, and why it could not be read (a marked French text)."""

    kind: ValueKind
    raw: str = ""
    value: Decimal | None = None
    problem: str | None = None

    @property
    def is_filled(self) -> bool:
        """Whether somebody answered: a figure, "néant", or "non communiqué"."""
        return self.kind in (ValueKind.VALUE, ValueKind.NIL, ValueKind.NOT_COMMUNICATED)


EMPTY = Entry(ValueKind.EMPTY)
NIL = Entry(ValueKind.NIL, "néant", Decimal(0))
NOT_COMMUNICATED = Entry(ValueKind.NOT_COMMUNICATED, "NC")

UNREADABLE = _m("Ce n’est pas un nombre. Écrivez par exemple 1 234,56, ou NC pour « non communiqué ».")
TOO_LONG = _m("Ce texte est trop long pour un nombre.")
TOO_BIG = _m("Ce nombre a trop de chiffres (15 au plus avant la virgule).")
AMBIGUOUS = _m("Ce nombre se lit de deux façons. Écrivez les milliers avec un espace et les décimales avec une virgule.")
BAD_GROUPS = _m("Les milliers sont mal groupés. Vérifiez qu’aucun chiffre ne manque.")
TOO_PRECISE = _m("Ce nombre a trop de décimales pour cette colonne.")
WHOLE_ONLY = _m("Il faut un nombre entier.")
NEGATIVE = _m("Cette valeur ne peut pas être négative.")
NIL_WORD = _m("Écrivez 0 si la valeur est nulle, « néant » s’il n’y a rien à déclarer, ou NC si elle n’est pas communiquée.")
WRONG_UNIT = _m("Ce signe n’est pas l’unité de la colonne.")

_NOT_COMMUNICATED_WORDS = frozenset({"nc", "n.c.", "n.c", "n/c", "non communique", "non-communique"})
_NIL_ANSWERS = frozenset({"neant", "neant."})
_LAYOUT = Context(prec=80, rounding=ROUND_HALF_UP)
_UNCLEAR_WORDS = frozenset(
    {
        "nil",
        "nul",
        "nulle",
        "zero",
        "ras",
        "-",
        "--",
        "/",
        "n/a",
        "na",
        "s.o.",
        "so",
        "sans objet",
    }
)
_SUFFIXES = {
    Unit.EUROS: ("euros", "euro", "eur", "€"),
    Unit.KILO_EUROS: ("keur", "k€"),
    Unit.PERCENT: ("%",),
    Unit.HOURS: ("heures", "heure", "h"),
    Unit.COUNT: (),
}
_ALL_SUFFIXES = (
    "k€",
    "m€",
    "keur",
    "meur",
    *sorted({s for group in _SUFFIXES.values() for s in group}, key=len, reverse=True),
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−﹣－", "-"))
_GROUPED = re.compile(r"[0-9]{1,3}(?:(?P<sep>[ .,])[0-9]{3})(?:(?P=sep)[0-9]{3})*")
_DIGITS = re.compile(r"[0-9]+")
_ALLOWED = re.compile(r"[0-9 .,]+")


def parse_value(raw: str, unit: Unit, *, decimals: int | None = None, signed: bool = False) -> Entry:
    """Read what was typed in a cell of `unit`.

    `decimals` is the most decimals the cell takes (the unit's default when None); `signed` allows negative figures.
    Never raises: what cannot be read comes back as an invalid entry that keeps the text.
    """
    text = _clean(raw)
    if not text:
        return EMPTY
    if len(text) > MAX_RAW_LENGTH:
        return _invalid(text[:MAX_RAW_LENGTH], TOO_LONG)
    word = _plain(text)
    if word in _NOT_COMMUNICATED_WORDS:
        return NOT_COMMUNICATED
    if word in _NIL_ANSWERS:
        return NIL
    if word in _UNCLEAR_WORDS:
        return _invalid(text, NIL_WORD)
    bare, problem = _strip_unit(word, unit)
    if problem:
        return _invalid(text, problem)
    bare, negative = _strip_sign(bare)
    limit = unit.default_decimals if decimals is None else decimals
    number, problem = _read_number(bare, limit)
    if number is None:
        return _invalid(text, problem or UNREADABLE)
    if negative and number and not signed:
        return _invalid(text, NEGATIVE)
    value = -number if negative and number else number
    return Entry(ValueKind.VALUE, text, value)


def format_number(value: Decimal, decimals: int) -> str:
    """A figure as people read it in France: narrow no-break spaces between thousands, a decimal comma, `decimals` at most."""
    rounded = value.quantize(Decimal(1).scaleb(-decimals), context=_LAYOUT)
    sign = "\u2212" if rounded < 0 else ""
    whole, _, fraction = f"{abs(rounded):.{decimals}f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", NARROW_NO_BREAK_SPACE)
    if not fraction or not int(fraction):
        return sign + grouped
    return f"{sign}{grouped},{fraction}"


def display(entry: Entry, decimals: int) -> str:
    """The text to put back in the field: the figure laid out, ``néant``, ``NC``, or what was typed when it could not be read."""
    if entry.kind is ValueKind.NIL:
        return NIL.raw
    if entry.kind is ValueKind.VALUE and entry.value is not None:
        return format_number(entry.value, decimals)
    return entry.raw


def same_entry(one: Entry, other: Entry) -> bool:
    """Whether two entries say the same, however they were typed."""
    return one.kind is other.kind and one.value == other.value and (one.value is not None or one.raw == other.raw)


def _clean(raw: str) -> str:
    text = "".join(" " if character.isspace() else character for character in raw if character.isspace() or character.isprintable())
    return unicodedata.normalize("NFC", text).strip()


def _plain(text: str) -> str:
    """Lower case, accents off, every kind of space and dash made one."""
    decomposed = unicodedata.normalize("NFD", text.lower().translate(_DASHES))
    letters = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(letters.split())


def _strip_unit(word: str, unit: Unit) -> tuple[str, str | None]:
    inner = word[1:-1].strip() if word.startswith("(") and word.endswith(")") else word
    for suffix in _ALL_SUFFIXES:
        if inner.endswith(suffix) and len(inner) > len(suffix):
            if suffix not in _SUFFIXES.get(unit, ()):
                return word, WRONG_UNIT
            bare = inner[: -len(suffix)].rstrip()
            return (f"({bare})" if inner != word else bare), None
    return word, None


def _strip_sign(word: str) -> tuple[str, bool]:
    if word.startswith("(") and word.endswith(")"):
        return word[1:-1].strip(), True
    if word.startswith("-"):
        return word[1:].lstrip(), True
    return word, False


def _read_number(word: str, limit: int) -> tuple[Decimal | None, str | None]:
    if not _ALLOWED.fullmatch(word) or not word[0].isdigit() or not word[-1].isdigit():
        return None, UNREADABLE
    whole, fraction, problem = _split(word, limit)
    if problem:
        return None, problem
    if len(whole.lstrip("0")) > MAX_INTEGER_DIGITS:
        return None, TOO_BIG
    if len(fraction.rstrip("0")) > limit:
        return None, TOO_PRECISE if limit else WHOLE_ONLY
    kept = fraction[:limit]
    return Decimal(f"{whole}.{kept}" if kept else whole), None


def _split(word: str, limit: int) -> tuple[str, str, str | None]:
    """Integer digits, decimal digits and what is wrong. The last of two different marks is the decimal one."""
    marks = [character for character in word if character in ".,"]
    if len(marks) > 1 and len(set(marks)) == 1 and " " not in word:
        return (_ungroup(word), "", None) if _GROUPED.fullmatch(word) else ("", "", BAD_GROUPS)
    if not marks:
        return _whole(word, "")
    position = max(word.rfind("."), word.rfind(","))
    left, fraction = word[:position], word[position + 1 :]
    if not fraction.isdigit() or left.count(word[position]):
        return "", "", BAD_GROUPS
    if len(marks) == 1 and len(fraction) == 3 and limit < 3 and " " not in left and len(left) <= 3 and left != "0":
        return "", "", AMBIGUOUS
    return _whole(left, fraction)


def _whole(text: str, fraction: str) -> tuple[str, str, str | None]:
    if _DIGITS.fullmatch(text):
        return text, fraction, None
    if _GROUPED.fullmatch(text):
        return _ungroup(text), fraction, None
    return "", "", BAD_GROUPS


def _ungroup(text: str) -> str:
    return text.replace(" ", "").replace(".", "").replace(",", "")


def _invalid(text: str, problem: str) -> Entry:
    return Entry(ValueKind.INVALID, text, None, problem)
