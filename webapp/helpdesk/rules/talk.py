"""Pure rules of what is written on a ticket: time spent as people type it, mentions, canned texts, satisfaction."""

import re
from collections.abc import Mapping

#: A day: more in one entry is a slip of the keyboard.
LONGEST_MINUTES = 24 * 60

_HOURS = re.compile(r"(\d{1,2})\s*(?:h|:)\s*([0-5]?\d)?\s*(?:min|mn|m)?")
_DECIMAL = re.compile(r"(\d{1,2})[,.](\d{1,2})\s*h")
_MINUTES = re.compile(r"(\d{1,4})\s*(?:min|mn|m)?")

#: « @camille.roux » at the start of a word, so that addresses are left alone; a final full stop is not part of the name.
_MENTION = re.compile(r"(?<![\w@.])@([a-z0-9]+(?:[._-][a-z0-9]+)*)")
_VARIABLE = re.compile(r"\{([^{}\n]*)\}")

#: What a canned text may ask for, in the order in which its form lists them.
VARIABLES = ("reference", "titre", "contact", "client", "service", "echeance", "agent", "lien")

SCORES = (1, 2, 3, 4, 5)


class NotADuration(ValueError):
    """What was typed is no time spent."""


class UnknownVariable(ValueError):
    """A canned text asks for something that does not exist; ``name`` is what it says between braces."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def parse_minutes(typed: str) -> int:
    """Return the minutes that people mean by « 1 h 30 », « 45 », « 0:20 », « 1,5 h » or « 2 h »; from 1 to a day.

    Raises ``NotADuration``.
    """
    text = typed.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ").strip().lower()
    if found := _HOURS.fullmatch(text):
        minutes = int(found[1]) * 60 + int(found[2] or 0)
    elif found := _DECIMAL.fullmatch(text):
        minutes = round((int(found[1]) + int(found[2]) / 10 ** len(found[2])) * 60)
    elif found := _MINUTES.fullmatch(text):
        minutes = int(found[1])
    else:
        raise NotADuration(typed)
    if not 0 < minutes <= LONGEST_MINUTES:
        raise NotADuration(typed)
    return minutes


def mentions(text: str) -> list[str]:
    """Return the identifiers mentioned in a note as « @identifiant », each once, in order."""
    return list(dict.fromkeys(_MENTION.findall(text.lower())))


def check_variables(body: str) -> None:
    """Raise ``UnknownVariable`` for the first thing between braces that is not in ``VARIABLES``."""
    for name in _VARIABLE.findall(body):
        if name not in VARIABLES:
            raise UnknownVariable(name)


def fill(body: str, values: Mapping[str, str]) -> str:
    """Return a canned text with its variables replaced; what a value holds is never read as a variable."""
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), body)


def joined(typed: str, inserted: str) -> str:
    """Return what was typed with a text inserted below it."""
    return f"{typed.rstrip()}\n\n{inserted}" if typed.strip() else inserted
