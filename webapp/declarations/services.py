"""What changes a return: cells entered, submission, acceptance, return for correction. Nothing here commits."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from flask_babel import gettext as _
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from webapp.accounts.queries import people_with_role
from webapp.actor import Actor, Role
from webapp.clock import Clock
from webapp.declarations import mails, rules
from webapp.declarations.formula import CellKey
from webapp.declarations.model import Table
from webapp.declarations.models import CellValue, Return, ReturnEvent, Submission
from webapp.declarations.policies import ReturnFacts, can_act, can_enter
from webapp.declarations.queries import ReturnFile, StoredCell, stored_cells
from webapp.declarations.rules import TRANSITIONS, Act, ReturnState
from webapp.declarations.sheet import Sheet
from webapp.declarations.snapshots import take_snapshot
from webapp.declarations.values import EMPTY, Entry, display, parse_value
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.evidence.services import record
from webapp.outbox.services import enqueue

LONGEST_REASON = 4000


@dataclass(frozen=True, slots=True)
class Typed:
    """What one person typed in one cell, over which version and which shown text."""

    raw: str
    version: int
    shown: str


@dataclass(frozen=True, slots=True)
class CellConflict:
    """A cell that somebody else changed meanwhile: what both typed, and over what."""

    mine: Entry
    theirs: StoredCell
    base: str


@dataclass(slots=True)
class SaveOutcome:
    """What a save did: the cells changed with their new versions, and those refused because somebody else changed them."""

    cells: dict[CellKey, StoredCell]
    saved: list[CellKey] = field(default_factory=list)
    added: list[CellKey] = field(default_factory=list)
    changed: list[CellKey] = field(default_factory=list)
    conflicts: dict[CellKey, CellConflict] = field(default_factory=dict)


def sheet_of(file: ReturnFile, cells: Mapping[CellKey, StoredCell], table: Table | None = None) -> Sheet:
    """The figures of a return as they are being entered; only what a `table` needs, when given."""
    return Sheet(file.model, {key: cell.entry for key, cell in cells.items()}, table)


def save_cells(
    session: Session,
    actor: Actor,
    clock: Clock,
    file: ReturnFile,
    typed: Mapping[CellKey, Typed],
    tables: Collection[str] | None = None,
) -> SaveOutcome:
    """Save what was typed in some cells of a return, each over the version it was typed on.

    `tables` (all by default) are those whose cells the outcome gives; they include those of the typed cells.

    A cell whose text was left as shown is not touched. One that somebody else changed meanwhile, to something else, is a
    conflict: then nothing is saved, and the caller shows both. Unreadable texts are saved and marked. Raises Conflict when the return no
    longer takes entries, KeyError for a cell that people do not fill in.
    """
    row = _locked(session, file)
    if not can_enter(actor, _now(file, row), clock.now()):
        raise Conflict(_("Cette déclaration n’accepte plus de saisie : elle a été déposée, ou sa campagne est close."))
    cells = stored_cells(session, file.id, tables)
    outcome = SaveOutcome(dict(cells))
    for key, cell_typed in typed.items():
        _save_cell(actor, clock, file, key, cell_typed, outcome)
    if outcome.conflicts:
        return SaveOutcome(cells, conflicts=outcome.conflicts)
    _write(session, actor, file, outcome)
    return outcome


def _save_cell(actor: Actor, clock: Clock, file: ReturnFile, key: CellKey, typed: Typed, outcome: SaveOutcome) -> None:
    cell = file.model.cells[key]
    if cell.formula is not None:
        raise KeyError(key)
    mine = parse_value(typed.raw, cell.unit, decimals=cell.decimals, signed=cell.signed)
    stored = outcome.cells.get(key)
    present = stored.entry if stored else EMPTY
    if typed.raw.strip() == typed.shown.strip() or _same(mine, present):
        return
    if stored and stored.version != typed.version:
        outcome.conflicts[key] = CellConflict(mine, stored, typed.shown)
        return
    outcome.cells[key] = StoredCell(mine, (stored.version if stored else 0) + 1, actor.name, clock.now())
    outcome.saved.append(key)
    (outcome.changed if stored else outcome.added).append(key)


def _write(session: Session, actor: Actor, file: ReturnFile, outcome: SaveOutcome) -> None:
    """Two statements at most, however many cells."""
    if outcome.added:
        session.execute(insert(CellValue), [_row(actor, file, key, outcome.cells[key]) for key in outcome.added])
    if outcome.changed:
        session.execute(update(CellValue), [_row(actor, file, key, outcome.cells[key]) for key in outcome.changed])


def _row(actor: Actor, file: ReturnFile, key: CellKey, cell: StoredCell) -> dict[str, object]:
    return {
        "organisation_id": file.organisation_id,
        "return_id": file.id,
        "table_code": key[0],
        "row_code": key[1],
        "column_code": key[2],
        "kind": cell.entry.kind,
        "raw": cell.entry.raw,
        "value": cell.entry.value,
        "version": cell.version,
        "edited_by": actor.account_id,
        "edited_by_name": cell.by,
        "edited_at": cell.at,
    }


def _same(one: Entry, other: Entry) -> bool:
    return one.kind is other.kind and one.value == other.value and (one.value is not None or one.raw == other.raw)


def figures_seen(cells: Mapping[CellKey, StoredCell]) -> str:
    """Return a digest of which figures stand, by their versions: what a person looked at before submitting."""
    return rules.digest("\n".join(sorted(f"{'.'.join(key)}~{cell.version}" for key, cell in cells.items())))


def submit(
    session: Session, actor: Actor, clock: Clock, file: ReturnFile, *, version: int, public_url: str, seen: str | None = None
) -> str:
    """Submit a return: freeze its figures and give its receipt number.

    `seen` is the digest (`figures_seen`) of the page on which the person decided: a colleague's later figure is a Conflict.
    `version` is the return's version that the person saw; the same submission sent twice (a double click) gives the same receipt. Raises
    Invalid when something blocks, Conflict when the return changed state meanwhile, Forbidden when it is not the actor's to submit.
    """
    row = _locked(session, file)
    if row.state is ReturnState.SUBMITTED and version == row.version - 1:
        return session.scalars(
            select(Submission.receipt).where(Submission.return_id == row.id).order_by(Submission.rank.desc()).limit(1)
        ).one()
    _check(Act.SUBMIT, actor, clock, file, row, version)
    cells = stored_cells(session, file.id)
    if seen is not None and seen != figures_seen(cells):
        raise Conflict(_("Des chiffres ont changé depuis que cette page est ouverte. Relisez-les avant de déposer."))
    sheet = sheet_of(file, cells)
    if not sheet.may_be_submitted():
        raise Invalid({"": _("Des contrôles bloquants empêchent le dépôt.")})
    rank = 1 + len(session.scalars(select(Submission.id).where(Submission.return_id == row.id)).all())
    receipt = rules.receipt_number(file.number, rank)
    now = clock.now()
    declarant = {"name": file.organisation, "siret": file.siret or "", "region": file.region or ""}
    text = rules.canonical(take_snapshot(sheet, receipt=receipt, number=file.number, declarant=declarant, by=actor.name, at=now))
    late = rules.timing(file.deadline, now) is rules.Timing.LATE
    session.add(
        Submission(
            organisation_id=file.organisation_id,
            return_id=file.id,
            rank=rank,
            receipt=receipt,
            submitted_at=now,
            submitted_by=actor.account_id,
            submitted_by_name=actor.name,
            late=late,
            snapshot=text,
            sha256=rules.digest(text),
        )
    )
    row.submitted_at = now
    _move(session, actor, clock, row, Act.SUBMIT, receipt=receipt, detail={"sha256": rules.digest(text), "late": late})
    _mail(session, clock, row, mails.received(file.number, receipt, public_url), f"submitted-{rank}")
    return receipt


def accept(session: Session, actor: Actor, clock: Clock, file: ReturnFile, *, version: int, public_url: str) -> None:
    """Accept a submitted return. Accepting twice is harmless. Raises Conflict or Forbidden like `submit`."""
    row = _locked(session, file)
    if row.state is ReturnState.ACCEPTED and version == row.version - 1:
        return
    _check(Act.ACCEPT, actor, clock, file, row, version)
    _move(session, actor, clock, row, Act.ACCEPT)
    _mail(session, clock, row, mails.accepted(file.number, public_url), f"accepted-{row.version}")


def send_back(session: Session, actor: Actor, clock: Clock, file: ReturnFile, *, version: int, reason: str, public_url: str) -> None:
    """Send a submitted return back with a reason. Raises Invalid without a reason, Conflict or Forbidden like `submit`."""
    row = _locked(session, file)
    if row.state is ReturnState.RETURNED and version == row.version - 1:
        return
    _check(Act.SEND_BACK, actor, clock, file, row, version)
    reason = reason.strip()
    if not reason:
        raise Invalid({"reason": _("Dites ce qui est à corriger : le déclarant ne verra que ce motif.")})
    if len(reason) > LONGEST_REASON:
        raise Invalid({"reason": _("Raccourcissez le motif : %(max)d caractères au plus.", max=LONGEST_REASON)})
    _move(session, actor, clock, row, Act.SEND_BACK, reason=reason)
    _mail(session, clock, row, mails.sent_back(file.number, reason, public_url), f"returned-{row.version}")


def verify(text: str, sha256: str) -> bool:
    """Whether a stored snapshot still is what was frozen."""
    return rules.digest(text) == sha256 and isinstance(json.loads(text), dict)


def shown_text(file: ReturnFile, key: CellKey, cells: Mapping[CellKey, StoredCell]) -> str:
    """The text that a cell's field shows."""
    return display(cells[key].entry, file.model.cells[key].decimals) if key in cells else ""


def _locked(session: Session, file: ReturnFile) -> Return:
    """The return, held until the end of the transaction, as it is now."""
    query = select(Return).where(Return.id == file.id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one()


def _now(file: ReturnFile, row: Return) -> ReturnFacts:
    """The facts as they are under the lock: the state may have moved since the page was loaded."""
    return replace(file.facts, state=row.state)


def _check(act: Act, actor: Actor, clock: Clock, file: ReturnFile, row: Return, version: int) -> None:
    if not actor.has(*TRANSITIONS[act].roles):
        raise Forbidden
    if row.version != version or not rules.may(act, row.state):
        raise Conflict(_("Cette déclaration a changé d’état entre-temps. Rechargez la page pour voir où elle en est."))
    if not can_act(act, actor, _now(file, row), clock.now()):
        raise Conflict(_("La campagne n’accepte plus ce geste : elle est close, ou n’est pas encore ouverte."))


def _move(
    session: Session,
    actor: Actor,
    clock: Clock,
    row: Return,
    act: Act,
    *,
    reason: str = "",
    receipt: str | None = None,
    detail: dict[str, object] | None = None,
) -> None:
    """Carry out a transition of the table, with its step and its evidence."""
    transition = TRANSITIONS[act]
    row.state, row.changed_at = transition.target, clock.now()
    session.add(
        ReturnEvent(
            organisation_id=row.organisation_id,
            return_id=row.id,
            act=act,
            at=clock.now(),
            by_name=actor.name,
            reason=reason,
            receipt=receipt,
        )
    )
    facts = {key: value for key, value in {"receipt": receipt, "reason": reason, **(detail or {})}.items() if value not in (None, "")}
    record(
        session,
        actor,
        clock,
        action=transition.evidence,
        subject=f"déclaration {row.number}",
        organisation_id=row.organisation_id,
        detail=facts,
    )
    session.flush()


def _mail(session: Session, clock: Clock, row: Return, mail: mails.Mail, what: str) -> None:
    for person in people_with_role(session, row.organisation_id, Role.DECLARANT):
        key = f"declaration:{row.number}:{what}:{person.account_id}"
        enqueue(session, clock, to=person.email, subject=mail.subject, body=mail.body, key=key)
