"""Contesting a pause, and answering the contest: a page each, with what is contested above the form."""

from typing import Any

from flask import Response, g, request
from flask_babel import gettext as _

from webapp.errors import Conflict, Invalid, NotFound
from webapp.helpdesk import services
from webapp.helpdesk.clock_view import PauseLine, pause_lines
from webapp.helpdesk.explanation import explain
from webapp.helpdesk.forms.clock import AnswerForm, ContestForm
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.queries.tickets import get_ticket
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.routes.acts import after, stale, version_of
from webapp.helpdesk.services.contests import answer, contest
from webapp.web.forms import already_done
from webapp.web.pages import page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import state


@blueprint.route("/assistance/<reference>/suspensions/<int(max=2147483647):event_id>/contester", methods=["GET", "POST"])
def contest_pause(reference: str, event_id: int) -> Response:
    """Contest a pause, as its client."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    if request.method == "POST" and (location := already_done(session, clock, actor.account_id)):
        return see_other_url(location)
    ticket = get_ticket(session, actor, reference, lock=request.method == "POST")
    form = ContestForm()
    if request.method == "GET":
        if not _shown(ticket, event_id).may_contest:
            raise Conflict(_("Cette suspension ne peut pas, ou ne peut plus, être contestée."))
    elif form.validate():
        try:
            contest(session, actor, clock, ticket, event_id, form.body.data, public_url=state().settings.public_url)
            return after(ticket, str(_("Votre contestation est envoyée ; une réponse vous est due.")))
        except Invalid as error:
            form.refuse(error.errors)
        except Conflict as error:
            return stale(reference, form, error)
    return _page("helpdesk/contest.html", ticket, event_id, form)


@blueprint.route("/assistance/<reference>/suspensions/<int(max=2147483647):event_id>/repondre", methods=["GET", "POST"])
def answer_contest(reference: str, event_id: int) -> Response:
    """Answer the contest of a pause, for the desk: upheld or annulled, with reasons."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    if request.method == "POST" and (location := already_done(session, clock, actor.account_id)):
        return see_other_url(location)
    ticket = get_ticket(session, actor, reference, lock=request.method == "POST")
    form = AnswerForm()
    if request.method == "GET":
        if not _shown(ticket, event_id).may_answer:
            raise Conflict(_("Cette suspension n’attend aucune réponse."))
        form.version.data = str(ticket.version)
    elif form.validate():
        try:
            answer(
                session,
                actor,
                clock,
                ticket,
                event_id,
                upheld=form.verdict.data == "upheld",
                text=form.body.data,
                public_url=state().settings.public_url,
                seen_version=version_of(form),
            )
            return after(ticket, str(_("La réponse est envoyée au client.")))
        except Invalid as error:
            form.refuse(error.errors)
        except Conflict as error:
            return stale(reference, form, error)
    return _page("helpdesk/answer_contest.html", ticket, event_id, form)


def _page(template: str, ticket: Ticket, event_id: int, form: Any) -> Response:
    return page(template, 422 if request.method == "POST" else 200, ticket=ticket, form=form, pause=_shown(ticket, event_id))


def _shown(ticket: Ticket, event_id: int) -> PauseLine:
    """Return the suspension as the ticket's page shows it, read once a request; one of another ticket, or none, is ``NotFound``."""
    if "pause" not in g:
        session, actor, now = get_session(), current_actor(), current_clock().now()
        told = explain(session, ticket, now.replace(microsecond=0))
        lines = pause_lines(actor, ticket, services.facts_of(ticket, now), told)
        g.pause = next((line for line in lines if line.event_id == event_id), None)
    if g.pause is None:
        raise NotFound
    found: PauseLine = g.pause
    return found
