"""Full-text search over tickets, joined to the mapped table so that the session's guard holds for what is found."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Text, bindparam, case, cast, column, func, literal_column, select, table
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from webapp.accounts.models import Organisation
from webapp.actor import Actor
from webapp.folding import words
from webapp.helpdesk.models import Ticket, TicketSearch
from webapp.helpdesk.models.search import DESK_WORDS, PUBLIC_WORDS
from webapp.helpdesk.policies import may_read_notes, works_the_desk
from webapp.helpdesk.queries.tickets import within_reach
from webapp.helpdesk.rules.reference import ReferenceProblem, parse_reference
from webapp.helpdesk.rules.search import Sought, fts5_around, sought
from webapp.web.keyset import Key, Keyset
from webapp.web.rows import FoundRow

_FTS: Any = table("ticket_fts", column("rowid"), column("ticket_fts"))
_WORDS: Any = table("ticket_fts_word", column("word", Text))
#: Words of one beginning that are looked up one by one; a beginning of more of them is left to the index.
MOST_ENDINGS = 32
_LAST_LETTER = "\U0010ffff"


def found_by(
    session: Session, statement: Select[*tuple[Any, ...]], wanted: Sought, *, with_notes: bool, open_only: bool, organisation_id: int | None
) -> Select[*tuple[Any, ...]]:
    """Narrow a select on ``Ticket`` to those that hold every word; internal notes count only ``with_notes``.

    ``open_only`` and ``organisation_id`` must be conditions of the statement too: here they only spare reading.
    """
    values = sought_values(wanted, with_notes=with_notes, open_only=open_only, organisation_id=organisation_id)
    narrowed = holding(statement, sqlite=is_sqlite(session), unfinished=wanted.unfinished, with_notes=with_notes)
    return narrowed.params(values)


def is_sqlite(session: Session) -> bool:
    """Tell which of the two indexes a session reads."""
    return session.get_bind().dialect.name == "sqlite"


def holding(statement: Select[*tuple[Any, ...]], *, sqlite: bool, unfinished: bool, with_notes: bool) -> Select[*tuple[Any, ...]]:
    """Narrow a select on ``Ticket`` to those that hold the words of :func:`sought_values`, given when it is read: it can be kept."""
    if sqlite:
        expression = _given("sought_before") + _last_word(unfinished=unfinished) + _given("sought_after")
        return statement.join(_FTS, _FTS.c.rowid == Ticket.id).where(_FTS.c.ticket_fts.op("MATCH")(expression))
    indexed: Any = literal_column(DESK_WORDS if with_notes else PUBLIC_WORDS)
    return statement.join(TicketSearch, TicketSearch.ticket_id == Ticket.id).where(indexed.op("@@")(cast(_given("sought_query"), TSQUERY)))


def sought_values(wanted: Sought, *, with_notes: bool, open_only: bool, organisation_id: int | None) -> dict[str, str]:
    """Return the words as the statement of either database is given them."""
    before, after = fts5_around(wanted, with_notes=with_notes, open_only=open_only, organisation_id=organisation_id)
    word = wanted.words[-1]
    return {
        "sought_before": before,
        "sought_after": after,
        "sought_word": word,
        "sought_last": word + _LAST_LETTER,
        "sought_whole": f'"{word}"',
        "sought_begun": f'"{word}"*',
        "sought_query": wanted.tsquery,
    }


def _given(name: str) -> ColumnElement[str]:
    return bindparam(name, "", Text)


def _last_word(*, unfinished: bool) -> ColumnElement[str]:
    """Return the last word as FTS5 takes it; an unfinished one as the known words that begin so.

    FTS5 reads every ticket of a beginning before it answers with the first, but those of whole words one after another: a page
    of them costs the same over a million tickets.
    """
    if not unfinished:
        return _given("sought_whole")
    between = _WORDS.c.word.between(_given("sought_word"), _given("sought_last"))
    known = select(_WORDS.c.word).where(between).limit(MOST_ENDINGS + 1).subquery()
    quoted = func.group_concat('"' + known.c.word + '"', " OR ")
    begun = _given("sought_begun")
    return func.coalesce(select(case((func.count() > MOST_ENDINGS, begun), else_=quoted)).select_from(known).scalar_subquery(), begun)


def newest_first(session: Session) -> Keyset:
    """Return the order of what a search finds: the index gives it without sorting."""
    found: Any = _FTS.c.rowid if session.get_bind().dialect.name == "sqlite" else Ticket.id
    return Keyset((Key("id", found),), descending=True)


def search(session: Session, actor: Actor, text: str, limit: int = 10) -> list[FoundRow]:
    """Return tickets whose number, names or exchanges hold every word, newest first, for the portal-wide search: one statement.

    A whole reference, however it is spelled, is looked up as such. Clients never find a ticket by the words of a note.
    """
    statement = (
        select(Ticket.reference, Ticket.title, Organisation.name)
        .join(Organisation, Organisation.id == Ticket.organisation_id)
        .where(within_reach(actor))
        .limit(limit)
    )
    reference, wanted = _reference(text), sought(text)
    if reference:
        statement = statement.where(Ticket.reference == reference)
    elif wanted:
        whose = None if works_the_desk(actor) else actor.organisation_id
        statement = found_by(session, statement, wanted, with_notes=may_read_notes(actor), open_only=False, organisation_id=whose)
        statement = statement.order_by(*newest_first(session).order())
    else:
        return []
    rows = session.execute(statement).all()
    return [FoundRow(row.title, "helpdesk.ticket", {"reference": row.reference}, f"{row.reference} · {row.name}") for row in rows]


def _reference(text: str) -> str:
    try:
        return str(parse_reference(" ".join(words(text))))
    except ReferenceProblem:
        return ""
