"""Who may do what with returns and campaigns. Pure: the facts are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from webapp.actor import Actor, Role
from webapp.declarations.rules.workflow import SIGNED, TRANSITIONS, Act, CampaignState, ReturnState, may, takes_entries, today

MARKABLE = frozenset({ReturnState.SUBMITTED, ReturnState.ACCEPTED, ReturnState.RECTIFIED})
"""Where an agent may prepare a correction: marks leave with the return, or with the rectification that is opened."""
READERS = frozenset({Role.DECLARANT, Role.NATIONAL_AGENT, Role.REGIONAL_AGENT})


@dataclass(frozen=True, slots=True)
class Holder:
    """To whom a reserved section is entrusted."""

    account_id: int
    name: str


@dataclass(frozen=True, slots=True)
class ReturnFacts:
    """What the decisions about a return depend on.

    `signatory_until` is the last day on which a signatory of the organisation may sign in, None when it has none. `reserved` gives
    to whom each reserved section, by its code, is entrusted.
    """

    organisation_id: int
    region: str | None
    state: ReturnState
    campaign_state: CampaignState
    opens_on: date
    signatory_until: date | None = None
    reserved: Mapping[str, Holder] = field(default_factory=dict)


def is_agent(actor: Actor) -> bool:
    """Whether the actor sits on the ministry's side (SO-10)."""
    return actor.has(Role.NATIONAL_AGENT, Role.REGIONAL_AGENT)


def may_know(actor: Actor, facts: ReturnFacts) -> bool:
    """Whether the return exists for the actor: its declarant, a national agent, an agent of its region."""
    if actor.has(Role.NATIONAL_AGENT):
        return True
    if actor.has(Role.REGIONAL_AGENT) and actor.region is not None and actor.region == facts.region:
        return True
    return actor.has(Role.DECLARANT) and actor.organisation_id == facts.organisation_id


def is_declarant_of(actor: Actor, facts: ReturnFacts) -> bool:
    """Whether the actor declares for the return's organisation."""
    return actor.has(Role.DECLARANT) and actor.organisation_id == facts.organisation_id


def can_enter(actor: Actor, facts: ReturnFacts, now: datetime) -> bool:
    """Whether the actor may fill in the return now."""
    return is_declarant_of(actor, facts) and takes_entries(facts.campaign_state, facts.opens_on, facts.state, now)


def has_signatory(facts: ReturnFacts, now: datetime) -> bool:
    """Whether somebody may sign for the return's organisation; when nobody may, all who declare for it do (decision 20)."""
    return facts.signatory_until is not None and today(now) <= facts.signatory_until


def may_sign(actor: Actor, facts: ReturnFacts, now: datetime) -> bool:
    """Whether the actor binds the return's organisation: submits, and opens or gives up a rectification."""
    return is_declarant_of(actor, facts) and (actor.has(Role.SIGNATORY) or not has_signatory(facts, now))


def can_enter_section(section: str, actor: Actor, facts: ReturnFacts, now: datetime) -> bool:
    """Whether the actor may fill in the tables of a section now: a reserved one is for its holder and the signatories."""
    holder = facts.reserved.get(section)
    return can_enter(actor, facts, now) and (holder is None or holder.account_id == actor.account_id or actor.has(Role.SIGNATORY))


def can_entrust(section: str, actor: Actor, facts: ReturnFacts, now: datetime) -> bool:
    """Whether the actor may say to whom a section is entrusted: of a reserved one, who signs, so that nobody takes it over to enter it."""
    return can_enter(actor, facts, now) and (section not in facts.reserved or may_sign(actor, facts, now))


def can_reserve(actor: Actor, facts: ReturnFacts, now: datetime) -> bool:
    """Whether the actor may reserve sections, and free them."""
    return can_enter(actor, facts, now) and may_sign(actor, facts, now)


def can_act(act: Act, actor: Actor, facts: ReturnFacts, now: datetime) -> bool:
    """Whether the actor may do this to the return now."""
    roles = TRANSITIONS[act].roles
    if not may_know(actor, facts) or not may(act, facts.state) or not actor.has(*roles):
        return False
    if is_declarant_of(actor, facts):
        return (act not in SIGNED or may_sign(actor, facts, now)) and (act is not Act.SUBMIT or can_enter(actor, facts, now))
    return actor.has(*(roles - {Role.DECLARANT}))


def can_mark(actor: Actor, facts: ReturnFacts) -> bool:
    """Whether the actor may ask for single cells to be corrected: an agent who knows of a return that was submitted."""
    return is_agent(actor) and may_know(actor, facts) and facts.state in MARKABLE


def can_judge(actor: Actor, facts: ReturnFacts) -> bool:
    """Whether the actor decides on justifications: an agent who knows of the return, while it is to be examined."""
    return is_agent(actor) and may_know(actor, facts) and facts.state is ReturnState.SUBMITTED


def can_switch_controls(actor: Actor) -> bool:
    """Whether the actor switches controls of form models off and on."""
    return actor.has(Role.NATIONAL_AGENT)


def can_manage_campaigns(actor: Actor) -> bool:
    """Whether the actor creates, opens and closes campaigns."""
    return actor.has(Role.NATIONAL_AGENT)
