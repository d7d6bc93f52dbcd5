"""States of a return and of a campaign, the transitions between them, numbers, and the frozen snapshot with its digest."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

import rfc8785
from stdnum.iso7064 import mod_37_36

from webapp.actor import OrganisationKind, Role
from webapp.clock import PARIS
from webapp.texts import mark as _m

SOON = timedelta(days=15)
"""How long before its deadline a return is said to be due soon."""
USUAL_REMINDERS = (-15, -3, 1, 8)
"""Days from the deadline on which declarants are reminded, unless a campaign says otherwise."""
SNAPSHOT_FORMAT = 3
"""What a snapshot says of its own form. 2 holds the form's words (tables, lines, columns), so that it is read without the model; 3
lists the files attached, each with its SHA-256."""


class Kind(StrEnum):
    """What is declared (SO-1, SO-35)."""

    ESF = "ESF"
    CSA = "CSA"


class Audience(StrEnum):
    """Who declares (SO-1)."""

    OPCO = "OPCO"
    ATPRO = "ATPRO"
    FAF = "FAF"

    @property
    def organisation_kind(self) -> OrganisationKind:
        """The kind of organisation that the campaign addresses."""
        return OrganisationKind(self.value.lower())


class CampaignState(StrEnum):
    """A campaign is prepared, then open, then closed."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class ReturnState(StrEnum):
    """Where a return is between its declarant and the agents."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    RECTIFYING = "rectifying"
    RECTIFIED = "rectified"


class Act(StrEnum):
    """What is done to a return as a whole."""

    SUBMIT = "submit"
    ACCEPT = "accept"
    SEND_BACK = "send_back"
    RECTIFY = "rectify"
    ABANDON = "abandon"
    EXTEND = "extend"


@dataclass(frozen=True, slots=True)
class Transition:
    """An act: from which states, to which (None: it stays there), by whom, what the evidence calls it, and what the button says."""

    act: Act
    sources: frozenset[ReturnState]
    target: ReturnState | None
    roles: frozenset[Role]
    evidence: str
    label: str


AGENTS = frozenset({Role.NATIONAL_AGENT, Role.REGIONAL_AGENT})
TRANSITIONS = {
    transition.act: transition
    for transition in (
        Transition(
            Act.SUBMIT,
            frozenset({ReturnState.DRAFT, ReturnState.RETURNED, ReturnState.RECTIFYING}),
            ReturnState.SUBMITTED,
            frozenset({Role.DECLARANT}),
            "return.submitted",
            _m("Déposer la déclaration"),
        ),
        Transition(
            Act.ACCEPT,
            frozenset({ReturnState.SUBMITTED}),
            ReturnState.ACCEPTED,
            AGENTS,
            "return.accepted",
            _m("Accepter la déclaration"),
        ),
        Transition(
            Act.SEND_BACK,
            frozenset({ReturnState.SUBMITTED}),
            ReturnState.RETURNED,
            AGENTS,
            "return.sent_back",
            _m("Renvoyer pour correction"),
        ),
        Transition(
            Act.RECTIFY,
            frozenset({ReturnState.ACCEPTED, ReturnState.RECTIFIED}),
            ReturnState.RECTIFYING,
            AGENTS | {Role.DECLARANT},
            "return.rectification_opened",
            _m("Ouvrir une rectification"),
        ),
        Transition(
            Act.ABANDON,
            frozenset({ReturnState.RECTIFYING}),
            ReturnState.ACCEPTED,
            frozenset({Role.DECLARANT}),
            "return.rectification_abandoned",
            _m("Abandonner la rectification"),
        ),
        Transition(
            Act.EXTEND,
            frozenset({ReturnState.DRAFT, ReturnState.RETURNED}),
            None,
            AGENTS,
            "return.deadline_extended",
            _m("Reporter l’échéance"),
        ),
    )
}
SIGNED = frozenset({Act.SUBMIT, Act.RECTIFY, Act.ABANDON})
"""What a declarant does in its organisation's name: the right of signatories."""
EDITABLE = frozenset({ReturnState.DRAFT, ReturnState.RETURNED, ReturnState.RECTIFYING})
"""With the declarant, who may change figures."""
ACCEPTED_STATES = frozenset({ReturnState.ACCEPTED, ReturnState.RECTIFYING, ReturnState.RECTIFIED})
"""With a submission in force."""
AWAITED = frozenset({ReturnState.DRAFT, ReturnState.RETURNED})
"""With the declarant, who owes something by a date: a rectification is owed by nobody."""

STATE_LABELS = {
    ReturnState.DRAFT: _m("En saisie"),
    ReturnState.SUBMITTED: _m("Déposée"),
    ReturnState.RETURNED: _m("À corriger"),
    ReturnState.ACCEPTED: _m("Acceptée"),
    ReturnState.RECTIFYING: _m("En rectification"),
    ReturnState.RECTIFIED: _m("Rectifiée"),
}
STATE_CHIPS = {
    ReturnState.DRAFT: "q",
    ReturnState.SUBMITTED: "soon",
    ReturnState.RETURNED: "late",
    ReturnState.ACCEPTED: "ok",
    ReturnState.RECTIFYING: "soon",
    ReturnState.RECTIFIED: "ok",
}
ACT_LABELS = {
    Act.SUBMIT: _m("Déposée"),
    Act.ACCEPT: _m("Acceptée"),
    Act.SEND_BACK: _m("Renvoyée pour correction"),
    Act.RECTIFY: _m("Rectification ouverte"),
    Act.ABANDON: _m("Rectification abandonnée"),
    Act.EXTEND: _m("Échéance reportée"),
}
CAMPAIGN_LABELS = {
    CampaignState.DRAFT: _m("En préparation"),
    CampaignState.OPEN: _m("Ouverte"),
    CampaignState.CLOSED: _m("Close"),
}
AUDIENCE_LABELS = {
    Audience.OPCO: _m("Opérateurs de compétences"),
    Audience.ATPRO: _m("Associations Transitions Pro"),
    Audience.FAF: _m("Fonds d’assurance formation de non-salariés"),
}
KIND_LABELS = {
    Kind.ESF: _m("État statistique et financier"),
    Kind.CSA: _m("Contribution supplémentaire à l’apprentissage"),
}


def may(act: Act, state: ReturnState) -> bool:
    """Whether the act applies to a return in that state."""
    return state in TRANSITIONS[act].sources


def arrival(act: Act, state: ReturnState, acceptances: int) -> ReturnState:
    """The state that an act leads to, `acceptances` counting the one that the act makes: from the second on it is a rectification."""
    target = TRANSITIONS[act].target or state
    return ReturnState.RECTIFIED if target is ReturnState.ACCEPTED and acceptances > 1 else target


class Standing(StrEnum):
    """Where a return is, as a campaign is followed: a draft is told apart by what its declarant has done of it."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    BLOCKED = "blocked"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


STANDING_LABELS = {
    Standing.NOT_STARTED: _m("Non commencée"),
    Standing.IN_PROGRESS: _m("En cours"),
    Standing.BLOCKED: _m("Bloquée"),
    Standing.SUBMITTED: _m("Déposée"),
    Standing.RETURNED: _m("À corriger"),
    Standing.ACCEPTED: _m("Acceptée"),
}


def standing(state: ReturnState, *, started: bool, blocking: int) -> Standing:
    """Where a return stands. `blocking` counts its unreadable cells and the blocking controls that fail."""
    if state is ReturnState.DRAFT:
        if not started:
            return Standing.NOT_STARTED
        return Standing.BLOCKED if blocking else Standing.IN_PROGRESS
    return Standing.ACCEPTED if state in ACCEPTED_STATES else Standing(state.value)


def today(now: datetime) -> date:
    """The date in Paris at an aware instant: campaigns open and fall due on French dates."""
    return now.astimezone(PARIS).date()


def end_of(day: date) -> datetime:
    """The instant at which a day ends in Paris, aware."""
    return datetime.combine(day + timedelta(days=1), time(0), PARIS)


class Timing(StrEnum):
    """How a deadline stands."""

    LATE = "late"
    SOON = "soon"
    AHEAD = "ahead"


def timing(deadline: date, now: datetime) -> Timing:
    """Late from the day after the deadline; soon during the last fifteen days."""
    day = today(now)
    if day > deadline:
        return Timing.LATE
    return Timing.SOON if deadline - day <= SOON else Timing.AHEAD


def takes_entries(campaign: CampaignState, opens_on: date, state: ReturnState, now: datetime) -> bool:
    """Whether figures may be entered: the campaign is open and begun, the return is with its declarant.

    The deadline does not close the entry: a late return is still wanted, and is marked as late. Closing the campaign ends what was
    never submitted; what was sent back or is being rectified can still be corrected (decision 19).
    """
    if state is ReturnState.DRAFT:
        return campaign is CampaignState.OPEN and opens_on <= today(now)
    return state in EDITABLE


def return_number(kind: Kind, year: int, audience: Audience, rank: int) -> str:
    """``ESF-2025-OPCO-0007``."""
    return f"{kind.value}-{year}-{audience.value}-{rank:04d}"


def receipt_number(number: str, rank: int) -> str:
    """The number of a return's `rank`-th submission, closed by an ISO 7064 mod 37,36 check character."""
    body = f"{number}-D{rank}"
    return f"{body}-{mod_37_36.calc_check_digit(body.replace('-', ''))}"


def receipt_is_well_formed(receipt: str) -> bool:
    """Whether a receipt number was copied without a slip."""
    return bool(mod_37_36.is_valid(receipt.replace("-", "").upper()))


def canonical(snapshot: Mapping[str, Any]) -> str:
    """The snapshot as the one text whose digest is kept (RFC 8785: sorted keys, no spaces): any implementation gives the same bytes."""
    return rfc8785.dumps(dict(snapshot)).decode("utf-8")


def digest(text: str) -> str:
    """SHA-256 of the text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def same_digest(typed: str, sha256: str) -> bool:
    """Whether a digest as people copy it (capitals, spaces, colons) is this one; takes the same time whatever differs."""
    return hmac.compare_digest("".join(typed.replace(":", "").split()).lower().encode(), sha256.encode())
