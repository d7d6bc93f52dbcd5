"""The one table of who may reach which endpoint. An endpoint that is not in it answers nobody."""

from dataclasses import dataclass
from typing import Final

from webapp.actor import Actor, Role


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call an endpoint: everybody (``public``), or people holding one of ``roles`` (any signed-in person when empty)."""

    public: bool = False
    roles: frozenset[Role] = frozenset()
    #: Reachable before the terms are accepted (the terms themselves, signing out).
    before_terms: bool = False

    def allows(self, actor: Actor | None) -> bool:
        """Tell whether the actor (None: not signed in) may call the endpoint."""
        if self.public:
            return True
        return actor is not None and (not self.roles or actor.has(*self.roles))


PUBLIC: Final = Access(public=True, before_terms=True)
#: Open to visitors; to a signed-in person only once the terms are accepted.
OPEN_AFTER_TERMS: Final = Access(public=True)
SIGNED_IN: Final = Access()
BEFORE_TERMS: Final = Access(before_terms=True)


def roles(*allowed: Role) -> Access:
    """Allow only the holders of one of these roles."""
    return Access(roles=frozenset(allowed))


ACCESS: Final[dict[str, Access]] = {
    # Front door
    "static": PUBLIC,
    "accounts.sign_in": PUBLIC,
    "accounts.sign_out": BEFORE_TERMS,
    "accounts.kept": SIGNED_IN,
    "accounts.drop_kept_request": SIGNED_IN,
    "accounts.switch": BEFORE_TERMS,
    "accounts.activation": PUBLIC,
    "accounts.forgotten": PUBLIC,
    "accounts.forgotten_sent": PUBLIC,
    "accounts.new_password": PUBLIC,
    "accounts.confirm_address": PUBLIC,
    "accounts.profile": SIGNED_IN,
    "accounts.details": SIGNED_IN,
    "accounts.change_password": SIGNED_IN,
    "accounts.change_address": SIGNED_IN,
    "accounts.notices": SIGNED_IN,
    "accounts.end_one_session": SIGNED_IN,
    "accounts.end_other_sessions": SIGNED_IN,
    "accounts.own_events": SIGNED_IN,
    "accounts.close_account": SIGNED_IN,
    # Administration: the operator everywhere, a manager within their own organisation
    "administration.index": roles(Role.ADMINISTRATOR, Role.MANAGER),
    "administration.organisations": roles(Role.ADMINISTRATOR),
    "administration.new_organisation": roles(Role.ADMINISTRATOR),
    "administration.organisation": roles(Role.ADMINISTRATOR, Role.MANAGER),
    "administration.edit_organisation": roles(Role.ADMINISTRATOR),
    "administration.organisation_state": roles(Role.ADMINISTRATOR),
    "administration.people": roles(Role.ADMINISTRATOR, Role.MANAGER),
    "administration.invite": roles(Role.ADMINISTRATOR, Role.MANAGER),
    "administration.choose_organisation": roles(Role.ADMINISTRATOR),
    "administration.invite_into": roles(Role.ADMINISTRATOR, Role.MANAGER),
    "administration.person": roles(Role.ADMINISTRATOR, Role.MANAGER),
    "administration.grant_role": roles(Role.ADMINISTRATOR, Role.MANAGER),
    "administration.withdraw_role": roles(Role.ADMINISTRATOR, Role.MANAGER),
    "administration.resend_invitation": roles(Role.ADMINISTRATOR, Role.MANAGER),
    "administration.account_state": roles(Role.ADMINISTRATOR, Role.MANAGER),
    "administration.validity": roles(Role.ADMINISTRATOR, Role.MANAGER),
    "administration.trail": roles(Role.ADMINISTRATOR),
    "administration.outbox": roles(Role.ADMINISTRATOR),
    "administration.mailbox": PUBLIC,
    "administration.mailbox_message": PUBLIC,
    "administration.deliver": PUBLIC,
    # Terms and static pages
    "terms.current": PUBLIC,
    "terms.show": PUBLIC,
    "terms.download": PUBLIC,
    "terms.acceptance": BEFORE_TERMS,
    "legal.notice": PUBLIC,
    "legal.privacy": PUBLIC,
    "legal.accessibility": PUBLIC,
    "legal.definitions": PUBLIC,
    "legal.site_map": PUBLIC,
    "legal.help_pages": PUBLIC,
    "portal.language": PUBLIC,
    # Desk: the home page and the search across the counters
    "desk.home": OPEN_AFTER_TERMS,
    "desk.search": SIGNED_IN,
    # Scopes: files and their detailed scopes
    "scopes.index": roles(Role.SCOPE_EDITOR, Role.SCOPE_OFFICER),
    "scopes.create": roles(Role.SCOPE_OFFICER),
    "scopes.edit": roles(Role.SCOPE_EDITOR, Role.SCOPE_OFFICER),
    "scopes.line": roles(Role.SCOPE_EDITOR, Role.SCOPE_OFFICER),
    "scopes.new_line": roles(Role.SCOPE_EDITOR),
    "scopes.save_line": roles(Role.SCOPE_EDITOR),
    "scopes.add_line": roles(Role.SCOPE_EDITOR),
    "scopes.duplicate_line": roles(Role.SCOPE_EDITOR),
    "scopes.delete_line": roles(Role.SCOPE_EDITOR),
    "scopes.move_line": roles(Role.SCOPE_EDITOR),
    "scopes.undo": roles(Role.SCOPE_EDITOR),
    "scopes.publication": roles(Role.SCOPE_EDITOR, Role.SCOPE_OFFICER),
    "scopes.request_publication": roles(Role.SCOPE_EDITOR),
    "scopes.withdraw_request": roles(Role.SCOPE_EDITOR),
    "scopes.general": roles(Role.SCOPE_EDITOR, Role.SCOPE_OFFICER),
    "scopes.decisions": roles(Role.SCOPE_EDITOR, Role.SCOPE_OFFICER),
    # Register: what is published, open to everybody
    "register.index": PUBLIC,
    "register.scope": PUBLIC,
    "register.version": PUBLIC,
    "register.export": PUBLIC,
    # Declarations: returns, their figures, the agents' decisions, campaigns
    "declarations.index": roles(Role.DECLARANT, Role.NATIONAL_AGENT, Role.REGIONAL_AGENT),
    "declarations.overview": roles(Role.DECLARANT, Role.NATIONAL_AGENT, Role.REGIONAL_AGENT),
    "declarations.table": roles(Role.DECLARANT, Role.NATIONAL_AGENT, Role.REGIONAL_AGENT),
    "declarations.save_table": roles(Role.DECLARANT),
    "declarations.save_cell": roles(Role.DECLARANT),
    "declarations.submission": roles(Role.DECLARANT),
    "declarations.submit": roles(Role.DECLARANT),
    "declarations.receipt": roles(Role.DECLARANT, Role.NATIONAL_AGENT, Role.REGIONAL_AGENT),
    "declarations.snapshot": roles(Role.DECLARANT, Role.NATIONAL_AGENT, Role.REGIONAL_AGENT),
    "declarations.decide": roles(Role.NATIONAL_AGENT, Role.REGIONAL_AGENT),
    "declarations.campaigns": roles(Role.NATIONAL_AGENT),
    "declarations.campaign": roles(Role.NATIONAL_AGENT),
    "declarations.new_campaign": roles(Role.NATIONAL_AGENT),
    "declarations.create_campaign": roles(Role.NATIONAL_AGENT),
    "declarations.open_campaign": roles(Role.NATIONAL_AGENT),
    "declarations.add_declarants": roles(Role.NATIONAL_AGENT),
    "declarations.move_deadline": roles(Role.NATIONAL_AGENT),
    "declarations.close_campaign": roles(Role.NATIONAL_AGENT),
    # Help desk
    "helpdesk.index": SIGNED_IN,
    "helpdesk.report": SIGNED_IN,
    "helpdesk.deadlines": SIGNED_IN,
    "helpdesk.look_up": SIGNED_IN,
    "helpdesk.ticket": SIGNED_IN,
    "helpdesk.account": SIGNED_IN,
    "helpdesk.message": SIGNED_IN,
    "helpdesk.act": SIGNED_IN,
    "helpdesk.queue": roles(Role.DESK_AGENT, Role.DESK_LEAD),
    "helpdesk.queue_export": roles(Role.DESK_AGENT, Role.DESK_LEAD),
    "helpdesk.open_for_client": roles(Role.DESK_AGENT, Role.DESK_LEAD),
    "helpdesk.qualify": roles(Role.DESK_AGENT, Role.DESK_LEAD),
    "helpdesk.assign": roles(Role.DESK_AGENT, Role.DESK_LEAD),
    "helpdesk.planned": roles(Role.DESK_AGENT, Role.DESK_LEAD),
    # Contracts: clients, contracts, sites, service levels
    "contracts.index": roles(Role.CLIENT_CONTACT, Role.DESK_AGENT, Role.DESK_LEAD, Role.ADMINISTRATOR),
    "contracts.client": roles(Role.CLIENT_CONTACT, Role.DESK_AGENT, Role.DESK_LEAD, Role.ADMINISTRATOR),
    "contracts.levels": roles(Role.CLIENT_CONTACT, Role.DESK_AGENT, Role.DESK_LEAD, Role.ADMINISTRATOR),
    "contracts.level": roles(Role.CLIENT_CONTACT, Role.DESK_AGENT, Role.DESK_LEAD, Role.ADMINISTRATOR),
    "contracts.new_contract": roles(Role.DESK_LEAD, Role.ADMINISTRATOR),
    "contracts.create_contract": roles(Role.DESK_LEAD, Role.ADMINISTRATOR),
    "contracts.edit_contract": roles(Role.DESK_LEAD, Role.ADMINISTRATOR),
    "contracts.save_contract": roles(Role.DESK_LEAD, Role.ADMINISTRATOR),
    "contracts.new_site": roles(Role.DESK_LEAD, Role.ADMINISTRATOR),
    "contracts.create_site": roles(Role.DESK_LEAD, Role.ADMINISTRATOR),
    "contracts.edit_site": roles(Role.DESK_LEAD, Role.ADMINISTRATOR),
    "contracts.save_site": roles(Role.DESK_LEAD, Role.ADMINISTRATOR),
    "contracts.new_level": roles(Role.DESK_LEAD, Role.ADMINISTRATOR),
    "contracts.create_level": roles(Role.DESK_LEAD, Role.ADMINISTRATOR),
    "contracts.new_version": roles(Role.DESK_LEAD, Role.ADMINISTRATOR),
    "contracts.create_version": roles(Role.DESK_LEAD, Role.ADMINISTRATOR),
    # Service status: open to everybody; the desk announces
    "service_status.index": PUBLIC,
    "service_status.notice": PUBLIC,
    "service_status.new_notice": roles(Role.DESK_AGENT, Role.DESK_LEAD, Role.ADMINISTRATOR),
    "service_status.create_notice": roles(Role.DESK_AGENT, Role.DESK_LEAD, Role.ADMINISTRATOR),
    "service_status.follow_up": roles(Role.DESK_AGENT, Role.DESK_LEAD, Role.ADMINISTRATOR),
    "service_status.components": roles(Role.DESK_LEAD, Role.ADMINISTRATOR),
    "service_status.add_component": roles(Role.DESK_LEAD, Role.ADMINISTRATOR),
    "service_status.save_component": roles(Role.DESK_LEAD, Role.ADMINISTRATOR),
}
