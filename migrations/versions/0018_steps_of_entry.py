"""steps of the entry: what people did to the figures of a return, so that it is undone and told; notes beside a cell."""

import sqlalchemy as sa
from alembic import op

from webapp.db import JsonDict, UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

STEP, CHANGE, COMMENT = "declaration_step", "declaration_change", "declaration_comment"
ALLOWED = """CASE WHEN current_setting('guichet.tenant', true) = 'all' THEN true
ELSE organisation_id = nullif(nullif(current_setting('guichet.tenant', true), 'all'), '')::integer END"""


def _of_return(table: str) -> list[sa.Column[int] | sa.ForeignKeyConstraint]:
    return [
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id_organisation")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "return_id"],
            ["declaration_return.organisation_id", "declaration_return.id"],
            name=op.f(f"fk_{table}_organisation_id_return_id_declaration_return"),
        ),
    ]


def _cell() -> list[sa.Column[str]]:
    codes = ("table_code", "row_code", "column_code")
    return [sa.Column(code, sa.String(40), nullable=False) for code in codes]


def upgrade() -> None:
    op.create_table(
        STEP,
        sa.Column("id", sa.Integer(), nullable=False),
        *_of_return(STEP),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("table_code", sa.String(40), nullable=False),
        sa.Column("cell_count", sa.Integer(), nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f(f"fk_{STEP}_account_id_account")),
        sa.ForeignKeyConstraint(["undoes_id"], [f"{STEP}.id"], name=op.f(f"fk_{STEP}_undoes_id_{STEP}")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{STEP}")),
        sa.UniqueConstraint("undoes_id", name=op.f(f"uq_{STEP}_undoes_id")),
    )
    op.create_index(f"ix_{STEP}_return_id_account_id", STEP, ["return_id", "account_id", "id"])
    op.create_table(
        CHANGE,
        sa.Column("step_id", sa.Integer(), nullable=False),
        *_cell(),
        *_of_return(CHANGE),
        sa.Column("before", JsonDict, nullable=False),
        sa.Column("after", JsonDict, nullable=False),
        sa.ForeignKeyConstraint(["step_id"], [f"{STEP}.id"], name=op.f(f"fk_{CHANGE}_step_id_{STEP}")),
        sa.PrimaryKeyConstraint("step_id", "table_code", "row_code", "column_code", name=op.f(f"pk_{CHANGE}")),
    )
    op.create_index(f"ix_{CHANGE}_cell", CHANGE, ["return_id", "table_code", "row_code", "column_code"])
    op.create_table(
        COMMENT,
        sa.Column("id", sa.Integer(), nullable=False),
        *_of_return(COMMENT),
        *_cell(),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f(f"fk_{COMMENT}_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{COMMENT}")),
    )
    op.create_index(f"ix_{COMMENT}_cell", COMMENT, ["return_id", "table_code", "row_code", "column_code"])
    for table in (STEP, CHANGE, COMMENT):
        op.create_index(op.f(f"ix_{table}_organisation_id"), table, ["organisation_id"])
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(f"CREATE POLICY {table}_tenant ON {table} USING ({ALLOWED}) WITH CHECK ({ALLOWED})")


def downgrade() -> None:
    for table in (COMMENT, CHANGE, STEP):
        op.drop_table(table)
