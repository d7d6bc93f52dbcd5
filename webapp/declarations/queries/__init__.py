"""Named reads of returns, always for what the actor may see: another's return does not exist (404)."""

from webapp.declarations.queries.board import LATE, BoardRow, board, by_campaign, by_region
from webapp.declarations.queries.body_record import KeptRecord, record_of
from webapp.declarations.queries.desk import search, waiting
from webapp.declarations.queries.documents import documents_of, find_document, find_submitted_document
from webapp.declarations.queries.justifications import (
    TO_EXAMINE_FILTERS,
    TO_EXAMINE_SORTS,
    Written,
    justification_of_last_year,
    justifications_alone,
    justifications_of,
    to_examine,
)
from webapp.declarations.queries.lists import (
    FILTERS,
    NATIONAL,
    SORTS,
    awaited_returns,
    campaign_choices,
    completeness,
    count_returns,
    filtered,
    list_returns,
)
from webapp.declarations.queries.marks import Exchange, Marked, exchange
from webapp.declarations.queries.overrides import overrides_of, standing_by_model
from webapp.declarations.queries.presence import last_step, others_here
from webapp.declarations.queries.returns import (
    ReturnFile,
    StoredCell,
    Submitted,
    any_return,
    find_own_return,
    find_return,
    find_submission,
    history,
    latest_submission,
    stored_cells,
    submission_of_rank,
    visible_to,
    vouched,
)
from webapp.declarations.queries.sections import SharedSection, shared_sections
from webapp.declarations.queries.steps import NextSteps, StepName, history_of_cell, next_steps

__all__ = [
    "FILTERS",
    "LATE",
    "NATIONAL",
    "SORTS",
    "TO_EXAMINE_FILTERS",
    "TO_EXAMINE_SORTS",
    "BoardRow",
    "Exchange",
    "KeptRecord",
    "Marked",
    "NextSteps",
    "ReturnFile",
    "SharedSection",
    "StepName",
    "StoredCell",
    "Submitted",
    "Written",
    "any_return",
    "awaited_returns",
    "board",
    "by_campaign",
    "by_region",
    "campaign_choices",
    "completeness",
    "count_returns",
    "documents_of",
    "exchange",
    "filtered",
    "find_document",
    "find_own_return",
    "find_return",
    "find_submission",
    "find_submitted_document",
    "history",
    "history_of_cell",
    "justification_of_last_year",
    "justifications_alone",
    "justifications_of",
    "last_step",
    "latest_submission",
    "list_returns",
    "next_steps",
    "others_here",
    "overrides_of",
    "record_of",
    "search",
    "shared_sections",
    "standing_by_model",
    "stored_cells",
    "submission_of_rank",
    "to_examine",
    "visible_to",
    "vouched",
    "waiting",
]
