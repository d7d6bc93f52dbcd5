"""Campaigns of two years, 29 invented declarants and their returns, in every state. All names are fictitious and say so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import insert

from webapp.accounts.models import Organisation
from webapp.actor import OrganisationKind
from webapp.declarations.models import Campaign, CellValue, Return
from webapp.declarations.rules import workflow
from webapp.declarations.rules.reminders import written
from webapp.declarations.rules.workflow import Audience, CampaignState, Kind, ReturnState
from webapp.demonstration.declaration_stories import Story, at_hour
from webapp.demonstration.world import World
from webapp.folding import fold

OPCOS = (
    "Bâtiment et Travaux", "Commerce et Services", "Santé et Solidarité", "Transports et Mobilités", "Numérique et Conseil",
    "Agriculture et Terroirs", "Hôtellerie et Tourisme", "Banque et Assurance", "Artisanat et Proximité", "Culture et Loisirs",
)  # fmt: skip
ATPROS = (
    "Bretagne", "Auvergne-Rhône-Alpes", "Bourgogne-Franche-Comté", "Centre-Val de Loire", "Corse", "Grand Est", "Hauts-de-France",
    "Île-de-France", "Normandie", "Nouvelle-Aquitaine", "Occitanie", "Pays de la Loire", "La Réunion",
)  # fmt: skip
FAFS = ("Artisans du Bâtiment", "Commerçants Indépendants", "Professions Libérales", "Pêche et Cultures Marines", "Exploitants Agricoles")
FIRST = "opco-industries"


def load(world: World) -> None:
    """Make the declarants, the campaigns of exercises 2024 and 2025, and their returns."""
    declarants = _declarants(world)
    now = world.clock.now()
    today = workflow.today(now)
    for year, age in ((2024, 430), (2025, 60)):
        for kind, audience in ((Kind.ESF, Audience.OPCO), (Kind.ESF, Audience.ATPRO), (Kind.ESF, Audience.FAF), (Kind.CSA, Audience.OPCO)):
            length = 100 if year == 2024 else (72 if kind is Kind.ESF else 95)
            opens = today - timedelta(days=age)
            campaign = Campaign(
                kind=kind,
                year=year,
                audience=audience,
                model_code=f"{kind.value.lower()}-{audience.value.lower()}",
                model_version=f"{year}.1",
                opens_on=opens,
                deadline=opens + timedelta(days=length),
                state=CampaignState.CLOSED if year == 2024 else CampaignState.OPEN,
                reminder_days=written(workflow.USUAL_REMINDERS),
                created_at=at_hour(opens - timedelta(days=20)),
            )
            world.session.add(campaign)
            world.session.flush()
            _returns(world, campaign, declarants[audience], now)
    world.clock.set(now)


def _declarants(world: World) -> dict[Audience, list[Organisation]]:
    first = world.organisations.get(FIRST) or world.organisation(FIRST, OrganisationKind.OPCO, "OPCO Industries et Métiers", city="Paris")
    opcos = [first] + [
        world.organisation(f"opco-{index}", OrganisationKind.OPCO, f"OPCO {name} (fictif)", city="Paris")
        for index, name in enumerate(OPCOS)
    ]
    atpros = [
        world.organisation(f"atpro-{index}", OrganisationKind.ATPRO, f"Transitions {region} (association fictive)", region=region)
        for index, region in enumerate(ATPROS)
    ]
    fafs = [world.organisation(f"faf-{index}", OrganisationKind.FAF, f"FAF {name} (fictif)") for index, name in enumerate(FAFS)]
    return {Audience.OPCO: opcos, Audience.ATPRO: atpros, Audience.FAF: fafs}


def _returns(world: World, campaign: Campaign, organisations: Iterable[Organisation], now: datetime) -> None:
    cells: list[dict[str, object]] = []
    for index, organisation in enumerate(organisations):
        number = workflow.return_number(campaign.kind, campaign.year, campaign.audience, index + 1)
        file = Return(
            organisation_id=organisation.id,
            campaign_id=campaign.id,
            number=number,
            state=ReturnState.DRAFT,
            region=organisation.region,
            due_on=campaign.deadline,
            acceptances=0,
            search_text=fold(f"{number} {organisation.name} {organisation.region or ''} {organisation.search_text}")[:600],
            changed_at=at_hour(campaign.opens_on),
        )
        world.session.add(file)
        world.session.flush()
        world.clock.set(now)
        story = Story(world, campaign, file, organisation, index)
        story.tell()
        cells += story.rows()
    world.session.execute(insert(CellValue), cells)
