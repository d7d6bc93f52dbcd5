"""documents: files attached to a return beside its figures."""

import sqlalchemy as sa
from alembic import op

from webapp.db import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLE = "declaration_document"
ALLOWED = """CASE WHEN current_setting('guichet.tenant', true) = 'all' THEN true
ELSE organisation_id = nullif(nullif(current_setting('guichet.tenant', true), 'all'), '')::integer END"""


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("return_id", sa.Integer(), nullable=False),
        sa.Column("document_code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("file_key", sa.String(32), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("last_rank", sa.Integer(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("removed_at IS NULL OR last_rank IS NOT NULL", name=op.f(f"ck_{TABLE}_kept_once_submitted")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f(f"fk_{TABLE}_organisation_id_organisation")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "return_id"],
            ["declaration_return.organisation_id", "declaration_return.id"],
            name=op.f(f"fk_{TABLE}_organisation_id_return_id_declaration_return"),
        ),
        sa.ForeignKeyConstraint(["file_key"], ["stored_file.key"], name=op.f(f"fk_{TABLE}_file_key_stored_file")),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f(f"fk_{TABLE}_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("file_key", name=op.f(f"uq_{TABLE}_file_key")),
    )
    op.create_index(op.f(f"ix_{TABLE}_organisation_id"), TABLE, ["organisation_id"])
    op.create_index(f"ix_{TABLE}_return_id", TABLE, ["return_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {TABLE}_tenant ON {TABLE} USING ({ALLOWED}) WITH CHECK ({ALLOWED})")


def downgrade() -> None:
    op.drop_table(TABLE)
