"""Who else has the table on the screen, and what they changed since it was drawn."""

from flask import Response, request

from webapp.scopes.queries.steps import bar_facts, changed_elsewhere
from webapp.scopes.routes.blueprint import blueprint
from webapp.scopes.routes.drawing import head_of, kept_filters
from webapp.scopes.services.presence import be_here
from webapp.scopes.step_views import Presence
from webapp.web.forms import whole
from webapp.web.pages import fragment
from webapp.web.request import current_actor, current_clock, get_session


@blueprint.post("/<number>/presence")
def presence(number: str) -> Response:
    """Note that the table is on somebody's screen, and tell who else is there and what they changed; 204 when the page says so already.

    The page asks by itself, so it is no visit: a screen left alone still signs out (``Access.by_itself``).
    """
    session, actor, clock, head = get_session(), current_actor(), current_clock(), head_of(number)
    be_here(session, actor, clock, head, whole(request.form.get("ligne", "")))
    facts = bar_facts(session, head.id, actor.account_id, head.undo_floor, clock.now())
    since, seen = whole(request.form.get("depuis", "")), _seen()
    changed = changed_elsewhere(session, head.id, actor.account_id, facts.last_step if since is None else since, seen)
    found = Presence(facts.here, changed, seen, facts.last_step if since is None else since)
    if found.mark == request.form.get("mark"):
        return Response(status=204)
    return fragment("scopes/_presence.html", head=head, presence=found, kept=kept_filters(), asked_again=True)


def _seen() -> dict[int, int]:
    """Return the changed lines that were loaded again since, as line → step."""
    found = {}
    for value in request.form.getlist("vu")[:500]:
        line, _dot, step = value.partition(".")
        if whole(line) is not None and whole(step) is not None:
            found[int(line)] = int(step)
    return found
