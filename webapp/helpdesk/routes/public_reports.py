"""Reporting and following without an account: for people who cannot sign in (SO-40, FX-8d)."""

from flask import Response, request, url_for
from flask_babel import gettext as _

from webapp.accounts.throttling import network_of
from webapp.errors import Conflict, Invalid, NotFound
from webapp.helpdesk.about import about_of
from webapp.helpdesk.clockwork import stored_events
from webapp.helpdesk.forms.public_reports import FollowForm, PublicReportForm
from webapp.helpdesk.forms.tickets import service_of
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.policies import may_reply
from webapp.helpdesk.queries.public_reports import followed_ticket, report_of_token
from webapp.helpdesk.queries.tickets import messages_of
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.services import facts_of, reply
from webapp.helpdesk.services.opening import Report
from webapp.helpdesk.services.public_reports import confirm, receive_report, reporter
from webapp.helpdesk.texts import STATES_FOR_CLIENT
from webapp.helpdesk.timeline import timeline
from webapp.service_status.queries import current_status
from webapp.service_status.rules import HEALTH_CHIPS, HEALTH_LABELS
from webapp.web.forms import already_done, remember_done
from webapp.web.pages import announce, page, see_other_url
from webapp.web.request import current_clock, get_session
from webapp.web.state import state


@blueprint.route("/assistance/public", methods=["GET", "POST"])
def public_report() -> Response:
    """Report without signing in: the form, then a mail whose link confirms it."""
    session, clock, posted = get_session(), current_clock(), request.method == "POST"
    if posted and (location := already_done(session, clock, None)):
        return see_other_url(location)
    form = PublicReportForm()
    about = about_of(request.values)
    status = 422 if posted else 200
    if not posted:
        form.location.data = about.label or None
        form.service.data = str(about.service) if about.service else form.service.data
    elif form.validate():
        sent = remember_done(session, url_for("helpdesk.public_report_sent"))
        if form.website.data:
            return see_other_url(sent)  # a machine filled in the field that people do not see
        report = Report(
            title=form.title.data,
            description=form.description.data,
            location=form.location.data,
            consequences=form.consequences.data,
            service=service_of(form),
            contact_name=form.contact_name.data,
            contact_phone=form.contact_phone.data,
            contact_email=form.contact_email.data,
            about_label=about.label,
            about_url=about.url,
        )
        try:
            network = network_of(request.remote_addr)
            receive_report(session, clock, report, form.organisation.data or "", network, state().settings.public_url)
            return see_other_url(sent)
        except Invalid as error:
            form.refuse(error.errors)
            status = 429
    services = current_status(session, clock.now())
    return page("helpdesk/public_report.html", status, form=form, about=about, services=services, labels=HEALTH_LABELS, chips=HEALTH_CHIPS)


@blueprint.get("/assistance/public/envoye")
def public_report_sent() -> Response:
    """Say that a mail has left, the same to everybody."""
    return page("helpdesk/public_report_sent.html")


@blueprint.route("/assistance/public/confirmer/<token>", methods=["GET", "POST"])
def confirm_report(token: str) -> Response:
    """Show what waits for a confirmation (mail scanners open links too), and open the ticket when its button is pressed."""
    session, clock, posted = get_session(), current_clock(), request.method == "POST"
    if posted and (location := already_done(session, clock, None)):
        return see_other_url(location)
    try:
        if not posted:
            return page("helpdesk/confirm_report.html", report=report_of_token(session, token, clock.now()))
        with session.for_everyone():
            report = confirm(session, clock, token, state().settings.public_url)
            session.flush()
    except NotFound:
        return page("helpdesk/spent_report.html", 410)
    announce(_("Votre signalement est enregistré. Sa référence et le lien de cette page partent par courriel."))
    return see_other_url(remember_done(session, url_for("helpdesk.follow", key=report.follow_key)))


@blueprint.route("/assistance/suivi/<key>", methods=["GET", "POST"])
def follow(key: str) -> Response:
    """Show a ticket to the person who reported it without an account, and take their answers."""
    session, clock, posted = get_session(), current_clock(), request.method == "POST"
    if posted and (location := already_done(session, clock, None)):
        return see_other_url(location)
    with session.for_everyone():
        ticket = followed_ticket(session, key, clock.now(), lock=posted)
        who = reporter(ticket.contact_name, ticket.organisation_id, "")
        form = FollowForm()
        if posted and form.validate():
            try:
                reply(session, who, clock, ticket, form.body.data or "", public_url=state().settings.public_url)
                session.flush()
                announce(_("La réponse est envoyée."))
                return see_other_url(remember_done(session, url_for("helpdesk.follow", key=key)))
            except Invalid as error:
                form.refuse(error.errors)
            except Conflict as error:
                form.refuse({"body": error.message})
        return _shown(key, ticket, form, answerable=may_reply(who, facts_of(ticket)), status=422 if posted else 200)


def _shown(key: str, ticket: Ticket, form: FollowForm, *, answerable: bool, status: int) -> Response:
    """Show what a client sees of a ticket: its state, its deadlines and its public messages."""
    session = get_session()
    told = timeline(ticket, messages_of(session, ticket.id, with_notes=False), stored_events(session, ticket.id))
    context = {"ticket": ticket, "key": key, "form": form, "timeline": told, "state_label": _(STATES_FOR_CLIENT[ticket.state])}
    return page("helpdesk/follow.html", status, may_reply=answerable, **context)
