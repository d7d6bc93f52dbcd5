"""Find and replace: what it would do to a draft, and doing it as one step."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Invalid
from webapp.scopes.models import Dossier
from webapp.scopes.queries.chosen import chosen_lines
from webapp.scopes.queries.heads import AnyRow
from webapp.scopes.rules.activities import activity
from webapp.scopes.rules.replacing import Search, replaced
from webapp.scopes.rules.states import Act
from webapp.scopes.rules.steps import StepKind
from webapp.scopes.services.files import open_file, require
from webapp.scopes.services.lines import checked_cells
from webapp.scopes.services.steps import Applied, Edit, StaleLines, apply

#: Cells that one preview shows, and one step replaces: the rest is found by looking again.
MOST_CELLS = 500


@dataclass(frozen=True, slots=True)
class Match:
    """A cell that would change: the line, the version it was read at, the key of its column, and its text before and after."""

    number: int
    version: int
    key: str
    before: str
    after: str


def matches(rows: Iterable[AnyRow], columns: Sequence[str], search: Search) -> list[Match]:
    """Return the cells of ``rows`` (number, version, cells) that the search would change, in their order."""
    found = []
    for row in rows:
        for key in columns:
            before = row.cells.get(key, "")
            after = replaced(before, search)
            if after is not None:
                found.append(Match(row.number, row.version, key, before, after))
    return found


def replace(session: Session, actor: Actor, clock: Clock, number: str, search: Search, cells: Collection[tuple[int, int, str]]) -> Applied:
    """Replace in the given cells (line, version at which it was read, column), as one step.

    :class:`StaleLines` names the lines that changed since: then nothing is replaced. A cell in which nothing is found stays as it is.
    """
    if not cells:
        raise Invalid({"c": _("Cochez au moins une case à remplacer.")})
    if len(cells) > MOST_CELLS:
        raise Invalid({"c": _("Remplacez %(most)d cases au plus à la fois.", most=MOST_CELLS)})
    file = open_file(session, actor, clock, number)
    require(actor, Act.EDIT, file)
    read = {line: version for line, version, _key in cells}
    rows = chosen_lines(session, file.id, read)
    present = {row.number: row.version for row in rows}
    stale = sorted({line for line, version, _key in cells if present.get(line) != version})
    if stale:
        raise StaleLines(stale)
    known = activity(file.activity).keys
    edits = []
    for row in rows:
        wanted = [key for line, _version, key in cells if line == row.number and key in known]
        changed = {match.key: match.after for match in matches([row], wanted, search)}
        if changed:
            edits.append(Edit(row.number, cells=_checked(file, row, changed), expected=row.version))
    return apply(session, actor, clock, file, StepKind.REPLACE, edits)


def _checked(file: Dossier, row: AnyRow, changed: dict[str, str]) -> dict[str, str]:
    """Return the cells of a line with some changed; a refusal names the line."""
    try:
        return checked_cells(file, {**row.cells, **changed})
    except Invalid as invalid:
        message = _("Ligne %(line)d : %(why)s", line=row.number, why=" ".join(invalid.errors.values()))
        raise Invalid({"c": message}) from invalid
