"""Ticket references such as ``INC-2026-000123-3``: unique, easy to say on the phone, safe against a slip (FL-12.5c)."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from stdnum.iso7064 import mod_37_36

PREFIX = "INC"
COUNTER_DIGITS = 6

_SEPARATORS = re.compile(r"[\W_]+")
_SHAPE = re.compile(r"INC(\d{4})(\d{6,12})([0-9A-Z])")
_LOOKALIKES = str.maketrans({"O": "0", "Q": "0", "I": "1", "L": "1"})


class ReferenceProblem(ValueError):
    """A text that is not a correct reference."""


class NotAReference(ReferenceProblem):
    """The text does not even look like a reference: it is something else."""


class MistypedReference(ReferenceProblem):
    """The text was meant as a reference but cannot be one: a character is wrong, missing, or too many.

    ``suggestion`` is the reference obtained by reading letters that look like figures (O, I, L) as figures, when that one is correct.
    """

    def __init__(self, text: str, suggestion: str | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.suggestion = suggestion


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """A year, a counter within that year (from 1), and the check character that follows from them."""

    year: int
    counter: int

    def __post_init__(self) -> None:
        if not (2000 <= self.year <= 9999 and 1 <= self.counter < 10**12):
            raise ValueError(f"no reference for year {self.year}, counter {self.counter}")

    @property
    def check(self) -> str:
        """The check character: ISO 7064 mod 37,36 over ``INC2026000123``."""
        return _check(f"{PREFIX}{self.year}{self.counter:0{COUNTER_DIGITS}d}")

    def __str__(self) -> str:
        return f"{PREFIX}-{self.year}-{self.counter:0{COUNTER_DIGITS}d}-{self.check}"


@lru_cache(maxsize=4096)
def _check(digits: str) -> str:
    return str(mod_37_36.calc_check_digit(digits))


def parse_reference(text: str) -> Reference:
    """Read a reference as people write it: any case, any kind of dash or space, or none at all.

    Raises ``MistypedReference`` when it was meant as one but its check character, its length or a character is wrong, and
    ``NotAReference`` for any other text.
    """
    compact = _compact(text)
    if not _looks_meant(compact):
        raise NotAReference(text)
    found = _read(compact)
    if found is None:
        corrected = _read(PREFIX + compact[3:-1].translate(_LOOKALIKES) + compact[-1])
        raise MistypedReference(text.strip(), str(corrected) if corrected else None)
    return found


def _compact(text: str) -> str:
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text[:80])).upper()


def _looks_meant(compact: str) -> bool:
    """At least the prefix and a few figures: enough to be an attempt at a reference rather than a word."""
    return compact.isascii() and compact.startswith(PREFIX) and len(compact) >= 7 and sum(char.isdigit() for char in compact) >= 4


def _read(compact: str) -> Reference | None:
    shape = _SHAPE.fullmatch(compact)
    if shape is None:
        return None
    try:
        reference = Reference(int(shape[1]), int(shape[2]))
    except ValueError:
        return None
    # Its own check character, and one spelling only: a counter padded beyond six digits would be a second reference for the same ticket.
    return reference if str(reference).replace("-", "") == compact else None
