"""The blueprint of the front door, to which its modules of views attach."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)
