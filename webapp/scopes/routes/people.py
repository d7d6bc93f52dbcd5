"""Who works on a file: named by its responsible persons, the body's access manager or the accreditation body."""

from flask import Response, url_for
from flask_babel import gettext as _

from webapp.errors import Invalid
from webapp.scopes.forms import RightForm
from webapp.scopes.models import Dossier
from webapp.scopes.policies import can_manage_rights, can_see
from webapp.scopes.queries import rights as queries
from webapp.scopes.routes.blueprint import blueprint
from webapp.scopes.routes.drawing import head_of
from webapp.scopes.routes.versions import head_context
from webapp.scopes.rules.activities import all_activities
from webapp.scopes.rules.rights import RIGHT_LABELS, FileRight
from webapp.scopes.services import rights as services
from webapp.web.forms import already_done, remember_done, whole
from webapp.web.pages import announce, page, see_other, see_other_url
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import state

#: Ended rights that the page lists; the trail of acts has them all.
MOST_ENDED = 20


def _form(file: Dossier) -> RightForm:
    form = RightForm()
    people = services.candidates(get_session(), file.organisation_id)
    form.account.choices = [("", _("Choisir…")), *((str(person.account_id), person.full_name) for person in people)]
    return form


def _render(file: Dossier, form: RightForm, status: int = 200, problem: str = "") -> Response:
    session, actor, now = get_session(), current_actor(), current_clock().now()
    rows = queries.rights_on(session, file.id, now)
    mine = next((row.access for row in rows if row.account_id == actor.account_id and row.since <= now), None)
    reads = can_see(actor, file.organisation_id, mine)  # the access manager names people without reading the scope
    heading = head_context(head_of(file.number)) if reads else {"head": None}
    return page(
        "scopes/people.html",
        status,
        **heading,
        file=file,
        form=form,
        rows=rows,
        ended=queries.ended_rights(session, file.id, now, MOST_ENDED),
        labels=RIGHT_LABELS,
        problem=problem,
        may_change=can_manage_rights(actor, file.organisation_id, mine),
        now=now,
    )


@blueprint.get("/<number>/personnes")
def people(number: str) -> Response:
    """Show who has which right on a file, and until when."""
    file = services.managed_file(get_session(), current_actor(), current_clock(), number, to_change=False)
    return _render(file, _form(file))


@blueprint.post("/<number>/personnes")
def give_right(number: str) -> Response:
    """Give a person a right; sent twice, it is given once."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    if location := already_done(session, clock, actor.account_id):
        return see_other_url(location)
    file = services.managed_file(session, actor, clock, number, to_change=True)
    form = _form(file)
    if not form.validate():
        return _render(file, form, 422)
    try:
        right, account = FileRight(form.right.data), whole(form.account.data) or 0
        services.give(session, actor, clock, number, account, right, form.until.data, form.reason.data or "", state().settings.public_url)
    except Invalid as invalid:
        form.refuse(invalid.errors)
        return _render(file, form, 422)
    announce(_("Le droit est donné, la personne est prévenue par courriel."))
    return see_other_url(remember_done(session, url_for("scopes.people", number=number)))


@blueprint.post("/<number>/personnes/<int(max=2147483647):access>/fin")
def end_right(number: str, access: int) -> Response:
    """End a right at once."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    try:
        name = services.end(session, actor, clock, number, access)
    except Invalid as invalid:
        file = services.managed_file(session, actor, clock, number, to_change=True)
        return _render(file, _form(file), 422, " ".join(invalid.errors.values()))
    announce(_("Le droit de %(name)s a pris fin.", name=name))
    return see_other("scopes.people", number=number)


@blueprint.get("/dossiers-confies")
def entrusted() -> Response:
    """List the files of the manager's body with who works on each."""
    rows = queries.files_and_people(get_session(), current_actor().organisation_id or 0, current_clock().now())
    activities = {item.code: _(item.label) for item in all_activities()}
    return page("scopes/entrusted.html", rows=rows, activities=activities)
