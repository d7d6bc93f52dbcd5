"""Commands of the scopes counter."""

import click
from flask.cli import AppGroup

from webapp.actor import SYSTEM
from webapp.scopes.queries.versions import verified_versions
from webapp.scopes.services import effect
from webapp.web.state import state

scopes_cli = AppGroup("scopes", help="Detailed scopes.")


@scopes_cli.command("notify-published")
def notify() -> None:
    """Record the publications that have taken effect and tell their bodies by mail, once."""
    told = effect.sweep(state().database, state().clock, state().settings.public_url)
    click.echo(f"{told} publication(s) notified.")


@scopes_cli.command("verify-versions")
def verify() -> None:
    """Check every published version: its digest, its canonical form, and that the rows which are paged and searched say the same."""
    total, wrong = 0, []
    with state().database.reader() as session:
        session.acts_for(SYSTEM)
        for number, version, holds in verified_versions(session):
            total += 1
            if not holds:
                wrong.append(f"{number} v{version}")
    click.echo(f"{total} version(s) verified, {len(wrong)} wrong.")
    if wrong:
        raise click.ClickException("not what was frozen: " + ", ".join(wrong))
