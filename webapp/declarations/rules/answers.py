"""What people type into cells that hold no figure: a text, a date, a choice of a list.

The same four kinds as for figures; what cannot be read is kept as typed and marked. A date is kept as ``31/12/2025``, a choice as
its label, so that what is stored is what is shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from webapp.declarations.rules.values import EMPTY, MAX_RAW_LENGTH, NOT_COMMUNICATED, Entry, Unit, ValueKind
from webapp.folding import fold
from webapp.texts import mark as _m

Choices = Sequence[tuple[str, str]]
"""Codes and labels of a list, in its order."""

TOO_LONG_TEXT = _m("Ce texte est trop long (200 caractères au plus).")
NOT_A_DATE = _m("Ce n’est pas une date. Écrivez par exemple 31/12/2025.")
NO_SUCH_DAY = _m("Ce jour n’existe pas dans le calendrier.")
NOT_IN_LIST = _m("Cette réponse n’est pas dans la liste.")

_NC = frozenset({"nc", "n.c.", "non communique"})
_FRENCH_DAY = re.compile(r"(?P<day>[0-9]{1,2})[/. -](?P<month>[0-9]{1,2})[/. -](?P<year>[0-9]{4})")
_ISO_DAY = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")


def parse_answer(raw: str, unit: Unit, choices: Choices = ()) -> Entry:
    """Read what was typed in a cell of a unit that is no figure. Never raises."""
    text = _clean(raw)
    if not text:
        return EMPTY
    if len(text) > MAX_RAW_LENGTH:
        return _refused(text[:MAX_RAW_LENGTH], TOO_LONG_TEXT)
    if fold(text) in _NC:
        return NOT_COMMUNICATED
    match unit:
        case Unit.DATE:
            return _date(text)
        case Unit.CHOICE:
            return _choice(text, choices)
        case _:
            return Entry(ValueKind.VALUE, text)


def day_of(raw: str) -> date | None:
    """The date that a cell's kept text stands for; None when it is none."""
    found = _FRENCH_DAY.fullmatch(raw) or _ISO_DAY.fullmatch(raw)
    if found is None:
        return None
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def code_of(raw: str, choices: Choices) -> str | None:
    """The code of the choice that a text names, by its label or its code; None when the list has none."""
    wanted = fold(raw)
    return next((code for code, label in choices if wanted in (fold(label), fold(code))), None)


def _date(text: str) -> Entry:
    if _FRENCH_DAY.fullmatch(text) is None and _ISO_DAY.fullmatch(text) is None:
        return _refused(text, NOT_A_DATE)
    day = day_of(text)
    if day is None or day.year < 1900:
        return _refused(text, NO_SUCH_DAY)
    return Entry(ValueKind.VALUE, f"{day:%d/%m/%Y}")


def _choice(text: str, choices: Choices) -> Entry:
    code = code_of(text, choices)
    if code is None:
        return _refused(text, NOT_IN_LIST)
    return Entry(ValueKind.VALUE, next(label for known, label in choices if known == code))


def _clean(raw: str) -> str:
    """One line, without what no eye sees."""
    shown = (" " if character.isspace() else character for character in raw if character.isspace() or character.isprintable())
    return unicodedata.normalize("NFC", " ".join("".join(shown).split()))


def _refused(text: str, problem: str) -> Entry:
    return Entry(ValueKind.INVALID, text, None, problem)
