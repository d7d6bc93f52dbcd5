"""the full-text index of tickets: a virtual table kept by triggers on SQLite, indexes on PostgreSQL; and the words of what is there."""

import sqlalchemy as sa
from alembic import op

from webapp.folding import tokens

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMNS = "rowid, marks, head, said, noted"
OLD = "old.ticket_id, old.marks, old.head, old.said, old.noted"
NEW = "new.ticket_id, new.marks, new.head, new.said, new.noted"
FORGET = f"INSERT INTO ticket_fts (ticket_fts, {COLUMNS}) VALUES ('delete', {OLD});"  # noqa: S608 -- constants
LEARN = f"INSERT INTO ticket_fts ({COLUMNS}) VALUES ({NEW});"  # noqa: S608 -- constants
SQLITE = (
    "CREATE VIRTUAL TABLE ticket_fts USING fts5(marks, head, said, noted, content='ticket_search', content_rowid='ticket_id',"
    " tokenize='ascii', detail='column', columnsize=0, prefix='2 3')",
    f"CREATE TRIGGER ticket_search_learn AFTER INSERT ON ticket_search BEGIN {LEARN} END",
    f"CREATE TRIGGER ticket_search_forget AFTER DELETE ON ticket_search BEGIN {FORGET} END",
    f"CREATE TRIGGER ticket_search_change AFTER UPDATE OF marks, head, said, noted ON ticket_search BEGIN {FORGET} {LEARN} END",
)
PUBLIC = "array_to_tsvector(string_to_array(head, ' ') || string_to_array(said, ' '))"
DESK = "array_to_tsvector(string_to_array(head, ' ') || string_to_array(said, ' ') || string_to_array(noted, ' '))"
POSTGRESQL = (
    f"CREATE INDEX ticket_fts_public ON ticket_search USING gin (({PUBLIC}))",
    f"CREATE INDEX ticket_fts_desk ON ticket_search USING gin (({DESK}))",
)
LONGEST = 200_000
AT_ONCE = 500

search = sa.table("ticket_search", *(sa.column(name) for name in ("ticket_id", "organisation_id", "marks", "head", "said", "noted")))
tickets = sa.text(
    "SELECT t.id, t.organisation_id, t.is_open, t.search_text, t.counter, a.full_name FROM ticket t"
    " LEFT JOIN account a ON a.id = t.assignee_id WHERE t.id > :last ORDER BY t.id LIMIT :most"
)
messages = sa.text(
    "SELECT ticket_id, internal, author_name, body FROM ticket_message WHERE ticket_id > :first AND ticket_id <= :last ORDER BY ticket_id, id"
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT set_config('guichet.tenant', 'all', true)")
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        connection.exec_driver_sql(statement)
    last = 0
    while rows := connection.execute(tickets, {"last": last, "most": AT_ONCE}).all():
        _fill(connection, rows, last)
        last = rows[-1].id


def _fill(connection: sa.Connection, rows: list, last: int) -> None:
    words: dict = {}
    for message in connection.execute(messages, {"first": last, "last": rows[-1].id}):
        said = " ".join(tokens(f"{message.author_name} {message.body}"))
        words.setdefault((message.ticket_id, bool(message.internal)), []).append(said)
    connection.execute(
        sa.insert(search),
        [
            {
                "ticket_id": row.id,
                "organisation_id": row.organisation_id,
                "marks": f"o{row.organisation_id}{' ouvert' if row.is_open else ''}",
                "head": " ".join(tokens(f"{row.search_text} {row.counter} {row.full_name or ''}")),
                "said": " ".join(words.get((row.id, False), []))[:LONGEST],
                "noted": " ".join(words.get((row.id, True), []))[:LONGEST],
            }
            for row in rows
        ],
    )


def downgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        for name in ("learn", "forget", "change"):
            connection.exec_driver_sql(f"DROP TRIGGER ticket_search_{name}")
        connection.exec_driver_sql("DROP TABLE ticket_fts")
    else:
        connection.exec_driver_sql("DROP INDEX ticket_fts_public")
        connection.exec_driver_sql("DROP INDEX ticket_fts_desk")
    connection.exec_driver_sql("DELETE FROM ticket_search")
