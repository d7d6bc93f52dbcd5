"""Fictitious clients with their contracts, service levels and sites, from Lille to La Réunion. No address or number is real."""

from dataclasses import dataclass
from datetime import date, timedelta

from webapp.actor import Actor, OrganisationKind
from webapp.contracts import day_services, level_services, services
from webapp.contracts.exceptional import SpecialDay
from webapp.contracts.level_services import VersionValues
from webapp.contracts.models import ServiceLevel
from webapp.contracts.rules import DurationRule, Hosting, Plan, Unit, WeeklyHours, day_of, read_hours
from webapp.contracts.services import ContractValues, SiteValues
from webapp.demonstration.world import World
from webapp.worktime import DESK_HOURS, Territory

FREEMIUM, STANDARD, ADVANCED = "freemium", "standard", "avance"
PLANS = {FREEMIUM: Plan.FREEMIUM, STANDARD: Plan.PAYING, ADVANCED: Plan.ADVANCED}
LONG_DAYS: WeeklyHours = {**dict.fromkeys(range(5), read_hours("8h-19h")), 5: read_hours("9h-12h")}
ALSACE, METROPOLE, REUNION, GUADELOUPE = Territory.ALSACE_MOSELLE, Territory.METROPOLITAN, Territory.REUNION, Territory.GUADELOUPE


@dataclass(frozen=True, slots=True)
class Place:
    """A site to be made."""

    name: str
    address: str
    territory: Territory = METROPOLE
    good_friday: bool = False


@dataclass(frozen=True, slots=True)
class Client:
    """A client to be made, with one contract begun so many days ago; ``days`` is its length, None when it is renewed tacitly."""

    key: str
    name: str
    city: str
    level: str
    hosting: Hosting
    begun: int
    days: int | None
    places: tuple[Place, ...]


CLOUD, IN_HOUSE = Hosting.CLOUD, Hosting.IN_HOUSE

CLIENTS = (
    Client(
        "client-alpha",
        "Société Alpha Domotique",
        "Nantes",
        STANDARD,
        IN_HOUSE,
        420,
        None,
        (Place("Siège", "1 rue de l'Exemple, 44000 Nantes"), Place("Atelier du Port", "6 quai du Modèle, 97420 Le Port", REUNION)),
    ),
    Client(
        "client-ill",
        "Brasserie de l'Ill (fictive)",
        "Strasbourg",
        ADVANCED,
        IN_HOUSE,
        390,
        None,
        (
            Place("Cave de Strasbourg", "3 quai de l'Exemple, 67000 Strasbourg", ALSACE, True),
            Place("Dépôt de Colmar", "8 rue du Modèle, 68000 Colmar", ALSACE, False),
        ),
    ),
    Client(
        "client-piton",
        "Énergies du Piton (fictive)",
        "Saint-Denis",
        STANDARD,
        IN_HOUSE,
        365,
        None,
        (
            Place("Centrale de Saint-Denis", "12 rue de l'Exemple, 97400 Saint-Denis", REUNION),
            Place("Bureau de Paris", "5 passage du Modèle, 75011 Paris"),
        ),
    ),
    Client(
        "client-jarry",
        "Froid de Jarry (fictive)",
        "Baie-Mahault",
        STANDARD,
        CLOUD,
        300,
        None,
        (Place("Entrepôt de Jarry", "2 zone de l'Exemple, 97122 Baie-Mahault", GUADELOUPE, True),),
    ),
    Client(
        "client-metz",
        "Serres de Moselle (fictive)",
        "Metz",
        STANDARD,
        IN_HOUSE,
        280,
        None,
        (Place("Serres de Metz", "40 chemin du Modèle, 57000 Metz", ALSACE, True),),
    ),
    Client(
        "client-rade",
        "Capteurs de la Rade (fictive)",
        "Brest",
        ADVANCED,
        CLOUD,
        330,
        None,
        (Place("Quai 3", "3 quai du Modèle, 29200 Brest"),),
    ),
    Client(
        "client-mistral",
        "Mistral Éolien (fictive)",
        "Avignon",
        STANDARD,
        IN_HOUSE,
        260,
        None,
        (Place("Poste de commande", "7 avenue de l'Exemple, 84000 Avignon"),),
    ),
    Client(
        "client-beffroi",
        "Ateliers du Beffroi (fictive)",
        "Lille",
        STANDARD,
        CLOUD,
        240,
        None,
        (Place("Atelier", "9 rue du Modèle, 59000 Lille"),),
    ),
    Client(
        "client-canal",
        "Logistique du Canal (fictive)",
        "Toulouse",
        ADVANCED,
        IN_HOUSE,
        200,
        None,
        (Place("Plateforme nord", "21 route de l'Exemple, 31200 Toulouse"), Place("Plateforme sud", "4 rue du Modèle, 31400 Toulouse")),
    ),
    Client("client-volcans", "Eaux des Volcans (fictive)", "Clermont-Ferrand", FREEMIUM, CLOUD, 180, None, ()),
    Client("client-marais", "Coopérative du Marais (fictive)", "Niort", FREEMIUM, CLOUD, 150, None, ()),
    Client(
        "client-vignes",
        "Vignes connectées (fictive)",
        "Bordeaux",
        STANDARD,
        CLOUD,
        400,
        365,
        (Place("Chai", "11 quai de l'Exemple, 33000 Bordeaux"),),
    ),
    Client(
        "client-cimes",
        "Refuges des Cimes (fictive)",
        "Grenoble",
        STANDARD,
        CLOUD,
        -20,
        None,
        (Place("Refuge haut", "Sentier du Modèle, 38000 Grenoble"),),
    ),
    Client("client-dunes", "Ostréiculture des Dunes (fictive)", "Arcachon", FREEMIUM, CLOUD, 90, None, ()),
)


def load(world: World) -> None:
    """Make the service levels, the clients, their contracts and their sites, as they came over the last sixteen months."""
    actor = world.actor("marc.dubois", "operateur")
    now = world.clock.now()
    today = day_of(now)
    world.clock.set(now - timedelta(days=480))
    levels = _levels(world, actor, day_of(world.clock.now()))
    for number, client in enumerate(CLIENTS, start=1):
        row = world.organisation(client.key, OrganisationKind.CLIENT, client.name, city=client.city)
        starts_on = today - timedelta(days=client.begun)
        world.clock.set(now - timedelta(days=max(client.begun + 5, 1)))
        plan = PLANS[client.level]
        values = ContractValues(
            number=f"C-{starts_on.year}-{number:04d}",
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=client.days - 1) if client.days else None,
            hosting=client.hosting,
            plan=plan,
            level_id=levels[client.level].id,
            manager_id=world.people["camille.roux"].id if plan is not Plan.FREEMIUM else None,
            support_hours=40 if plan is Plan.ADVANCED else 0,
            referent_id=next((person_id for person_id, _name in services.referents(world.session, row.id)), None),
        )
        services.create_contract(world.session, actor, world.clock, row.id, values)
        for place in client.places:
            site = SiteValues(place.name, place.address, place.territory, place.good_friday)
            services.create_site(world.session, actor, world.clock, row.id, site)
    world.clock.set(now - timedelta(days=210))
    _later_version(world, actor, levels[STANDARD], today - timedelta(days=180))
    world.clock.set(now)
    _year_end(world, actor, today)


def _year_end(world: World, actor: Actor, today: date) -> None:
    """The desk closes on the next 24 December, and at noon on the 31st."""
    year = today.year if today <= date(today.year, 12, 24) else today.year + 1
    day_services.add_day(world.session, actor, world.clock, SpecialDay(date(year, 12, 24)), "Fermeture de fin d’année")
    half = SpecialDay(date(year, 12, 31), tuple(read_hours("8h30-12h")))
    day_services.add_day(world.session, actor, world.clock, half, "Fermeture à midi")


def _levels(world: World, actor: Actor, first_day: date) -> dict[str, ServiceLevel]:
    def make(code: str, label: str, is_default: bool, values: VersionValues) -> ServiceLevel:
        return level_services.create_level(world.session, actor, world.clock, code, label, is_default, values)

    two_days = (2, Unit.DAYS)
    general = VersionValues(first_day, two_days, two_days, DurationRule.BUSINESS, DESK_HOURS)
    standard = VersionValues(first_day, (1, Unit.DAYS), two_days, DurationRule.BUSINESS, DESK_HOURS)
    advanced = VersionValues(first_day, (2, Unit.HOURS), (8, Unit.HOURS), DurationRule.BUSINESS, LONG_DAYS, 120, 60, reopening_days=15)
    return {
        FREEMIUM: make(FREEMIUM, "Freemium", True, general),
        STANDARD: make(STANDARD, "Standard", False, standard),
        ADVANCED: make(ADVANCED, "Avancé", False, advanced),
    }


def _later_version(world: World, actor: Actor, standard: ServiceLevel, first_day: date) -> None:
    """Half a year ago the standard level began to promise a first response in hours: older tickets keep the earlier version."""
    values = VersionValues(first_day, (4, Unit.HOURS), (16, Unit.HOURS), DurationRule.BUSINESS, DESK_HOURS)
    level_services.add_version(world.session, actor, world.clock, standard.id, values)
