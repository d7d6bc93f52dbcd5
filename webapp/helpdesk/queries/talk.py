"""What stands around a ticket's messages: the people on it, drafts, what the reply form offers, time spent, satisfaction."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Integer, Select, bindparam, case, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from webapp.accounts.models import Account, Membership
from webapp.actor import Actor, Role
from webapp.db import Rows, plain_rows
from webapp.helpdesk.models import CannedText, Team, TeamMember, Ticket, TicketMessage, TicketPerson, TicketRating, TimeEntry


@dataclass(frozen=True, slots=True)
class Offers:
    """What the desk's reply form offers: canned texts (id, title) and colleagues to mention (username, name)."""

    texts: list[tuple[int, str]]
    colleagues: list[tuple[str, str]]


def people_of(session: Session, ticket_id: int, account_id: int | None) -> Rows:
    """Return what each person has to do with a ticket, by name; drafts only of ``account_id``: nobody else's leave the database."""
    return plain_rows(session, _people(), {"ticket": ticket_id, "me": account_id}).all()


@cache
def _people() -> Select[*tuple[Any, ...]]:
    mine = TicketPerson.account_id == bindparam("me", type_=Integer)
    return (
        select(
            TicketPerson.account_id,
            Account.full_name,
            TicketPerson.from_desk,
            TicketPerson.watching,
            TicketPerson.minutes,
            TicketPerson.seen_at,
            TicketPerson.writing_at,
            case((mine, TicketPerson.reply_draft), else_="").label("reply_draft"),
            case((mine, TicketPerson.note_draft), else_="").label("note_draft"),
            case((mine, TicketPerson.drafted_at), else_=null()).label("drafted_at"),
        )
        .join(Account, Account.id == TicketPerson.account_id)
        .where(TicketPerson.ticket_id == bindparam("ticket"))
        .order_by(Account.full_name, Account.id)
    )


def offers_of(session: Session, actor: Actor) -> Offers:
    """Return the canned texts that the agent may insert and the colleagues to mention: one statement."""
    rows = plain_rows(session, _offers(actor.has(Role.DESK_LEAD)), {"me": actor.account_id}).all()
    return Offers(
        [(row.id, row.label) for row in rows if row.kind == "text"], [(row.key, row.label) for row in rows if row.kind == "colleague"]
    )


@cache
def _offers(lead: bool) -> CompoundSelect[*tuple[Any, ...]]:
    texts = select(
        literal("text").label("kind"), CannedText.id.label("id"), CannedText.title.label("label"), literal("").label("key")
    ).where(CannedText.archived.is_(False), _usable(lead, bindparam("me", type_=Integer)))
    colleagues = (
        select(literal("colleague"), Account.id, Account.full_name, func.coalesce(Account.username, ""))
        .join(Membership, Membership.account_id == Account.id)
        .where(_on_the_desk(), Account.username.is_not(None))
        .distinct()
    )
    return union_all(texts, colleagues).order_by("label", "id")


def _on_the_desk() -> ColumnElement[bool]:
    return Membership.role.in_((Role.DESK_AGENT, Role.DESK_LEAD)) & Account.deactivated_at.is_(None) & Account.activated_at.is_not(None)


def usable_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on canned texts: those of the whole desk and of one's teams; a lead's are all of them."""
    return _usable(actor.has(Role.DESK_LEAD), actor.account_id)


def _usable(lead: bool, account_id: Any) -> ColumnElement[bool]:
    if lead:
        return CannedText.id.is_not(None)
    teams = select(TeamMember.team_id).where(TeamMember.account_id == account_id)
    return or_(CannedText.team_id.is_(None), CannedText.team_id.in_(teams))


def agents_named(session: Session, usernames: list[str]) -> Rows:
    """Return the agents (account_id, username, full_name, email, mail_notices) who bear one of these identifiers."""
    return session.execute(
        select(Account.id.label("account_id"), Account.username, Account.full_name, Account.email, Account.mail_notices)
        .join(Membership, Membership.account_id == Account.id)
        .where(_on_the_desk(), Account.username.in_(usernames))
        .distinct()
        .order_by(Account.id)
    ).all()


_WATCHERS = (
    select(TicketPerson.account_id, Account.full_name, Account.email, TicketPerson.from_desk)
    .join(Account, Account.id == TicketPerson.account_id)
    .join(Membership, Membership.account_id == Account.id)
    .where(
        TicketPerson.ticket_id == bindparam("ticket"),
        TicketPerson.watching.is_(True),
        Account.mail_notices.is_(True),
        Account.deactivated_at.is_(None),
    )
    .distinct()
    .order_by(TicketPerson.account_id)
)
_OF_THE_DESK = Membership.role.in_((Role.DESK_AGENT, Role.DESK_LEAD))
_DESK_WATCHERS = _WATCHERS.where(_OF_THE_DESK)
_ALL_WATCHERS = _WATCHERS.where(or_(_OF_THE_DESK, Membership.organisation_id == bindparam("client")))


def watchers_to_tell(session: Session, ticket: Ticket, *, desk_only: bool) -> Rows:
    """Return the followers (account_id, full_name, email, from_desk) who want mail and may still see the ticket."""
    if desk_only:
        return plain_rows(session, _DESK_WATCHERS, {"ticket": ticket.id}).all()
    return plain_rows(session, _ALL_WATCHERS, {"ticket": ticket.id, "client": ticket.organisation_id}).all()


def canned_rows(session: Session, actor: Actor, *, archived: bool) -> Rows:
    """Return the canned texts (id, title, body, team) that the agent may use, by title."""
    return session.execute(
        select(CannedText.id, CannedText.title, CannedText.body, CannedText.archived, Team.name.label("team"))
        .outerjoin(Team, Team.id == CannedText.team_id)
        .where(CannedText.archived.is_(archived), usable_by(actor))
        .order_by(CannedText.title, CannedText.id)
    ).all()


def canned_text(session: Session, actor: Actor, identifier: int) -> CannedText | None:
    """Return one canned text that the agent may use, or None."""
    return session.scalar(select(CannedText).where(CannedText.id == identifier, usable_by(actor)))


def teams_of(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """Return the open teams (id, name) whose texts the actor may write: one's own, all of them for a lead."""
    query = select(Team.id, Team.name).where(Team.closed.is_(False)).order_by(Team.name, Team.id)
    if not actor.has(Role.DESK_LEAD):
        query = query.join(TeamMember, TeamMember.team_id == Team.id).where(TeamMember.account_id == actor.account_id)
    return [(row.id, row.name) for row in session.execute(query)]


def time_entries(session: Session, ticket_id: int) -> Rows:
    """Return the time entries of a ticket, oldest first, with ``corrected``: whether another entry takes them back."""
    correction = TimeEntry.__table__.alias()
    return session.execute(
        select(
            TimeEntry.id,
            TimeEntry.account_id,
            TimeEntry.account_name,
            TimeEntry.minutes,
            TimeEntry.at,
            TimeEntry.corrects_id,
            correction.c.id.is_not(None).label("corrected"),
        )
        .outerjoin(correction, correction.c.corrects_id == TimeEntry.id)
        .where(TimeEntry.ticket_id == ticket_id)
        .order_by(TimeEntry.id)
    ).all()


def rating_of(session: Session, ticket_id: int) -> TicketRating | None:
    """Return the client's answer about satisfaction, when there is one."""
    return session.scalar(select(TicketRating).where(TicketRating.ticket_id == ticket_id))


def writer_since(session: Session, ticket_id: int, seen: int, reader_id: int | None) -> str:
    """Return who wrote the last public message after the one numbered ``seen``, "" when nobody but the reader did."""
    condition = (TicketMessage.ticket_id == ticket_id, TicketMessage.id > seen, TicketMessage.internal.is_(False))
    others = or_(TicketMessage.author_id.is_(None), TicketMessage.author_id != reader_id)
    found = select(TicketMessage.author_name).where(*condition, others).order_by(TicketMessage.id.desc()).limit(1)
    return session.scalar(found) or ""
