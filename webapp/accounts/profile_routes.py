"""The profile: one's own details, address, password, sessions, notices and acts."""

from datetime import timedelta

from flask import Response, request
from flask_babel import gettext as _

from webapp.accounts import profile as services
from webapp.accounts.auth import end_session as forget_browser
from webapp.accounts.auth import present_session_id
from webapp.accounts.blueprint import blueprint
from webapp.accounts.event_labels import ACTION_LABELS
from webapp.accounts.forms import AddressForm, ChangePasswordForm, CloseAccountForm, DetailsForm, NoticesForm, in_words
from webapp.accounts.recovery import personal_words, weigh
from webapp.accounts.rules import KIND_LABELS, ROLE_LABELS, browser_of
from webapp.accounts.services import confirm_password, hashing_of
from webapp.errors import Conflict, Forbidden, Invalid
from webapp.evidence.queries import count_events, events
from webapp.texts import mark as _m
from webapp.web.lists import list_state
from webapp.web.pages import announce, page, see_other
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import state


@blueprint.get("/profil")
def profile() -> Response:
    """Show one's account, roles and open sessions."""
    session, actor, settings, now = get_session(), current_actor(), state().settings, current_clock().now()
    account = services.own_account(session, actor)
    sessions = services.open_sessions(
        session, account.id, now - timedelta(hours=settings.session_absolute_hours), now - timedelta(minutes=settings.session_idle_minutes)
    )
    return page(
        "accounts/profile.html",
        account=account,
        memberships=services.memberships(session, account.id),
        sessions=sessions,
        present=present_session_id(),
        notices=NoticesForm(mail_notices=account.mail_notices, formdata=None),
        role_labels=ROLE_LABELS,
        kind_labels=KIND_LABELS,
    )


@blueprint.route("/profil/coordonnees", methods=["GET", "POST"])
def details() -> Response:
    """Change one's name and telephone (SO-31)."""
    session, actor = get_session(), current_actor()
    account = services.own_account(session, actor)
    form = DetailsForm(full_name=account.full_name, phone=account.phone, version=str(account.version))
    theirs, status = None, 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        given = str(form.version.data)
        version = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else -1
        try:
            services.change_details(
                session, actor, current_clock(), full_name=form.full_name.data, phone=form.phone.data or None, version=version
            )
        except Conflict as conflict:
            theirs, status = conflict.facts["theirs"], 409
            form.version.data = str(account.version)
        else:
            announce(_("Vos coordonnées sont enregistrées."))
            return see_other("accounts.profile")
    return page("accounts/details.html", status, form=form, theirs=theirs)


def _confirmed(form: AddressForm | ChangePasswordForm | CloseAccountForm) -> str:
    """Have the present password shown again before what matters; return its hash. The request's transaction ends before the check."""
    encoded = services.own_account(get_session(), current_actor()).password_hash or ""
    get_session().rollback()
    refusal = confirm_password(state(), current_actor().account_id or 0, encoded, form.current.data, request.remote_addr or "")
    if refusal:
        raise Invalid({"current": refusal})
    return encoded


@blueprint.route("/profil/mot-de-passe", methods=["GET", "POST"])
def change_password() -> Response:
    """Change one's password; the other sessions end."""
    session, actor, public_url = get_session(), current_actor(), state().settings.public_url
    form = ChangePasswordForm()
    if form.validate_on_submit():
        personal = personal_words(services.own_account(session, actor))
        try:
            checked = _confirmed(form)
            chosen = weigh(hashing_of(state().settings), form.password.data, form.repeated.data, personal)
            if form.password.data == form.current.data:
                raise Invalid({"password": _m("C'est déjà votre mot de passe : choisissez-en un autre.")})
            services.change_password(session, actor, current_clock(), public_url, chosen, checked, present_session_id())
        except Invalid as refusal:
            form.refuse(in_words(refusal.errors))
        else:
            announce(_("Votre mot de passe est changé ; vos autres sessions sont fermées."))
            return see_other("accounts.profile")
    return page("accounts/change_password.html", 422 if request.method == "POST" else 200, form=form)


@blueprint.route("/profil/adresse", methods=["GET", "POST"])
def change_address() -> Response:
    """Ask for another mail address: it is changed once confirmed (SO-26)."""
    session, actor = get_session(), current_actor()
    form, account = AddressForm(), services.own_account(session, actor)
    if form.validate_on_submit():
        try:
            _confirmed(form)
            services.ask_for_address(session, actor, current_clock(), state().settings.public_url, form.email.data)
        except Invalid as refusal:
            form.refuse(in_words(refusal.errors))
        else:
            announce(_("Un lien de confirmation est envoyé à la nouvelle adresse. L'ancienne reste la vôtre jusque-là."))
            return see_other("accounts.profile")
    return page("accounts/address.html", 422 if request.method == "POST" else 200, form=form, email=account.email)


@blueprint.post("/profil/courriels")
def notices() -> Response:
    """Choose whether notices come by mail."""
    form = NoticesForm()
    services.change_notices(get_session(), current_actor(), current_clock(), mail_notices=bool(form.mail_notices.data))
    announce(_("Votre choix est enregistré."))
    return see_other("accounts.profile")


@blueprint.post("/profil/sessions/<int(max=2147483647):identifier>/fermer")
def end_one_session(identifier: int) -> Response:
    """End one of one's sessions."""
    services.end_session(get_session(), current_actor(), current_clock(), identifier)
    if identifier == present_session_id():
        forget_browser()
        return see_other("accounts.sign_in")
    announce(_("La session est fermée."))
    return see_other("accounts.profile")


@blueprint.post("/profil/sessions/fermer-les-autres")
def end_other_sessions() -> Response:
    """End every other session of one's account."""
    services.end_other_sessions(get_session(), current_actor(), current_clock(), present_session_id())
    announce(_("Vos autres sessions sont fermées."))
    return see_other("accounts.profile")


@blueprint.get("/profil/actes")
def own_events() -> Response:
    """Show the trail of one's own acts (SO-83)."""
    session, account_id = get_session(), current_actor().account_id
    rows_list = list_state(("at",), ("objet",), descending=True)
    text = rows_list.filters["objet"]
    return page(
        "accounts/events.html",
        list=rows_list,
        rows=events(session, text=text, account_id=account_id, offset=rows_list.offset, limit=rows_list.size),
        total=count_events(session, text=text, account_id=account_id),
    )


@blueprint.route("/profil/fermeture", methods=["GET", "POST"])
def close_account() -> Response:
    """Give up the service (SO-19, SO-24)."""
    session, actor = get_session(), current_actor()
    form = CloseAccountForm()
    if form.validate_on_submit():
        try:
            _confirmed(form)
            services.close_own_account(session, actor, current_clock())
        except Invalid as refusal:
            form.refuse(in_words(refusal.errors))
        except Forbidden:
            form.form_errors.append(_("Vous êtes le dernier administrateur : donnez d'abord ce rôle à quelqu'un d'autre."))
        else:
            forget_browser()
            announce(_("Votre compte est fermé."))
            return see_other("accounts.sign_in")
    return page("accounts/close.html", 422 if request.method == "POST" else 200, form=form)


@blueprint.app_template_global("device_words")
def device_words(user_agent: str) -> str:
    """Say a browser as its owner would: « Firefox, Windows »."""
    names = browser_of(user_agent)
    return ", ".join(names) if names else str(_("navigateur inconnu"))


@blueprint.app_template_global("action_words")
def action_words(action: str) -> str:
    """Say an act's code in the language of the page; a code without words is shown as it is."""
    return str(_(ACTION_LABELS[action])) if action in ACTION_LABELS else action
