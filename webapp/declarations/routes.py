"""Pages of the declarations counter: returns, entry, campaigns."""

from webapp.declarations import routes_campaigns, routes_entry, routes_returns
from webapp.declarations.blueprint import blueprint

__all__ = ["blueprint", "routes_campaigns", "routes_entry", "routes_returns"]
