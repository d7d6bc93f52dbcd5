"""Pages of the declarations counter: returns, entry, exchanges, receipts, campaigns and their board, form models, the CSA calculator."""

from webapp.declarations.routes import (  # noqa: F401 -- they add their views
    board,
    campaigns,
    csa,
    documents,
    entry,
    exchange,
    justifications,
    models,
    offline,
    receipts,
    returns,
    sections,
    signatories,
)
from webapp.declarations.routes.blueprint import blueprint

__all__ = ["blueprint"]
