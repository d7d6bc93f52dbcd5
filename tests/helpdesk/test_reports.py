"""Incident reports: owed at closing, written, sent once, kept, downloaded by those who may (FL-12.7)."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.conftest import People, SignedIn
from tests.helpdesk.calendars import paris
from tests.helpdesk.support import URL, opened
from webapp.clock import FrozenClock
from webapp.contracts.rules import service_calendar
from webapp.db import Database, GuichetSession
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.evidence.models import AuditEvent
from webapp.helpdesk.commitments import desk_hours
from webapp.helpdesk.models import IncidentReport, Obligation, Ticket
from webapp.helpdesk.models.owed import FrozenReportError
from webapp.helpdesk.owed_lines import owed_chip
from webapp.helpdesk.queries.obligations import owed_counts, owed_rows
from webapp.helpdesk.queries.reports import get_report
from webapp.helpdesk.rules.clock import Reason
from webapp.helpdesk.rules.commitment import Commitment
from webapp.helpdesk.rules.owed import Owed
from webapp.helpdesk.rules.report import Words
from webapp.helpdesk.rules.services import ServiceType
from webapp.helpdesk.rules.states import Verb
from webapp.helpdesk.services import Qualification, act, qualify
from webapp.helpdesk.services.merging import merge_into
from webapp.helpdesk.services.reports import save_draft, send_report
from webapp.outbox.models import OutboxMessage

WORDS = Words("Le certificat du serveur avait expiré.", "Certificat renouvelé.", "Une alerte quinze jours avant.")


@pytest.fixture
def _language(app: Flask) -> Iterator[None]:
    """Mails and messages are written in a language, which an application holds."""
    with app.app_context():
        yield


def run(session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket, *verbs: Verb) -> None:
    """Run some verbs as the agent, ten minutes apart, and commit."""
    for verb in verbs:
        clock.advance(timedelta(minutes=10))
        act(session, people.actors["agente"], clock, ticket, verb, public_url=URL)
    session.commit()


def interrupted(session: GuichetSession, people: People, clock: FrozenClock, title: str = "Import Excel refusé sans message") -> Ticket:
    """A ticket whose interruption is confirmed."""
    ticket = opened(session, people, clock, title=title)
    found = Qualification(Commitment(desk_hours()), ServiceType.DECLARATIONS, (), 2)
    qualify(session, people.actors["agente"], clock, ticket, found)
    run(session, people, clock, ticket, Verb.CONFIRM)
    return ticket


def closed(session: GuichetSession, people: People, clock: FrozenClock, title: str = "Import Excel refusé sans message") -> Ticket:
    """A ticket whose interruption is over."""
    ticket = interrupted(session, people, clock, title)
    run(session, people, clock, ticket, Verb.RESTORE, Verb.CLOSE)
    return ticket


def send(
    session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket, words: Words = WORDS, version: int = 0
) -> IncidentReport:
    """Write and send a report as the agent, and commit."""
    draft = save_draft(session, people.actors["agente"], clock, ticket, words, seen_version=version)
    report = send_report(session, people.actors["agente"], clock, ticket, public_url=URL, seen_version=draft.version)
    session.commit()
    return report


@pytest.mark.usefixtures("_language")
def test_closing_an_interruption_owes_a_report_ten_business_days_later(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    # FL-12.7
    ticket = interrupted(session, people, clock)
    assert owed_counts(session) == {}
    run(session, people, clock, ticket, Verb.RESTORE, Verb.CLOSE)
    owed = session.scalars(select(Obligation)).one()
    assert (owed.kind, owed.is_open, owed.due_at) == (Owed.REPORT, True, paris("2026-12-07 10:30"))
    assert owed_counts(session) == {Owed.REPORT: 1}
    assert [(row.reference, row.client) for row in owed_rows(session)] == [(ticket.reference, "Société Alpha")]


@pytest.mark.usefixtures("_language")
def test_what_was_no_interruption_owes_no_report(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    ticket = opened(session, people, clock)
    act(session, people.actors["agente"], clock, ticket, Verb.DISMISS, text="Un réglage du poste.", public_url=URL)
    assert owed_counts(session) == {}
    with pytest.raises(Conflict):
        save_draft(session, people.actors["agente"], clock, ticket, WORDS, seen_version=0)


@pytest.mark.usefixtures("_language")
def test_a_ticket_merged_into_another_leaves_its_report_to_that_one(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    kept, duplicate = (interrupted(session, people, clock) for _ in range(2))
    merge_into(session, people.actors["agente"], clock, duplicate, kept, public_url=URL)
    assert owed_counts(session) == {}
    with pytest.raises(Conflict):
        save_draft(session, people.actors["agente"], clock, duplicate, WORDS, seen_version=0)
    run(session, people, clock, kept, Verb.RESTORE, Verb.CLOSE)
    assert [row.reference for row in owed_rows(session)] == [kept.reference]


@pytest.mark.usefixtures("_language")
def test_reopening_cancels_what_was_owed_and_closing_again_counts_anew(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    ticket = closed(session, people, clock)
    clock.advance(timedelta(days=2))
    act(session, people.actors["agente"], clock, ticket, Verb.REOPEN, text="Encore en panne.", reason=Reason.RELAPSE, public_url=URL)
    session.commit()
    assert owed_counts(session) == {}
    draft = Words("Une cause", "Une solution")
    with pytest.raises(Conflict):
        save_draft(session, people.actors["agente"], clock, ticket, draft, seen_version=0)
    run(session, people, clock, ticket, Verb.RESTORE, Verb.CLOSE)
    first, second = session.scalars(select(Obligation).order_by(Obligation.id)).all()
    assert (first.is_open, first.done_at, first.cancelled_at) == (False, None, paris("2026-11-25 10:30"))
    assert (second.is_open, second.due_at) == (True, paris("2026-12-09 10:50"))


@pytest.mark.usefixtures("_language")
def test_a_report_is_kept_as_it_was_sent_with_its_digest(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    ticket = closed(session, people, clock)
    report = send(session, people, clock, ticket)
    assert report.pdf.startswith(b"%PDF-1.7")
    assert hashlib.sha256(report.pdf).hexdigest() == report.sha256
    assert report.content["sites"] == [
        [
            "Ensemble du service",
            "23/11/2026 10:20:00",
            *["0 h 20 min 00 s".replace(" ", "\u00a0")] * 2,
            "0 h 00 min 00 s".replace(" ", "\u00a0"),
        ]
    ]
    owed = session.scalars(select(Obligation)).one()
    assert (owed.is_open, owed.done_at) == (False, clock.now())
    told = session.scalars(select(AuditEvent).where(AuditEvent.action == "ticket.report_sent")).one()
    assert told.detail["sha256"] == report.sha256
    mail = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()
    assert f"/assistance/{ticket.reference}/rapports/1.pdf" in mail.body
    assert "certificat" not in mail.body, "mails carry links, not the report"
    report.sent_to = "autre@exemple.invalid"
    with pytest.raises(FrozenReportError):
        session.flush()


@pytest.mark.usefixtures("_language")
def test_a_correction_is_a_new_version_and_the_former_is_kept(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    ticket = closed(session, people, clock)
    first = send(session, people, clock, ticket)
    with pytest.raises(Conflict, match="déjà été envoyé"):
        send_report(session, people.actors["agente"], clock, ticket, public_url=URL, seen_version=1)
    clock.advance(timedelta(days=1))
    second = send(session, people, clock, ticket, Words("Autre cause", "Autre solution"), version=1)
    assert (first.number, second.number) == (1, 2)
    assert second.content["title"].endswith("version 2")
    assert get_report(session, people.actors["cliente"], ticket.reference, 1).sha256 == first.sha256
    assert owed_counts(session) == {}


@pytest.mark.usefixtures("_language")
def test_a_report_needs_its_causes_a_closed_ticket_and_an_unchanged_draft(
    session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    agent = people.actors["agente"]
    ticket = interrupted(session, people, clock)
    run(session, people, clock, ticket, Verb.RESTORE)
    save_draft(session, agent, clock, ticket, Words("", "Fait."), seen_version=0)
    with pytest.raises(Conflict, match="pas clos"):
        send_report(session, agent, clock, ticket, public_url=URL, seen_version=1)
    run(session, people, clock, ticket, Verb.CLOSE)
    with pytest.raises(Invalid) as refused:
        send_report(session, agent, clock, ticket, public_url=URL, seen_version=1)
    assert set(refused.value.errors) == {"causes"}
    save_draft(session, people.actors["responsable"], clock, ticket, Words("Une autre main", "Fait."), seen_version=1)
    with pytest.raises(Conflict):
        save_draft(session, agent, clock, ticket, WORDS, seen_version=1)
    with pytest.raises(Conflict):
        send_report(session, agent, clock, ticket, public_url=URL, seen_version=1)
    with pytest.raises(Forbidden):
        save_draft(session, people.actors["cliente"], clock, ticket, WORDS, seen_version=2)
    with pytest.raises(NotFound):
        save_draft(session, people.actors["autre-cliente"], clock, ticket, WORDS, seen_version=2)


def prepared(app: Flask, session: GuichetSession, people: People, clock: FrozenClock, *, reopened: bool = False) -> str:
    """Return the reference of a closed ticket."""
    with app.app_context():
        ticket = closed(session, people, clock)
        if reopened:
            act(session, people.actors["agente"], clock, ticket, Verb.REOPEN, text="Encore.", reason=Reason.RELAPSE, public_url=URL)
            session.commit()
        return ticket.reference


def test_an_agent_goes_from_what_is_owed_to_the_report_sent(
    app: Flask, session: GuichetSession, people: People, clock: FrozenClock, signed_in: SignedIn, database: Database
) -> None:
    # FL-12.7: owed, drafted from the ticket, edited, read again, sent, downloaded
    reference = prepared(app, session, people, clock)
    agent, client, stranger = signed_in("agente"), signed_in("cliente"), signed_in("autre-cliente")
    client.get(f"/assistance/{reference}")
    assert "Rapport d’incident attendu avant lundi 7 décembre 2026 à 10 h 30" in client.text()
    agent.get("/assistance/dus")
    assert "Reste 9 jours ouvrés" in agent.text() or "Reste 10 jours ouvrés" in agent.text()
    assert agent.get(f"/assistance/{reference}/rapport").status_code == 200
    assert "Le service est rétabli" in agent.form("#rapport").cssselect("[name=solutions]")[0].text, "drafted from the ticket"
    refused = agent.submit("#rapport", {"solutions": "Mes mots, à garder"}, "Enregistrer et relire")
    assert refused.status_code == 422
    assert "Dites ce qui a causé l’interruption" in agent.text()
    assert agent.form("#rapport").cssselect("[name=solutions]")[0].text.strip() == "Mes mots, à garder"
    assert agent.submit("#rapport", {"causes": "Cause #1 $x$ [a]\\"}, "Enregistrer et relire").status_code == 303
    agent.follow()
    assert "Cause #1 $x$ [a]\\" in agent.text()
    preview = agent.get(f"/assistance/{reference}/rapport/apercu.pdf")
    assert preview.data.startswith(b"%PDF-")
    agent.get(f"/assistance/{reference}/rapport/relecture")
    once = agent.form("#envoi").cssselect("[name=once]")[0].get("value")
    assert agent.submit("#envoi").status_code == 303
    agent.get(f"/assistance/{reference}/rapport/relecture")
    assert agent.submit("#envoi", {"once": once}).status_code == 303, "a double click is led to the same place"
    session.rollback()
    assert session.scalar(select(func.count()).select_from(IncidentReport)) == 1
    digest = session.scalar(select(IncidentReport.sha256))
    assert session.scalar(select(func.count()).where(OutboxMessage.subject.like("%Rapport d’incident%"))) == 1
    session.rollback()
    client.get(f"/assistance/{reference}")
    assert "version 1 (PDF)" in client.text()
    file = client.get(f"/assistance/{reference}/rapports/1.pdf")
    assert file.status_code == 200
    assert hashlib.sha256(file.data).hexdigest() == digest
    assert file.headers["Content-Disposition"] == f'attachment; filename="rapport-{reference}-v1.pdf"'
    assert "sandbox" in file.headers["Content-Security-Policy"]
    for path in (
        f"/assistance/{reference}/rapports/1.pdf",
        f"/assistance/{reference}/rapports/2.pdf",
        f"/assistance/{reference}/rapports/{10**30}.pdf",
    ):
        assert stranger.get(path).status_code == 404
    agent.get("/assistance/dus")
    assert "Rien n’est dû" in agent.text()
    assert f"{reference}, version 1 (PDF)" in agent.text(), "the reports sent last"


def test_what_is_left_is_said_in_days_as_long_as_those_of_the_ticket_s_calendar(app: Flask) -> None:
    # Eleven hours a day: five days from Monday evening to the next one, not seven of eight hours.
    long_days = service_calendar(code="0-4.0800-1900").version
    with app.test_request_context():
        chip = owed_chip(Owed.REPORT, long_days, paris("2026-11-30 19:00"), paris("2026-11-23 19:00"))
        desk = owed_chip(Owed.REPORT, service_calendar().version, paris("2026-11-30 18:00"), paris("2026-11-23 18:00"))
    assert chip.text == desk.text == "Reste 5 jours ouvrés"


def test_a_stale_report_shows_both_sides(
    app: Flask, session: GuichetSession, people: People, clock: FrozenClock, signed_in: SignedIn
) -> None:
    reference = prepared(app, session, people, clock)
    one, other = signed_in("agente"), signed_in("responsable")
    one.get(f"/assistance/{reference}/rapport")
    other.get(f"/assistance/{reference}/rapport")
    other.submit("#rapport", {"causes": "Les mots de l'autre"}, "Enregistrer le brouillon")
    answer = one.submit("#rapport", {"causes": "Mes propres mots"}, "Enregistrer le brouillon")
    assert answer.status_code == 409
    assert "Les mots de l'autre" in one.text()
    assert one.form("#rapport").cssselect("[name=causes]")[0].text.strip() == "Mes propres mots"
    assert one.submit("#rapport", button="Enregistrer le brouillon").status_code == 303, "having seen both, mine can be saved"


def test_a_report_on_a_ticket_opened_again_is_refused_in_words(
    app: Flask, session: GuichetSession, people: People, clock: FrozenClock, signed_in: SignedIn
) -> None:
    reference = prepared(app, session, people, clock)
    agent = signed_in("agente")
    agent.get(f"/assistance/{reference}/rapport")
    agent.submit("#rapport", {"causes": "Une cause"}, "Enregistrer et relire")
    agent.follow()
    with app.app_context():
        ticket = session.scalars(select(Ticket)).one()
        act(session, people.actors["agente"], clock, ticket, Verb.REOPEN, text="Encore.", reason=Reason.RELAPSE, public_url=URL)
        session.commit()
    assert agent.submit("#envoi").status_code == 409
    assert "rapport" in agent.text()
    assert agent.get(f"/assistance/{reference}/rapport").status_code == 409
    session.rollback()
    assert session.scalar(select(func.count()).select_from(IncidentReport)) == 0


def test_a_text_too_long_is_refused_beside_its_field(
    app: Flask, session: GuichetSession, people: People, clock: FrozenClock, signed_in: SignedIn
) -> None:
    reference = prepared(app, session, people, clock)
    agent = signed_in("agente")
    agent.get(f"/assistance/{reference}/rapport")
    answer = agent.submit("#rapport", {"causes": "é" * 50_000}, "Enregistrer le brouillon")
    assert answer.status_code == 422
    assert "20000 caractères au plus" in agent.text()
    assert len(agent.form("#rapport").cssselect("[name=causes]")[0].text.strip()) == 50_000


def test_the_command_prints_what_is_owed(app: Flask, session: GuichetSession, people: People, clock: FrozenClock) -> None:
    reference = prepared(app, session, people, clock)
    session.rollback()
    said = app.test_cli_runner().invoke(args=["sla", "owed"])
    assert said.exit_code == 0, said.output
    assert f"Rapport d’incident                     {reference}  Société Alpha · personne" in said.output
    assert "07/12/2026 10:30:00" in said.output
    assert app.test_cli_runner().invoke(args=["sla", "owed", "--late"]).output == ""
