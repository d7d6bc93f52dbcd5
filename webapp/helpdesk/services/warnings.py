"""Warning people before deadlines are missed: one mail at most for each person in each opening half-day (FL-12.5a)."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.actor import SYSTEM
from webapp.clock import PARIS, Clock
from webapp.db import Database, GuichetSession
from webapp.helpdesk.commitments import calendar_named, desk_calendar_at
from webapp.helpdesk.mails import warnings as mails
from webapp.helpdesk.models import BreachWarning
from webapp.helpdesk.queries.warnings import (
    Contact,
    Near,
    desk_people,
    longest_warning,
    mailed_already,
    near_deadlines,
    near_obligations,
    told_since,
)
from webapp.helpdesk.rules.owed import KINDS
from webapp.helpdesk.rules.warnings import STILL_TOLD, Deadline, Digest, Due, digests, half_day, time_left
from webapp.outbox.services import enqueue

#: Calendars differ by their holidays and time zones: what is read from the database is this much wider than the desk's own calendar says.
_MARGIN = timedelta(days=4)
_EARLIEST_OWED = max(kind.warning for kind in KINDS.values())


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person is to be told, and where."""

    contact: Contact
    digest: Digest
    near: dict[tuple[int, Deadline, datetime], tuple[Near, Due]]
    names: dict[int, str]
    key: str


def warn_before_breaches(database: Database, clock: Clock, public_url: str) -> int:
    """Mail the warnings that are due now and return how many mails were queued.

    Each person's warnings and mail are one transaction. Of two sweepers at once, or of one that starts again after a crash, the
    second finds the rows there (or runs into them) and does nothing.
    """
    now = clock.now()
    with database.reader() as session:
        session.acts_for(SYSTEM)
        letters = letters_of(session, now)
    sent = 0
    for letter in letters:
        with suppress(IntegrityError), database.transaction(SYSTEM) as writing:
            write(writing, clock, letter, public_url)
            sent += 1
    return sent


def letters_of(session: GuichetSession, now: datetime) -> list[Letter]:
    """Return what is to be told to whom in the present half-day, nothing while the desk is closed; reads only."""
    desk = desk_calendar_at(session, now)
    period = half_day(desk, now)
    if period is None:
        return []
    opening, closing = period
    staff, contacts = desk_people(session, now.astimezone(PARIS).date())
    keys = {account_id: f"warning:{account_id}:{opening:%Y-%m-%dT%H:%MZ}" for account_id in staff}
    mailed = mailed_already(session, keys.values())
    done = {account_id for account_id, key in keys.items() if key in mailed}
    waiting = {member.account_id for member in staff.values() if member.wants and not member.away} - done
    if not waiting:
        return []
    since = desk.add(now, -STILL_TOLD) - _MARGIN
    found = [
        *near_deadlines(session, since, desk.add(closing, timedelta(minutes=longest_warning(session))) + _MARGIN),
        *near_obligations(session, since, desk.add(closing, _EARLIEST_OWED) + _MARGIN),
    ]
    dues = [_due(near, now, closing) for near in found]
    near = {due.key: (row, due) for row, due in zip(found, dues, strict=True)}
    names = {account_id: contact.name for account_id, contact in contacts.items()}
    return [
        Letter(contacts[digest.account_id], digest, near, names, keys[digest.account_id])
        for digest in digests(dues, staff, told_since(session, since, waiting), done)
    ]


def _due(near: Near, now: datetime, closing: datetime) -> Due:
    calendar = calendar_named(near.calendar)
    return Due(
        near.ticket_id,
        near.deadline,
        near.due_at,
        left=time_left(calendar, near.due_at, now, elapsed=near.elapsed),
        left_at_end=time_left(calendar, near.due_at, closing, elapsed=near.elapsed),
        warning=timedelta(minutes=near.warning),
        lead_warning=timedelta(minutes=near.lead_warning),
        assignee_id=near.assignee_id,
        team_id=near.team_id,
    )


def write(session: Session, clock: Clock, letter: Letter, public_url: str) -> None:
    """Note each warning and queue the mail that carries them; ``IntegrityError`` when another sweeper was quicker."""
    lines = []
    for key, levels in letter.digest.levels.items():
        row, due = letter.near[key]
        lines.append(
            mails.Line(row.reference, row.deadline, row.due_at, due.left, letter.names.get(row.assignee_id or 0, ""), row.calendar)
        )
        session.add_all(
            BreachWarning(
                organisation_id=row.organisation_id,
                ticket_id=row.ticket_id,
                deadline=row.deadline,
                due_at=row.due_at,
                account_id=letter.digest.account_id,
                level=level,
                told_at=clock.now(),
            )
            for level in levels
        )
    session.flush()
    mail = mails.warning(letter.contact.name, lines, public_url)
    enqueue(session, clock, to=letter.contact.email, subject=mail.subject, body=mail.body, key=letter.key)
