"""A year of fictitious tickets: reports, pauses, breaches, reopenings, and some that wait right now. Made in bulk."""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from webapp.accounts.models import Organisation
from webapp.actor import OrganisationKind, Role
from webapp.clock import PARIS
from webapp.demonstration.helpdesk_clock import Script, scripts
from webapp.demonstration.helpdesk_lives import Life, Person, typeset
from webapp.demonstration.helpdesk_stories import CLIENTS, DECLARING, EVERYONE, PEOPLE, PLACES, SCOPES, STORIES, Story
from webapp.demonstration.world import World
from webapp.evidence.models import AuditEvent
from webapp.helpdesk.commitments import Offer, desk_hours, offers, site_calendars, sites_of, with_sites
from webapp.helpdesk.models import BillableRequest, TicketClockEvent, TicketCounter, TicketMessage, TicketSite
from webapp.helpdesk.queries.tickets import planned_windows
from webapp.helpdesk.rules.clock import ClockEvent, EventKind
from webapp.helpdesk.rules.reference import Reference
from webapp.helpdesk.rules.services import ServiceType
from webapp.helpdesk.rules.states import Side
from webapp.helpdesk.services import Client, Report
from webapp.helpdesk.services.opening import new_ticket

TICKETS = 330
#: Of which reported in the last days, so that the queue has something in every view.
RECENT = 34

AUDIENCES = {
    OrganisationKind.ACCREDITED_BODY: SCOPES,
    OrganisationKind.OPCO: DECLARING,
    OrganisationKind.ATPRO: DECLARING,
    OrganisationKind.FAF: DECLARING,
    OrganisationKind.CLIENT: CLIENTS,
}


class Cast:
    """Who reports and who answers: organisations with their contracts and sites, contacts, agents."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self.world, self.chance = world, chance
        self.organisations = [row for row in world.organisations.values() if row.kind in AUDIENCES]
        operators = {key for key, row in world.organisations.items() if row.kind is OrganisationKind.OPERATOR}
        desk = {Role.DESK_AGENT, Role.DESK_LEAD}
        names = sorted(username for (username, key), roles in world.roles.items() if key in operators and roles & desk)
        self.agents = [Person(world.people[name].full_name, world.people[name].id, Side.DESK) for name in names]
        keys = {row.id: key for key, row in world.organisations.items()}
        self.members = {row.id: sorted(username for (username, key) in world.roles if key == keys[row.id]) for row in self.organisations}
        now = world.clock.now()
        self.offers: dict[int, list[Offer]] = {row.id: offers(world.session, row.id, now) for row in self.organisations}
        self.sites = {row.id: sites_of(world.session, row.id) for row in self.organisations}
        self.windows = planned_windows(world.session, now - timedelta(days=370), now)

    def contact(self, organisation: Organisation) -> Person:
        """Return a person of the organisation: with an account when the demonstration has one."""
        members = self.members[organisation.id]
        if members and self.chance.random() < 0.7:
            account = self.world.people[self.chance.choice(members)]
            return Person(account.full_name, account.id, Side.CLIENT)
        return Person(self.chance.choice(PEOPLE), None, Side.CLIENT)

    def story(self, organisation: Organisation, *, genuine: bool) -> Story:
        """Return a story that could happen there; ``genuine``: an interruption for sure."""
        audience = AUDIENCES[organisation.kind]
        return self.chance.choice([story for story in STORIES if story.audience in (audience, EVERYONE) and story.genuine >= genuine])

    def during_planned_work(self) -> list[datetime]:
        """Return an instant within each planned interruption of the desk's hours: somebody reports it all the same."""
        inside = [
            window.start + (window.end - window.start) / 4 for window in self.windows if desk_hours().between(window.start, window.end)
        ]
        return [at.replace(microsecond=0) for at in inside]


def load(world: World) -> None:
    """Add the tickets, their clocks, messages, sites and evidence. No mail is queued: all of it is past."""
    chance = random.Random(20260101)  # noqa: S311 -- the same tickets each time, no secret
    cast = Cast(world, chance)
    counters: Counter[int] = Counter()
    during = cast.during_planned_work()
    instants = sorted([*_instants(chance, world.clock.now()), *during])
    own = dict.fromkeys(instants[-9::4], world.organisations["client-alpha"])  # so that its sign-in has something open
    told = scripts(world.clock.now())
    lives = [
        _scripted(world, cast, chance, counters, at, told[at])
        if at in told
        else _life(world, cast, chance, counters, at, own.get(at), genuine=at in during)
        for at in sorted([*instants, *told])
    ]
    for life in lives:
        life.run()
    world.session.add_all(life.ticket for life in lives)
    world.session.add_all(TicketCounter(year=year, last=last) for year, last in counters.items())
    world.session.flush()
    _store(world, cast, lives)


def _instants(chance: random.Random, now: datetime) -> list[datetime]:
    """Return the instants of notification, oldest first: mostly in business hours, some at night."""
    calendar, start = desk_hours(), now - timedelta(days=360)
    found = []
    for _ in range(TICKETS - RECENT):
        at = start + timedelta(seconds=chance.randint(0, 356 * 86_400))
        found.append(at if chance.random() < 0.12 else calendar.next_open(at) + timedelta(seconds=chance.randint(0, 3000)))
    found += [calendar.add(now, -timedelta(minutes=chance.randint(1, 1500))) for _ in range(RECENT)]
    return sorted(min(at, now).replace(microsecond=0) for at in found)


def _life(
    world: World, cast: Cast, chance: random.Random, counters: Counter[int], at: datetime, whose: Organisation | None, *, genuine: bool
) -> Life:
    organisation = whose or chance.choice(cast.organisations)
    story, client = cast.story(organisation, genuine=genuine), cast.contact(organisation)
    year = at.astimezone(PARIS).year
    counters[year] += 1
    fill = {
        "place": chance.choice(PLACES),
        "number": str(chance.randint(2, 28)),
        "person": chance.choice(PEOPLE),
        "hour": f"{chance.randint(8, 17)}\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}{chance.choice(('05', '15', '20', '40'))}",
    }
    own = cast.sites[organisation.id]
    hit = [chance.choice(own)] if own and chance.random() < 0.8 else []
    if len(own) > 1 and counters[year] % 3 == 0:
        hit = list(own)
    return _make(Life, world, cast, chance, Scene(organisation, story, client, hit, fill, Reference(year, counters[year])), at)


def _scripted(world: World, cast: Cast, chance: random.Random, counters: Counter[int], at: datetime, script: Script) -> Life:
    """Make a ticket whose life is written in advance."""
    organisation = world.organisations[script.client]
    year = at.astimezone(PARIS).year
    counters[year] += 1
    fill = {"place": organisation.city or "", "number": "4", "person": script.contact, "hour": "8\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}05"}
    known = {account.full_name: account.id for account in world.people.values()}
    client = Person(script.contact, known.get(script.contact), Side.CLIENT)
    hit = sorted(cast.sites[organisation.id])[: script.sites]  # the oldest are in the client's own town
    return _make(
        script.life, world, cast, chance, Scene(organisation, script.story, client, hit, fill, Reference(year, counters[year])), at
    )


@dataclass(frozen=True, slots=True)
class Scene:
    """Who reports what, and where: ``hit`` are the sites (id, name), ``fill`` the words of the story's blanks."""

    organisation: Organisation
    story: Story
    client: Person
    hit: list[tuple[int, str]]
    fill: dict[str, str]
    reference: Reference


def _make(kind: type[Life], world: World, cast: Cast, chance: random.Random, scene: Scene, at: datetime) -> Life:
    """Make the ticket of a scene, with its sites and all that it promises."""
    organisation, story, client, fill = scene.organisation, scene.story, scene.client, scene.fill
    ids = tuple(site_id for site_id, _name in scene.hit)
    offer = _offer(cast, chance, organisation, story)
    if ids:
        offer = with_sites(world.session, offer, ids, at)
    report = Report(
        title=typeset(story.title.format(**fill)),
        description=typeset(story.happened.format(**fill)),
        location=", ".join(name for _id, name in scene.hit) or f"{organisation.city or fill['place']}, siège",
        consequences=typeset(story.consequences.format(**fill)),
        service=story.service,
        contact_name=client.name,
        contact_phone=f"01 99 00 {chance.randint(10, 99)} {chance.randint(10, 99)}",
        contact_email=f"contact{organisation.id}@exemple.invalid",
        site_ids=ids,
    )
    ticket = new_ticket(scene.reference, report, Client(organisation.id, organisation.name), offer.commitment, at)
    ticket.opened_by_id = client.account_id
    ticket.by_phone = client.account_id is None
    ticket.priority = chance.choices((1, 2, 3), (2, 7, 1))[0]
    now = world.clock.now().replace(microsecond=0)
    calendars = site_calendars(world.session, ticket.calendar, ids)
    sites = [TicketSite(site_id=site, calendar=calendars[site]) for site in sorted(ids)]
    return kind(ticket, story, chance.choice(cast.agents), client, now, chance, fill, sites, cast.windows)


def _offer(cast: Cast, chance: random.Random, organisation: Organisation, story: Story) -> Offer:
    """Return a contract of the organisation; one with installed equipment for a story about equipment, where there is one."""
    found = cast.offers[organisation.id]
    installed = [offer for offer in found if offer.commitment.in_house]
    return chance.choice(installed if story.service is ServiceType.IN_HOUSE and installed else found)


def _store(world: World, cast: Cast, lives: Iterable[Life]) -> None:
    """Insert what belongs to the tickets, now that they have their numbers."""
    events, messages, sites, audit, requests = [], [], [], [], []
    accounts = {agent.name: agent.account_id for agent in cast.agents}
    for life in lives:
        owned = {"organisation_id": life.ticket.organisation_id, "ticket_id": life.ticket.id}
        accounts[life.client.name] = life.client.account_id
        told = [
            _event_row(owned, event, life.agent.account_id if event.kind is EventKind.EXCLUDED else accounts.get(event.asked_by))
            for event in life.events
        ]
        if any(event.about_id for event in life.events):
            _store_one_by_one(world, told)
        else:
            events += told
        messages += [{**owned, **message} for message in life.messages]
        sites += [{**owned, **_site_row(site)} for site in life.sites]
        requests += [{**owned, "contract_id": life.ticket.contract_id, **request} for request in life.requests]
        audit += [
            {**row, "subject": f"ticket {life.ticket.reference}", "organisation_id": life.ticket.organisation_id} for row in life.audit
        ]
    audit.sort(key=lambda row: row["at"])
    for model, rows in (
        (TicketClockEvent, events),
        (TicketMessage, messages),
        (TicketSite, sites),
        (AuditEvent, audit),
        (BillableRequest, requests),
    ):
        if rows:
            world.session.execute(insert(model), rows)


def _event_row(owned: dict[str, Any], event: ClockEvent, account_id: int | None) -> dict[str, Any]:
    columns = ("kind", "at", "reason", "asked_by", "since", "until", "site_id", "evidence", "about_id")
    return {**owned, **{column: getattr(event, column) for column in columns}, "account_id": account_id}


def _store_one_by_one(world: World, rows: list[dict[str, Any]]) -> None:
    """Store events that speak of one another: their numbers in the ticket become those of the table."""
    numbers: dict[int, int] = {}
    for place, row in enumerate(rows, start=1):
        about = row["about_id"]
        statement = insert(TicketClockEvent).values({**row, "about_id": numbers[about] if about else None}).returning(TicketClockEvent.id)
        numbers[place] = world.session.scalars(statement).one()


def _site_row(site: TicketSite) -> dict[str, Any]:
    columns = ("site_id", "calendar", "restoration_due_at", "restored_at", "elapsed_seconds", "business_seconds", "paused_seconds")
    return {column: getattr(site, column) for column in columns}
