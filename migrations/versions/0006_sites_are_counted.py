"""sites are counted by themselves.

Tickets of before were counted as a whole: each of their sites takes the ticket's calendar and figures, so that nothing that was
promised or fixed moves. The sites of later tickets have their own (FL-12.4).
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

#: What a site takes from its ticket.
TAKEN = ("calendar", "restoration_due_at", "restored_at", "elapsed_seconds", "business_seconds", "paused_seconds")


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT set_config('guichet.tenant', 'all', true)"))
    site = sa.table("ticket_site", *map(sa.column, ("ticket_id", *TAKEN)))
    ticket = sa.table("ticket", *map(sa.column, ("id", *TAKEN)))
    taken = {name: sa.select(ticket.c[name]).where(ticket.c.id == site.c.ticket_id).scalar_subquery() for name in TAKEN}
    connection.execute(site.update().where(site.c.calendar == "").values(taken))


def downgrade() -> None:
    """Nothing: the columns go with the table's earlier step."""
