"""Acts on several lines of a draft at once: each is one step, and each line is named with the version it was read at."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Invalid
from webapp.scopes.models import Dossier
from webapp.scopes.queries.chosen import chosen_lines
from webapp.scopes.queries.heads import AnyRow
from webapp.scopes.rules.activities import activity
from webapp.scopes.rules.states import Act
from webapp.scopes.rules.steps import StepKind
from webapp.scopes.services.files import open_file, require
from webapp.scopes.services.lines import LONGEST_NOTE
from webapp.scopes.services.steps import Applied, Edit, StaleLines, apply

#: So many lines at most are chosen at once: five pages of the editor.
MOST_CHOSEN = 500
#: Line number → version at which it was read.
Chosen = Mapping[int, int]


def _opened(session: Session, actor: Actor, clock: Clock, number: str, chosen: Chosen) -> tuple[Dossier, Sequence[AnyRow]]:
    """Return the file, open for changes, and the chosen lines in its order; :class:`StaleLines` names those that are not there."""
    if not chosen:
        raise Invalid({"l": _("Cochez au moins une ligne.")})
    if len(chosen) > MOST_CHOSEN:
        raise Invalid({"l": _("Choisissez %(most)d lignes au plus à la fois.", most=MOST_CHOSEN)})
    file = open_file(session, actor, clock, number)
    require(actor, Act.EDIT, file)
    rows = chosen_lines(session, file.id, chosen)
    present = {row.number: row.version for row in rows}
    stale = sorted(number for number, version in chosen.items() if present.get(number) != version)
    if stale:
        raise StaleLines(stale)
    return file, rows


def fill(session: Session, actor: Actor, clock: Clock, number: str, chosen: Chosen, columns: Sequence[str]) -> Applied:
    """Copy the cells of the first chosen line, in these columns, into the others."""
    file, rows = _opened(session, actor, clock, number, chosen)
    known = [key for key in activity(file.activity).keys if key in columns]
    if not known:
        raise Invalid({"colonnes": _("Choisissez au moins une colonne à recopier.")})
    if len(rows) < 2:
        raise Invalid({"l": _("Cochez au moins deux lignes : la première est recopiée dans les autres.")})
    source = {key: rows[0].cells.get(key, "") for key in known}
    edits = [Edit(row.number, cells=_filled({**row.cells, **source}, row.number), expected=row.version) for row in rows[1:]]
    return apply(session, actor, clock, file, StepKind.FILL, edits)


def _filled(cells: dict[str, str], line: int) -> dict[str, str]:
    if not any(cells.values()):
        raise Invalid({"colonnes": _("La ligne %(line)d serait vide : supprimez-la plutôt.", line=line)})
    return cells


def duplicate(session: Session, actor: Actor, clock: Clock, number: str, chosen: Chosen) -> Applied:
    """Add a copy of each chosen line just below it."""
    file, rows = _opened(session, actor, clock, number, chosen)
    edits = [Edit(None, general=row.code, cells=dict(row.cells), after=row.number) for row in rows]
    return apply(session, actor, clock, file, StepKind.DUPLICATE, edits)


def delete(session: Session, actor: Actor, clock: Clock, number: str, chosen: Chosen, reason: str = "") -> Applied:
    """Delete the chosen lines, with the reason of their end if one is given."""
    file, rows = _opened(session, actor, clock, number, chosen)
    edits = [Edit(row.number, deleted=True, expected=row.version) for row in rows]
    return apply(session, actor, clock, file, StepKind.DELETE, edits, note=" ".join(reason.split())[:LONGEST_NOTE])


def rehang(session: Session, actor: Actor, clock: Clock, number: str, chosen: Chosen, code: str) -> Applied:
    """Hang the chosen lines on the general line ``code``, at its end, in their order."""
    file, rows = _opened(session, actor, clock, number, chosen)
    edits = [Edit(row.number, general=code, expected=row.version) for row in rows]
    return apply(session, actor, clock, file, StepKind.MOVE, edits)
