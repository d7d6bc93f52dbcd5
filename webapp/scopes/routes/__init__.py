"""Pages of the scopes counter."""

from webapp.scopes.routes import authority, editor, files, publication  # noqa: F401 -- they add their views
from webapp.scopes.routes.blueprint import blueprint

__all__ = ["blueprint"]
