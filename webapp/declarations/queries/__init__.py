"""Named reads of returns, always for what the actor may see: another's return does not exist (404)."""

from webapp.declarations.queries.desk import search, waiting
from webapp.declarations.queries.lists import FILTERS, SORTS, campaign_choices, completeness, count_returns, filtered, list_returns
from webapp.declarations.queries.returns import (
    ReturnFile,
    StoredCell,
    Submitted,
    find_return,
    find_submission,
    history,
    latest_submission,
    stored_cells,
    visible_to,
)

__all__ = [
    "FILTERS",
    "SORTS",
    "ReturnFile",
    "StoredCell",
    "Submitted",
    "campaign_choices",
    "completeness",
    "count_returns",
    "filtered",
    "find_return",
    "find_submission",
    "history",
    "latest_submission",
    "list_returns",
    "search",
    "stored_cells",
    "visible_to",
    "waiting",
]
