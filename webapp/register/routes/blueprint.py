"""The blueprint that the modules of this folder add their views to."""

from flask import Blueprint

blueprint = Blueprint("register", __name__, url_prefix="/registre")
