"""Teams of the desk: the list, making one, changing one."""

from flask import Response, request, url_for
from flask_babel import gettext as _

from webapp.accounts.queries import everyone_with_role
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.helpdesk.forms.teams import TeamForm
from webapp.helpdesk.models import Team
from webapp.helpdesk.policies import may_manage_teams
from webapp.helpdesk.queries.teams import DESK_ROLES, get_team, members_of, teams
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.services.teams import change_team, create_team
from webapp.web.acting import acts_once
from webapp.web.forms import already_done, remember_done, whole
from webapp.web.pages import announce, page, see_other, see_other_url
from webapp.web.request import current_actor, current_clock, get_session


@blueprint.get("/assistance/equipes")
def team_list() -> Response:
    """List the teams with their members and open tickets."""
    return page("helpdesk/teams.html", rows=teams(get_session()), manages=may_manage_teams(current_actor()))


@blueprint.route("/assistance/equipes/nouvelle", methods=["GET", "POST"])
def new_team() -> Response:
    """Make a team."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    if request.method == "POST" and (location := already_done(session, clock, actor.account_id)):
        return see_other_url(location)
    form = _form()
    if request.method == "POST" and form.validate():
        try:
            team = create_team(session, actor, clock, form.name.data or "", form.members.data or [])
            announce(_("L’équipe « %(name)s » est enregistrée.", name=team.name))
            return see_other_url(remember_done(session, url_for("helpdesk.team_list")))
        except Invalid as error:
            form.refuse(error.errors)
    return page("helpdesk/team.html", 422 if request.method == "POST" else 200, form=form, team=None, theirs=None)


@blueprint.route("/assistance/equipes/<int(max=2147483647):identifier>", methods=["GET", "POST"])
@acts_once
def edit_team(identifier: int) -> Response:
    """Rename a team, change its members, close it; a stale form answers 409 with both sides."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    if not may_manage_teams(actor):
        raise Forbidden
    team = get_team(session, identifier)
    form, status, theirs = _form(team), 200, None
    if request.method == "GET":
        form.process(data={"version": str(team.version), "name": team.name, "members": members_of(session, team.id), "closed": team.closed})
    else:
        status = 422
        if form.validate():
            try:
                seen = whole(form.version.data or "") or 0
                change_team(
                    session, actor, clock, team, form.name.data, form.members.data or [], closed=form.closed.data, seen_version=seen
                )
                announce(_("L’équipe « %(name)s » est enregistrée.", name=team.name))
                return see_other("helpdesk.team_list")
            except Invalid as error:
                form.refuse(error.errors)
            except Conflict as error:
                status, theirs = 409, {"message": error.message, "members": _names(form, members_of(session, team.id))}
                form.version.process_data(str(team.version))
    return page("helpdesk/team.html", status, form=form, team=team, theirs=theirs)


def _form(team: Team | None = None) -> TeamForm:
    """Return the form with the agents that may be members; a member who left the desk stays in the list until taken out."""
    session, form = get_session(), TeamForm()
    form.members.choices = [(row.account_id, row.full_name) for row in everyone_with_role(session, *DESK_ROLES)]
    if team is not None:
        known = {key for key, _name in form.members.choices}
        form.members.choices += [(key, _("Ancien membre de l’assistance")) for key in members_of(session, team.id) if key not in known]
    return form


def _names(form: TeamForm, members: list[int]) -> str:
    names = dict(form.members.choices)
    return ", ".join(str(names[key]) for key in members if key in names) or "—"
