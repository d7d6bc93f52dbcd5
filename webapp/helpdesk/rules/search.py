"""What a search for words asks of the full-text index, in the language of each database. Pure: only letters, digits and our own signs."""

from dataclasses import dataclass

from webapp.folding import tokens

MOST_WORDS = 8
#: A last word this short is taken as it is: the beginnings of too many words.
SHORTEST_BEGINNING = 2
OPEN_MARK = "ouvert"


@dataclass(frozen=True, slots=True)
class Sought:
    """The words that a text must hold, all of them; the last one may go on (``unfinished``)."""

    words: tuple[str, ...]
    unfinished: bool

    @property
    def tsquery(self) -> str:
        """Return the words as the text of a ``tsquery``."""
        return " & ".join([f"'{word}'" for word in self.words[:-1]] + [f"'{self.words[-1]}'{':*' if self.unfinished else ''}"])


def sought(text: str) -> Sought | None:
    """Return what a typed text asks for: its first ``MOST_WORDS`` words; None when it holds neither letter nor digit."""
    found = tuple(tokens(text)[:MOST_WORDS])
    if not found:
        return None
    finished = text[-1:].isspace() or len(found[-1]) < SHORTEST_BEGINNING
    return Sought(found, unfinished=not finished)


def fts5_around(wanted: Sought, *, with_notes: bool, open_only: bool, organisation_id: int | None) -> tuple[str, str]:
    """Return what stands before and after the last word in the whole FTS5 expression.

    It names the words in the columns that may be read, and the marks that spare reading the rest.
    """
    columns = "{head said noted}" if with_notes else "{head said}"
    marks = [OPEN_MARK] if open_only else []
    if organisation_id is not None:
        marks.append(organisation_mark(organisation_id))
    before = "".join(f'"{word}" AND ' for word in wanted.words[:-1])
    return f"({columns} : ({before}(", ")))" + "".join(f' AND (marks : "{mark}")' for mark in marks)


def organisation_mark(organisation_id: int) -> str:
    """Return the mark of an organisation's tickets in the index."""
    return f"o{organisation_id}"


def marks(*, organisation_id: int, is_open: bool) -> str:
    """Return the marks of a ticket: whose it is, and whether it is open."""
    return " ".join([organisation_mark(organisation_id), *([OPEN_MARK] if is_open else [])])
