"""The lines that a state of a file holds, a page at a time, as they are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from webapp.scopes.queries.versions import Contents
from webapp.scopes.rules.activities import private_keys
from webapp.scopes.rules.snapshot import GeneralTitle


@dataclass(frozen=True, slots=True)
class LinesPage:
    """A page of lines by general line: its heading, then the number and cells of each line in the order of ``labels``."""

    labels: Sequence[str]
    groups: Sequence[tuple[GeneralTitle, Sequence[tuple[int, Sequence[str]]]]]
    total: int


def lines_page(state: Contents, offset: int, size: int) -> LinesPage:
    """Return some of the lines of a state, in its order, without what is never published."""
    hidden = private_keys()
    columns = {key: label for key, label in state.columns.items() if key not in hidden}
    titles = {general.code: general for general in state.generals}
    groups = [
        (titles[code], [(line.number, [line.cells.get(key, "") for key in columns]) for line in lines])
        for code, lines in groupby(state.lines[offset : offset + size], key=lambda line: line.general)
    ]
    return LinesPage([*columns.values()], groups, len(state.lines))
