"""row level security of the tables of 0003.

PostgreSQL repeats what the session's guard does: a row of an organisation is seen and written only by a transaction that
works for that organisation, or for all of them (``guichet.tenant``, set by the session). Owners are held to it too; superusers are not, so the application's role must
not be one. SQLite has nothing of the kind.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OWNED = (
    "agent_absence_ticket",
    "billable_request",
    "breach_warning",
    "bulk_item",
    "incident_report",
    "incident_report_draft",
    "obligation",
    "ticket_attachment",
    "ticket_link",
    "ticket_person",
    "ticket_rating",
    "ticket_search",
    "ticket_time",
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
