"""Absences of agents: writing them down, cutting them short, and passing their tickets on when they begin."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account
from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.evidence.services import record
from webapp.helpdesk import policies
from webapp.helpdesk.mails import absences as mails
from webapp.helpdesk.models import Absence, AbsenceTicket, Ticket
from webapp.helpdesk.queries.teams import absences_of, today_in_paris, works_at_the_desk
from webapp.helpdesk.rules.absences import LONGEST_DAYS, Days, Problem, problem
from webapp.helpdesk.services.handing_over import hand_over
from webapp.outbox.services import enqueue
from webapp.texts import mark as _m

_FIELDS: dict[Problem, tuple[str, str]] = {
    Problem.BACKWARD: ("last_on", _m("Le dernier jour ne peut pas venir avant le premier.")),
    Problem.OVER: ("last_on", _m("Cette absence est déjà finie : choisissez un dernier jour à partir d’aujourd’hui.")),
    Problem.TOO_LONG: ("last_on", _m("Une absence dure un an au plus : vérifiez les dates.")),
    Problem.OVERLAPS: ("first_on", _m("Une autre absence couvre déjà une partie de ces jours.")),
    Problem.ONESELF: ("substitute", _m("Choisissez quelqu’un d’autre pour reprendre les tickets.")),
    Problem.SUBSTITUTE_AWAY: ("substitute", _m("Cette personne est absente elle aussi pendant ces jours.")),
}


@dataclass(frozen=True, slots=True)
class Away:
    """Who is away on which days, and who takes over (None: the queue, or the ticket's team)."""

    account_id: int
    days: Days
    substitute_id: int | None


def declare(session: Session, actor: Actor, clock: Clock, away: Away, *, public_url: str) -> Absence:
    """Write an absence down; when it begins today or has begun, the tickets change hands at once.

    Raises ``Forbidden`` for a colleague's, ``Invalid`` when its days or its substitute do not hold.
    """
    if not policies.sees_absences_of(actor, away.account_id):
        raise Forbidden
    today = today_in_paris(clock)
    _check(session, away, today)
    absence = Absence(
        account_id=away.account_id,
        first_on=away.days.first,
        last_on=away.days.last,
        substitute_id=away.substitute_id,
        created_at=clock.now(),
    )
    session.add(absence)
    session.flush()
    detail = {"first": away.days.first.isoformat(), "last": away.days.last.isoformat(), "substitute": away.substitute_id}
    record(session, actor, clock, action="absence.declared", subject=_subject(absence), detail={"account": away.account_id, **detail})
    if absence.first_on <= today:
        pass_on(session, actor, clock, absence, public_url=public_url)
    return absence


def _subject(absence: Absence) -> str:
    return f"absence n° {absence.id}"


def _check(session: Session, away: Away, today: date) -> None:
    accounts = [account for account in (away.account_id, away.substitute_id) if account is not None]
    able = set(session.scalars(select(Account.id).where(Account.id.in_(accounts), works_at_the_desk(today))))
    if away.account_id not in able:
        raise Invalid({"account": _("Choisissez un agent de la liste.")})
    if away.substitute_id is not None and away.substitute_id not in able:
        raise Invalid({"substitute": _("Choisissez un agent de la liste.")})
    known = absences_of(session, accounts, today - timedelta(days=LONGEST_DAYS))
    own, theirs = (
        [Days(row.first_on, row.last_on) for row in known if row.account_id == account] for account in (away.account_id, away.substitute_id)
    )
    found = problem(away.days, today, away.account_id, away.substitute_id, own, theirs)
    if found is not None:
        field, words = _FIELDS[found]
        raise Invalid({field: _(words)})


def end(session: Session, actor: Actor, clock: Clock, absence: Absence) -> None:
    """Call an absence off, or cut it short from today on; tickets that changed hands stay where they are.

    Raises ``Conflict`` when it is over already.
    """
    if not policies.sees_absences_of(actor, absence.account_id):
        raise Forbidden
    if absence.ended_at is not None or absence.last_on < today_in_paris(clock):
        raise Conflict(_("Cette absence est déjà finie."), stale=True)
    absence.ended_at = clock.now()
    record(session, actor, clock, action="absence.ended", subject=_subject(absence), detail={"account": absence.account_id})


def pass_on(session: Session, actor: Actor, clock: Clock, absence: Absence, *, public_url: str) -> int:
    """Pass the absent agent's open tickets on, once: one audit event each, one mail to the substitute. Return how many."""
    substitute = _present_substitute(session, clock, absence)
    held = select(Ticket).where(Ticket.assignee_id == absence.account_id, Ticket.is_open.is_(True)).order_by(Ticket.id).with_for_update()
    tickets = session.scalars(held).all()
    for ticket in tickets:
        hand_over(session, actor, clock, ticket, reason="absence", assignee_id=substitute.id if substitute else None)
        session.add(AbsenceTicket(organisation_id=ticket.organisation_id, absence_id=absence.id, ticket_id=ticket.id))
    absence.reassigned_at = clock.now()
    session.flush()
    if substitute is not None and tickets and substitute.id != actor.account_id:
        absent = session.get_one(Account, absence.account_id)
        mail = mails.entrusted(substitute.full_name, absent.full_name, absence.last_on, tickets, public_url)
        enqueue(session, clock, to=substitute.email, subject=mail.subject, body=mail.body, key=f"absence:{absence.id}:substitute")
    return len(tickets)


def _present_substitute(session: Session, clock: Clock, absence: Absence) -> Account | None:
    """Return who takes over, if they still work at the desk and are there today; else the tickets go back to the queue."""
    if absence.substitute_id is None:
        return None
    today = today_in_paris(clock)
    substitute = session.scalar(select(Account).where(Account.id == absence.substitute_id, works_at_the_desk(today)))
    away = any(row.first_on <= today for row in absences_of(session, [absence.substitute_id], today))
    return None if away else substitute
