"""The agents' queue: views, filters, pages, its refresh, the ticket beside it (FL-12.1, FL-12.7)."""

import gzip
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import People, SignedIn
from tests.helpdesk.support import URL, opened
from tests.support.client import CheckingClient
from tests.support.statements import statements
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.helpdesk.forms.filters import FILTERS
from webapp.helpdesk.models import Team, TeamMember, Ticket, TicketPerson
from webapp.helpdesk.rules.priority import Impact, rank
from webapp.helpdesk.rules.states import State
from webapp.helpdesk.services import billable

TITLES = "#file [data-step]"


@pytest.fixture
def tickets(app: Flask, session: GuichetSession, people: People, clock: FrozenClock) -> list[Ticket]:
    """Four tickets of three clients."""
    with app.app_context():
        found = [
            opened(session, people, clock, "cliente", title="Import Excel refusé"),
            opened(session, people, clock, "cliente", title="Connexion impossible"),
            opened(session, people, clock, "declarante", title="Total incohérent"),
            opened(session, people, clock, "editrice", title="Publication bloquée"),
        ]
    for place, ticket in enumerate(found):
        ticket.notified_at -= timedelta(days=place)
    session.commit()
    return found


def titles(agent: CheckingClient) -> list[str]:
    return [node.text_content() for node in agent.tree.cssselect(TITLES)]


def numbers(agent: CheckingClient) -> dict[str, str]:
    found = {}
    for node in agent.tree.cssselect("nav.views a"):
        for part in node.cssselect("span"):
            found[node.text_content().removesuffix(part.text_content()).strip()] = part.text_content()
    return found


def test_each_view_counts_and_lists_its_open_tickets(
    signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock, tickets: list[Ticket]
) -> None:
    # FL-12.7
    me = people.actors["agente"].account_id
    team = Team(name="Nord", created_at=clock.now())
    session.add(team)
    session.flush()
    session.add(TeamMember(team_id=team.id, account_id=me))
    tickets[0].assignee_id, tickets[1].team_id, tickets[2].state = me, team.id, State.WAITING_CLIENT
    tickets[3].state, tickets[3].is_open, tickets[3].closed_at = State.CLOSED, False, clock.now()
    for ticket, account in ((tickets[2], me), (tickets[3], me), (tickets[1], people.actors["responsable"].account_id)):
        follows = TicketPerson(
            organisation_id=ticket.organisation_id, ticket_id=ticket.id, account_id=account, from_desk=True, watching=True
        )
        session.add(follows)
    session.commit()
    agent = signed_in("agente")
    agent.get("/assistance/file")
    told = numbers(agent)
    assert told["Ceux que je suis"] == "1"  # open ones; not those that a colleague follows
    assert (told["Tous les ouverts"], told["Les miens"], told["Mon équipe"], told["Sans agent"]) == ("3", "1", "1", "2")
    assert (told["En attente du client"], told["À qualifier"], told["Comptes rendus et réponses dus"]) == ("1", "2", "0")
    for view, expected in (
        ("les-miens", [0]),
        ("mon-equipe", [1]),
        ("suivis", [2]),
        ("sans-agent", [1, 2]),
        ("client", [2]),
        ("archives", [3]),
    ):
        agent.get(f"/assistance/file?vue={view}")
        assert sorted(titles(agent)) == sorted(tickets[place].title for place in expected), view


def test_filters_stand_in_the_address_as_chips_that_can_be_removed(signed_in: SignedIn, people: People, tickets: list[Ticket]) -> None:
    client = people.organisations["client"]
    agent = signed_in("agente")
    agent.get(f"/assistance/file?client={client.id}&q=import&canal=portail&notifie_du=2026-01-01&impact=2")
    assert titles(agent) == ["Import Excel refusé"]
    chips = {node.text_content().split(" :")[0]: node for node in agent.tree.cssselect(".chosen a.chip")}
    assert set(chips) == {"Client", "Texte", "Canal", "Notifié à partir du", "Impact"}
    assert client.name in chips["Client"].text_content()
    agent.get(chips["Texte"].get("href"))
    assert len(titles(agent)) == 2
    asked = parse_qs(urlsplit(chips["Texte"].get("href")).query)
    assert set(asked) == {"client", "canal", "notifie_du", "impact"}
    sent = agent.tree.cssselect("form.filters input[type=hidden]")
    assert {"client", "canal", "notifie_du", "impact"} <= {node.get("name") for node in sent}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("client={client}", 2),
        ("agent=moi", 1),
        ("agent=aucun", 3),
        ("libres=1", 3),
        ("etat=reported", 4),
        ("priorite=1", 1),
        ("etiquette=Réseau", 1),
        ("notifie_au=2026-11-21", 2),
        ("notifie_du=2026-11-22&notifie_au=2026-11-22", 1),
        ("echeance_au=2026-11-22", 0),
        ("contrat=c-404", 0),
        ("niveau=premium", 0),
        ("formule=freemium", 0),
        ("site=1", 0),
        ("equipe=1", 0),
        ("canal=telephone", 0),
        ("service=declarations", 4),
        ("clos_du=2026-01-01", 0),
    ],
)
def test_each_filter_narrows_the_list(
    query: str, expected: int, signed_in: SignedIn, session: GuichetSession, people: People, tickets: list[Ticket]
) -> None:
    tickets[0].assignee_id, tickets[0].priority, tickets[0].tags = people.actors["agente"].account_id, 1, " reseau "
    session.commit()
    agent = signed_in("agente")
    agent.get("/assistance/file?" + query.format(client=people.organisations["client"].id))
    assert len(titles(agent)) == expected


def test_what_a_filter_cannot_be_is_told_and_left_out(signed_in: SignedIn, tickets: list[Ticket]) -> None:
    agent = signed_in("agente")
    bad = (
        "vue=nulle&service=gaz&priorite=9&etat=x&client=abc&notifie_du=hier&tri=hasard&apres=zzz&q=%25%25&etiquette=a+b&formule=or&t=INC-2"
    )
    assert agent.get(f"/assistance/file?{bad}&t=INC-2").status_code == 200
    told = " ".join(node.text_content() for node in agent.tree.cssselect("#file .notice"))
    for word in ("nulle", "gaz", "« 9 »", "abc", "hier", "hasard", "%%", "a b", "« or »", "début de la liste"):
        assert word in told, word
    assert len(titles(agent)) == 4
    assert "Aucun ticket ne porte la référence INC-2" in agent.text()
    agent.get("/assistance/file?client=99999")
    assert "inconnu (99999)" in agent.text()
    assert not titles(agent)


def test_the_order_by_priority_puts_paying_clients_first_then_impact(
    signed_in: SignedIn, session: GuichetSession, tickets: list[Ticket]
) -> None:
    # FL-12.3
    tickets[0].rank = rank(1, Impact.EVERYBODY, paying=False, paying_first=True)
    tickets[1].rank = rank(2, Impact.ONE_PERSON, paying=True, paying_first=True)
    tickets[2].rank = rank(2, Impact.EVERYBODY, paying=True, paying_first=True)
    tickets[3].rank = rank(3, Impact.EVERYBODY, paying=True, paying_first=True)
    session.commit()
    agent = signed_in("agente")
    agent.get("/assistance/file?tri=priorite")
    assert titles(agent) == [tickets[place].title for place in (2, 1, 3, 0)]
    agent.get("/assistance/file?tri=reference&sens=desc")
    assert titles(agent) == [ticket.title for ticket in reversed(tickets)]


def test_pages_follow_each_other_by_key_and_lead_back(
    monkeypatch: pytest.MonkeyPatch, signed_in: SignedIn, session: GuichetSession, tickets: list[Ticket]
) -> None:
    tickets[1].due_at = None
    session.commit()
    monkeypatch.setattr("webapp.helpdesk.routes.desk.PAGE_SIZE", 3)
    agent = signed_in("agente")
    for order in ("", "?tri=priorite&sens=desc", "?tri=signalement", "?q=inc"):
        agent.get(f"/assistance/file{order}")
        first = titles(agent)
        [link] = agent.tree.cssselect("nav.pages[aria-label=Pages] a")
        agent.get(link.get("href"))
        [back] = agent.tree.cssselect("nav.pages[aria-label=Pages] a")
        assert len(first) == 3
        assert sorted(first + titles(agent)) == sorted(ticket.title for ticket in tickets), order
        agent.get(back.get("href"))
        assert titles(agent) == first


def test_the_chosen_ticket_stands_beside_the_list_with_its_neighbours(signed_in: SignedIn, tickets: list[Ticket]) -> None:
    agent = signed_in("agente")
    agent.get(f"/assistance/file?tri=reference&t={tickets[1].reference}")
    assert agent.tree.cssselect("#ticket h2")[0].text_content() == tickets[1].title
    assert [node.text_content() for node in agent.tree.cssselect("[aria-current=true]")] == [tickets[1].title]
    before, behind = agent.tree.cssselect("#voisins a")
    assert f"t={tickets[0].reference}" in before.get("href")
    agent.get(behind.get("href"))
    assert agent.tree.cssselect("#ticket h2")[0].text_content() == tickets[2].title
    here = "http://localhost/assistance/file?vue=client&t=x"
    answer = agent.get(f"/assistance/{tickets[0].reference}", headers={"HX-Request": "true", "HX-Target": "ticket", "HX-Current-URL": here})
    assert answer.headers["HX-Push-Url"] == f"/assistance/file?vue=client&t={tickets[0].reference}"
    elsewhere = agent.get(f"/assistance/{tickets[0].reference}", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/"})
    assert "HX-Push-Url" not in elsewhere.headers


def test_the_refresh_answers_nothing_until_a_ticket_changes(
    app: Flask, database: Database, signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock, tickets: list[Ticket]
) -> None:
    agent = signed_in("agente")
    agent.get("/assistance/file?vue=a-qualifier")
    address = agent.tree.cssselect("#guet")[0].get("hx-get")
    htmx = {"HX-Request": "true", "HX-Target": "file"}
    with statements(database.engine) as sent:
        assert agent.get(address, headers=htmx).status_code == 204
    assert len(sent) == 2  # the session's, and one over the index of open tickets
    tickets[0].priority = 1
    session.commit()
    answer = agent.get(address, headers=htmx)
    assert answer.status_code == 200
    assert "Priorité haute" in answer.text
    assert "nouveau" not in answer.text.split("<nav")[0]
    address = agent.tree.cssselect("#guet")[0].get("hx-get")
    with app.app_context():
        opened(session, people, clock, "cliente", title="Tout neuf")
        opened(session, people, clock, "cliente", title="Neuf aussi")
    answer = agent.get(address, headers=htmx)
    assert "2 nouveaux tickets" in agent.tree.cssselect("[hx-swap-oob]")[0].text_content()
    address = agent.tree.cssselect("#guet")[0].get("hx-get")
    clock.advance(timedelta(minutes=6))
    agent = signed_in("agente")
    assert agent.get(address, headers=htmx).status_code == 200  # what is left of each deadline has changed
    forged = address.split("depuis=")[0] + "depuis=1-2-99999999999999-3"
    assert agent.get(forged, headers=htmx).status_code == 200


def test_a_list_of_fifty_is_light(app: Flask, signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock) -> None:
    with app.app_context():
        for number in range(50):
            clock.advance(timedelta(seconds=47))
            opened(session, people, clock, "cliente", title=f"{hash((number, 'x')) % 10**9} : signalement numéro {number * 7919 % 1000}")
    agent = signed_in("agente")
    answer = agent.get("/assistance/file", headers={"HX-Request": "true", "HX-Target": "file"})
    rows = answer.text.split("<tbody")[1].split("</tbody>")[0].split("<tr>")[1:]
    assert len(rows) == 50
    assert max(len(row.encode()) for row in rows) <= 2000
    assert len(gzip.compress(answer.data, 6)) <= 5000


def test_lists_and_their_filters_take_few_statements(
    database: Database, signed_in: SignedIn, people: People, tickets: list[Ticket]
) -> None:
    agent = signed_in("agente")
    client = people.organisations["client"].id
    for path in ("/assistance/file", "/assistance/file?q=import&tri=priorite", f"/assistance/file?client={client}"):
        agent.get(path)
        with statements(database.engine) as sent:
            agent.get(path)
        assert len(sent) <= (7 if "client=" in path else 6), sent


def test_every_filter_has_its_place_on_their_page(signed_in: SignedIn, tickets: list[Ticket]) -> None:
    agent = signed_in("agente")
    agent.get("/assistance/file?agent=aucun&q=import")
    [link] = [node for node in agent.tree.cssselect("form.filters a") if "filtres" in node.get("href")]
    agent.get(link.get("href"))
    fields = {node.get("name") for node in agent.tree.cssselect("#filtres [name]")}
    assert set(FILTERS) - {"libres"} <= fields
    agent.submit("#filtres", {"priorite": "2"})
    assert titles(agent) == ["Import Excel refusé"]


def test_a_client_finds_nothing_of_another(signed_in: SignedIn, session: GuichetSession, tickets: list[Ticket]) -> None:
    # FL-7.1
    client = signed_in("cliente")
    for path in ("/assistance/file", "/assistance/file/nouveau", "/assistance/file/filtres", "/assistance/vues", "/assistance/file.csv"):
        assert client.get(path).status_code == 403
    client.get("/assistance?q=total")
    assert "Total incohérent" not in client.text()
    assert session.scalar(select(Ticket.id).where(Ticket.title == "Total incohérent"))


def test_closing_a_ticket_leads_to_the_next_of_the_list(signed_in: SignedIn, session: GuichetSession, tickets: list[Ticket]) -> None:
    for ticket in tickets:
        ticket.state = State.RESTORED
    tickets[3].state = State.REPORTED
    session.commit()
    agent = signed_in("agente")
    agent.get("/assistance/file?vue=retablis&tri=signalement")
    shown = [node.get("href").removeprefix("/assistance/") for node in agent.tree.cssselect(TITLES)]
    session.rollback()
    for closed, beside in ((shown[1], shown[2]), (shown[2], shown[0])):  # the next; at the end of the list, the one before
        agent.get(f"/assistance/{closed}/action/close")
        assert agent.submit("form.pad").status_code == 303
        agent.follow()
        [current] = agent.tree.cssselect("#file [aria-current=true]")
        assert current.get("href") == f"/assistance/{beside}"
        assert f"{closed} : " in agent.text()
        assert agent.tree.cssselect("#ticket[data-of]")[0].get("data-of") == f"/assistance/{beside}"
        assert closed not in agent.tree.cssselect("#file tbody")[0].text_content()


def test_ending_billable_work_leads_to_the_next_of_the_list_too(
    app: Flask, signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock, tickets: list[Ticket]
) -> None:  # FL-12.6a
    agent, client = people.actors["agente"], people.actors["cliente"]
    with app.app_context():
        offer = billable.Offer("Raccorder deux capteurs", Decimal(2), Decimal(90))
        billable.propose(session, agent, clock, tickets[0], offer, text="", public_url=URL)
        billable.answer_offer(session, client, clock, tickets[0], accept=True, text="", public_url=URL)
    session.commit()
    ended = tickets[0].reference
    session.rollback()
    desk = signed_in("agente")
    desk.get("/assistance/file")
    shown = [node.get("href") for node in desk.tree.cssselect(TITLES)]
    place = shown.index(f"/assistance/{ended}")
    beside = (shown[place + 1 : place + 2] or shown[place - 1 : place])[0]
    desk.get(f"/assistance/{ended}/prestation/fin")
    response = desk.submit("form.pad", {"verdict": "complete", "hours_spent": "1", "body": "Fait."})
    assert urlsplit(response.headers["Location"]).fragment == "choisi", "in view where the list stands above"
    desk.follow()
    assert desk.tree.cssselect("#ticket[data-of]")[0].get("data-of") == beside
    assert f"{ended} : " in desk.tree.get_element_by_id("choisi").text_content()


def test_closing_the_last_ticket_of_a_list_or_one_that_is_not_in_it_stays_there(
    signed_in: SignedIn, session: GuichetSession, tickets: list[Ticket]
) -> None:
    for ticket in tickets[:2]:
        ticket.state = State.RESTORED
    session.commit()
    first, second = (f"/assistance/{ticket.reference}" for ticket in tickets[:2])
    session.rollback()
    agent = signed_in("agente")
    agent.get("/assistance/file?vue=a-qualifier")  # holds neither
    agent.get(f"{first}/action/close")
    assert agent.submit("form.pad").headers["Location"] == first
    agent.get("/assistance/file?vue=retablis")  # holds nothing else
    agent.get(f"{second}/action/close")
    assert agent.submit("form.pad").headers["Location"] == second
