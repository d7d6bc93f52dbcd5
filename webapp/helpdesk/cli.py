"""``flask sla``: the clock of a ticket, explained on the command line, site by site."""

from datetime import datetime
from zoneinfo import ZoneInfo

import click
from flask.cli import with_appcontext
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from webapp.actor import SYSTEM
from webapp.clock import PARIS
from webapp.helpdesk.clock_view import PauseLine, SiteLine, pause_lines, site_lines
from webapp.helpdesk.explanation import Explanation, explain
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.owed_lines import owed_lines
from webapp.helpdesk.queries.obligations import owed_rows
from webapp.helpdesk.rules.account import Cause, Piece
from webapp.helpdesk.rules.reference import MistypedReference, NotAReference, parse_reference
from webapp.helpdesk.services import facts_of
from webapp.helpdesk.texts import STATES
from webapp.texts import mark as _m
from webapp.web.i18n import LANGUAGES, exact_duration
from webapp.web.state import state
from webapp.worktime import PieceKind

KINDS = {PieceKind.COUNTED: _m("compté"), PieceKind.PAUSED: _m("suspendu"), PieceKind.CLOSED: _m("fermé")}


@click.group("sla")
def sla_cli() -> None:
    """The clocks of tickets."""


@sla_cli.command("explain")
@click.argument("ticket", nargs=-1, required=True)
@click.option("--site", default="", help="Only the site of this name.")
@click.option("--lang", type=click.Choice(LANGUAGES), default="fr", show_default=True, help="The language of the explanation.")
@with_appcontext
def explain_command(ticket: tuple[str, ...], site: str, lang: str) -> None:
    """Print each counted, paused and closed segment of TICKET, site by site, with its article; they add up to the second."""
    with force_locale(lang):
        for line in _explain(" ".join(ticket), site):
            click.echo(line)


def _explain(typed: str, site: str) -> list[str]:
    try:
        reference = parse_reference(typed)
    except MistypedReference as error:
        hint = _(" Vouliez-vous dire %(reference)s ?", reference=error.suggestion) if error.suggestion else ""
        said = _("référence mal saisie : « %(typed)s » (un caractère est faux, manque ou est en trop).", typed=typed)
        raise click.ClickException(f"{said}{hint}") from error
    except NotAReference as error:
        raise click.ClickException(
            _("« %(typed)s » n'est pas une référence ; elle s'écrit comme INC-2026-000123-3.", typed=typed)
        ) from error
    current = state()
    now = current.clock.now().replace(microsecond=0)
    with current.database.reader() as session:
        session.acts_for(SYSTEM)
        found = session.scalar(select(Ticket).where(Ticket.reference == str(reference)))
        if found is None:
            said = _("référence inconnue : %(reference)s est bien formée, mais aucun ticket ne la porte.", reference=reference)
            raise click.ClickException(said)
        told = explain(session, found, now)
    return _lines(found, told, _asked(told, site_lines(found, told, with_pieces=True), site))


def _asked(told: Explanation, lines: list[SiteLine], site: str) -> list[SiteLine]:
    """Return the sites to be printed: the one of that name, or all of them."""
    if not site:
        return lines
    wanted = [line for line in lines if line.name.casefold() == site.casefold()]
    if not wanted:
        names = ", ".join(name for name in told.names.values() if name) or _("aucun")
        raise click.ClickException(_("ce ticket ne concerne pas le site « %(site)s ». Ses sites : %(names)s.", site=site, names=names))
    return wanted


@sla_cli.command("owed")
@click.option("--late", is_flag=True, help="Only what is late already.")
@with_appcontext
def owed(*, late: bool) -> None:
    """Print what the desk owes, soonest first: when, how long is left, what, the ticket, its client and who follows it."""
    current = state()
    with current.database.reader() as session:
        session.acts_for(SYSTEM)
        lines = owed_lines(owed_rows(session, limit=10_000), current.clock.now(), None)
    for line in lines:
        if not late or line.chip.kind == "late":
            row = line.row
            who = row.assignee or "personne"
            click.echo(f"{_instant(row.due_at)}  {line.chip.text:<26} {line.label:<38} {row.reference}  {row.client} · {who}")
    if not lines:
        click.echo("Rien n'est dû.")


def _lines(ticket: Ticket, told: Explanation, lines: list[SiteLine]) -> list[str]:
    due = _instant(ticket.restoration_due_at) if ticket.restoration_due_at else _("fixée quand l'accès au site sera obtenu")
    counts = _("le temps écoulé") if told.elapsed_counts else _("les heures ouvrées")
    out = [
        f"{ticket.reference}  {ticket.title}",
        _("État : %(state)s · calendrier %(calendar)s", state=_(STATES[ticket.state]), calendar=ticket.calendar),
        _("Notifié : %(at)s · échéance de rétablissement : %(due)s", at=_instant(ticket.notified_at), due=due),
        _("Fait foi pour l'échéance : %(counts)s", counts=counts),
    ]
    out += [_pause(pause) for pause in pause_lines(SYSTEM, ticket, facts_of(ticket), told)]
    for line in lines:
        out += ["", *_site(line)]
    return out


def _site(line: SiteLine) -> list[str]:
    due = _instant(line.due_at) if line.due_at else _("fixée quand l'accès au site sera obtenu")
    heading = [_("Site : %(name)s · échéance : %(due)s", name=line.name, due=due), line.calendar] if line.name else []
    zone = [_("Heures du site : %(zone)s", zone=line.zone)] if line.zone else []
    return [
        *heading,
        *zone,
        *[_piece(piece, words, line.zone) for piece, words in line.pieces],
        "",
        _("En heures ouvrées : %(time)s", time=exact_duration(line.business)),
        _("Écoulé depuis la première heure ouvrée : %(time)s", time=exact_duration(line.elapsed)),
        _("Suspendu : %(time)s", time=exact_duration(line.paused)),
        _("Total : %(time)s", time=exact_duration(line.total)),
    ]


def _piece(piece: Piece, words: str, zone: str) -> str:
    who = _("demandé par %(name)s", name=piece.asked_by) if piece.cause is Cause.SITE_ACCESS else piece.asked_by
    asked = f" ({who})" if piece.asked_by else ""
    when = f"{_instant(piece.start, zone)} → {_instant(piece.end, zone)}  {exact_duration(piece.length):>20}"
    return f"{when}  {_(KINDS[piece.kind]):<9} {piece.clause:<9} {words}{asked}"


def _pause(pause: PauseLine) -> str:
    end = _instant(pause.until) if pause.until else _("en cours")
    where = f" · {pause.where}" if pause.where else ""
    line = _("Suspension : %(words)s%(where)s, %(since)s → %(end)s", words=pause.words, where=where, since=_instant(pause.since), end=end)
    if not pause.contested_at:
        return str(line)
    verdict = _("annulée") if pause.annulled else _("maintenue") if pause.upheld else _("attend une réponse")
    return f"{line} · " + str(_("contestée par %(name)s : %(verdict)s", name=pause.contested_by, verdict=verdict))


def _instant(instant: datetime, zone: str = "") -> str:
    return f"{instant.astimezone(ZoneInfo(zone) if zone else PARIS):%d/%m/%Y %H:%M:%S}"
