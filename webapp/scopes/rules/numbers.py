"""Accreditation numbers: ``1-0042`` (section of the accreditation body, then a rank of four digits or more)."""

import re
import unicodedata
from dataclasses import dataclass

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
_NUMBER = re.compile(r"(?P<section>[1-9])-(?P<rank>[0-9]{4,5})")
_LOOSE = re.compile(r"(?:n[°o]\s*)?(?P<section>[1-9])\s*-\s*(?P<rank>[0-9]{1,5})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class AccreditationNumber:
    """A file's number: ``section`` 1 to 9 and ``rank`` 1 to 99999."""

    section: int
    rank: int

    def __str__(self) -> str:
        return f"{self.section}-{self.rank:04d}"


def parse(text: str) -> AccreditationNumber | None:
    """Read a canonical number such as ``1-0042``; anything else, and rank 0, gives None."""
    found = _NUMBER.fullmatch(text)
    if found is None or not int(found["rank"]) or str(int(found["rank"])).zfill(4) != found["rank"]:
        return None
    return AccreditationNumber(int(found["section"]), int(found["rank"]))


def parse_typed(text: str) -> AccreditationNumber | None:
    """Read a number as people type it: ``n° 1 - 42``, other dashes, full-width digits; None when it is not one."""
    plain = unicodedata.normalize("NFKC", text)
    for dash in _DASHES:
        plain = plain.replace(dash, "-")
    found = _LOOSE.fullmatch(plain.strip())
    if found is None or not int(found["rank"]):
        return None
    return AccreditationNumber(int(found["section"]), int(found["rank"]))
