"""The home page: the desk after sign-in (what waits at each counter), the front page before; the search across counters."""

from flask import Blueprint, Response, request

from webapp.clock import PARIS
from webapp.desk.queries import search_everywhere, what_waits
from webapp.folding import words
from webapp.terms.services import announced_to
from webapp.web.forms import clean_text
from webapp.web.pages import page
from webapp.web.request import actor_or_none, current_actor, current_clock, get_session

blueprint = Blueprint("desk", __name__)


@blueprint.get("/")
def home() -> Response:
    """Show what waits for the person, by counter, soonest first; or the front page when nobody is signed in."""
    actor = actor_or_none()
    if actor is None:
        return page("desk/front.html")
    clock = current_clock()
    return page(
        "desk/home.html",
        counters=what_waits(get_session(), actor, clock),
        new_terms=announced_to(actor, clock),
        today=clock.now().astimezone(PARIS).date(),
    )


@blueprint.get("/recherche")
def search() -> Response:
    """Find files, returns and tickets by number, name or text."""
    query = (clean_text(request.args.get("q")) or "")[:200]
    found = search_everywhere(get_session(), current_actor(), current_clock(), words(query)) if query else []
    return page("desk/search.html", query=query, found=found)
