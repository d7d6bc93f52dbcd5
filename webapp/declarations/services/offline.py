"""Returns filled in offline: a workbook is read and kept, planned anew at each look, and accepted section by section.

Nothing of a return changes before a section is accepted; nothing here commits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import delete
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.declarations.models import DeclarationImport
from webapp.declarations.queries import ReturnFile, StoredCell, stored_cells
from webapp.declarations.queries.offline import KEPT_FOR, find_import
from webapp.declarations.rules.form_models.registry import following
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.offline.carried import Carried, carried
from webapp.declarations.rules.offline.plan import Choice, Fate, Part, is_open, plan
from webapp.declarations.rules.offline.stored import packed, packed_choices, unpacked, unpacked_choices
from webapp.declarations.rules.steps import StepKind
from webapp.declarations.rules.values import display
from webapp.declarations.services.saving import Typed, hold_for_entry, save_cells
from webapp.errors import Conflict, Invalid
from webapp.tables.reading import read_workbook
from webapp.tables.table import TableRefused

Answers = Callable[[list[Part]], Mapping[CellKey, Choice]]
"""What a person answers to the conflicts of a plan that is shown to them."""


class Unsettled(Conflict):
    """Cells of an accepted section were changed on both sides, and nobody chose: nothing was saved."""


@dataclass(frozen=True, slots=True)
class Look:
    """An import as it stands now: what it carries, and what it would do section by section; ``cells`` are those of the return."""

    kept: DeclarationImport
    carried: Carried
    parts: list[Part]
    choices: Mapping[CellKey, Choice]
    cells: Mapping[CellKey, StoredCell]


@dataclass(frozen=True, slots=True)
class Accepted:
    """How many cells were saved, and how many of the accepted sections were left out since the form does not ask for them."""

    saved: int
    hidden: int


def keep(session: Session, actor: Actor, clock: Clock, file: ReturnFile, content: bytes, filename: str) -> DeclarationImport:
    """Read a workbook and keep what it carries for thirty days. Raises :class:`Invalid` of ``fichier`` with what is wrong with it.

    It is kept whether or not the return takes entries now: what was typed is not lost with the state of a return.
    """
    try:
        found = carried(file.number, file.model, following(file.model_code, file.model_version), read_workbook(content, exact=True))
    except TableRefused as refused:
        raise Invalid({"fichier": _(refused.text, **refused.values)}) from refused
    kept = DeclarationImport(
        organisation_id=file.organisation_id,
        return_id=file.id,
        account_id=actor.account_id,
        created_at=clock.now(),
        filename=filename[:200],
        payload=packed(found),
        choices={},
        done_at=None,
    )
    session.add(kept)
    session.flush()
    return kept


def look(session: Session, actor: Actor, clock: Clock, file: ReturnFile, import_id: int, answers: Answers | None = None) -> Look:
    """The person's import as it stands now, with their ``answers`` to its conflicts besides those kept. Raises NotFound."""
    kept = find_import(session, actor, file, import_id, clock.now())
    cells = stored_cells(session, file.id)
    found = unpacked(kept.payload)
    choices = unpacked_choices(kept.choices)
    parts = plan(file.model, file.previous, cells, found.changes, choices)
    given = answers(parts) if answers else {}
    if given:
        choices |= given
        parts = plan(file.model, file.previous, cells, found.changes, choices)
    return Look(kept, found, parts, choices, cells)


def accept(
    session: Session,
    actor: Actor,
    clock: Clock,
    file: ReturnFile,
    import_id: int,
    sections: Collection[str],
    answers: Answers,
) -> Accepted:
    """Save what the import changes in some sections, all at once. Sent twice, it is done once.

    Raises :class:`Unsettled` when a cell of these was changed on both sides and nobody chose over its present version; Conflict when the
    return takes no entries any more.
    """
    hold_for_entry(session, actor, clock, file)
    seen = look(session, actor, clock, file, import_id, answers)
    others = [part for part in seen.parts if part.section.code not in sections]
    parts = seen.parts
    if others:  # what these ask for or hide may hang on answers that are not accepted
        wanted = {cell.key: cell.change for part in parts if part not in others for cell in part.cells}
        parts = plan(file.model, file.previous, seen.cells, wanted, seen.choices)
    if any(part.of(Fate.CONFLICT) for part in parts):
        raise Unsettled(_("Rien n’est encore enregistré : choisissez, pour chaque cellule changée des deux côtés, la valeur à garder."))
    typed = {
        cell.key: Typed(cell.change.raw, cell.version, display(cell.before, file.model.cells[cell.key].decimals))
        for part in parts
        for cell in part.written
    }
    outcome = save_cells(session, actor, clock, file, typed, kind=StepKind.IMPORT)
    seen.kept.choices = packed_choices(seen.choices)
    seen.kept.done_at = None if is_open(others) else clock.now()
    return Accepted(len(outcome.saved), sum(len(part.of(Fate.HIDDEN)) for part in parts))


def abandon(session: Session, actor: Actor, clock: Clock, file: ReturnFile, import_id: int) -> None:
    """Forget an import; the return is not touched. Raises NotFound."""
    session.delete(find_import(session, actor, file, import_id, clock.now()))


def forget_old_imports(session: Session, clock: Clock) -> None:
    """Remove the imports of more than thirty days, accepted or not."""
    old = delete(DeclarationImport).where(DeclarationImport.created_at <= clock.now() - KEPT_FOR)
    session.execute(old, execution_options={"synchronize_session": False})
