"""Asking for a publication, after reading what is wrong and what will change online."""

from itertools import groupby

from flask import Response, request
from flask_babel import gettext as _

from webapp.errors import Conflict, Invalid
from webapp.scopes import comparison, queries, views
from webapp.scopes.comparison import PAGE_CHANGES
from webapp.scopes.policies import can_act
from webapp.scopes.routes.blueprint import blueprint
from webapp.scopes.routes.drawing import bar_context
from webapp.scopes.rules.activities import activity
from webapp.scopes.rules.states import Act
from webapp.scopes.services import publication as services
from webapp.web.i18n import paris
from webapp.web.lists import list_state
from webapp.web.pages import announce, page, see_other
from webapp.web.request import current_actor, current_clock, get_session

#: How many findings are written out; beyond, their number is said.
MOST_SHOWN = 200


def _render(number: str, status: int = 200, problem: str = "") -> Response:
    session, clock = get_session(), current_clock()
    head = queries.file_head(session, current_actor(), clock, number)
    seen = services.review(session, clock, head.id, head.activity)
    findings = [(finding, views.words_of(finding)) for finding in seen.findings]
    by_line = [(number, list(told)) for number, told in groupby(findings[:MOST_SHOWN], key=lambda item: item[0].line)]
    titles = {general.code: general.title for general in seen.generals}
    columns = {column.key: column.label for column in activity(head.activity).columns}
    found, asked = comparison.comparison((), seen.lines, titles, columns, changes=seen.changes), list_state(("ordre",), size=PAGE_CHANGES)
    context = {"seen": seen, "findings": findings, "by_line": by_line, "labels": columns, "most": MOST_SHOWN, "problem": problem}
    context |= {"found": found, "groups": found.groups(asked.offset), "asked": asked, "name": request.form.get("nom", "")}
    return page("scopes/publication.html", status, **bar_context(head), **context)


@blueprint.get("/<number>/publication")
def publication(number: str) -> Response:
    """Show the control, line by line, and what the publication would change online."""
    return _render(number)


@blueprint.post("/<number>/publication")
def request_publication(number: str) -> Response:
    """Ask for the publication of exactly the draft that was read."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    head = queries.file_head(session, actor, clock, number)
    if can_act(actor, Act.WITHDRAW_REQUEST, head.policy_facts):
        return see_other("scopes.publication", number=number)  # asked a moment ago: the same click twice
    try:
        version = services.request_publication(
            session, actor, clock, number, request.form.get("empreinte", ""), request.form.get("nom", "")
        )
    except Conflict as conflict:
        return _render(number, 409, conflict.message)
    except Invalid as invalid:
        return _render(number, 422, " ".join(invalid.errors.values()))
    announce(
        _(
            "Publication de la version %(version)d demandée : elle prend effet %(day)s.",
            version=version.number,
            day=paris(version.effective_at),
        )
    )
    return see_other("scopes.publication", number=number)


@blueprint.post("/<number>/publication/retrait")
def withdraw_request(number: str) -> Response:
    """Take the request back, until it takes effect."""
    services.withdraw_request(get_session(), current_actor(), current_clock(), number)
    announce(_("La demande de publication est retirée. Le brouillon est de nouveau modifiable."))
    return see_other("scopes.edit", number=number)
