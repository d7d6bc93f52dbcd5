"""The demonstration's people: a sign-in for each role, a newcomer, a manager, and somebody with two organisations."""

from dataclasses import dataclass
from datetime import timedelta

from webapp.accounts.models import Account
from webapp.accounts.passwords import DEMONSTRATION_PASSWORD
from webapp.accounts.rules import default_expiry
from webapp.accounts.services import hashing
from webapp.actor import OrganisationKind, Role
from webapp.demonstration.world import World
from webapp.terms.services import accept, version_for


@dataclass(frozen=True, slots=True)
class SignIn:
    """One demonstration sign-in."""

    username: str
    full_name: str
    organisation_key: str
    organisation: str
    role: Role
    region: str | None = None
    note: str = ""
    has_accepted: bool = True

    def as_dict(self) -> dict[str, str]:
        """Return what ``flask demo accounts`` prints."""
        return {
            "username": self.username,
            "password": DEMONSTRATION_PASSWORD,
            "role": str(self.role),
            "organisation": self.organisation,
            "note": self.note,
        }


ORGANISATIONS = {
    "vauban": (OrganisationKind.ACCREDITED_BODY, "Laboratoire Vauban", None, "Lille"),
    "accreditation": (OrganisationKind.ACCREDITATION_BODY, "Comité d'accréditation (démonstration)", None, "Paris"),
    "ministere": (OrganisationKind.MINISTRY, "Ministère du Travail (démonstration)", None, "Paris"),
    "opco-industries": (OrganisationKind.OPCO, "OPCO Industries et Métiers", None, "Paris"),
    "atpro-0": (OrganisationKind.ATPRO, "Transitions Bretagne (association fictive)", "Bretagne", None),
    "faf-0": (OrganisationKind.FAF, "FAF Artisans du Bâtiment (fictif)", None, None),
    "client-alpha": (OrganisationKind.CLIENT, "Société Alpha Domotique", None, "Nantes"),
    "operateur": (OrganisationKind.OPERATOR, "Guichet, équipe assistance", None, "Lyon"),
}

SIGN_INS = (
    SignIn("claire.fontaine", "Claire Fontaine", "vauban", "Laboratoire Vauban", Role.SCOPE_EDITOR),
    SignIn(
        "yves.colin",
        "Yves Colin",
        "vauban",
        "Laboratoire Vauban",
        Role.SCOPE_AUDITOR,
        note="lit deux dossiers, pour un audit interne",
    ),
    SignIn("hugo.mercier", "Hugo Mercier", "accreditation", "Comité d'accréditation (démonstration)", Role.SCOPE_OFFICER),
    SignIn("ines.garnier", "Inès Garnier", "opco-industries", "OPCO Industries et Métiers", Role.DECLARANT),
    SignIn("ines.garnier", "Inès Garnier", "opco-industries", "OPCO Industries et Métiers", Role.SIGNATORY, note="signe les déclarations"),
    SignIn("erwan.kervella", "Erwan Kervella", "atpro-0", "Transitions Bretagne (association fictive)", Role.DECLARANT),
    SignIn("odile.chevalier", "Odile Chevalier", "faf-0", "FAF Artisans du Bâtiment (fictif)", Role.DECLARANT),
    SignIn("paul.lambert", "Paul Lambert", "ministere", "Ministère du Travail (démonstration)", Role.NATIONAL_AGENT),
    SignIn("soizic.legoff", "Soizic Le Goff", "ministere", "Ministère du Travail (démonstration)", Role.REGIONAL_AGENT, "Bretagne"),
    SignIn("nadia.benali", "Nadia Benali", "client-alpha", "Société Alpha Domotique", Role.CLIENT_CONTACT),
    SignIn("camille.roux", "Camille Roux", "operateur", "Guichet, équipe assistance", Role.DESK_AGENT),
    SignIn("marc.dubois", "Marc Dubois", "operateur", "Guichet, équipe assistance", Role.DESK_LEAD),
    SignIn("anne.petit", "Anne Petit", "operateur", "Guichet, équipe assistance", Role.ADMINISTRATOR),
    SignIn("julie.marchand", "Julie Marchand", "vauban", "Laboratoire Vauban", Role.MANAGER, note="gère les accès de son laboratoire"),
    SignIn("samir.haddad", "Samir Haddad", "opco-industries", "OPCO Industries et Métiers", Role.DECLARANT, note="deux organisations"),
    SignIn("samir.haddad", "Samir Haddad", "client-alpha", "Société Alpha Domotique", Role.CLIENT_CONTACT, note="deux organisations"),
    SignIn(
        "lea.moreau",
        "Léa Moreau",
        "vauban",
        "Laboratoire Vauban",
        Role.SCOPE_EDITOR,
        note="n'a pas encore accepté les conditions",
        has_accepted=False,
    ),
)


def load_people(world: World) -> None:
    """Make the organisations and people of the sign-ins."""
    for key, (kind, name, region, city) in ORGANISATIONS.items():
        world.organisation(key, kind, name, region=region, city=city)
    encoded = hashing(world.settings.argon2_memory_kib, world.settings.argon2_time_cost).hash(DEMONSTRATION_PASSWORD)
    now = world.clock.now()
    for row in SIGN_INS:
        if row.username not in world.people:
            account = Account(
                username=row.username,
                email=f"{row.username}@exemple.invalid",
                full_name=row.full_name,
                password_hash=encoded,
                password_changed_at=now,
                is_demonstration=True,
                created_at=now - timedelta(days=500),
                activated_at=now - timedelta(days=499),
                expires_on=default_expiry(now),
            )
            world.session.add(account)
            world.session.flush()
            world.people[row.username] = account
        world.grant(row.username, row.organisation_key, row.role, row.region)
    for row in SIGN_INS:
        if row.has_accepted:
            accept_terms(world, row)


def accept_terms(world: World, row: SignIn) -> None:
    """Have the person accept the terms of their organisation, on the morning these came into force."""
    now = world.clock.now()
    actor = world.actor(row.username, row.organisation_key)
    version = version_for(actor, world.clock)
    if version is None:
        return
    world.clock.set(min(now, version.effective_at + timedelta(hours=9)))
    accept(world.session, actor, world.clock, version.sha256)
    world.clock.set(now)
