"""signatories: sections reserved to whom they are entrusted, and when a colleague told the signatories that a return waits for them."""

import sqlalchemy as sa
from alembic import op

from webapp.db import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("declaration_section") as batch_op:
        batch_op.add_column(sa.Column("reserved", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("declaration_section") as batch_op:
        batch_op.alter_column("reserved", server_default=None)
    with op.batch_alter_table("declaration_return") as batch_op:
        batch_op.add_column(sa.Column("signatory_told_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("signatory_told_by", sa.String(200), nullable=False, server_default=""))
    with op.batch_alter_table("declaration_return") as batch_op:
        batch_op.alter_column("signatory_told_by", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("declaration_return") as batch_op:
        batch_op.drop_column("signatory_told_by")
        batch_op.drop_column("signatory_told_at")
    with op.batch_alter_table("declaration_section") as batch_op:
        batch_op.drop_column("reserved")
