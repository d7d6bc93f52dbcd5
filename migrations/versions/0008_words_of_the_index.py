"""the words that the full-text index of tickets holds, so that the beginning of a word is looked up without reading all its tickets."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COLUMNS = "rowid, marks, head, said, noted"
OLD = "old.ticket_id, old.marks, old.head, old.said, old.noted"
NEW = "new.ticket_id, new.marks, new.head, new.said, new.noted"
FORGET = f"INSERT INTO ticket_fts (ticket_fts, {COLUMNS}) VALUES ('delete', {OLD});"  # noqa: S608 -- constants
LEARN = f"INSERT INTO ticket_fts ({COLUMNS}) VALUES ({NEW});"  # noqa: S608 -- constants


def words_of(row: str) -> str:
    words = f"{row}.head || ' ' || {row}.said || ' ' || {row}.noted"
    return f"""json_each('["' || replace({words}, ' ', '","') || '"]') WHERE value <> ''"""


KNOW = f"INSERT OR IGNORE INTO ticket_fts_word SELECT value FROM {words_of('new')};"  # noqa: S608 -- constants


def set_triggers(known: str) -> None:
    for statement in (
        "DROP TRIGGER ticket_search_learn",
        "DROP TRIGGER ticket_search_change",
        f"CREATE TRIGGER ticket_search_learn AFTER INSERT ON ticket_search BEGIN {LEARN} {known} END",
        f"CREATE TRIGGER ticket_search_change AFTER UPDATE OF marks, head, said, noted ON ticket_search BEGIN {FORGET} {LEARN} {known} END",
    ):
        op.get_bind().exec_driver_sql(statement)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    connection.exec_driver_sql("CREATE TABLE ticket_fts_word (word TEXT PRIMARY KEY) WITHOUT ROWID")
    connection.exec_driver_sql(
        f"INSERT OR IGNORE INTO ticket_fts_word SELECT value FROM ticket_search AS old, {words_of('old')}"  # noqa: S608 -- constants
    )
    set_triggers(KNOW)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        set_triggers("")
        op.get_bind().exec_driver_sql("DROP TABLE ticket_fts_word")
