"""The figures that the database adds up, against the rules applied ticket by ticket, and the pages that show them."""

import csv
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from flask import Flask
from lxml import etree
from sqlalchemy import select

from tests.conftest import People, SignedIn
from tests.helpdesk.calendars import paris
from tests.helpdesk.test_desk import contract_of
from tests.support.spreadsheets import xlsx_cells
from webapp.charts import POLICY
from webapp.clock import PARIS, FrozenClock
from webapp.contracts.models import ServiceLevelVersion
from webapp.db import GuichetSession
from webapp.helpdesk.commitments import calendar_named, desk_hours
from webapp.helpdesk.models import Ticket, TicketRating
from webapp.helpdesk.queries import figures as queries
from webapp.helpdesk.queries.figures import Asked
from webapp.helpdesk.rules.figures import (
    Facts,
    Period,
    Tally,
    Verdict,
    add_up,
    backlog,
    response_verdict,
    restoration_verdict,
    weekly_load,
)
from webapp.helpdesk.rules.services import ServiceType
from webapp.helpdesk.rules.states import ENDED, State

NOW = paris("2026-11-23 10:00")
#: Over both changes of the clocks.
YEAR = Period(date(2026, 2, 10), date(2026, 11, 23))
numbers = count(1)


def stored(organisation_id: int, notified: datetime, **values: object) -> Ticket:
    """A ticket as it would be stored, with nothing but its dates to tell."""
    number = next(numbers)
    given: dict[str, object] = {
        "reference": f"T-{number}",
        "year": 2020,
        "counter": number,
        "title": "Panne",
        "description": "",
        "location": "",
        "consequences": "",
        "service": ServiceType.DECLARATIONS,
        "contact_name": "",
        "contact_phone": "",
        "contact_email": "",
        "state": State.CONFIRMED,
        "calendar": desk_hours().version,
        "response_days": 2,
        "response_seconds": 0,
        "restoration_days": 2,
        "restoration_seconds": 0,
        "search_text": "",
        "notified_at": notified,
        "first_response_due_at": notified + timedelta(days=2),
        **values,
    }
    given["is_open"] = given["state"] not in ENDED
    return Ticket(organisation_id=organisation_id, **given)


def lives(people: People, chance: random.Random, how_many: int) -> list[Ticket]:
    """Tickets whose dates fall on every side of their deadlines."""
    made: list[Ticket] = []
    clients = [people.organisations[key].id for key in ("client", "autre-client", "opco")]
    states = [State.REPORTED, State.CONFIRMED, State.WAITING_ACCESS, State.QUOTED, State.RESTORED, State.CLOSED, State.DISMISSED]
    for _ in range(how_many):
        notified = datetime(2025, 12, 1, tzinfo=UTC) + timedelta(seconds=chance.randint(0, 357 * 86_400))
        state = chance.choice(states)

        def later(most: int, start: datetime = notified) -> datetime:
            return start + timedelta(hours=chance.randint(0, most))

        due = later(90)
        restored = later(200) if state in {State.RESTORED, State.CLOSED} else None
        closed = (restored or later(300)) + timedelta(hours=chance.choice((0, 5, 900))) if state in ENDED else None
        made.append(
            stored(
                chance.choice(clients),
                notified,
                state=state,
                service=chance.choice(list(ServiceType)),
                first_response_due_at=chance.choice((due, NOW, later(4000))),
                first_responded_at=chance.choice((None, due, due + timedelta(seconds=1), later(80))),
                restoration_due_at=None if state is State.WAITING_ACCESS else chance.choice((later(150), NOW, later(4000))),
                restored_at=restored,
                closed_at=closed,
                business_seconds=chance.randint(0, 200_000) if state is State.CLOSED else None,
            )
        )
    for ticket, into in zip(made[::9], made[1::9], strict=False):
        ticket.merged_into = into
    return made


@pytest.fixture
def tickets(session: GuichetSession, people: People) -> list[Ticket]:
    """Three hundred tickets of three clients over two years, some merged into others."""
    made = lives(people, random.Random(7), 300)
    merged = {id(ticket): into for ticket in made if (into := ticket.__dict__.pop("merged_into", None))}
    session.add_all(made)
    session.flush()
    for ticket in made:
        if id(ticket) in merged:
            ticket.merged_into_id = merged[id(ticket)].id
    session.flush()
    return made


def counted(tickets: list[Ticket], period: Period | None = YEAR) -> list[Ticket]:
    """The tickets that figures are about."""
    kept = [ticket for ticket in tickets if ticket.merged_into_id is None]
    return kept if period is None else [ticket for ticket in kept if period.start <= ticket.notified_at < period.end]


def tally(ticket: Ticket) -> Tally:
    facts = Facts(
        ticket.state,
        ticket.first_response_due_at,
        ticket.first_responded_at,
        ticket.restoration_due_at,
        ticket.restored_at,
        ticket.closed_at,
    )
    response, restoration = response_verdict(facts, NOW), restoration_verdict(facts, NOW)
    return Tally(
        1,
        int(response is Verdict.MET),
        int(response is Verdict.MISSED),
        int(restoration is Verdict.MET),
        int(restoration is Verdict.MISSED),
    )


def month(instant: datetime) -> date:
    return instant.astimezone(PARIS).date().replace(day=1)


def test_promises_are_counted_by_month_and_client_as_the_rules_judge_them(
    session: GuichetSession, people: People, tickets: list[Ticket]
) -> None:
    # FL-12.1, FL-12.4, FL-13
    firsts = [part.first for part in YEAR.months()]
    found = queries.attainment(session, people.actors["agente"], Asked(YEAR), NOW)
    wanted = add_up(((month(ticket.notified_at), ticket.organisation_id), tally(ticket)) for ticket in counted(tickets))
    assert {(firsts[row.month], row.organisation_id): row.tally for row in found} == wanted
    assert len(wanted) > 25
    whole = sum((row.tally for row in found), Tally())
    assert min(whole.response_met, whole.response_missed, whole.restoration_met, whole.restoration_missed) > 20


def test_a_client_is_counted_alone_whatever_is_asked(session: GuichetSession, people: People, tickets: list[Ticket]) -> None:
    # FL-7.1
    client, other = people.actors["cliente"], people.organisations["autre-client"]
    own = [ticket for ticket in counted(tickets) if ticket.organisation_id == client.organisation_id]
    for asked in (Asked(YEAR), Asked(YEAR, organisation_id=client.organisation_id)):
        assert sum(row.tally.tickets for row in queries.attainment(session, client, asked, NOW)) == len(own) > 20
    assert queries.attainment(session, client, Asked(YEAR, organisation_id=other.id), NOW) == []
    assert sum(queries.comings_and_goings(session, client, Asked(YEAR, organisation_id=other.id)).values()) == 0


def test_the_backlog_is_what_was_open_at_midnight_of_each_month_s_end(
    session: GuichetSession, people: People, tickets: list[Ticket]
) -> None:
    months = YEAR.months()
    flows = backlog(queries.comings_and_goings(session, people.actors["agente"], Asked(YEAR)), len(months))
    every = counted(tickets, None)
    for part, flow in zip(months, flows, strict=True):
        assert flow.opened == sum(part.start <= ticket.notified_at < part.end for ticket in every)
        assert flow.closed == sum(ticket.closed_at is not None and part.start <= ticket.closed_at < part.end for ticket in every)
        standing = [ticket for ticket in every if ticket.notified_at < part.end and not (ticket.closed_at and ticket.closed_at < part.end)]
        assert flow.open_at_end == len(standing)


def test_the_load_is_by_the_hours_that_people_read_on_their_watches(session: GuichetSession, people: People, tickets: list[Ticket]) -> None:
    week = weekly_load(queries.hours_of_notification(session, people.actors["agente"], Asked(YEAR)))
    locals_ = [ticket.notified_at.astimezone(PARIS) for ticket in counted(tickets)]
    wanted = Counter((local.weekday(), local.hour) for local in locals_)
    assert {(day, hour): week[day][hour] for day in range(7) for hour in range(24) if week[day][hour]} == dict(wanted)


def minutes_until_the_response(ticket: Ticket) -> int:
    """Whole business minutes, counted apart from the query."""
    assert ticket.first_responded_at is not None
    return calendar_named(ticket.calendar).between(ticket.notified_at, ticket.first_responded_at) // timedelta(minutes=1)


def test_durations_are_in_business_minutes(session: GuichetSession, people: People, tickets: list[Ticket]) -> None:
    agent, asked = people.actors["agente"], Asked(YEAR)
    chosen = counted(tickets)
    found, cut = queries.response_minutes(session, agent, asked)
    answered = [ticket for ticket in chosen if ticket.first_responded_at is not None]
    assert not cut
    assert found == Counter(minutes_until_the_response(ticket) for ticket in answered)
    restored = [ticket.business_seconds // 60 for ticket in chosen if ticket.state is State.CLOSED and ticket.business_seconds is not None]
    assert queries.restoration_minutes(session, agent, asked) == Counter(restored)
    assert len(restored) > 10


def test_more_responses_than_can_be_computed_are_cut_to_the_newest_and_said(
    session: GuichetSession, people: People, tickets: list[Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_RESPONSES", 10)
    found, cut = queries.response_minutes(session, people.actors["agente"], Asked(YEAR))
    assert (found.total(), cut) == (10, True)


def test_marks_are_counted_by_month_beside_the_tickets_that_ended(session: GuichetSession, people: People, tickets: list[Ticket]) -> None:
    client = people.actors["cliente"]
    ended = [ticket for ticket in counted(tickets) if ticket.state in ENDED]
    for rank, ticket in enumerate(ended[:30]):
        mark = {"score": rank % 5 + 1, "account_id": client.account_id, "account_name": client.name, "at": NOW}
        session.add(TicketRating(organisation_id=ticket.organisation_id, ticket_id=ticket.id, **mark))
    session.flush()
    given, all_ended = queries.scores(session, people.actors["agente"], Asked(YEAR))
    firsts = [part.first for part in YEAR.months()]
    assert sum(all_ended) == len(ended)
    wanted = Counter((month(ticket.notified_at), rank % 5 + 1) for rank, ticket in enumerate(ended[:30]))
    assert {(firsts[place], score): number for (place, score), number in given.items()} == dict(wanted)


def test_a_level_is_counted_with_all_its_versions_and_none_stands_for_the_general_terms(
    session: GuichetSession, people: People, clock: FrozenClock, tickets: list[Ticket]
) -> None:
    contract_of(session, people.organisations["client"].id, clock)
    version = session.scalars(select(ServiceLevelVersion.id)).one()
    [(level_id, _label, code)] = queries.levels(session)
    assert code == "rapide"
    own = [ticket for ticket in counted(tickets) if ticket.organisation_id == people.organisations["client"].id]
    for ticket in own:
        ticket.level_version_id = version
    session.flush()
    agent = people.actors["agente"]
    with_level = queries.attainment(session, agent, Asked(YEAR, level_id=level_id), NOW)
    assert sum(row.tally.tickets for row in with_level) == len(own)
    assert {row.level_id for row in with_level} == {level_id}
    without = queries.attainment(session, agent, Asked(YEAR, level_id=0), NOW)
    assert sum(row.tally.tickets for row in without) == len(counted(tickets)) - len(own)


TOPICS = ("", "/durees", "/stock", "/charge", "/satisfaction")


def test_every_figure_is_a_table_an_image_and_two_files(
    app: Flask, signed_in: SignedIn, session: GuichetSession, tickets: list[Ticket]
) -> None:
    session.commit()
    lead, seen = signed_in("responsable"), 0
    for topic in TOPICS:
        lead.get(f"/assistance/chiffres{topic}?au=2026-11-23&service=declarations")
        for section in lead.tree.cssselect("main section"):
            seen += 1
            [table], [image] = section.cssselect("table"), section.cssselect("img")
            assert table.cssselect("caption")
            assert len(image.get("alt")) > 30
            csv_link, xlsx_link = (link.get("href") for link in section.cssselect("a[download]"))
            answer = lead.get(image.get("src"))
            assert (answer.mimetype, answer.headers["Content-Security-Policy"]) == ("image/svg+xml", POLICY)
            assert etree.fromstring(answer.data).get("height") == image.get("height")
            again = lead.get(image.get("src"), headers={"If-None-Match": answer.headers["ETag"]})
            assert (again.status_code, again.data) == (304, b"")
            lines = list(csv.reader(lead.get(csv_link).data.decode("utf-8-sig").splitlines(), delimiter=";"))
            assert len(lines) == len(table.cssselect("tr"))
            assert len(xlsx_cells(lead.get(xlsx_link).data)) == len(lines)
    assert seen == 10


def test_a_client_reads_the_figures_of_their_own_organisation_only(
    signed_in: SignedIn, session: GuichetSession, people: People, tickets: list[Ticket]
) -> None:
    # FL-7.1
    other = people.organisations["autre-client"]
    own = len(
        [
            t
            for t in counted(tickets, Period(date(2025, 12, 1), date(2026, 11, 23)))
            if t.organisation_id == people.organisations["client"].id
        ]
    )
    session.commit()
    client = signed_in("cliente")
    client.get("/assistance/chiffres?au=2026-11-23")
    assert not client.tree.cssselect("select[name=client]")
    assert [section.cssselect("h2")[0].get("id") for section in client.tree.cssselect("main section")] == ["mois", "niveau"]
    assert sum(int(cell.text) for cell in client.tree.cssselect("section:first-of-type tbody td:nth-of-type(1)")) == own
    assert not client.tree.cssselect("tbody a"), "the queue is the desk's"
    for path in ("", "/stock", "/delais-tenus/mois.csv", "/delais-tenus/mois.svg"):
        assert client.get(f"/assistance/chiffres{path}?client={other.id}").status_code == 404
    assert signed_in("agente").get(f"/assistance/chiffres?client={other.id}").status_code == 200


def test_a_line_leads_to_the_tickets_that_it_counts(
    signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock, tickets: list[Ticket]
) -> None:
    contract_of(session, people.organisations["client"].id, clock)
    version = session.scalars(select(ServiceLevelVersion.id)).one()
    for ticket in counted(tickets):
        ticket.level_version_id = version
    session.commit()
    lead = signed_in("responsable")
    lead.get("/assistance/chiffres?au=2026-11-23")
    links = [section.cssselect("tbody a")[0].get("href") for section in lead.tree.cssselect("main section")]
    assert "niveau=rapide" in links[1]
    for link in links:
        assert lead.get(link).status_code == 200
        assert lead.tree.cssselect("#file tbody a"), link


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("du=2026-13-01", "Donnez une date comme 2026-01-31."),
        ("au=hier", "Donnez une date comme 2026-01-31."),
        ("du=1999-01-01", "Donnez une date à partir de l’an 2000."),
        ("du=2026-11-20&au=2026-11-19", "Le premier jour ne peut pas venir après le dernier"),
        ("du=2010-01-01", "Choisissez une période de 60 mois au plus."),
        ("niveau=77", "Choisissez un niveau de la liste."),
        ("service=x", "Choisissez un service de la liste."),
    ],
)
def test_a_period_that_means_nothing_says_so_and_keeps_what_was_typed(signed_in: SignedIn, query: str, message: str) -> None:
    lead = signed_in("responsable")
    assert lead.get(f"/assistance/chiffres/stock?{query}").status_code == 422
    assert message in lead.text()
    name, _, typed = query.split("&")[0].partition("=")
    if name in {"du", "au"}:
        assert lead.tree.cssselect(f"input[name={name}]")[0].get("value") == typed
    assert lead.get(f"/assistance/chiffres/stock/stock.svg?{query}").status_code == 400


def test_figures_of_nothing_say_so_and_unknown_ones_are_not_found(signed_in: SignedIn) -> None:
    lead = signed_in("responsable")
    for topic in TOPICS:
        assert lead.get(f"/assistance/chiffres{topic}").status_code == 200
    lead.get("/assistance/chiffres?au=2999-01-01")
    assert "au 23 novembre 2026" in lead.text(), "a period ends today at the latest"
    for path in ("/x", "/stock/x.svg", "/x/mois.csv", "/stock/mois.xlsx"):
        assert lead.get(f"/assistance/chiffres{path}").status_code == 404
