"""campaigns followed to their end: deadlines put off, reminders, progress, marked cells, messages, rectifications.

Until now a return was due on its campaign's deadline, and was accepted at most once.
"""

import sqlalchemy as sa
from alembic import op

from webapp.db import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OWNED = ("declaration_mark", "declaration_message")
ALLOWED = """CASE WHEN current_setting('guichet.tenant', true) = 'all' THEN true
ELSE organisation_id = nullif(nullif(current_setting('guichet.tenant', true), 'all'), '')::integer END"""
USUAL_DAYS = "-15 -3 1 8"
COUNTS = ("answered", "expected", "blocking", "acceptances")


def _columns() -> list[sa.Column]:
    """New columns of a return, in their order."""
    return [
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("extended_to", sa.Date(), nullable=True),
        sa.Column("figures_at", UtcDateTime(), nullable=True),
        sa.Column("checked_at", UtcDateTime(), nullable=True),
        sa.Column("answered", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("expected", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("blocking", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("acceptances", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("accepted_rank", sa.Integer(), nullable=True),
        sa.Column("reminded_at", UtcDateTime(), nullable=True),
        sa.Column("reminded_for", sa.Date(), nullable=True),
        sa.Column("question_at", UtcDateTime(), nullable=True),
    ]


def upgrade() -> None:
    with op.batch_alter_table("campaign") as batch_op:
        batch_op.add_column(sa.Column("reminder_days", sa.String(80), nullable=False, server_default=USUAL_DAYS))
    with op.batch_alter_table("campaign") as batch_op:
        batch_op.alter_column("reminder_days", server_default=None)
    with op.batch_alter_table("declaration_event") as batch_op:
        batch_op.add_column(sa.Column("until", sa.Date(), nullable=True))
    with op.batch_alter_table("declaration_return") as batch_op:
        for column in _columns():
            batch_op.add_column(column)
    _see_every_row()
    op.execute("UPDATE declaration_return SET due_on = (SELECT deadline FROM campaign WHERE campaign.id = declaration_return.campaign_id)")
    op.execute(
        "UPDATE declaration_return SET figures_at = (SELECT max(edited_at) FROM declaration_cell WHERE return_id = declaration_return.id)"
    )
    op.execute(
        "UPDATE declaration_return SET acceptances = 1, accepted_rank = (SELECT max(rank) FROM declaration_submission "
        "WHERE return_id = declaration_return.id) WHERE state = 'accepted'"
    )
    with op.batch_alter_table("declaration_return") as batch_op:
        batch_op.alter_column("due_on", nullable=False, existing_type=sa.Date())
        for name in COUNTS:
            batch_op.alter_column(name, server_default=None)
        batch_op.create_index("ix_declaration_return_due_on", ["due_on"])
    _create_mark()
    _create_message()
    if op.get_bind().dialect.name == "postgresql":
        for table in OWNED:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY {table}_tenant ON {table} USING ({ALLOWED}) WITH CHECK ({ALLOWED})")


def _see_every_row() -> None:
    """The owner of the tables is held to the policies too: what fills new columns works for all organisations."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT set_config('guichet.tenant', 'all', true)")


def _owner(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id_organisation")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "return_id"],
            ["declaration_return.organisation_id", "declaration_return.id"],
            name=op.f(f"fk_{table}_organisation_id_return_id_declaration_return"),
        ),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f(f"fk_{table}_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _create_mark() -> None:
    op.create_table(
        "declaration_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("table_code", sa.String(40), nullable=False),
        sa.Column("row_code", sa.String(40), nullable=False),
        sa.Column("column_code", sa.String(40), nullable=False),
        sa.Column("label", sa.String(600), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by_name", sa.String(200), nullable=False),
        *_owner("declaration_mark"),
        sa.UniqueConstraint("organisation_id", "id", name=op.f("uq_declaration_mark_organisation_id_id")),
    )
    op.create_index("ix_declaration_mark_return_id", "declaration_mark", ["return_id"])
    op.create_index(op.f("ix_declaration_mark_organisation_id"), "declaration_mark", ["organisation_id"])


def _create_message() -> None:
    op.create_table(
        "declaration_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("mark_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("from_agent", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        *_owner("declaration_message"),
        sa.ForeignKeyConstraint(
            ["organisation_id", "mark_id"],
            ["declaration_mark.organisation_id", "declaration_mark.id"],
            name=op.f("fk_declaration_message_organisation_id_mark_id_declaration_mark"),
        ),
    )
    op.create_index("ix_declaration_message_return_id_at", "declaration_message", ["return_id", "at"])
    op.create_index(op.f("ix_declaration_message_organisation_id"), "declaration_message", ["organisation_id"])


def downgrade() -> None:
    op.drop_table("declaration_message")
    op.drop_table("declaration_mark")
    with op.batch_alter_table("declaration_return") as batch_op:
        batch_op.drop_index("ix_declaration_return_due_on")
        for column in reversed(_columns()):
            batch_op.drop_column(column.name)
    with op.batch_alter_table("declaration_event") as batch_op:
        batch_op.drop_column("until")
    with op.batch_alter_table("campaign") as batch_op:
        batch_op.drop_column("reminder_days")
