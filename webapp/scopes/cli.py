"""Commands of the scopes counter."""

import click
from flask.cli import AppGroup

from webapp.actor import SYSTEM
from webapp.scopes.services.publication import notify_published
from webapp.web.state import state

scopes_cli = AppGroup("scopes", help="Detailed scopes.")


@scopes_cli.command("notify-published")
def notify() -> None:
    """Record the publications that have taken effect and tell their bodies by mail, once."""
    with state().database.transaction(SYSTEM) as session:
        told = notify_published(session, state().clock, state().settings.public_url)
    click.echo(f"{told} publication(s) notified.")
