"""The blueprint of the administration, to which its modules of views attach."""

from flask import Blueprint

blueprint = Blueprint("administration", __name__)
