"""The desk's own pages: qualifying for another client, the colours of a level, the queue as a file."""

import csv
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import People, SignedIn
from tests.helpdesk.calendars import paris
from tests.helpdesk.support import opened
from tests.support.spreadsheets import xlsx_cells
from webapp.clock import FrozenClock
from webapp.contracts.models import Contract, ContractLevel, ServiceLevel, ServiceLevelVersion
from webapp.contracts.rules import Hosting, Plan
from webapp.db import GuichetSession
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.routes import export
from webapp.helpdesk.rules.states import State


@pytest.fixture
def ticket(app: Flask, session: GuichetSession, people: People, clock: FrozenClock) -> Ticket:
    """A ticket of the client « Société Alpha », just reported."""
    with app.app_context():
        return opened(session, people, clock)


def contract_of(session: GuichetSession, organisation_id: int, clock: FrozenClock, *, warning_minutes: int = 240) -> Contract:
    """A contract of eight business hours for an organisation."""
    now, day = clock.now(), date(2025, 1, 6)
    level = ServiceLevel(code="rapide", label="Rapide", is_default=False, created_at=now)
    contract = Contract(
        organisation_id=organisation_id,
        number="C-7",
        starts_on=day,
        hosting=Hosting.IN_HOUSE,
        plan=Plan.PAYING,
        search_text="c-7",
        created_at=now,
    )
    session.add_all([level, contract])
    session.flush()
    session.add(
        ServiceLevelVersion(
            service_level_id=level.id,
            number=1,
            in_force_from=day,
            response_days=1,
            restoration_minutes=480,
            warning_minutes=warning_minutes,
            hours_code="desk-1",
            created_at=now,
        )
    )
    session.add(ContractLevel(organisation_id=organisation_id, contract_id=contract.id, service_level_id=level.id, from_on=day))
    session.commit()
    return contract


def test_an_agent_gives_a_report_to_the_client_whose_it_is(
    signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:
    # FL-12.5c, FL-7.1
    other = people.organisations["autre-client"]
    contract = contract_of(session, other.id, clock)
    clock.advance(timedelta(hours=1))
    agent, before, after = signed_in("agente"), signed_in("cliente"), signed_in("autre-cliente")
    assert before.get(f"/assistance/{ticket.reference}").status_code == 200
    agent.get(f"/assistance/{ticket.reference}/qualifier")
    assert "C-7" not in agent.text()
    agent.submit("#choix-client", {"client": str(other.id)})
    assert "Contrat C-7 · Rapide v1" in agent.text()
    assert "passera de « Société Alpha » à « Société Bêta »" in agent.text()
    assert agent.submit("form.pad", {"contact_email": "paul"}).status_code == 422
    assert "passera de « Société Alpha »" in agent.text()
    assert agent.submit("form.pad", {"contact_email": "paul@exemple.invalid"}).status_code == 303
    agent.follow()
    assert "Société Bêta · contrat C-7" in agent.text()
    assert before.get(f"/assistance/{ticket.reference}").status_code == 404
    before.get("/assistance")
    assert ticket.reference not in before.text()
    assert after.get(f"/assistance/{ticket.reference}").status_code == 200
    session.rollback()
    session.expire_all()
    stored = session.scalars(select(Ticket)).one()
    assert (stored.organisation_id, stored.contract_id, stored.in_house) == (other.id, contract.id, True)
    assert (stored.notified_at, stored.restoration_due_at) == (paris("2026-11-23 10:00"), paris("2026-11-24 10:00"))


def test_a_client_of_no_list_and_a_contract_of_another_are_refused(
    signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:
    contract = contract_of(session, people.organisations["autre-client"].id, clock)
    agent = signed_in("agente")
    for client in ("x", "999999", "", "-1"):
        assert agent.get(f"/assistance/{ticket.reference}/qualifier?client={client}").status_code == 200
        assert "passera de" not in agent.text()
    assert agent.submit("form.pad", {"client": "999999"}).status_code == 422
    agent.get(f"/assistance/{ticket.reference}/qualifier")
    assert agent.submit("form.pad", {"contract": str(contract.id)}).status_code == 422
    session.rollback()
    session.expire_all()
    assert session.scalars(select(Ticket)).one().organisation_id == people.organisations["client"].id


@pytest.mark.parametrize(("warning", "kind"), [(120, "ok"), (600, "soon")])
def test_a_deadline_is_near_when_the_level_says_so(
    signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket, warning: int, kind: str
) -> None:
    contract_of(session, people.organisations["client"].id, clock, warning_minutes=warning)
    agent = signed_in("agente")
    agent.get(f"/assistance/{ticket.reference}/qualifier")
    assert agent.submit("form.pad").status_code == 303
    for path in ("/assistance/file", f"/assistance/{ticket.reference}"):
        agent.get(path)
        assert [node.get("class") for node in agent.tree.cssselect(".chip")] == [f"chip {kind}"], path


def test_the_queue_is_exported_as_it_is_filtered(
    app: Flask, signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket
) -> None:
    # FL-13
    with app.app_context():
        opened(session, people, clock, "declarante", title='=HYPERLINK("http://exemple.invalid";"Cliquez")')
    agent = signed_in("agente")
    agent.get("/assistance/file?q=excel&tri=signalement")
    link, other = agent.tree.cssselect("#file a[download]")
    book = agent.get(other.get("href"))
    assert book.mimetype.endswith("spreadsheetml.sheet")
    stored = xlsx_cells(book.data)
    assert (len(stored), stored[1][0][1]) == (2, ticket.reference)
    assert float(stored[1][6][1]) == pytest.approx((date(2026, 11, 23) - date(1899, 12, 30)).days + 10 / 24, abs=1e-6)
    answer = agent.get(link.get("href"))
    assert answer.mimetype == "text/csv"
    assert "assistance-tous-2026-11-23.csv" in answer.headers["Content-Disposition"]
    assert answer.data.startswith(b"\xef\xbb\xbf")
    [heading, line] = list(csv.reader(answer.data.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert len(heading) == len(line) == len(set(heading))
    told = dict(zip(heading, line, strict=True))
    assert (told["Référence"], told["Client"], told["État"]) == (ticket.reference, "Société Alpha", "À qualifier")
    assert (told["Notifié"], told["Clos"], told["Suspendu"]) == ("2026-11-23 10:00:00", "", "")
    every = agent.get("/assistance/file.csv").data.decode("utf-8-sig")
    titles = [line[1] for line in csv.reader(every.splitlines(), delimiter=";")][1:]
    assert sorted(titles) == ['\'=HYPERLINK("http://exemple.invalid";"Cliquez")', ticket.title]
    agent.get("/assistance/file?q=introuvable")
    assert not agent.tree.cssselect("#file a[download]")
    assert signed_in("cliente").get("/assistance/file.csv").status_code == 403


def test_a_file_that_is_cut_says_so(signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch, ticket: Ticket) -> None:
    monkeypatch.setattr(export, "MOST_LINES", 0)
    lines = signed_in("agente").get("/assistance/file.csv").data.decode("utf-8-sig").splitlines()
    assert lines[1:] == ["Liste limitée à 0 lignes."]
    assert xlsx_cells(signed_in("agente").get("/assistance/file.xlsx").data)[1:] == [[("inlineStr", "Liste limitée à 0 lignes.")]]


def test_a_message_that_must_be_written_says_so_and_to_whom(signed_in: SignedIn, session: GuichetSession, ticket: Ticket) -> None:
    agent, client = signed_in("agente"), signed_in("cliente")
    agent.get(f"/assistance/{ticket.reference}/action/dismiss")
    [label] = agent.tree.cssselect("label[for=body]")
    assert label.text_content().strip() == "Message au client"
    ticket.state, ticket.confirmed_at = State.RESTORED, ticket.notified_at
    session.commit()
    client.get(f"/assistance/{ticket.reference}/action/reopen")
    [label] = client.tree.cssselect("label[for=body]")
    assert label.text_content().strip() == "Message au service d’assistance"


def test_the_account_says_its_calendar_in_words(signed_in: SignedIn, ticket: Ticket) -> None:
    client = signed_in("cliente")
    client.get(f"/assistance/{ticket.reference}/decompte")
    assert "Lundi à vendredi 8h30-12h, 13h30-18h" in client.text()
    assert "desk-1" not in client.text()
