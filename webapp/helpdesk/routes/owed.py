"""What the desk owes, soonest first (FL-12.7)."""

from flask import Response
from flask_babel import gettext as _

from webapp.helpdesk.owed_lines import owed_lines
from webapp.helpdesk.queries.obligations import owed_rows
from webapp.helpdesk.queries.reports import latest_reports
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.rules.owed import KINDS, Owed
from webapp.web.lists import list_state
from webapp.web.pages import page
from webapp.web.request import current_actor, current_clock, get_session


@blueprint.get("/assistance/dus")
def owed() -> Response:
    """List incident reports and answers owed, each line leading to where it is done; below, the reports sent last."""
    actor = current_actor()
    state = list_state(("echeance",), ("quoi", "miens"))
    kind = Owed(state.filters["quoi"]) if state.filters["quoi"] in set(Owed) else None
    mine = actor.account_id if state.filters["miens"] == "1" else None
    rows = owed_rows(get_session(), kind=kind, assignee_id=mine, limit=state.size + 1, offset=state.offset)
    return page(
        "helpdesk/owed.html",
        listing=state,
        lines=owed_lines(rows[: state.size], current_clock().now(), actor.account_id),
        more=len(rows) > state.size,
        sent=latest_reports(get_session()),
        kinds=[(str(key), _(known.label)) for key, known in KINDS.items()],
    )
