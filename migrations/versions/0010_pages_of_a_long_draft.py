"""indexes that answer for a long draft: what is live in each general line, and what differs from the version online."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

DIFFERS = sa.text("deleted AND published_digest IS NOT NULL OR NOT deleted AND (published_digest IS NULL OR published_digest != digest)")
#: SQLite takes the index only when it is asked in the very words of the query.
DIFFERS_SQLITE = sa.text(
    "deleted = 1 AND published_digest IS NOT NULL OR deleted = 0 AND (published_digest IS NULL OR published_digest != digest)"
)


def upgrade() -> None:
    op.drop_index("ix_draft_line_dossier_id_general_line_id_rank", "draft_line")
    op.create_index("ix_draft_line_live", "draft_line", ["general_line_id", "organisation_id", "deleted", "rank", "number"])
    op.create_index(
        "ix_draft_line_changed",
        "draft_line",
        ["dossier_id", "organisation_id"],
        sqlite_where=DIFFERS_SQLITE,
        postgresql_where=DIFFERS,
    )


def downgrade() -> None:
    op.drop_index("ix_draft_line_changed", "draft_line")
    op.drop_index("ix_draft_line_live", "draft_line")
    op.create_index("ix_draft_line_dossier_id_general_line_id_rank", "draft_line", ["dossier_id", "general_line_id", "rank"])
