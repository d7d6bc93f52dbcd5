"""The blueprint of the declarations counter; the ``routes_*`` modules add their pages to it."""

from flask import Blueprint

blueprint = Blueprint("declarations", __name__)
