"""Mounts each area's commands under ``flask``."""

import json
import shutil

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy import func, select

from webapp import migration, serve
from webapp.accounts.cli import users_cli
from webapp.accounts.models import Account
from webapp.declarations.cli import declarations_cli
from webapp.helpdesk.bulk_cli import bulk_cli
from webapp.helpdesk.cli import sla_cli
from webapp.outbox.cli import outbox_cli
from webapp.scopes.cli import scopes_cli
from webapp.web.state import state

db_cli = AppGroup("db", help="The database's schema.")
demo_cli = AppGroup("demo", help="Fictitious content to try the portal with.")
jobs_cli = AppGroup("jobs", help="The job consumer.")


def init_app(app: Flask) -> None:
    """Add every command group."""
    for group in (bulk_cli, db_cli, declarations_cli, demo_cli, jobs_cli, outbox_cli, scopes_cli, sla_cli, users_cli):
        app.cli.add_command(group)
    app.cli.add_command(serve_command)


@db_cli.command("upgrade")
def upgrade() -> None:
    """Bring the schema to its newest version."""
    migration.upgrade(state().database.engine)
    click.echo("Schema up to date.")


@demo_cli.command("load")
def load() -> None:
    """Load the demonstration content into an empty database."""
    from webapp.demonstration import load_all

    if not state().settings.is_demonstration:
        raise click.ClickException("demonstration content is refused in production mode (GUICHET_MODE).")
    loaded = load_all(state())
    click.echo("Demonstration content loaded." if loaded else "There is content already: nothing was changed.")


@demo_cli.command("reset")
def reset() -> None:
    """Throw everything away, mails and jobs included, and load the demonstration content afresh."""
    from webapp.demonstration import load_all

    if not state().settings.is_demonstration:
        raise click.ClickException("only a demonstration can be reset (GUICHET_MODE).")
    migration.upgrade(state().database.engine)
    with state().database.reader() as session:
        accounts = session.scalar(select(func.count()).select_from(Account)) or 0
        fictitious = session.scalar(select(func.count()).select_from(Account).where(Account.is_demonstration)) or 0
    if accounts and not fictitious:
        raise click.ClickException("this database was never a demonstration: it is not reset.")
    migration.downgrade_all(state().database.engine)
    migration.upgrade(state().database.engine)
    shutil.rmtree(state().settings.mail_dir, ignore_errors=True)
    current_app.extensions["queue"].flush()
    load_all(state())
    click.echo("The demonstration is as new.")


@demo_cli.command("accounts")
@click.option("--json", "as_json", is_flag=True, help="A JSON list instead of a table.")
def accounts(*, as_json: bool) -> None:
    """Print the demonstration sign-ins: username, password, role, organisation."""
    from webapp.demonstration import sign_ins

    if not state().settings.is_demonstration:
        raise click.ClickException("demonstration sign-ins are refused in production mode (GUICHET_MODE).")
    rows = sign_ins()
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo(f"{row['username']:<22} {row['password']:<24} {row['role']:<20} {row['organisation']}")


@jobs_cli.command("run")
def run_jobs() -> None:
    """Run the job consumer until it is stopped."""
    serve.consume(current_app.extensions["queue"])


@click.command("serve")
def serve_command() -> None:
    """Migrate, load the demonstration the first time, then serve: web workers and the job consumer under one parent."""
    serve.run(current_app._get_current_object())  # type: ignore[attr-defined]  # -- on the proxy


__all__ = ["init_app"]
