"""The sites of a file: listed, added, renamed, removed while no line names them."""

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.errors import Conflict, Invalid
from webapp.scopes.queries import FileHead
from webapp.scopes.queries.sites import sites_with_use
from webapp.scopes.routes.blueprint import blueprint
from webapp.scopes.routes.drawing import head_of
from webapp.scopes.routes.versions import head_context
from webapp.scopes.services import sites as services
from webapp.web.forms import already_done, remember_done, whole
from webapp.web.pages import announce, page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session


@blueprint.get("/<number>/sites")
def sites(number: str) -> Response:
    """Show the sites of the file and how many lines name each."""
    return _page(head_of(number))


@blueprint.post("/<number>/sites")
def add_site(number: str) -> Response:
    """Add a site; a double click adds one."""
    head, session, actor, clock = head_of(number), get_session(), current_actor(), current_clock()
    done = already_done(session, clock, actor.account_id)
    if done is not None:
        return see_other_url(done)
    try:
        name = services.add_site(session, actor, clock, number, request.form.get("nom", ""))
    except Invalid as invalid:
        session.rollback()
        return _page(head, 422, error=invalid.errors["nom"])
    announce(_("Site « %(name)s » ajouté.", name=name))
    return see_other_url(remember_done(session, url_for("scopes.sites", number=number)))


@blueprint.post("/<number>/sites/<int(max=2147483647):site>")
def change_site(number: str, site: int) -> Response:
    """Rename a site, and with it the lines that name it; or remove it (``geste=supprimer``)."""
    head, session, actor, clock = head_of(number), get_session(), current_actor(), current_clock()
    version = whole(request.form.get("version", "")) or 0
    try:
        if request.form.get("geste") == "supprimer":
            announce(_("Site « %(name)s » supprimé.", name=services.remove_site(session, actor, clock, number, site, version)))
        else:
            lines = services.rename_site(session, actor, clock, number, site, version, request.form.get("nom", ""))
            words = ngettext("%(num)d ligne a suivi.", "%(num)d lignes ont suivi.", lines) if lines else ""
            announce(f"{_('Site renommé.')} {words}".strip())
    except Invalid as invalid:
        session.rollback()
        return _page(head, 422, error=invalid.errors["nom"], site=site)
    except Conflict as conflict:
        session.rollback()
        return _page(head_of(number), 409, error=conflict.message, site=site)
    return see_other_url(url_for("scopes.sites", number=number))


def _page(head: FileHead, status: int = 200, *, error: str = "", site: int | None = None) -> Response:
    rows = sites_with_use(get_session(), head.id, head.activity)
    typed = request.form.get("nom", "")
    return page("scopes/sites.html", status, rows=rows, error=error, wrong=site, typed=typed, **head_context(head))
