"""justifications submitted: which of them the last submission holds, so that agents list what is to be examined.

Until now nothing told a justification that was submitted from one left over from earlier figures. Those of returns that are being examined
are taken to be submitted: the page of each says whether its control still asks for it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("declaration_justification") as batch_op:
        batch_op.add_column(sa.Column("submitted", sa.Boolean(), nullable=False, server_default=sa.false()))
    if op.get_bind().dialect.name == "postgresql":  # the owner of the tables is held to the policies too
        op.execute("SELECT set_config('guichet.tenant', 'all', true)")
    op.execute(
        "UPDATE declaration_justification SET submitted = true WHERE return_id IN (SELECT id FROM declaration_return WHERE state = 'submitted')"
    )
    with op.batch_alter_table("declaration_justification") as batch_op:
        batch_op.alter_column("submitted", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("declaration_justification") as batch_op:
        batch_op.drop_column("submitted")
