"""Small acts of the portal itself."""

from flask import Blueprint, Response, abort, request, session

from webapp.web.i18n import LANGUAGES
from webapp.web.pages import local_target, see_other_url

blueprint = Blueprint("portal", __name__)


@blueprint.post("/langue")
def language() -> Response:
    """Choose the language of the pages in this browser."""
    wanted = request.form.get("langue", "")
    if wanted not in LANGUAGES:
        abort(400)
    session["language"] = wanted
    return see_other_url(local_target(request.form.get("suite")) or "/")
