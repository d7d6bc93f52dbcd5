"""Around a ticket's messages: who is there, drafts saved as one types, following, satisfaction."""

from flask import Response, request, url_for
from flask_babel import gettext as _

from webapp.errors import Conflict, Invalid
from webapp.helpdesk.forms.talk import RatingForm
from webapp.helpdesk.presence import presence_of, time_words
from webapp.helpdesk.queries.talk import people_of, writer_since
from webapp.helpdesk.queries.tickets import get_ticket
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.routes.acts import after
from webapp.helpdesk.routes.tickets import ticket_context
from webapp.helpdesk.services.people import be_seen, follow, keep_drafts
from webapp.helpdesk.services.satisfaction import rate
from webapp.web.acting import acts_once
from webapp.web.forms import whole
from webapp.web.pages import announce, fragment, is_fragment_request, page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session


@blueprint.post("/assistance/<reference>/presence")
def presence(reference: str) -> Response:
    """Note that the ticket is on somebody's screen, and tell who else is there; 204 when the page already says so.

    The page asks by itself, so it is no visit: a screen left alone still signs out (``Access.by_itself``).
    """
    session, actor, clock = get_session(), current_actor(), current_clock()
    ticket = get_ticket(session, actor, reference)
    be_seen(session, actor, clock, ticket)
    newer = writer_since(session, ticket.id, whole(request.form.get("seen", "")) or 0, actor.account_id)
    found = presence_of(people_of(session, ticket.id, None), actor, clock.now(), newer)
    if found.mark == request.form.get("mark"):
        return Response(status=204)
    path = url_for("helpdesk.ticket", reference=ticket.reference)
    return fragment("helpdesk/_presence.html", presence=found, newer=newer, path=path, asked=True)


@blueprint.post("/assistance/<reference>/brouillon")
def draft(reference: str) -> Response:
    """Save what is being typed, for its author alone."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    ticket = get_ticket(session, actor, reference)
    reply, note = request.form.get("body", ""), request.form.get("note", "")
    keep_drafts(session, actor, clock, ticket, reply, note, once=request.form.get("once", ""))
    if is_fragment_request():
        now = clock.now()
        return fragment("helpdesk/_draft.html", at=time_words(now, now) if reply.strip() or note.strip() else "")
    announce(_("Le brouillon est gardé."))
    return see_other_url(url_for("helpdesk.ticket", reference=ticket.reference))


@blueprint.post("/assistance/<reference>/abonnement")
def following(reference: str) -> Response:
    """Follow the ticket, or stop."""
    session, actor = get_session(), current_actor()
    ticket = get_ticket(session, actor, reference, lock=True)
    follows = request.form.get("suivre") == "1"
    follow(session, actor, ticket, follows=follows)
    return after(ticket, str(_("Vous êtes abonné à ce ticket.") if follows else _("Vous n’êtes plus abonné à ce ticket.")))


@blueprint.post("/assistance/<reference>/satisfaction")
@acts_once
def satisfaction(reference: str) -> Response:
    """Say how satisfied one is with a ticket that has ended."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    ticket = get_ticket(session, actor, reference, lock=True)
    form = RatingForm()
    said = ""
    if form.validate():
        try:
            rate(session, actor, clock, ticket, int(form.score.data), form.comment.data or "")
            return after(ticket, str(_("Merci : votre avis est enregistré.")))
        except Invalid as error:
            form.refuse(error.errors)
        except Conflict as error:
            said = error.message
    session.rollback()
    context = ticket_context(session, actor, reference, clock.now(), rating_form=form, rating_refused=said)
    status = 409 if said else 422
    if is_fragment_request() and request.headers.get("HX-Target") == "ticket":
        return fragment("helpdesk/_ticket.html", status, **context)
    return page("helpdesk/ticket.html", status, **context)
