"""« Diagnostic du poste »: what the server sees of a workstation, with or without scripts, and how to attach it to a ticket."""

from urllib.parse import urlencode

from flask import Response, jsonify, request, url_for
from flask_babel import gettext as _

from webapp.clock import PARIS
from webapp.helpdesk.queries.attachments import open_tickets_of
from webapp.helpdesk.queries.tickets import get_ticket
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.rules.diagnosis import Observation, Seen, Verdict, observations
from webapp.helpdesk.services.attachments import attach_alone
from webapp.uploads.held import Held, token_of
from webapp.uploads.receiving import KEPT
from webapp.uploads.storage import store_for
from webapp.web.forms import already_done, clean_text, remember_done
from webapp.web.i18n import paris
from webapp.web.pages import announce, page, see_other_url
from webapp.web.request import actor_or_none, current_actor, current_clock, get_session
from webapp.web.state import state

FILE_NAME = "diagnostic-du-poste.txt"
#: What the page's script measured, as it wrote it.
LONGEST_MEASURES = 2000
TICKETS_OFFERED = 5


@blueprint.get("/assistance/diagnostic")
def diagnostic() -> Response:
    """Show what the server sees, and offer the open tickets that it may be attached to."""
    actor, now = actor_or_none(), current_clock().now()
    found = observations(_seen())
    tickets = open_tickets_of(get_session(), actor, TICKETS_OFFERED) if actor else ()
    return page(
        "helpdesk/diagnostic.html", found=found, now=now, tickets=tickets, text=_as_text(found, ""), odd=Verdict.ODD, fine=Verdict.FINE
    )


@blueprint.get("/assistance/diagnostic/mesure")
def measure() -> Response:
    """Answer a small request of the page's script: the server's time, and whether htmx's headers arrive."""
    return jsonify(now=current_clock().now().isoformat(), htmx=request.headers.get("HX-Request") == "true")


@blueprint.post("/assistance/diagnostic")
def attach_diagnosis() -> Response:
    """Attach the diagnosis to a ticket (``ticket``), or take it to a new report."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    if location := already_done(session, clock, actor.account_id):
        return see_other_url(location)
    measured = (clean_text(request.form.get("measures")) or "")[:LONGEST_MEASURES]
    store, settings = store_for(state().settings), state().settings
    reference = clean_text(request.form.get("ticket")) or ""
    ticket = get_ticket(session, actor, reference, lock=True) if reference else None
    held = Held(store.put(_as_text(observations(_seen()), measured).encode()), FILE_NAME)
    if ticket is None:
        kept = urlencode({KEPT: token_of(held, actor.account_id or 0, settings.secret_key)})
        return see_other_url(remember_done(session, f"{url_for('helpdesk.report')}?{kept}"))
    attach_alone(session, actor, clock, ticket, store, [held], internal=False, public_url=settings.public_url)
    announce(_("Le diagnostic du poste est joint à %(reference)s.", reference=ticket.reference))
    return see_other_url(remember_done(session, url_for("helpdesk.ticket", reference=ticket.reference)))


def _seen() -> Seen:
    """Return this request as the rules look at it: no value of a cookie leaves this function."""
    environ = request.environ
    direct = environ.get("werkzeug.proxy_fix.orig", {}).get("REMOTE_ADDR") or environ.get("REMOTE_ADDR", "")
    return Seen(
        headers={name.lower(): value for name, value in request.headers.items() if name.lower() not in {"cookie", "authorization"}},
        cookies=frozenset(request.cookies),
        address=request.remote_addr or "—",
        link_address=direct or "—",
        scheme=request.scheme,
        protocol=environ.get("SERVER_PROTOCOL", "—"),
        came_back="retour" in request.args,
    )


def _as_text(found: list[Observation], measured: str) -> str:
    """Return the diagnosis as the text that goes with a ticket."""
    now = current_clock().now().astimezone(PARIS)
    lines = [_("Diagnostic du poste, %(when)s (heure du portail)", when=paris(now)), ""]
    lines += [f"{_(item.label)} : {item.value}" + (f" ({_(item.advice)})" if item.advice else "") for item in found]
    if measured:
        lines += ["", _("Mesuré par le navigateur :"), measured]
    return "\n".join(lines) + "\n"
