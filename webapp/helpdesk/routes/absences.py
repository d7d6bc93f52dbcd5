"""Absences: one's own for an agent, everybody's for a lead."""

from flask import Response, request, url_for
from flask_babel import gettext as _

from webapp.accounts.queries import everyone_with_role
from webapp.errors import Invalid
from webapp.helpdesk import policies
from webapp.helpdesk.forms.teams import AbsenceForm
from webapp.helpdesk.queries.teams import DESK_ROLES, absences, get_absence, moved_tickets, today_in_paris
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.rules.absences import Days
from webapp.helpdesk.services.absences import Away, declare, end
from webapp.helpdesk.texts import STATES
from webapp.web.acting import acts_once
from webapp.web.forms import already_done, remember_done, whole
from webapp.web.pages import announce, page, see_other, see_other_url
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import state


@blueprint.get("/assistance/absences")
def absence_list() -> Response:
    """List the absences that the person may see."""
    session, actor = get_session(), current_actor()
    today = today_in_paris(current_clock())
    everyone = policies.sees_absences_of(actor, None)
    return page("helpdesk/absences.html", rows=absences(session, actor, today), today=today, everyone=everyone)


@blueprint.route("/assistance/absences/nouvelle", methods=["GET", "POST"])
def new_absence() -> Response:
    """Write an absence down; one that begins today passes the tickets on at once."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    if request.method == "POST" and (location := already_done(session, clock, actor.account_id)):
        return see_other_url(location)
    form = _form()
    if request.method == "GET":
        form.account.process_data(str(actor.account_id))
    elif form.validate():
        away = Away(int(form.account.data), Days(form.first_on.data, form.last_on.data), whole(form.substitute.data or ""))
        try:
            absence = declare(session, actor, clock, away, public_url=state().settings.public_url)
            announce(_("L’absence est enregistrée."))
            return see_other_url(remember_done(session, url_for("helpdesk.absence", identifier=absence.id)))
        except Invalid as error:
            form.refuse(error.errors)
    return page("helpdesk/absence_form.html", 422 if request.method == "POST" else 200, form=form)


@blueprint.get("/assistance/absences/<int(max=2147483647):identifier>")
def absence(identifier: int) -> Response:
    """Show an absence and the tickets that changed hands."""
    session, actor = get_session(), current_actor()
    row = get_absence(session, actor, identifier)
    names = {person.account_id: person.full_name for person in everyone_with_role(session, *DESK_ROLES)}
    today = today_in_paris(current_clock())
    return page(
        "helpdesk/absence.html",
        absence=row,
        person=names.get(row.account_id, _("Ancien membre de l’assistance")),
        substitute=names.get(row.substitute_id) if row.substitute_id else None,
        tickets=moved_tickets(session, row.id),
        states=STATES,
        today=today,
        stands=row.ended_at is None and row.last_on >= today,
    )


@blueprint.post("/assistance/absences/<int(max=2147483647):identifier>/fin")
@acts_once
def end_absence(identifier: int) -> Response:
    """Call an absence off or cut it short."""
    session, actor = get_session(), current_actor()
    end(session, actor, current_clock(), get_absence(session, actor, identifier, lock=True))
    announce(_("L’absence est terminée. Les tickets déjà réattribués restent où ils sont."))
    return see_other("helpdesk.absence", identifier=identifier)


def _form() -> AbsenceForm:
    """Return the form: an agent writes their own absence, a lead anybody's."""
    actor, form = current_actor(), AbsenceForm()
    agents = [(str(row.account_id), row.full_name) for row in everyone_with_role(get_session(), *DESK_ROLES)]
    everyone = policies.sees_absences_of(actor, None)
    form.account.choices = [choice for choice in agents if everyone or choice[0] == str(actor.account_id)]
    form.substitute.choices = [("", _("Personne : ils reviennent dans la file, ou à leur équipe")), *agents]
    return form
