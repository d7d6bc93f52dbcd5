"""The account of the time that agents spent on a ticket, and its corrections."""

from typing import Any

from flask import Response
from flask_babel import gettext as _

from webapp.actor import Role
from webapp.clock import PARIS
from webapp.errors import Conflict, Invalid
from webapp.helpdesk.forms.talk import CorrectionForm, TimeForm
from webapp.helpdesk.presence import minutes_words
from webapp.helpdesk.queries.billable import support_of
from webapp.helpdesk.queries.talk import time_entries
from webapp.helpdesk.queries.tickets import get_ticket
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.services.time_spent import correct, minutes_of, spend
from webapp.web.forms import already_done, remember_done
from webapp.web.i18n import number
from webapp.web.pages import announce, page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session


@blueprint.route("/assistance/<reference>/temps", methods=["GET"])
def time_spent(reference: str) -> Response:
    """List the time entries of a ticket, and the hours of support that its contract has used this year (FL-12.3)."""
    return _page(reference)


@blueprint.post("/assistance/<reference>/temps")
def spend_time(reference: str) -> Response:
    """Add time spent."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    if location := already_done(session, clock, actor.account_id):
        return see_other_url(location)
    ticket = get_ticket(session, actor, reference, lock=True)
    form = TimeForm()
    if form.validate():
        try:
            spend(session, actor, clock, ticket, minutes_of(form.minutes.data))
            return _back(reference, _("Le temps passé est noté."))
        except Invalid as error:
            form.refuse(error.errors)
    return _page(reference, 422, form=form)


@blueprint.post("/assistance/<reference>/temps/<int(max=2147483647):entry>")
def correct_time(reference: str, entry: int) -> Response:
    """Correct an entry by another that takes it back."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    if location := already_done(session, clock, actor.account_id):
        return see_other_url(location)
    ticket = get_ticket(session, actor, reference, lock=True)
    form, status = CorrectionForm(), 422
    if form.validate():
        try:
            typed = form.minutes.data.strip()
            correct(session, actor, clock, ticket, entry, 0 if typed == "0" else minutes_of(typed))
            return _back(reference, _("Le temps est corrigé."))
        except Invalid as error:
            form.refuse(error.errors)
        except Conflict as error:
            form.form_errors.append(error.message)
            status = 409
    return _page(reference, status, correction=form, corrected=entry)


def _back(reference: str, said: str) -> Response:
    announce(said)
    return see_other_url(remember_done(get_session(), f"/assistance/{reference}/temps"))


def _page(reference: str, status: int = 200, **more: Any) -> Response:
    session, actor, now = get_session(), current_actor(), current_clock().now()
    if status != 200:
        session.rollback()
    ticket = get_ticket(session, actor, reference)
    context = {"form": TimeForm(formdata=None), "correction": CorrectionForm(formdata=None), "corrected": None, **more}
    return page(
        "helpdesk/time_spent.html",
        status,
        ticket=ticket,
        entries=time_entries(session, ticket.id),
        support=support_of(session, ticket.contract_id, now),
        number=number,
        year=now.astimezone(PARIS).year,
        words=minutes_words,
        me=actor.account_id,
        lead=actor.has(Role.DESK_LEAD),
        **context,
    )
