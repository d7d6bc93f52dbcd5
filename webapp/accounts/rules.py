"""Identifiers, the roles that each kind of organisation has, and how long an account is valid: pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from webapp.actor import OrganisationKind, Role
from webapp.clock import PARIS
from webapp.folding import fold
from webapp.texts import mark as _m

#: FL-11.1: lower case, no accent, no space, no special character. Dot and hyphen are let in between letters and digits: they
#: keep « jean-marc.dupuy » readable, and need no escaping in an address, a file name or a mail.
USERNAME = re.compile(r"[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*")
USERNAME_LENGTHS = range(3, 41)

#: FX-7c: access is temporary. An account is opened for this long and renewed by whoever manages it.
DEFAULT_VALIDITY_DAYS = 730

INVITATION_DAYS = 7
RESET_MINUTES = 30
EMAIL_CHANGE_HOURS = 24

_K = OrganisationKind
_DECLARANT = frozenset({Role.DECLARANT, Role.SIGNATORY, Role.CLIENT_CONTACT, Role.MANAGER})

#: Which roles exist in which kind of organisation. Anybody regulated may be a client of the help desk too (SO-46).
ROLES_OF_KIND: Mapping[OrganisationKind, frozenset[Role]] = {
    _K.ACCREDITED_BODY: frozenset({Role.SCOPE_EDITOR, Role.SCOPE_AUDITOR, Role.CLIENT_CONTACT, Role.MANAGER}),
    _K.OPCO: _DECLARANT,
    _K.ATPRO: _DECLARANT,
    _K.FAF: _DECLARANT,
    _K.CLIENT: frozenset({Role.CLIENT_CONTACT, Role.MANAGER}),
    _K.OPERATOR: frozenset({Role.DESK_AGENT, Role.DESK_LEAD, Role.ADMINISTRATOR}),
    _K.ACCREDITATION_BODY: frozenset({Role.SCOPE_OFFICER, Role.MANAGER}),
    _K.MINISTRY: frozenset({Role.NATIONAL_AGENT, Role.REGIONAL_AGENT, Role.MANAGER}),
}

#: Roles that only the operator's administrator hands out, wherever they stand: they see beyond one organisation.
GRANTED_BY_OPERATOR_ONLY = frozenset({Role.ADMINISTRATOR, Role.DESK_AGENT, Role.DESK_LEAD, Role.SCOPE_OFFICER, Role.NATIONAL_AGENT})

#: Roles that add a right to another one: given with it, withdrawn with it. A signatory declares, and submits as well.
ADDS_TO: Mapping[Role, Role] = {Role.SIGNATORY: Role.DECLARANT}

#: Roles that look at one region only.
MEMBERSHIP_NEEDS_REGION = frozenset({Role.REGIONAL_AGENT})

ROLE_LABELS: Mapping[Role, str] = {
    Role.SCOPE_EDITOR: _m("Responsable de portées"),
    Role.SCOPE_AUDITOR: _m("Auditeur de portées"),
    Role.SCOPE_OFFICER: _m("Chargé d’accréditation"),
    Role.DECLARANT: _m("Déclarant"),
    Role.SIGNATORY: _m("Signataire des déclarations"),
    Role.NATIONAL_AGENT: _m("Agent national"),
    Role.REGIONAL_AGENT: _m("Agent régional"),
    Role.CLIENT_CONTACT: _m("Contact client"),
    Role.DESK_AGENT: _m("Agent d’assistance"),
    Role.DESK_LEAD: _m("Responsable d’assistance"),
    Role.ADMINISTRATOR: _m("Administrateur"),
    Role.MANAGER: _m("Gestionnaire des accès"),
}

KIND_LABELS: Mapping[OrganisationKind, str] = {
    _K.ACCREDITED_BODY: _m("Organisme accrédité"),
    _K.OPCO: _m("OPCO"),
    _K.ATPRO: _m("Transitions Pro"),
    _K.FAF: _m("FAF de non-salariés"),
    _K.CLIENT: _m("Client"),
    _K.OPERATOR: _m("Exploitant"),
    _K.ACCREDITATION_BODY: _m("Instance d’accréditation"),
    _K.MINISTRY: _m("Ministère"),
}

#: The regions whose agents see their own declarations only (SO-10), with the overseas ones.
REGIONS: tuple[str, ...] = (
    "Auvergne-Rhône-Alpes",
    "Bourgogne-Franche-Comté",
    "Bretagne",
    "Centre-Val de Loire",
    "Corse",
    "Grand Est",
    "Guadeloupe",
    "Guyane",
    "Hauts-de-France",
    "Île-de-France",
    "La Réunion",
    "Martinique",
    "Mayotte",
    "Normandie",
    "Nouvelle-Aquitaine",
    "Occitanie",
    "Pays de la Loire",
    "Provence-Alpes-Côte d’Azur",
)


def username_problem(username: str) -> str | None:
    """Return the French sentence that says why ``username`` cannot be an identifier, or None when it can."""
    if len(username) not in USERNAME_LENGTHS:
        return _m("L’identifiant compte de 3 à 40 caractères.")
    if username != username.lower():
        return _m("L’identifiant s’écrit en minuscules.")
    if any(char.isspace() for char in username):
        return _m("L’identifiant ne contient pas d’espace.")
    if not USERNAME.fullmatch(username):
        return _m("Lettres sans accent et chiffres, en commençant par une lettre ; un point ou un trait d’union peut les séparer.")
    return None


def suggest_username(full_name: str, is_taken: Callable[[str], bool]) -> str:
    """Return a free identifier made from a person's name: « Zoé Le Gœff » gives ``zoe.le-goeff``, then ``zoe.le-goeff2``…"""
    words = [re.sub(r"[^a-z0-9]+", "-", word).strip("-") for word in fold(full_name).split()]
    words = [word for word in words if word]
    base = ".".join(filter(None, [words[0] if words else "", "-".join(words[1:])])).lstrip("0123456789.-")
    base = base[: USERNAME_LENGTHS[-1] - 4].rstrip(".-")
    if len(base) < USERNAME_LENGTHS[0]:
        base = f"compte{'.' + base if base else ''}"
    candidates = (base if number == 1 else f"{base}{number}" for number in range(1, 10_000))
    return next(candidate for candidate in candidates if not is_taken(candidate))


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What decides whether an account may sign in at an instant."""

    is_activated: bool
    deactivated_at: datetime | None
    expires_on: date | None
    is_demonstration: bool


def may_sign_in(facts: AccountFacts, now: datetime, *, demonstration_allowed: bool) -> bool:
    """Tell whether the account is open: activated, not closed, within its validity (last day included, in Paris time)."""
    return (
        facts.is_activated
        and facts.deactivated_at is None
        and (facts.expires_on is None or now.astimezone(PARIS).date() <= facts.expires_on)
        and (demonstration_allowed or not facts.is_demonstration)
    )


def default_expiry(now: datetime) -> date:
    """Return the last day of validity of an account opened at ``now`` (FX-7c)."""
    return now.astimezone(PARIS).date() + timedelta(days=DEFAULT_VALIDITY_DAYS)


def role_fits(role: Role, kind: OrganisationKind) -> bool:
    """Tell whether the role exists in this kind of organisation."""
    return role in ROLES_OF_KIND[kind]


_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_of(user_agent: str) -> tuple[str, ...]:
    """Return the names of the browser and of its system, as far as the user agent gives them away."""
    found = (next((name for mark, name in names if mark in user_agent), "") for names in (_BROWSERS, _SYSTEMS))
    return tuple(name for name in found if name)
