"""How the states of a file are named in addresses: ``v7`` a version, ``brouillon`` the draft, ``n3`` a named draft."""

import re
from dataclasses import dataclass
from enum import StrEnum

_REF = re.compile(r"(?P<kind>[vn])(?P<number>[1-9][0-9]{0,8})", re.ASCII)


class RefKind(StrEnum):
    """The kind of state."""

    VERSION = "v"
    NAMED = "n"
    DRAFT = "brouillon"


@dataclass(frozen=True, slots=True)
class Ref:
    """One state of a file: a version by its number, a named draft by its id, or the draft as it is now."""

    kind: RefKind
    number: int = 0

    def __str__(self) -> str:
        return str(self.kind) if self.kind is RefKind.DRAFT else f"{self.kind}{self.number}"


DRAFT = Ref(RefKind.DRAFT)


def version(number: int) -> Ref:
    """Name a version."""
    return Ref(RefKind.VERSION, number)


def named(identifier: int) -> Ref:
    """Name a named draft."""
    return Ref(RefKind.NAMED, identifier)


def parse(text: str) -> Ref | None:
    """Read a name as it stands in an address; anything else is None."""
    if text == RefKind.DRAFT:
        return DRAFT
    found = _REF.fullmatch(text)
    return Ref(RefKind(found["kind"]), int(found["number"])) if found is not None else None
