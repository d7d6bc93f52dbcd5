"""Activation from an invitation, and a new password from a mailed link: pages for people who cannot sign in yet."""

import time

from flask import Response, request
from flask_babel import gettext as _
from sqlalchemy import select

from webapp.accounts import profile, recovery
from webapp.accounts.auth import start_session
from webapp.accounts.blueprint import blueprint
from webapp.accounts.devices import mark_device
from webapp.accounts.forms import ActivationForm, ForgottenForm, NewPasswordForm, in_words
from webapp.accounts.links import Purpose
from webapp.accounts.models import Account
from webapp.accounts.recovery import Weighed
from webapp.accounts.rules import suggest_username
from webapp.accounts.services import hashing_of
from webapp.actor import SYSTEM
from webapp.errors import Conflict, Invalid, NotFound
from webapp.web.pages import announce, page, see_other
from webapp.web.request import current_clock, get_session
from webapp.web.state import state

#: Every request for a new password takes this long, whether or not the account exists.
FORGOTTEN_SECONDS = 0.25


def _spent_link(kind: str) -> Response:
    """Say that the link no longer works, and what to do."""
    return page("accounts/spent_link.html", 410, kind=kind)


def _weigh(form: NewPasswordForm, personal: tuple[str, ...]) -> Weighed:
    """Judge and hash the password, with no transaction open: what was read is read again afterwards."""
    get_session().rollback()
    chosen_name = str(form.username.data) if isinstance(form, ActivationForm) else ""
    return recovery.weigh(hashing_of(state().settings), form.password.data, form.repeated.data, (*personal, chosen_name))


@blueprint.route("/activation/<token>", methods=["GET", "POST"])
def activation(token: str) -> Response:
    """Choose identifiant and mot de passe (FX-7a)."""
    session = get_session()
    try:
        _link, account = recovery.account_of_link(session, current_clock(), token, Purpose.ACTIVATION)
    except NotFound:
        return _spent_link("activation")
    suggestion = suggest_username(
        account.full_name, lambda name: session.scalar(select(Account.id).where(Account.username == name)) is not None
    )
    form = ActivationForm(username=suggestion)
    if form.validate_on_submit():
        try:
            recovery.activate(session, current_clock(), token, form.username.data, _weigh(form, recovery.personal_words(account)))
        except (NotFound, Conflict):
            return _spent_link("activation")
        except Invalid as refusal:
            form.refuse(in_words(refusal.errors))
        else:
            announce(_("Votre compte est activé : connectez-vous avec l'identifiant et le mot de passe que vous venez de choisir."))
            return see_other("accounts.sign_in")
    return page("accounts/activation.html", 422 if request.method == "POST" else 200, form=form, name=account.full_name)


@blueprint.route("/mot-de-passe-oublie", methods=["GET", "POST"])
def forgotten() -> Response:
    """Ask for a link to set a new password (FX-7d). The answer is the same, and takes as long, whoever is named."""
    form = ForgottenForm()
    if not form.validate_on_submit():
        return page("accounts/forgotten.html", 422 if request.method == "POST" else 200, form=form)
    begun = time.monotonic()
    get_session().rollback()
    with state().database.transaction(SYSTEM) as session:
        settings = state().settings
        recovery.ask_for_password(
            session,
            current_clock(),
            settings.public_url,
            form.name.data,
            request.remote_addr or "",
            demonstration_allowed=settings.is_demonstration,
        )
        queued = session.info.pop("mail_queued", False)
    if queued:
        state().mail_queued()
    time.sleep(max(0.0, FORGOTTEN_SECONDS - (time.monotonic() - begun)))
    return see_other("accounts.forgotten_sent")


@blueprint.get("/mot-de-passe-oublie/envoye")
def forgotten_sent() -> Response:
    """Say what to expect, without saying whether the account exists."""
    return page("accounts/forgotten_sent.html")


@blueprint.route("/mot-de-passe/<token>", methods=["GET", "POST"])
def new_password(token: str) -> Response:
    """Set a new password from a mailed link, then sign in at once: the link proves who it is."""
    session = get_session()
    try:
        _link, account = recovery.account_of_link(session, current_clock(), token, Purpose.PASSWORD)
    except NotFound:
        return _spent_link("password")
    form = NewPasswordForm()
    if form.validate_on_submit():
        public_url = state().settings.public_url
        try:
            recovery.reset_password(session, current_clock(), public_url, token, _weigh(form, recovery.personal_words(account)))
        except (NotFound, Conflict):
            return _spent_link("password")
        except Invalid as refusal:
            form.refuse(in_words(refusal.errors))
        else:
            start_session(account.id, None)
            announce(_("Votre mot de passe est changé et vous êtes connecté. Les autres sessions sont fermées."))
            return mark_device(see_other("desk.home"), account.id)
    return page("accounts/new_password.html", 422 if request.method == "POST" else 200, form=form, username=account.username)


@blueprint.route("/adresse/<token>", methods=["GET", "POST"])
def confirm_address(token: str) -> Response:
    """Confirm a new mail address, by a button: a mail scanner that follows the link changes nothing."""
    session = get_session()
    try:
        link, account = recovery.account_of_link(session, current_clock(), token, Purpose.EMAIL)
        if request.method == "GET":
            return page("accounts/confirm_address.html", email=link.new_email, name=account.full_name)
        profile.confirm_address(session, current_clock(), state().settings.public_url, token)
    except (NotFound, Conflict):
        return _spent_link("email")
    announce(_("L'adresse de votre compte est changée."))
    return see_other("accounts.profile")
