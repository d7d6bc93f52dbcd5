"""``flask users``: inviting people by hand, the first administrator above all."""

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import ValidationError

from webapp.accounts.forms import mail_address
from webapp.accounts.models import Organisation
from webapp.accounts.organisations import OrganisationValues, create_organisation
from webapp.accounts.people import Invitation, invite
from webapp.actor import SYSTEM, OrganisationKind, Role
from webapp.clock import Clock
from webapp.errors import Forbidden, Invalid
from webapp.web.state import state

users_cli = AppGroup("users", help="People and their accounts.")


def _organisation(session: Session, clock: Clock, name: str, kind: str | None) -> Organisation:
    """Return the organisation of this name, or create it when its kind is given."""
    found = session.scalars(select(Organisation).where(Organisation.name == name).order_by(Organisation.id)).first()
    if found is not None:
        return found
    if kind is None:
        raise click.ClickException(f"no organisation is named « {name} »; give --kind to create it.")
    return create_organisation(session, SYSTEM, clock, OrganisationValues(OrganisationKind(kind), name, None, None, None))


@users_cli.command("invite")
@click.argument("email")
@click.option("--name", "full_name", required=True, help="The person's full name.")
@click.option("--organisation", required=True, help="The organisation's name, exactly.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([str(role) for role in Role]), help="May be repeated.")
@click.option("--region", help="The region of a regional agent.")
@click.option("--kind", type=click.Choice([str(kind) for kind in OrganisationKind]), help="Create the organisation if it does not exist.")
def invite_command(email: str, full_name: str, organisation: str, roles: tuple[str, ...], region: str | None, kind: str | None) -> None:
    """Open an account for EMAIL and mail its activation link."""
    application = state()
    with current_app.test_request_context(base_url=application.settings.public_url):
        try:
            address = mail_address(email)
            with application.database.transaction(SYSTEM) as session:
                place = _organisation(session, application.clock, organisation, kind)
                wanted = Invitation(full_name.strip(), address, place.id, frozenset(Role(role) for role in roles), region)
                invite(session, SYSTEM, application.clock, application.settings.public_url, wanted)
        except ValidationError as error:
            raise click.ClickException(str(error)) from error
        except Invalid as error:
            raise click.ClickException(" ".join(error.errors.values())) from error
        except Forbidden as error:
            raise click.ClickException("this role cannot be given there.") from error
    application.mail_queued()
    click.echo(f"Invitation queued for {address} ({organisation}: {', '.join(roles)}).")
