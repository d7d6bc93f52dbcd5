"""The full-text index of tickets: one row a ticket, read by FTS5 on SQLite and by a GIN index on PostgreSQL.

The words are folded and cut by us, so both databases find the same (docs/decisions/ says why). The virtual table, its list of known
words and the indexes are made with the table here and in migrations 0005 and 0008; ``webapp.helpdesk.search_index`` keeps the rows
in step.
"""

from typing import Any

from sqlalchemy import DDL, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, OrganisationOwned
from webapp.helpdesk.models.ticket import of_ticket


class TicketSearch(OrganisationOwned, Base):
    """The words of a ticket, folded, between spaces: of its head, of what was said to everybody, of the desk's notes.

    ``marks`` are words of ours (whose, open), which spare a search the rest of the index.
    """

    __tablename__ = "ticket_search"
    __table_args__ = (of_ticket(),)

    ticket_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    marks: Mapped[str] = mapped_column(Text, default="")
    head: Mapped[str] = mapped_column(Text, default="")
    said: Mapped[str] = mapped_column(Text, default="")
    noted: Mapped[str] = mapped_column(Text, default="")


_COLUMNS = "rowid, marks, head, said, noted"
_OLD = "old.ticket_id, old.marks, old.head, old.said, old.noted"
_NEW = "new.ticket_id, new.marks, new.head, new.said, new.noted"
_FORGET = f"INSERT INTO ticket_fts (ticket_fts, {_COLUMNS}) VALUES ('delete', {_OLD});"  # noqa: S608 -- constants
_LEARN = f"INSERT INTO ticket_fts ({_COLUMNS}) VALUES ({_NEW});"  # noqa: S608 -- constants
#: Words are letters and digits only, so that a text of them is a list in JSON once quoted. A word that nobody uses any more finds nothing.
_KNOW = (
    "INSERT OR IGNORE INTO ticket_fts_word SELECT value FROM"
    """ json_each('["' || replace(new.head || ' ' || new.said || ' ' || new.noted, ' ', '","') || '"]') WHERE value <> '';"""
)
SQLITE = (
    "CREATE VIRTUAL TABLE ticket_fts USING fts5(marks, head, said, noted, content='ticket_search', content_rowid='ticket_id',"
    " tokenize='ascii', detail='column', columnsize=0, prefix='2 3')",
    "CREATE TABLE ticket_fts_word (word TEXT PRIMARY KEY) WITHOUT ROWID",
    f"CREATE TRIGGER ticket_search_learn AFTER INSERT ON ticket_search BEGIN {_LEARN} {_KNOW} END",
    f"CREATE TRIGGER ticket_search_forget AFTER DELETE ON ticket_search BEGIN {_FORGET} END",
    f"CREATE TRIGGER ticket_search_change AFTER UPDATE OF marks, head, said, noted ON ticket_search BEGIN {_FORGET} {_LEARN} {_KNOW} END",
)
PUBLIC_WORDS = "array_to_tsvector(string_to_array(head, ' ') || string_to_array(said, ' '))"
DESK_WORDS = "array_to_tsvector(string_to_array(head, ' ') || string_to_array(said, ' ') || string_to_array(noted, ' '))"
POSTGRESQL = (
    f"CREATE INDEX ticket_fts_public ON ticket_search USING gin (({PUBLIC_WORDS}))",
    f"CREATE INDEX ticket_fts_desk ON ticket_search USING gin (({DESK_WORDS}))",
)


def _ddl(statement: str) -> DDL:
    return DDL(statement)  # type: ignore[no-untyped-call]  # -- SQLAlchemy's own


def _install() -> None:
    table: Any = TicketSearch.__table__
    for dialect, statements in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
        for statement in statements:
            event.listen(table, "after_create", _ddl(statement).execute_if(dialect=dialect))
    for name in ("ticket_fts", "ticket_fts_word"):
        event.listen(table, "before_drop", _ddl(f"DROP TABLE IF EXISTS {name}").execute_if(dialect="sqlite"))


_install()
