"""Tags of a ticket: words that sort it for the desk; its client never sees them."""

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.helpdesk import policies
from webapp.helpdesk.models import Tag, Ticket
from webapp.helpdesk.rules.tags import LONGEST_TAG, MOST_TAGS, TagProblem, listed, parse_tags, stored
from webapp.helpdesk.services.common import authorise, check_unchanged, note_act

#: Words that a field suggests.
SUGGESTED = 200


def read_tags(typed: str) -> tuple[str, ...]:
    """Return the tags of a typed text, or raise ``Invalid`` saying which word cannot be one."""
    try:
        return parse_tags(typed)
    except TagProblem as problem:
        raise Invalid({"tags": _words(problem)}) from problem


def _words(problem: TagProblem) -> str:
    if problem.code == "long":
        return str(_("« %(word)s » est trop long : %(max)d caractères au plus par étiquette.", word=problem.word, max=LONGEST_TAG))
    return str(_("%(max)d étiquettes au plus par ticket.", max=MOST_TAGS))


def set_tags(session: Session, actor: Actor, clock: Clock, ticket: Ticket, tags: Iterable[str], *, seen_version: int | None = None) -> None:
    """Give a ticket exactly these tags, at any time of its life. Raises ``Conflict`` on a stale page or when nothing changes."""
    authorise(actor, ticket)
    if not policies.works_the_desk(actor):
        raise Forbidden
    check_unchanged(ticket, seen_version)
    before = listed(ticket.tags)
    try:
        column = stored((*tags,))
    except TagProblem as problem:
        raise Invalid({"tags": _words(problem)}) from problem
    after = listed(column)
    if set(before) == set(after):
        raise Conflict(_("Ce ticket porte déjà exactement ces étiquettes."))
    ticket.tags = column
    _remember(session, clock, set(after) - set(before))
    detail = {"added": sorted(set(after) - set(before)), "removed": sorted(set(before) - set(after))}
    note_act(session, actor, clock, ticket, "ticket.tagged", detail)


def add_tags(session: Session, actor: Actor, clock: Clock, ticket: Ticket, tags: Iterable[str]) -> None:
    """Add tags to those that the ticket has."""
    set_tags(session, actor, clock, ticket, {*listed(ticket.tags), *tags})


def remove_tags(session: Session, actor: Actor, clock: Clock, ticket: Ticket, tags: Iterable[str]) -> None:
    """Take tags away from those that the ticket has. Raises ``Conflict`` when it has none of them."""
    set_tags(session, actor, clock, ticket, {*listed(ticket.tags)} - {*tags})


def _remember(session: Session, clock: Clock, words: Iterable[str]) -> None:
    """Note that words are in use: once for the many tickets of a batch."""
    known: set[str] = session.info.setdefault("tags_noted", set())
    fresh, now = sorted(set(words) - known), clock.now()
    if fresh:
        insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
        rows = insert(Tag).values([{"word": word, "used_at": now} for word in fresh])
        session.execute(rows.on_conflict_do_update(index_elements=["word"], set_={"used_at": rows.excluded.used_at}))
        known.update(fresh)


def suggestions(session: Session) -> list[str]:
    """Return the words used last, in alphabetical order."""
    return sorted(session.scalars(select(Tag.word).order_by(Tag.used_at.desc(), Tag.word).limit(SUGGESTED)))
