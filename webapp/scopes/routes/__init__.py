"""Pages of the scopes counter."""

from webapp.scopes.routes import (  # noqa: F401 -- they add their views
    authority,
    chosen,
    editor,
    exporting,
    files,
    history,
    importing,
    people,
    presence,
    publication,
    replacing,
    sites,
    steps,
    versions,
)
from webapp.scopes.routes.blueprint import blueprint

__all__ = ["blueprint"]
