"""References of methods as values: who publishes, which number and part, of which year, with which amendments.

« NF EN ISO 10304-1 (juillet 2009) » and « ISO 10304-1:2009 » name one edition of one method: the French and European adoptions of
an international standard keep its text, so the ``family`` goes by the widest publisher of the chain. A method of the body's own,
a text of law, a supplier's notice are values too; whatever cannot be read is kept as words (:attr:`MethodKind.WORDS`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class MethodKind(StrEnum):
    """What sort of thing a reference names."""

    STANDARD = "standard"
    VALIDATED = "validated"
    LAW = "law"
    RECOGNISED = "recognised"
    OWN = "own"
    WORDS = "words"


class Relation(IntEnum):
    """How one reference stands to another."""

    OTHER = 0
    EARLIER = 1
    SAME = 2
    REVISION = 3


@dataclass(frozen=True, slots=True, order=True)
class Amendment:
    """An amendment (``A``) or corrigendum (``AC``) of a standard; ``number`` 0 when it has none, ``year`` 0 when it is not said."""

    kind: str
    number: int
    year: int

    def __str__(self) -> str:
        return f"{self.kind}{self.number or ''}" + (f":{self.year}" if self.year else "")


@dataclass(frozen=True, slots=True)
class Method:
    """One reference. ``edition`` is what tells revisions apart where years do not: « D » of EPA 8270D, « 3 » of MO-17 révision 3."""

    kind: MethodKind
    body: str
    number: str
    part: str = ""
    year: int | None = None
    amendments: tuple[Amendment, ...] = ()
    edition: str = ""
    family: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The method without its edition: « NF EN ISO 10304-1 »."""
        return f"{self.body} {self.number}".strip() + (f"-{self.part}" if self.part else "")

    @property
    def when(self) -> str:
        """The edition, as short as it is known: « 2009/A1:2012 », « D », or nothing."""
        return "/".join(part for part in (str(self.year or ""), self.edition, *map(str, self.amendments)) if part)

    def __str__(self) -> str:
        if not self.body:
            return self.number  # words, as they were written
        if self.year:
            return f"{self.name}:{self.when}"
        if self.edition:
            return f"{self.name}{self.when}" if self.body == "EPA" else f"{self.name} révision {self.when}"
        return f"{self.name}/{self.when}" if self.amendments else self.name

    @property
    def dated(self) -> bool:
        """Tell whether the reference says which edition it means."""
        return bool(self.year or self.edition or self.amendments)


def _edition(text: str) -> tuple[int | str, ...]:
    """Return a key that puts « 9 » before « 10 », « 2.1.1 » before « 2.2.0 », and « C » before « D »."""
    parts = text.split(".")
    return (0, *map(int, parts)) if all(part.isascii() and part.isdigit() for part in parts) else (1, text)


def _compared(new: Method, known: Method) -> int:
    """Return how the edition of ``new`` stands to that of ``known``: negative before, positive after, 0 the same or not said."""
    if new.year and known.year and new.year != known.year:
        return new.year - known.year
    if new.edition and known.edition and new.edition != known.edition:
        return 1 if _edition(new.edition) > _edition(known.edition) else -1
    if new.year and not known.year and new.year > max((item.year for item in known.amendments), default=9999):
        return 1
    if known.year and not new.year and known.year > max((item.year for item in new.amendments), default=9999):
        return -1
    mine = {(item.kind, item.number) for item in new.amendments}
    theirs = {(item.kind, item.number) for item in known.amendments}
    return (max(mine - theirs, default=("", 0)) > max(theirs - mine, default=("", 0))) - (
        max(mine - theirs, default=("", 0)) < max(theirs - mine, default=("", 0))
    )


def relation(new: Method, known: Method) -> Relation:
    """Tell how ``new`` stands to ``known``: another method, or an earlier, the same or a later edition of the same one.

    A reference that does not say its edition means the one in force, whichever that is: it is the same as any.
    """
    if new.family != known.family:
        return Relation.OTHER
    compared = _compared(new, known) if new.dated and known.dated else 0
    return Relation.REVISION if compared > 0 else Relation.EARLIER if compared < 0 else Relation.SAME


def is_revision_of(new: Method, known: Method) -> bool:
    """Tell whether ``new`` is a later edition of the very method ``known``."""
    return relation(new, known) is Relation.REVISION


def closest(new: Method, known: Iterable[Method]) -> tuple[Relation, Method | None]:
    """Return the best relation of ``new`` to any of the known methods, and the one it has it with.

    The same edition is best, then a revision (of the latest edition known), then an earlier edition.
    """
    order = (Relation.OTHER, Relation.EARLIER, Relation.REVISION, Relation.SAME)  # SAME is surest, though not the highest
    best: tuple[Relation, Method | None] = (Relation.OTHER, None)
    for method in known:
        found = relation(new, method)
        better = order.index(found) - order.index(best[0])
        later = found is best[0] is Relation.REVISION and best[1] is not None and is_revision_of(method, best[1])
        if better > 0 or later:
            best = (found, method)
    return best
