"""Pages and files of the public register."""

from webapp.register.routes import downloads, pages  # noqa: F401 -- they add their views
from webapp.register.routes.blueprint import blueprint

__all__ = ["blueprint"]
