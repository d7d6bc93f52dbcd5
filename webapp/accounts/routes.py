"""Signing in and out, work kept when a session ended, and switching organisation."""

import math

from flask import Response, abort, request
from flask_babel import gettext as _
from flask_login import current_user

from webapp.accounts import entry_routes, profile_routes, services
from webapp.accounts.auth import end_session, present_session_id, start_session
from webapp.accounts.blueprint import blueprint
from webapp.accounts.devices import mark_device, present_device
from webapp.accounts.forms import SignInForm
from webapp.accounts.kept_requests import drop_kept, fields_of, kept_requests
from webapp.accounts.sessions import revoke, switch_organisation
from webapp.evidence.services import record
from webapp.web.pages import announce, local_target, page, see_other, see_other_url
from webapp.web.request import actor_or_none, current_actor, current_clock, get_session
from webapp.web.state import state

__all__ = ["blueprint", "entry_routes", "profile_routes"]


@blueprint.route("/connexion", methods=["GET", "POST"])
def sign_in() -> Response:
    """Sign in with identifiant and mot de passe (FX-7a)."""
    target = local_target(request.args.get("suite"))
    if request.method == "GET" and actor_or_none() is not None:
        return see_other_url(target or "/")
    form = SignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(form, 422 if request.method == "POST" else 200)
    get_session().rollback()  # the attempt is written in transactions of its own
    outcome = services.authenticate(state(), form.username.data, form.password.data, request.remote_addr or "", present_device())
    if outcome.account_id is not None:
        return welcome(outcome.account_id, target)
    form.form_errors.append(outcome.message)
    if outcome.wait_until is None:
        return _sign_in_page(form, 422)
    response = _sign_in_page(form, 429)
    response.headers["Retry-After"] = str(math.ceil((outcome.wait_until - current_clock().now()).total_seconds()))
    return response


def _sign_in_page(form: SignInForm, status: int) -> Response:
    return page("accounts/sign_in.html", status, form=form, ended="fin" in request.args, kept="garde" in request.args)


def welcome(account_id: int, target: str | None) -> Response:
    """Open a session for who has shown who they are, end the one this browser may still have, and lead to where the person was going."""
    if current_user.is_authenticated:
        revoke(get_session(), current_clock(), account_id=current_actor().account_id or 0, only=present_session_id())
    start_session(account_id, None)
    services.note_sign_in(get_session(), current_clock(), account_id)
    where = see_other("accounts.kept") if kept_requests(get_session(), account_id) else see_other_url(target or "/")
    return mark_device(where, account_id)


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


@blueprint.post("/reprise/<int(max=2147483647):identifier>/abandon")
def drop_kept_request(identifier: int) -> Response:
    """Forget one kept request."""
    drop_kept(get_session(), current_actor().account_id or 0, identifier)
    announce(_("L'envoi gardé a été abandonné."))
    return see_other("accounts.kept")


@blueprint.post("/organisation")
def switch() -> Response:
    """Act for another of one's organisations."""
    wanted = request.form.get("organisation", "")
    choices = dict(current_user.signed_in.choices)
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 12) or int(wanted) not in choices:
        abort(404)
    switch_organisation(get_session(), present_session_id(), int(wanted))
    record(
        get_session(),
        current_actor(),
        current_clock(),
        action="account.organisation_switched",
        subject=choices[int(wanted)],
        organisation_id=int(wanted),
    )
    announce(_("Vous agissez maintenant pour %(name)s.", name=choices[int(wanted)]))
    return see_other("desk.home")
