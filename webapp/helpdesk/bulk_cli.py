"""``flask bulk``: carrying on acts on many tickets by hand, for cron or after a stop."""

import click
from flask.cli import AppGroup

from webapp.helpdesk.services.bulk import work
from webapp.web.state import state

bulk_cli = AppGroup("bulk", help="Acts on many tickets.")


@bulk_cli.command("work")
def work_now() -> None:
    """Carry on every act that was begun, to its end."""
    chunks = work(state().database, state().clock, state().settings.public_url)
    click.echo(f"{chunks} chunk(s) carried out.")
