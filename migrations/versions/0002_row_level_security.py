"""row level security.

PostgreSQL repeats what the session's guard does: a row of an organisation is seen and written only by a transaction that
works for that organisation, or for all of them (``guichet.tenant``, set by the session). Owners are held to it too; superusers are not, so the application's role must
not be one. SQLite has nothing of the kind.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OWNED = (
    "contract",
    "contract_level",
    "decision",
    "declaration_cell",
    "declaration_event",
    "declaration_return",
    "declaration_submission",
    "dossier",
    "draft_line",
    "general_line",
    "published_line",
    "published_version",
    "scope_change",
    "site",
    "ticket",
    "ticket_clock_event",
    "ticket_message",
    "ticket_site",
)
ALLOWED = """CASE WHEN current_setting('guichet.tenant', true) = 'all' THEN true
ELSE organisation_id = nullif(nullif(current_setting('guichet.tenant', true), 'all'), '')::integer END"""


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in OWNED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_tenant ON {table} USING ({ALLOWED}) WITH CHECK ({ALLOWED})")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in OWNED:
        op.execute(f"DROP POLICY {table}_tenant ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
