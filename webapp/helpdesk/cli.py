"""``flask sla``: the clock of a ticket, explained on the command line."""

from datetime import datetime

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from webapp.actor import SYSTEM
from webapp.clock import PARIS
from webapp.helpdesk.clockwork import stored_events, tell
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.rules.account import Account, Cause, Piece
from webapp.helpdesk.rules.reference import MistypedReference, NotAReference, parse_reference
from webapp.helpdesk.texts import CAUSES, STATES
from webapp.web.i18n import exact_duration
from webapp.web.state import state
from webapp.worktime import PieceKind

KINDS = {PieceKind.COUNTED: "compté", PieceKind.PAUSED: "suspendu", PieceKind.CLOSED: "fermé"}


@click.group("sla")
def sla_cli() -> None:
    """The clocks of tickets."""


@sla_cli.command("explain")
@click.argument("ticket", nargs=-1, required=True)
@with_appcontext
def explain(ticket: tuple[str, ...]) -> None:
    """Print each counted, paused and closed segment of TICKET, in order, with its article; they add up to the second."""
    typed = " ".join(ticket)
    try:
        reference = parse_reference(typed)
    except MistypedReference as error:
        hint = f" Vouliez-vous dire {error.suggestion} ?" if error.suggestion else ""
        raise click.ClickException(f"référence mal saisie : « {typed} » (un caractère est faux, manque ou est en trop).{hint}") from error
    except NotAReference as error:
        raise click.ClickException(f"« {typed} » n'est pas une référence ; elle s'écrit comme INC-2026-000123-3.") from error
    current = state()
    with current.database.reader() as session:
        session.acts_for(SYSTEM)
        found = session.scalar(select(Ticket).where(Ticket.reference == str(reference)))
        if found is None:
            raise click.ClickException(f"référence inconnue : {reference} est bien formée, mais aucun ticket ne la porte.")
        told = tell(found, stored_events(session, found.id), current.clock.now().replace(microsecond=0))
    for line in _lines(found, told):
        click.echo(line)


def _lines(ticket: Ticket, told: Account) -> list[str]:
    sums = told.durations()
    due = _instant(ticket.restoration_due_at) if ticket.restoration_due_at else "fixée quand l'accès au site sera obtenu"
    return [
        f"{ticket.reference}  {ticket.title}",
        f"État : {STATES[ticket.state]} · calendrier {ticket.calendar}",
        f"Notifié : {_instant(told.started_at)} · échéance de rétablissement : {due}",
        "",
        *[_piece(piece) for piece in told.pieces],
        "",
        f"En heures ouvrées : {exact_duration(sums.business)}",
        f"Écoulé depuis la première heure ouvrée : {exact_duration(sums.elapsed)}",
        f"Suspendu : {exact_duration(sums.paused)}",
        f"Total : {exact_duration(sums.total)}",
    ]


def _piece(piece: Piece) -> str:
    who = f"demandé par {piece.asked_by}" if piece.cause is Cause.SITE_ACCESS else piece.asked_by
    asked = f" ({who})" if piece.asked_by else ""
    when = f"{_instant(piece.start)} → {_instant(piece.end)}  {exact_duration(piece.length):>20}"
    return f"{when}  {KINDS[piece.kind]:<9} {piece.clause:<9} {CAUSES[piece.cause]}{asked}"


def _instant(instant: datetime) -> str:
    return f"{instant.astimezone(PARIS):%d/%m/%Y %H:%M:%S}"
