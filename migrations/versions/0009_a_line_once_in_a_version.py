"""a line is once in a version, and found there by its number."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_published_line_version_id_number", "published_line", ["version_id", "number"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_published_line_version_id_number", table_name="published_line")
