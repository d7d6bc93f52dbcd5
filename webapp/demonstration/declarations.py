"""Campaigns of two years, 29 invented declarants and their returns, in every state. All names are fictitious and say so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import insert

from webapp.accounts.models import Organisation
from webapp.actor import Actor, OrganisationKind, Role
from webapp.declarations import rules
from webapp.declarations.formula import CellKey
from webapp.declarations.models import Campaign, CellValue, Return, ReturnEvent, Submission
from webapp.declarations.registry import get_model
from webapp.declarations.rules import Act, Audience, CampaignState, Kind, ReturnState
from webapp.declarations.sheet import Sheet
from webapp.declarations.snapshots import take_snapshot
from webapp.declarations.values import Entry, ValueKind, format_number, parse_value
from webapp.demonstration.declaration_figures import invent
from webapp.demonstration.world import World
from webapp.evidence.services import record
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
DECLARANTS = (
    "Agnès Thibault", "Karim Haddad", "Luce Perrin", "Benoît Caradec", "Mireille Santini", "Yann Prigent", "Odile Schmitt", "Samir Lopez",
    "Estelle Vasseur", "Gilles Fournier", "Maëlle Durand", "Théo Baptiste", "Rachel Lemoine",
)  # fmt: skip
REASONS = (
    "Le tableau A2 ne reprend pas les contrats de niveau 5 signés en décembre. Merci de compléter, puis de déposer à nouveau.",
    "Les charges de l’exercice précédent ne correspondent pas aux comptes certifiés. Revoir la colonne « Exercice précédent ».",
    "Une valeur paraît saisie en milliers d’euros. Merci de vérifier les montants du compte de résultat.",
)
FIRST = "opco-industries"
EXTRA_STATES = ("accepted", "submitted", "late", "returned", "partial", "ready", "submitted", "empty", "wrong")


def load(world: World) -> None:
    """Make the declarants, the campaigns of exercises 2024 and 2025, and their returns."""
    declarants = _declarants(world)
    now = world.clock.now()
    today = rules.today(now)
    for year, age in ((2024, 430), (2025, 60)):
        for kind, audience in ((Kind.ESF, Audience.OPCO), (Kind.ESF, Audience.ATPRO), (Kind.ESF, Audience.FAF), (Kind.CSA, Audience.OPCO)):
            length = 100 if year == 2024 else (72 if kind is Kind.ESF else 95)
            opens = today - timedelta(days=age)
            campaign = Campaign(
                kind=kind,
                year=year,
                audience=audience,
                model_code=f"{kind.value.lower()}-{audience.value.lower()}",
                model_version="2024.1" if (year, kind, audience) == (2024, Kind.ESF, Audience.OPCO) else "2025.1",
                opens_on=opens,
                deadline=opens + timedelta(days=length),
                state=CampaignState.CLOSED if year == 2024 else CampaignState.OPEN,
                created_at=_at(opens - timedelta(days=20)),
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
        number = rules.return_number(campaign.kind, campaign.year, campaign.audience, index + 1)
        file = Return(
            organisation_id=organisation.id,
            campaign_id=campaign.id,
            number=number,
            state=ReturnState.DRAFT,
            region=organisation.region,
            search_text=fold(f"{number} {organisation.name} {organisation.region or ''} {organisation.search_text}")[:600],
            changed_at=_at(campaign.opens_on),
        )
        world.session.add(file)
        world.session.flush()
        world.clock.set(now)
        story = _Story(world, campaign, file, organisation, index)
        story.tell()
        cells += story.rows()
    world.session.execute(insert(CellValue), cells)


def _at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour, 12), UTC)


class _Story:
    """What happened to one return."""

    def __init__(self, world: World, campaign: Campaign, file: Return, organisation: Organisation, index: int) -> None:
        self.world, self.campaign, self.file, self.organisation = world, campaign, file, organisation
        self.now = world.clock.now()
        self.random = Random(file.number)  # noqa: S311 -- invented content, not secrets
        self.plot = self._plot(index)
        self.model = get_model(campaign.model_code, campaign.model_version)
        scale = Random(organisation.name).uniform(0.35, 2.2)  # noqa: S311 -- invented content, not secrets
        self.entries: dict[CellKey, Entry] = {key: _entry(value) for key, value in invent(self.model, file.number, scale).items()}
        self.person = DECLARANTS[index % len(DECLARANTS)]
        self.submissions = 0

    def _plot(self, index: int) -> str:
        if self.campaign.year == 2024:
            return "unfiled" if index == 9 else ("twice" if index % 4 == 2 else ("late" if index % 6 == 5 else "accepted"))
        if index == 0 and self.campaign.audience is Audience.OPCO:
            return "mixed" if self.campaign.kind is Kind.ESF else "ready"
        if index == 0 and self.campaign.audience is Audience.ATPRO:
            return "submitted"
        return EXTRA_STATES[index % len(EXTRA_STATES)]

    def tell(self) -> None:
        """Leave the return as its plot says."""
        opened = self.campaign.opens_on
        match self.plot:
            case "accepted" | "late" | "submitted" | "returned" | "twice":
                day = self.campaign.deadline + timedelta(days=4) if self.plot == "late" and self.campaign.year == 2024 else opened
                self._submit(_at(day + timedelta(days=0 if day != opened else self.random.randint(20, 50)), 15))
            case "partial":
                self._keep(0.45)
            case "empty" | "unfiled":
                self._keep(0.0 if self.plot == "empty" else 0.2)
            case "wrong":
                self._spoil()
            case "mixed":
                self._keep(0.8)
                self._spoil()
        if self.plot in ("returned", "twice"):
            self._decide(Act.SEND_BACK, self.random.choice(REASONS))
        if self.plot == "twice":
            self._submit(self.world.clock.now() + timedelta(days=3))
        if self.plot in ("accepted", "twice") or (self.plot == "late" and self.campaign.year == 2024):
            self._decide(Act.ACCEPT, "")

    def rows(self) -> list[dict[str, object]]:
        """The cells, for one bulk insert."""
        at = min(self.world.clock.now(), _at(self.campaign.opens_on + timedelta(days=self.random.randint(2, 19)), 14))
        return [
            {
                "organisation_id": self.organisation.id,
                "return_id": self.file.id,
                "table_code": key[0],
                "row_code": key[1],
                "column_code": key[2],
                "kind": entry.kind,
                "raw": entry.raw,
                "value": entry.value,
                "version": 1,
                "edited_by_name": self.person,
                "edited_at": at,
            }
            for key, entry in self.entries.items()
        ]

    def _keep(self, part: float) -> None:
        tables = list(self.model.tables)
        kept = set(tables[: round(len(tables) * part)])
        self.entries = {key: entry for key, entry in self.entries.items() if key[0] in kept}

    def _spoil(self) -> None:
        """One unreadable text, one "non communiqué", and one figure that no longer adds up."""
        keys = list(self.entries)
        cell = self.model.cells[keys[len(keys) // 3]]
        self.entries[cell.key] = parse_value("12 345,6 environ", cell.unit)
        self.entries[keys[len(keys) // 5]] = Entry(ValueKind.NOT_COMMUNICATED, "NC")
        first = self.model.controls[0].cells[0]
        for key in (first, *keys):
            value = self.entries[key].value if key in self.entries else None
            if value is not None and key in self.model.controls[0].cells:
                self.entries[key] = _entry(value + 12)
                return

    def _declarant(self) -> Actor:
        return Actor(
            None, self.person, self.organisation.id, self.organisation.name, self.organisation.kind, frozenset({Role.DECLARANT}), None
        )

    def _agent(self) -> Actor:
        if self.file.region == "Bretagne":
            return self.world.actor("soizic.legoff", "ministere")
        return self.world.actor("paul.lambert", "ministere")

    def _submit(self, at: datetime) -> None:
        at = min(at, self.now - timedelta(hours=2))
        self.world.clock.set(at)
        self.submissions += 1
        receipt = rules.receipt_number(self.file.number, self.submissions)
        declarant = {
            "name": self.organisation.name,
            "siret": self.organisation.siret or "",
            "region": self.organisation.region or "",
        }
        sheet = Sheet(self.model, self.entries)
        text = rules.canonical(take_snapshot(sheet, receipt=receipt, number=self.file.number, declarant=declarant, by=self.person, at=at))
        late = rules.timing(self.campaign.deadline, at) is rules.Timing.LATE
        self.world.session.add(
            Submission(
                organisation_id=self.organisation.id,
                return_id=self.file.id,
                rank=self.submissions,
                receipt=receipt,
                submitted_at=at,
                submitted_by=None,
                submitted_by_name=self.person,
                late=late,
                snapshot=text,
                sha256=rules.digest(text),
            )
        )
        self.file.submitted_at = at
        self._move(Act.SUBMIT, self._declarant(), receipt=receipt, detail={"sha256": rules.digest(text), "late": late})

    def _decide(self, act: Act, reason: str) -> None:
        at = min(self.world.clock.now() + timedelta(days=self.random.randint(2, 9)), self.now - timedelta(hours=1))
        self.world.clock.set(at)
        self._move(act, self._agent(), reason=reason)

    def _move(
        self, act: Act, actor: Actor, *, reason: str = "", receipt: str | None = None, detail: dict[str, object] | None = None
    ) -> None:
        now = self.world.clock.now()
        transition = rules.TRANSITIONS[act]
        self.file.state, self.file.changed_at = transition.target, now
        self.world.session.add(
            ReturnEvent(
                organisation_id=self.organisation.id,
                return_id=self.file.id,
                act=act,
                at=now,
                by_name=actor.name,
                reason=reason,
                receipt=receipt,
            )
        )
        facts = {key: value for key, value in {"receipt": receipt, "reason": reason, **(detail or {})}.items() if value not in (None, "")}
        record(
            self.world.session,
            actor,
            self.world.clock,
            action=transition.evidence,
            subject=f"déclaration {self.file.number}",
            organisation_id=self.organisation.id,
            detail=facts,
        )


def _entry(value: Decimal) -> Entry:
    return Entry(ValueKind.VALUE, format_number(value, 2), value)
