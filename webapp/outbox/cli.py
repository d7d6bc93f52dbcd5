"""``flask outbox``: delivering mail by hand, for cron or for a look."""

import click
from flask import current_app
from flask.cli import AppGroup

from webapp.outbox.services import deliver_due
from webapp.outbox.transport import transport_for

outbox_cli = AppGroup("outbox", help="Mail waiting to leave.")


@outbox_cli.command("deliver")
def deliver() -> None:
    """Send every mail that is due."""
    extension = current_app.extensions["guichet"]
    sent = deliver_due(extension.database, extension.clock, transport_for(extension.settings))
    click.echo(f"{sent} mail(s) delivered.")
