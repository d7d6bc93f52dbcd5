"""The list of files, and the opening of a new one."""

from flask import Response, request, url_for
from flask_babel import gettext as _

from webapp.errors import Invalid
from webapp.scopes import queries, views
from webapp.scopes.forms import NewFileForm
from webapp.scopes.policies import can_manage_general_scope
from webapp.scopes.routes.blueprint import blueprint
from webapp.scopes.rules.activities import CODES, all_activities
from webapp.scopes.rules.decisions import Flexibility
from webapp.scopes.rules.states import STATE_LABELS, ScopeState
from webapp.scopes.services.general import GeneralValues, create_file
from webapp.web.forms import already_done, remember_done
from webapp.web.lists import list_state
from webapp.web.pages import announce, page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session

#: Rows of general lines on the page of a new file: empty ones are left out.
LINES_OFFERED = 6


@blueprint.get("")
def index() -> Response:
    """List the files the person may see, with their states (FX-8b)."""
    actor, clock = current_actor(), current_clock()
    asked = list_state(tuple(queries.SORTS), ("q", "etat", "activite"))
    state = ScopeState(asked.filters["etat"]) if asked.filters["etat"] in list(ScopeState) else None
    code = asked.filters["activite"] if asked.filters["activite"] in CODES else ""
    found, total = queries.files(
        get_session(),
        actor,
        clock,
        order=asked.order(queries.SORTS),
        text=asked.filters["q"],
        state=state,
        activity_code=code,
        offset=asked.offset,
        limit=asked.size,
    )
    rows = [(head, views.state_chip(head), views.fact_chips(head), changed) for head, changed in found]
    return page(
        "scopes/index.html",
        asked=asked,
        rows=rows,
        total=total,
        states=[(item.value, _(STATE_LABELS[item])) for item in ScopeState],
        activities={item.code: _(item.label) for item in all_activities()},
        officer=can_manage_general_scope(actor),
    )


def _typed_lines() -> list[tuple[int, GeneralValues]]:
    """Return the general lines typed, with their places; wholly empty ones are left out."""

    def field(place: int, name: str) -> str:
        return request.form.get(f"lines-{place}-{name}", "")

    rows = [
        (place, GeneralValues(field(place, "code"), field(place, "title"), field(place, "flexibility"))) for place in range(LINES_OFFERED)
    ]
    return [(place, row) for place, row in rows if row.code.strip() or row.title.strip()]


@blueprint.route("/nouveau", methods=["GET", "POST"])
def create() -> Response:
    """Open a file for an accredited body, with its general scope."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    queries.require_officer(actor)
    form = NewFileForm()
    form.organisation.choices = [("", "—"), *((str(row.id), row.name) for row in queries.accredited_bodies(session))]
    typed = _typed_lines() if request.method == "POST" else []
    errors: dict[str, str] = {}
    if form.validate_on_submit():
        done = already_done(session, clock, actor.account_id)
        if done is not None:
            return see_other_url(done)
        try:
            file = create_file(
                session,
                actor,
                clock,
                number=form.number.data,
                organisation_id=int(form.organisation.data),
                activity_code=form.activity.data,
                lines=[values for _place, values in typed],
            )
        except Invalid as invalid:
            form.refuse({name: words for name, words in invalid.errors.items() if not name.startswith("lines-")})
            errors = _at_places(invalid.errors, [place for place, _values in typed])
        else:
            announce(_("Dossier %(number)s ouvert.", number=file.number))
            return see_other_url(remember_done(session, url_for("scopes.edit", number=file.number)))
    status = 422 if request.method == "POST" else 200
    return page(
        "scopes/create.html",
        status,
        form=form,
        typed=dict(typed),
        line_errors=errors,
        offered=range(LINES_OFFERED),
        flexibilities=[item.value for item in Flexibility],
    )


def _at_places(errors: dict[str, str], places: list[int]) -> dict[str, str]:
    """Move the messages of lines from their order in the service's list to their place in the form."""
    moved: dict[str, str] = {}
    for name, words in errors.items():
        if name.startswith("lines-"):
            _prefix, order, field = name.split("-")
            place = places[int(order)] if int(order) < len(places) else 0
            moved[f"lines-{place}-{field}"] = words
    return moved
