"""the ministry switches a control off from a day on, without touching the form."""

import sqlalchemy as sa
from alembic import op

from webapp.db import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "control_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_code", sa.String(length=40), nullable=False),
        sa.Column("model_version", sa.String(length=20), nullable=False),
        sa.Column("control_code", sa.String(length=80), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_by_name", sa.String(length=200), nullable=False),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.Column("lifted_by", sa.Integer(), nullable=True),
        sa.Column("lifted_by_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_control_override_created_by_account")),
        sa.ForeignKeyConstraint(["lifted_by"], ["account.id"], name=op.f("fk_control_override_lifted_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_override")),
    )
    op.create_index(
        "uq_control_override_standing",
        "control_override",
        ["model_code", "model_version", "control_code"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_control_override_standing", table_name="control_override")
    op.drop_table("control_override")
