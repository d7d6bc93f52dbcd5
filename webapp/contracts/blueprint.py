"""The blueprint of contracts; its views are in the modules of routes."""

from flask import Blueprint

blueprint = Blueprint("contracts", __name__, url_prefix="/contrats")
