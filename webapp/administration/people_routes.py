"""People: listing, inviting, granting and withdrawing roles, closing and prolonging accounts; the trail of acts."""

from flask import Response, request
from flask_babel import gettext as _

from webapp.accounts import people as services
from webapp.accounts import policies
from webapp.accounts.forms import in_words
from webapp.accounts.models import Account, Organisation
from webapp.accounts.people import Invitation, managed_account, managed_organisation
from webapp.accounts.rules import KIND_LABELS, MEMBERSHIP_NEEDS_REGION, ROLE_LABELS, default_expiry
from webapp.actor import OrganisationKind, Role
from webapp.administration import queries
from webapp.administration.blueprint import blueprint
from webapp.administration.forms import GrantForm, InvitationForm, ValidityForm, region_choices, role_choices
from webapp.clock import PARIS
from webapp.errors import Invalid
from webapp.evidence.queries import actions, count_events, events
from webapp.web.forms import already_done, remember_done
from webapp.web.lists import list_state
from webapp.web.pages import announce, page, see_other, see_other_url
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import state as application


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@blueprint.get("/administration/personnes")
def people() -> Response:
    """List the people whom the person manages."""
    session, actor = get_session(), current_actor()
    today = current_clock().now().astimezone(PARIS).date()
    state = list_state(tuple(queries.PERSON_SORTS), ("texte", "role", "organisation", "etat"))
    rows, roles, total = queries.people(session, actor, state, today)
    everywhere = policies.is_administrator(actor)
    return page(
        "administration/people.html",
        list=state,
        rows=rows,
        roles=roles,
        total=total,
        today=today,
        role_labels=ROLE_LABELS,
        offered=role_choices(frozenset(Role)),
        organisations=queries.open_organisations(session) if everywhere else [],
        own=None if everywhere else actor.organisation_id,
        may_entrust=actor.has(Role.MANAGER) and actor.organisation_kind is OrganisationKind.ACCREDITED_BODY,
    )


@blueprint.get("/administration/personnes/inviter")
def invite() -> Response:
    """Choose the organisation first: the roles that may be given depend on it."""
    actor = current_actor()
    if not policies.is_administrator(actor):
        return see_other("administration.invite_into", identifier=actor.organisation_id)
    return page("administration/invite.html", organisations=queries.open_organisations(get_session()), labels=KIND_LABELS)


@blueprint.get("/administration/inviter")
def choose_organisation() -> Response:
    """Lead from the choice of an organisation to its invitation form."""
    identifier = _number(request.args.get("organisation", ""))
    if identifier is None:
        return see_other("administration.invite")
    return see_other("administration.invite_into", identifier=identifier)


@blueprint.route("/administration/organisations/<int(max=2147483647):identifier>/inviter", methods=["GET", "POST"])
def invite_into(identifier: int) -> Response:
    """Invite a person into an organisation (FX-7a)."""
    session, actor = get_session(), current_actor()
    organisation = managed_organisation(session, actor, identifier)
    roles = policies.grantable_roles(actor, organisation.id, organisation.kind)
    form = InvitationForm()
    form.roles.choices = role_choices(roles)
    form.region.choices = _regions(organisation)
    if form.validate_on_submit():
        done = already_done(session, current_clock(), actor.account_id)
        if done:
            return see_other_url(done)
        invitation = Invitation(
            form.full_name.data, form.email.data, identifier, frozenset(Role(role) for role in form.roles.data), form.region.data or None
        )
        try:
            account = services.invite(session, actor, current_clock(), application().settings.public_url, invitation)
        except Invalid as refusal:
            form.refuse(in_words(refusal.errors))
        else:
            announce(_("L'invitation de %(name)s est partie.", name=account.full_name))
            return see_other_url(remember_done(session, f"/administration/personnes/{account.id}"))
    return page(
        "administration/invite_into.html",
        422 if request.method == "POST" else 200,
        form=form,
        organisation=organisation,
        with_region=not roles.isdisjoint(MEMBERSHIP_NEEDS_REGION),
    )


def _regions(organisation: Organisation) -> list[tuple[str, str]]:
    """A regional organisation's agents look at its own region; another's at the one chosen."""
    return [(organisation.region, organisation.region)] if organisation.region else region_choices()


def _grant_form(account: Account, posted: bool) -> tuple[GrantForm, Organisation | None]:
    """Return the form that gives a role, for the organisation asked for in the URL or the form."""
    session, actor = get_session(), current_actor()
    asked = _number((request.form if posted else request.args).get("organisation", ""))
    if asked is None and not policies.is_administrator(actor):
        asked = actor.organisation_id
    form = GrantForm(formdata=request.form if posted else None)
    form.role.choices, form.region.choices = [], region_choices()
    if asked is None:
        return form, None
    organisation = managed_organisation(session, actor, asked)
    held = {row.role for row in queries.roles_of(session, actor, [account.id]).get(account.id, []) if row.organisation_id == asked}
    form.role.choices = role_choices(policies.grantable_roles(actor, organisation.id, organisation.kind) - held)
    form.region.choices = _regions(organisation)
    return form, organisation


def _person_page(account: Account, status: int = 200, grant: GrantForm | None = None, validity: ValidityForm | None = None) -> Response:
    session, actor, clock = get_session(), current_actor(), current_clock()
    fresh, organisation = _grant_form(account, posted=grant is not None)
    rows = queries.roles_of(session, actor, [account.id]).get(account.id, [])
    kinds: dict[int, OrganisationKind] = {row.organisation_id: row.kind for row in rows}
    reachable = {identifier: policies.grantable_roles(actor, identifier, kind) for identifier, kind in kinds.items()}
    everywhere = services.organisations_of(session, account.id)
    return page(
        "administration/person.html",
        status,
        account=account,
        rows=rows,
        reachable=reachable,
        grant=grant or fresh,
        organisation=organisation,
        organisations=queries.open_organisations(session) if policies.is_administrator(actor) else [],
        validity=validity or ValidityForm(formdata=None, expires_on=account.expires_on),
        latest=default_expiry(clock.now()),
        today=clock.now().astimezone(PARIS).date(),
        can_close=policies.can_close_account(actor, account.id, everywhere),
        with_region=organisation is not None and organisation.kind is OrganisationKind.MINISTRY,
        role_labels=ROLE_LABELS,
    )


@blueprint.get("/administration/personnes/<int(max=2147483647):identifier>")
def person(identifier: int) -> Response:
    """Show a person: state, roles, what may be changed."""
    return _person_page(managed_account(get_session(), current_actor(), identifier))


@blueprint.post("/administration/personnes/<int(max=2147483647):identifier>/roles")
def grant_role(identifier: int) -> Response:
    """Give a role."""
    session, actor = get_session(), current_actor()
    account = managed_account(session, actor, identifier)
    form, organisation = _grant_form(account, posted=True)
    if organisation is not None and form.validate_on_submit():
        try:
            services.grant_role(
                session,
                actor,
                current_clock(),
                application().settings.public_url,
                identifier,
                organisation.id,
                Role(form.role.data),
                form.region.data or None,
            )
        except Invalid as refusal:
            form.refuse(in_words(refusal.errors))
        else:
            announce(_("Le rôle est donné."))
            return see_other("administration.person", identifier=identifier)
    return _person_page(account, 422, grant=form)


@blueprint.post("/administration/personnes/<int(max=2147483647):identifier>/roles/<int(max=2147483647):membership>/retirer")
def withdraw_role(identifier: int, membership: int) -> Response:
    """Take a role back."""
    session, actor = get_session(), current_actor()
    managed_account(session, actor, identifier)
    services.withdraw_role(session, actor, current_clock(), identifier, membership)
    announce(_("Le rôle est retiré."))
    still_mine = policies.is_administrator(actor) or actor.organisation_id in services.organisations_of(session, identifier)
    return see_other("administration.person", identifier=identifier) if still_mine else see_other("administration.people")


@blueprint.post("/administration/personnes/<int(max=2147483647):identifier>/invitation")
def resend_invitation(identifier: int) -> Response:
    """Mail the invitation again."""
    services.resend_invitation(get_session(), current_actor(), current_clock(), application().settings.public_url, identifier)
    announce(_("L'invitation est renvoyée ; le lien précédent ne sert plus."))
    return see_other("administration.person", identifier=identifier)


@blueprint.post("/administration/personnes/<int(max=2147483647):identifier>/etat")
def account_state(identifier: int) -> Response:
    """Close an account or open it again (SO-24, SO-62)."""
    is_open = request.form.get("etat") == "ouvert"
    services.set_open(get_session(), current_actor(), current_clock(), identifier, is_open=is_open)
    announce(_("Le compte est rouvert.") if is_open else _("Le compte est fermé, ses sessions aussi."))
    return see_other("administration.person", identifier=identifier)


@blueprint.post("/administration/personnes/<int(max=2147483647):identifier>/validite")
def validity(identifier: int) -> Response:
    """Prolong or shorten an account (FX-7c)."""
    session, actor = get_session(), current_actor()
    account = managed_account(session, actor, identifier)
    form = ValidityForm()
    if form.validate_on_submit():
        try:
            services.set_validity(session, actor, current_clock(), identifier, form.expires_on.data)
        except Invalid as refusal:
            form.refuse(in_words(refusal.errors))
        else:
            announce(_("La validité du compte est changée."))
            return see_other("administration.person", identifier=identifier)
    return _person_page(account, 422, validity=form)


@blueprint.get("/administration/journal")
def trail() -> Response:
    """Show the trail of everybody's acts (SO-82, SO-83)."""
    session = get_session()
    state = list_state(("at",), ("acte", "texte"), descending=True)
    action, text = state.filters["acte"], state.filters["texte"]
    return page(
        "administration/events.html",
        list=state,
        rows=events(session, action=action, text=text, offset=state.offset, limit=state.size),
        total=count_events(session, action=action, text=text),
        actions=actions(session),
    )


@blueprint.app_template_global("role_words")
def role_words(role: Role) -> str:
    """Say a role in the language of the page."""
    return str(_(ROLE_LABELS[role]))
