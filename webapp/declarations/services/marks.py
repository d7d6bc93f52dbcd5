"""Cells that agents ask to be corrected, and what both sides say about them and about the return. Nothing here commits."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.accounts.queries import people_of_accounts
from webapp.actor import Actor
from webapp.clock import Clock
from webapp.declarations import mails
from webapp.declarations.models import CellMark, Return, ReturnMessage
from webapp.declarations.policies import can_mark, is_agent, is_declarant_of
from webapp.declarations.queries import ReturnFile, latest_submission
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.services.saving import facts_now, locked
from webapp.declarations.services.transitions import tell_declarants
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.evidence.services import record
from webapp.outbox.services import enqueue

LONGEST_NOTE = 2000
LONGEST_MESSAGE = 4000
MOST_MARKS = 500
"""Marks that one return may hold: beyond, the whole return is wrong."""


def mark_cell(session: Session, actor: Actor, clock: Clock, file: ReturnFile, key: CellKey, note: str) -> None:
    """Note that a cell of the last submission is to be corrected; the declarant sees it once the return is sent back.

    Raises KeyError for a cell that people do not fill in, Invalid without a note, Conflict when the return is with its declarant.
    """
    row = locked(session, file)
    if not is_agent(actor):
        raise Forbidden
    submitted = latest_submission(session, file.id)
    if submitted is None or not can_mark(actor, facts_now(file, row)):
        raise Conflict(_("Cette déclaration n’est plus à examiner : elle a été renvoyée entre-temps. Rechargez la page."))
    if file.model.cells[key].formula is not None:
        raise KeyError(key)
    note = _text(note, "note", LONGEST_NOTE, _("Dites ce qui est à corriger dans cette cellule."))
    count = len(session.scalars(select(CellMark.id).where(CellMark.return_id == file.id)).all())
    if count >= MOST_MARKS:
        raise Invalid({"note": _("Cette déclaration porte déjà %(max)d marques. Renvoyez-la avec un motif d’ensemble.", max=MOST_MARKS)})
    session.add(
        CellMark(
            organisation_id=file.organisation_id,
            return_id=file.id,
            rank=submitted.rank,
            table_code=key[0],
            row_code=key[1],
            column_code=key[2],
            label=file.model.label(key)[:600],
            note=note,
            by=actor.account_id,
            by_name=actor.name,
            at=clock.now(),
        )
    )
    session.flush()


def withdraw_mark(session: Session, actor: Actor, file: ReturnFile, mark_id: int) -> None:
    """Take back a mark that the declarant has not seen. Raises NotFound, Conflict once it was sent."""
    mark = _mark(session, actor, file, mark_id)
    if mark.sent_at is not None:
        raise Conflict(_("Cette marque a déjà été envoyée au déclarant : elle ne se retire plus, elle se règle."))
    session.delete(mark)
    session.flush()


def settle_mark(session: Session, actor: Actor, clock: Clock, file: ReturnFile, mark_id: int) -> None:
    """Say that what was asked of a cell is done. Settling twice is harmless. Raises NotFound."""
    mark = _mark(session, actor, file, mark_id)
    if mark.sent_at is None:
        raise Conflict(_("Cette marque n’a pas été envoyée : retirez-la plutôt."))
    if mark.settled_at is None:
        mark.settled_at, mark.settled_by_name = clock.now(), actor.name
        session.flush()


def say(session: Session, actor: Actor, clock: Clock, file: ReturnFile, *, body: str, mark_id: int | None, public_url: str) -> None:
    """Write to the other side about the return or about one marked cell; a mail says that a message waits.

    Raises Invalid without a text, NotFound for a mark that the actor does not see.
    """
    from_agent = not is_declarant_of(actor, file.facts)
    row = locked(session, file)
    if mark_id is not None:
        mark = _visible(session, file, mark_id)
        if mark.sent_at is None:
            raise NotFound
    body = _text(body, "body", LONGEST_MESSAGE, _("Écrivez votre message."))
    message = ReturnMessage(
        organisation_id=file.organisation_id,
        return_id=file.id,
        mark_id=mark_id,
        body=body,
        by=actor.account_id,
        by_name=actor.name,
        from_agent=from_agent,
        at=clock.now(),
    )
    session.add(message)
    # Not through the mapped row: a message is no new version of the return, nobody's form is stale for it.
    session.execute(update(Return).where(Return.id == file.id).values(question_at=None if from_agent else clock.now()))
    record(session, actor, clock, action="return.message", subject=f"déclaration {file.number}", organisation_id=file.organisation_id)
    session.flush()
    mail = mails.message_waits(file.number, public_url)
    if from_agent:
        tell_declarants(session, clock, row, mail, f"message-{message.id}")
        return
    for person in people_of_accounts(session, _agents(session, file)):
        key = f"declaration:{file.number}:message-{message.id}:{person.account_id}"
        enqueue(session, clock, to=person.email, subject=mail.subject, body=mail.body, key=key)


def _agents(session: Session, file: ReturnFile) -> set[int]:
    """The agents who took part in the exchange: those who marked a cell or wrote."""
    marked = select(CellMark.by).where(CellMark.return_id == file.id, CellMark.sent_at.is_not(None))
    wrote = select(ReturnMessage.by).where(ReturnMessage.return_id == file.id, ReturnMessage.from_agent)
    return {found for found in session.scalars(marked.union(wrote)) if found is not None}


def _visible(session: Session, file: ReturnFile, mark_id: int) -> CellMark:
    mark = session.scalars(select(CellMark).where(CellMark.id == mark_id, CellMark.return_id == file.id)).one_or_none()
    if mark is None:
        raise NotFound
    return mark


def _mark(session: Session, actor: Actor, file: ReturnFile, mark_id: int) -> CellMark:
    """A mark of the return, for an agent, under the return's lock. Raises Forbidden, NotFound."""
    if not is_agent(actor):
        raise Forbidden
    locked(session, file)
    return _visible(session, file, mark_id)


def _text(typed: str, field: str, longest: int, missing: str) -> str:
    text = typed.strip()
    if not text:
        raise Invalid({field: missing})
    if len(text) > longest:
        raise Invalid({field: _("Raccourcissez ce texte : %(max)d caractères au plus.", max=longest)})
    return text
