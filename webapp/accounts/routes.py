"""Pages of the front door."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, request
from flask_babel import gettext as _

from webapp.accounts import services
from webapp.accounts.auth import end_session, present_session_id, start_session
from webapp.accounts.forms import SignInForm
from webapp.accounts.kept_requests import drop_kept, fields_of, kept_requests
from webapp.accounts.sessions import revoke, switch_organisation
from webapp.web.pages import announce, page, see_other, see_other_url
from webapp.web.request import actor_or_none, current_actor, current_clock, get_session
from webapp.web.state import state

blueprint = Blueprint("accounts", __name__)


def local_target(target: str | None) -> str | None:
    """Return ``target`` when it is a path of this site, else None (a link may not lead people elsewhere after sign-in)."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else None


@blueprint.route("/connexion", methods=["GET", "POST"])
def sign_in() -> Response:
    """Sign in with identifiant and mot de passe (FX-7a)."""
    target = local_target(request.args.get("suite"))
    if request.method == "GET" and actor_or_none() is not None:
        return see_other_url(target or "/")
    form = SignInForm()
    if form.validate_on_submit():
        outcome = services.authenticate(state(), form.username.data, form.password.data, request.remote_addr or "")
        if outcome.account_id is not None:
            start_session(outcome.account_id, None)
            services.note_sign_in(get_session(), current_clock(), outcome.account_id)
            if kept_requests(get_session(), outcome.account_id):
                return see_other("accounts.kept")
            return see_other_url(target or "/")
        form.form_errors.append(outcome.message)
    status = 422 if request.method == "POST" else 200
    return page("accounts/sign_in.html", status, form=form, ended="fin" in request.args, kept="garde" in request.args)


@blueprint.post("/deconnexion")
def sign_out() -> Response:
    """End this browser's session."""
    actor = current_actor()
    revoke(get_session(), current_clock(), account_id=actor.account_id or 0, only=present_session_id())
    end_session()
    announce(_("Vous êtes déconnecté."))
    return see_other("accounts.sign_in")


@blueprint.get("/reprise")
def kept() -> Response:
    """Offer again what was sent when the session had ended."""
    rows = kept_requests(get_session(), current_actor().account_id or 0)
    return page("accounts/kept.html", rows=[(row, fields_of(row)) for row in rows])


@blueprint.post("/reprise/<int:identifier>/abandon")
def drop_kept_request(identifier: int) -> Response:
    """Forget one kept request."""
    drop_kept(get_session(), current_actor().account_id or 0, identifier)
    announce(_("L'envoi gardé a été abandonné."))
    return see_other("accounts.kept")


@blueprint.post("/organisation")
def switch() -> Response:
    """Act for another of one's organisations."""
    wanted = request.form.get("organisation", "")
    from flask_login import current_user

    choices = dict(current_user.signed_in.choices)
    if not wanted.isdigit() or int(wanted) not in choices:
        abort(404)
    switch_organisation(get_session(), present_session_id(), int(wanted))
    announce(_("Vous agissez maintenant pour %(name)s.", name=choices[int(wanted)]))
    return see_other("desk.home")
