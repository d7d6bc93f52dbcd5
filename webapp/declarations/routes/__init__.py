"""Pages of the declarations counter: returns, entry, exchanges, receipts, campaigns and their board, form models, the CSA calculator."""

from webapp.declarations.routes import (  # noqa: F401 -- they add their views
    board,
    body_record,
    campaigns,
    cells,
    csa,
    documents,
    entry,
    exchange,
    filling,
    justifications,
    models,
    offline,
    presence,
    receipts,
    returns,
    sections,
    signatories,
    steps,
)
from webapp.declarations.routes.blueprint import blueprint

__all__ = ["blueprint"]
