"""What moves a return along its states: submission, acceptance, return for correction, rectification, a deadline put off.

One function runs a transition of the table in ``rules``; nothing here commits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from webapp.accounts.queries import people_with_role
from webapp.actor import Actor, Role
from webapp.clock import Clock
from webapp.declarations import mails
from webapp.declarations.models import CellMark, Return, ReturnEvent, Submission
from webapp.declarations.policies import can_act, is_declarant_of, may_sign
from webapp.declarations.queries import (
    ReturnFile,
    documents_of,
    justifications_alone,
    justifications_of,
    stored_cells,
    submission_of_rank,
)
from webapp.declarations.rules import documents as rules_documents
from webapp.declarations.rules import snapshots, workflow
from webapp.declarations.rules.documents import Attached
from webapp.declarations.rules.justifications import Justification, unanswered
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.steps import StepKind
from webapp.declarations.rules.values import EMPTY, same_entry
from webapp.declarations.rules.workflow import TRANSITIONS, Act, ReturnState
from webapp.declarations.services import documents, justifications
from webapp.declarations.services.saving import SaveOutcome, facts_now, figures_seen, locked, sheet_of, write_cells
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.evidence.services import record
from webapp.outbox.services import enqueue

LONGEST_REASON = 4000


def submit(
    session: Session, actor: Actor, clock: Clock, file: ReturnFile, *, version: int, public_url: str, seen: str | None = None
) -> str:
    """Submit a return: freeze its figures and give its receipt number.

    `seen` is the digest (`figures_seen`) of the page on which the person decided: a colleague's later figure is a Conflict.
    `version` is the return's version that the person saw; the same submission sent twice (a double click) gives the same receipt. Raises
    Invalid when something blocks, Conflict when the return changed state meanwhile, Forbidden when it is not the actor's to submit.
    """
    row = locked(session, file)
    if row.state is ReturnState.SUBMITTED and version == row.version - 1:
        return _last(session, row)[1]
    _check(Act.SUBMIT, actor, clock, file, row, version)
    cells = stored_cells(session, file.id)
    attached = documents_of(session, file)
    if seen is not None and seen != figures_seen(cells, rules_documents.seen(attached)):
        raise Conflict(_("Des chiffres ou des pièces ont changé depuis que cette page est ouverte. Relisez-les avant de déposer."))
    sheet = sheet_of(file, cells)
    if not sheet.may_be_submitted():
        raise Invalid({"": _("Des contrôles bloquants empêchent le dépôt.")})
    written = justifications_alone(justifications_of(session, file.id))
    _all_justified(sheet, written)
    going = _all_attached(sheet, attached)
    frozen = _freeze(session, actor, clock, file, row, sheet, written, going)
    row.submitted_at = frozen.submitted_at
    _move(session, actor, clock, row, Act.SUBMIT, receipt=frozen.receipt, detail={"sha256": frozen.sha256, "late": frozen.late})
    tell_declarants(session, clock, row, mails.received(file.number, frozen.receipt, public_url), f"submitted-{frozen.rank}")
    return frozen.receipt


def _freeze(
    session: Session,
    actor: Actor,
    clock: Clock,
    file: ReturnFile,
    row: Return,
    sheet: Sheet,
    written: Mapping[str, Justification],
    going: Sequence[Attached],
) -> Submission:
    """Freeze the figures, the justifications and the files of a return as its next submission."""
    rank, now = _last(session, row)[0] + 1, clock.now()
    receipt = workflow.receipt_number(file.number, rank)
    declarant = {"name": file.organisation, "siret": file.siret or "", "region": file.region or ""}
    content = snapshots.take_snapshot(
        sheet,
        receipt=receipt,
        number=file.number,
        declarant=declarant,
        by=actor.name,
        at=now,
        justified=written,
        documents=rules_documents.listed(sheet.expected_documents(), going),
    )
    text = workflow.canonical(content)
    frozen = Submission(
        organisation_id=file.organisation_id,
        return_id=file.id,
        rank=rank,
        receipt=receipt,
        submitted_at=now,
        submitted_by=actor.account_id,
        submitted_by_name=actor.name,
        late=not row.acceptances and workflow.timing(row.due_on, now) is workflow.Timing.LATE,
        snapshot=text,
        sha256=workflow.digest(text),
    )
    session.add(frozen)
    documents.freeze(session, file, going, rank)
    justifications.freeze(session, file, {control["code"] for control in content["controls"] if "justification" in control})
    return frozen


def _all_justified(sheet: Sheet, written: Mapping[str, Justification]) -> None:
    """Raise Invalid while a warning fails that nobody justified for the figures as they stand."""
    left = unanswered(sheet.findings(), written, sheet)
    if left:
        count = len(left)
        words = ngettext(
            "%(num)s contrôle reste à justifier avant le dépôt.",
            "%(num)s contrôles restent à justifier avant le dépôt.",
            count,
        )
        raise Invalid({"": words})


def _all_attached(sheet: Sheet, attached: Sequence[Attached]) -> list[Attached]:
    """The files that go with the submission: those of the documents expected. Raises Invalid while a compulsory one has none."""
    expected = sheet.expected_documents()
    missing = rules_documents.missing(expected, attached)
    if missing:
        labels = ", ".join(document.label for document in missing)
        words = ngettext(
            "Pièce obligatoire manquante : %(labels)s.", "Pièces obligatoires manquantes : %(labels)s.", len(missing), labels=labels
        )
        raise Invalid({"": words})
    codes = {document.code for document in expected}
    return [item for item in attached if item.document in codes]


def accept(session: Session, actor: Actor, clock: Clock, file: ReturnFile, *, version: int, public_url: str) -> None:
    """Accept a submitted return; what was marked is settled. Accepting twice is harmless. Raises Conflict or Forbidden like `submit`."""
    row = locked(session, file)
    if row.state in (ReturnState.ACCEPTED, ReturnState.RECTIFIED) and version == row.version - 1:
        return
    _check(Act.ACCEPT, actor, clock, file, row, version)
    row.accepted_rank, receipt = _last(session, row)
    row.acceptances += 1
    row.question_at = None
    _settle_marks(session, actor, clock, row)
    _move(session, actor, clock, row, Act.ACCEPT, receipt=receipt)
    tell_declarants(session, clock, row, mails.accepted(file.number, public_url), f"accepted-{row.version}")


def send_back(
    session: Session,
    actor: Actor,
    clock: Clock,
    file: ReturnFile,
    *,
    version: int,
    reason: str,
    public_url: str,
    due_on: date | None = None,
) -> None:
    """Send a submitted return back with a reason, with the cells marked, or both; `due_on` puts its deadline off (never forward).

    Raises Invalid when neither says what to correct, Conflict or Forbidden like `submit`.
    """
    row = locked(session, file)
    if row.state is ReturnState.RETURNED and version == row.version - 1:
        return
    _check(Act.SEND_BACK, actor, clock, file, row, version)
    marks = _send_marks(session, clock, row)
    reason = _reason(reason, "" if marks else _("Dites ce qui est à corriger, ou marquez des cellules dans les tableaux."))
    if due_on is not None and due_on < workflow.today(clock.now()):
        raise Invalid({"due_on": _("Donnez une date à venir : le déclarant doit avoir le temps de corriger.")})
    until = due_on if due_on is not None and due_on > row.due_on else None
    if until is not None:
        row.due_on = row.extended_to = until
    row.question_at = None
    _move(session, actor, clock, row, Act.SEND_BACK, reason=reason, until=until, detail={"cells": marks} if marks else None)
    tell_declarants(session, clock, row, mails.sent_back(file.number, public_url), f"returned-{row.version}")


def rectify(session: Session, actor: Actor, clock: Clock, file: ReturnFile, *, version: int, reason: str, public_url: str) -> None:
    """Open an accepted return again, by its declarant or an agent: what was accepted stays in force until the rectification is accepted.

    Raises Invalid without a reason, Conflict or Forbidden like `submit`.
    """
    row = locked(session, file)
    if row.state is ReturnState.RECTIFYING and version == row.version - 1:
        return
    _check(Act.RECTIFY, actor, clock, file, row, version)
    reason = _reason(reason, _("Dites pourquoi cette déclaration est à rectifier."))
    marks = _send_marks(session, clock, row) if actor.has(*workflow.AGENTS) else 0
    _move(session, actor, clock, row, Act.RECTIFY, reason=reason, detail={"cells": marks} if marks else None)
    tell_declarants(session, clock, row, mails.rectification(file.number, public_url), f"rectifying-{row.version}")


def abandon(session: Session, actor: Actor, clock: Clock, file: ReturnFile, *, version: int) -> None:
    """Give a rectification up: the figures that were accepted come back. Raises Conflict or Forbidden like `submit`."""
    row = locked(session, file)
    if row.state in (ReturnState.ACCEPTED, ReturnState.RECTIFIED) and version == row.version - 1:
        return
    _check(Act.ABANDON, actor, clock, file, row, version)
    _restore(session, actor, clock, file, row)
    _move(session, actor, clock, row, Act.ABANDON)


def extend(
    session: Session, actor: Actor, clock: Clock, file: ReturnFile, *, version: int, until: date, reason: str, public_url: str
) -> None:
    """Put one declarant's deadline off until a day, with a reason. Raises Invalid for a day that puts nothing off."""
    row = locked(session, file)
    if row.extended_to == until and version == row.version - 1:
        return
    _check(Act.EXTEND, actor, clock, file, row, version)
    if until <= row.due_on or until < workflow.today(clock.now()):
        raise Invalid({"until": _("Donnez une date à venir, postérieure à l’échéance actuelle.")})
    reason = _reason(reason, _("Dites pourquoi l’échéance est reportée."))
    row.due_on = row.extended_to = until
    _move(session, actor, clock, row, Act.EXTEND, reason=reason, until=until)
    tell_declarants(session, clock, row, mails.extended(file.number, until, public_url), f"extended-{row.version}")


def tell_declarants(session: Session, clock: Clock, row: Return, mail: mails.Mail, what: str) -> None:
    """Queue a mail to each declarant of the return's organisation; `what` makes it leave once."""
    for person in people_with_role(session, row.organisation_id, Role.DECLARANT):
        key = f"declaration:{row.number}:{what}:{person.account_id}"
        enqueue(session, clock, to=person.email, subject=mail.subject, body=mail.body, key=key)


def _last(session: Session, row: Return) -> tuple[int, str]:
    """Rank and receipt of the last submission; 0 and nothing before the first."""
    query = select(Submission.rank, Submission.receipt).where(Submission.return_id == row.id).order_by(Submission.rank.desc()).limit(1)
    found = session.execute(query).one_or_none()
    return (found.rank, found.receipt) if found is not None else (0, "")


def _check(act: Act, actor: Actor, clock: Clock, file: ReturnFile, row: Return, version: int) -> None:
    if not actor.has(*TRANSITIONS[act].roles):
        raise Forbidden
    if row.version != version or not workflow.may(act, row.state):
        raise Conflict(_("Cette déclaration a changé d’état entre-temps. Rechargez la page pour voir où elle en est."))
    facts = facts_now(file, row)
    if act in workflow.SIGNED and is_declarant_of(actor, facts) and not may_sign(actor, facts, clock.now()):
        raise Forbidden
    if not can_act(act, actor, facts, clock.now()):
        raise Conflict(_("La campagne n’accepte plus ce geste : elle est close, ou n’est pas encore ouverte."))


def _reason(typed: str, missing: str) -> str:
    """The reason as kept; `missing` is what to say when there is none, empty when none is needed. Raises Invalid."""
    reason = typed.strip()
    if not reason and missing:
        raise Invalid({"reason": missing})
    if len(reason) > LONGEST_REASON:
        raise Invalid({"reason": _("Raccourcissez le motif : %(max)d caractères au plus.", max=LONGEST_REASON)})
    return reason


def _send_marks(session: Session, clock: Clock, row: Return) -> int:
    """Show the declarant the cells that agents marked; returns how many."""
    pending = update(CellMark).where(CellMark.return_id == row.id, CellMark.sent_at.is_(None)).values(sent_at=clock.now())
    return len(session.scalars(pending.returning(CellMark.id)).all())


def _settle_marks(session: Session, actor: Actor, clock: Clock, row: Return) -> None:
    """Close what was asked; marks that never left go with the acceptance."""
    session.execute(delete(CellMark).where(CellMark.return_id == row.id, CellMark.sent_at.is_(None)))
    still_open = CellMark.return_id == row.id, CellMark.settled_at.is_(None)
    session.execute(update(CellMark).where(*still_open).values(settled_at=clock.now(), settled_by_name=actor.name))


def _restore(session: Session, actor: Actor, clock: Clock, file: ReturnFile, row: Return) -> None:
    """Put the accepted figures back, cell by cell over the present ones, so that no stale page can undo it."""
    accepted = submission_of_rank(session, row.id, row.accepted_rank or 0)
    if accepted is None:
        raise Conflict(_("Le dépôt accepté de cette déclaration est introuvable. Prévenez l’assistance."))
    cells = stored_cells(session, row.id)
    present, before = sheet_of(file, cells), snapshots.sheet_from(accepted.content, file.model)
    outcome = SaveOutcome(dict(cells))
    for key in sorted({*cells, *before.entries}):
        now, then = (cells[key].entry if key in cells else EMPTY), before.entries.get(key, EMPTY)
        if key not in file.model.cells or present.is_hidden(key) or same_entry(now, then):
            continue
        outcome.put(key, then, actor, clock.now())
    write_cells(session, actor, clock, file, outcome, StepKind.ABANDON)
    documents.restore(session, clock, file, accepted, {document.code for document in present.expected_documents()})


def _move(
    session: Session,
    actor: Actor,
    clock: Clock,
    row: Return,
    act: Act,
    *,
    reason: str = "",
    receipt: str | None = None,
    until: date | None = None,
    detail: dict[str, object] | None = None,
) -> None:
    """Carry out a transition of the table, with its step and its evidence."""
    row.state, row.changed_at = workflow.arrival(act, row.state, row.acceptances), clock.now()
    session.add(
        ReturnEvent(
            organisation_id=row.organisation_id,
            return_id=row.id,
            act=act,
            at=clock.now(),
            by_name=actor.name,
            reason=reason,
            receipt=receipt,
            until=until,
        )
    )
    told = {"receipt": receipt, "reason": reason, "until": until.isoformat() if until else None, **(detail or {})}
    record(
        session,
        actor,
        clock,
        action=TRANSITIONS[act].evidence,
        subject=f"déclaration {row.number}",
        organisation_id=row.organisation_id,
        detail={key: value for key, value in told.items() if value not in (None, "")},
    )
    session.flush()
