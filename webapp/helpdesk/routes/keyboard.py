"""The keys that do something at the desk: what they are, and the choice of going without (WCAG 2.1.4)."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Response, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from webapp.accounts.profile import change_shortcuts
from webapp.helpdesk.forms.talk import KeyboardForm
from webapp.helpdesk.routes import blueprint
from webapp.texts import mark as _m
from webapp.web.acting import acts_once
from webapp.web.pages import announce, page, see_other
from webapp.web.request import current_actor, current_clock, get_session

#: As they stand in the templates' ``data-key`` attributes.
KEYS = (
    ("j", _m("Ticket suivant de la liste")),
    ("k", _m("Ticket précédent de la liste")),
    ("o", _m("Ouvrir le ticket")),
    ("x", _m("Sélectionner le ticket, ou ne plus le sélectionner")),
    ("b", _m("Agir sur les tickets sélectionnés")),
    ("/", _m("Chercher dans la file")),
    ("a", _m("Me l’attribuer")),
    ("q", _m("Qualifier")),
    ("r", _m("Répondre au client")),
    ("n", _m("Écrire une note interne")),
    ("p", _m("Suspendre le décompte")),
    ("e", _m("Clore")),
    ("u", _m("Revenir à la file")),
    ("?", _m("Montrer cette aide")),
)


@blueprint.route("/assistance/clavier", methods=["GET", "POST"])
@acts_once
def keyboard() -> Response:
    """Show the keys, and turn them on or off for oneself."""
    form = KeyboardForm()
    if request.method == "POST" and form.validate():
        shortcuts = bool(form.shortcuts.data)
        change_shortcuts(get_session(), current_actor(), current_clock(), shortcuts=shortcuts)
        announce(_("Les raccourcis sont en service.") if shortcuts else _("Les raccourcis sont coupés."))
        return see_other("helpdesk.keyboard")
    form.shortcuts.data = current_user.signed_in.shortcuts
    return page("helpdesk/keyboard.html", form=form, keys=keys())


@blueprint.after_request
def remember_queue(response: Response) -> Response:
    """Keep the address of the list that was read last, so that the way back from a ticket leads to the same view."""
    address = request.full_path.rstrip("?")
    if request.endpoint == "helpdesk.queue" and response.status_code == 200 and len(address) < 500 and session.get("queue") != address:
        session["queue"] = address
    return response


@blueprint.app_template_global("queue_url")
def queue_url(reference: str) -> str:
    """Return where « File » leads from a ticket: the list that was read last, with this ticket beside it."""
    parts = urlsplit(str(session.get("queue") or url_for("helpdesk.queue")))
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "t"]
    return f"{parts.path}?{urlencode([*query, ('t', reference)])}"


def keys() -> list[tuple[str, str]]:
    """Return the keys and what they do, in the page's language."""
    return [(key, _(words)) for key, words in KEYS]


blueprint.add_app_template_global(keys, "desk_keys")
