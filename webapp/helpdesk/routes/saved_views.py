"""Saved views: keeping the filters of the queue under a name, sharing them, deleting them; their counts."""

from urllib.parse import parse_qsl

from flask import Response, request, url_for
from flask_babel import gettext as _

from webapp.errors import Conflict, Invalid
from webapp.helpdesk.commitments import desk_calendar_at
from webapp.helpdesk.forms.filters import Asked, chips, read_filters
from webapp.helpdesk.forms.saved_views import DESK, MYSELF, SavedViewForm
from webapp.helpdesk.models import SavedView
from webapp.helpdesk.queries.saved_views import Saved, get_saved_view, numbers_of, saved_views
from webapp.helpdesk.queries.talk import teams_of
from webapp.helpdesk.queries.views import names
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.routes.desk import PATH, VIEWS, saved_links
from webapp.helpdesk.rules.deadlines import SOON
from webapp.helpdesk.services.saved_views import Kept, change_view, keep_view, may_change_view, remove_view
from webapp.web.acting import acts_once
from webapp.web.forms import already_done, remember_done, whole
from webapp.web.pages import announce, fragment, page, see_other, see_other_url
from webapp.web.request import current_actor, current_clock, get_session


@blueprint.get("/assistance/vues")
def saved_view_list() -> Response:
    """List the saved views that the agent may use, each with its open tickets."""
    session, actor = get_session(), current_actor()
    rows = saved_views(session, actor)
    return page("helpdesk/saved_views.html", rows=rows, numbers=_numbers(rows), path=PATH, me=actor.account_id)


@blueprint.get("/assistance/vues/nombres")
def saved_view_counts() -> Response:
    """Give the saved views as they stand beside the queue, counted: one statement for all of them."""
    rows = saved_views(get_session(), current_actor())
    here = request.args.get("ici", "")[:2000]
    return fragment("helpdesk/_saved_views.html", saved=saved_links(here, rows, _numbers(rows)), counted=True, saved_here=here, keepable="")


@blueprint.route("/assistance/vues/nouvelle", methods=["GET", "POST"])
def new_saved_view() -> Response:
    """Keep the filters of this page's URL under a name."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    if request.method == "POST" and (location := already_done(session, clock, actor.account_id)):
        return see_other_url(location)
    asked, form = read_filters(request.args, PATH), _form()
    if request.method == "POST" and form.validate():
        try:
            view = keep_view(session, actor, clock, _kept(form, asked.query()))
            announce(_("La vue « %(name)s » est gardée.", name=view.name))
            return see_other_url(remember_done(session, asked.url()))
        except Invalid as error:
            form.refuse(error.errors)
    return _page(form, asked, None, 422 if request.method == "POST" else 200)


@blueprint.route("/assistance/vues/<int(max=2147483647):identifier>", methods=["GET", "POST"])
@acts_once
def edit_saved_view(identifier: int) -> Response:
    """Rename a view, share it otherwise; a stale form answers 409 with both sides."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    view = get_saved_view(session, actor, identifier, lock=request.method == "POST")
    asked, form, status, theirs = _read(view.filters), _form(view), 200, ""
    if request.method == "GET":
        form.process(data={"version": str(view.version), "name": view.name, "audience": _audience(view)})
    else:
        status = 422
        if form.validate():
            try:
                change_view(session, actor, clock, view, _kept(form, view.filters), seen_version=whole(form.version.data or "") or 0)
                announce(_("La vue « %(name)s » est gardée.", name=view.name))
                return see_other("helpdesk.saved_view_list")
            except Invalid as error:
                form.refuse(error.errors)
            except Conflict as error:
                status, theirs = 409, error.message
                form.version.process_data(str(view.version))
    return _page(form, asked, view, status, theirs)


@blueprint.post("/assistance/vues/<int(max=2147483647):identifier>/suppression")
@acts_once
def remove_saved_view(identifier: int) -> Response:
    """Delete a view."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    view = get_saved_view(session, actor, identifier, lock=True)
    remove_view(session, actor, clock, view, seen_version=whole(request.form.get("version", "")) or 0)
    announce(_("La vue « %(name)s » est supprimée.", name=view.name))
    return see_other("helpdesk.saved_view_list")


def _page(form: SavedViewForm, asked: Asked, view: SavedView | None, status: int, theirs: str = "") -> Response:
    query = asked.query()
    own = url_for("helpdesk.edit_saved_view", identifier=view.id) if view else f"{url_for('helpdesk.new_saved_view')}?{query}"
    return page(
        "helpdesk/saved_view.html",
        status,
        form=form,
        view=view,
        theirs=theirs,
        changeable=view is None or may_change_view(current_actor(), view),
        action=own,
        asked=asked,
        heading=_(VIEWS[asked.view]),
        chips=chips(asked, names(get_session(), asked.names_needed())),
    )


def _form(view: SavedView | None = None) -> SavedViewForm:
    form, teams = SavedViewForm(), teams_of(get_session(), current_actor())
    if view is not None and view.team_id is not None and view.team_id not in dict(teams):
        teams.append((view.team_id, _("L’équipe de cette vue")))
    form.audience.choices = [(MYSELF, _("Moi seulement")), *((str(key), name) for key, name in teams), (DESK, _("Toute l’assistance"))]
    return form


def _audience(view: SavedView) -> str:
    return DESK if view.for_desk else str(view.team_id or MYSELF)


def _kept(form: SavedViewForm, filters: str) -> Kept:
    audience = form.audience.data or MYSELF
    return Kept(form.name.data or "", filters, whole(audience), audience == DESK)


def _read(filters: str) -> Asked:
    return read_filters(dict(parse_qsl(filters)), PATH)


def _numbers(rows: list[Saved]) -> dict[int, int]:
    """Return how many open tickets each view holds. "Mine" and "my team" mean whoever looks."""
    session, actor, now = get_session(), current_actor(), current_clock().now()
    before = desk_calendar_at(session, now).add(now, SOON)
    return numbers_of(session, {row.id: _read(row.filters).wanted(before, actor.account_id) for row in rows})
