"""The public register: what is published, nothing else, for anybody."""

import json
from datetime import timedelta

import pytest

from tests.conftest import People
from tests.scopes.test_services_publication import MIDNIGHT, decide
from tests.scopes.world import NUMBER, cells, make_file, publish
from tests.support.client import CheckingClient
from tests.support.statements import statements
from webapp.clock import FrozenClock
from webapp.db import Database, GuichetSession
from webapp.scopes.models import Dossier
from webapp.scopes.rules import snapshot
from webapp.scopes.rules.decisions import DecisionKind
from webapp.scopes.services import lines


@pytest.fixture
def file(session: GuichetSession, people: People, clock: FrozenClock) -> Dossier:
    return make_file(session, people, clock)


def second_version(session: GuichetSession, people: People, clock: FrozenClock) -> None:
    """Publish a first version, wait ten days, publish a second one with another first line."""
    publish(session, people, clock)
    clock.advance(timedelta(days=10))
    lines.save_line(session, people.actors["editrice"], clock, NUMBER, 1, 1, cells("Nitrites"))
    session.commit()
    publish(session, people, clock)


def test_anybody_reads_the_version_in_force_with_its_date_and_number(
    client: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    # FX-1
    publish(session, people, clock)
    client.get("/registre")
    assert "1-0042" in client.text()
    assert "24 novembre 2026" in client.text()
    client.get(f"/registre/{NUMBER}")
    assert "v1, publiée le mardi 24 novembre 2026 à 0 h 00" in client.text()
    assert "Portée générale 1 — Analyses physico-chimiques des eaux" in client.text()
    assert "En vigueur" in client.text()


def test_drafts_and_versions_to_come_never_show(
    client: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    publish(session, people, clock, wait=False)
    assert client.get(f"/registre/{NUMBER}").status_code == 404
    assert client.get(f"/registre/{NUMBER}/v/1").status_code == 404
    assert client.get(f"/registre/{NUMBER}/v/1.json").status_code == 404
    assert "1-0042" not in client.get("/registre").text
    clock.set(MIDNIGHT)
    lines.save_line(session, people.actors["editrice"], clock, NUMBER, 1, 1, cells("Secret de brouillon"))
    lines.add_line(session, people.actors["editrice"], clock, NUMBER, "1", cells("Ajout de brouillon"))
    session.commit()
    for path in (f"/registre/{NUMBER}", f"/registre/{NUMBER}/v/1", f"/registre/{NUMBER}/v/1.json", "/registre?q=brouillon"):
        client.get(path)
        assert "de brouillon" not in client.last.text, path
    publish(session, people, clock, wait=False)
    client.get(f"/registre/{NUMBER}")
    assert "v2" not in client.text()
    assert "Nitrates" in client.text()


def test_earlier_versions_keep_their_dates_and_say_that_they_are_archives(
    client: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    second_version(session, people, clock)
    client.get(f"/registre/{NUMBER}")
    assert "Nitrites" in client.text()
    assert "v1 — du 24 novembre 2026 au 5 décembre 2026" in client.text()
    client.get(f"/registre/{NUMBER}/v/1")
    assert "Nitrates" in client.text()
    assert "Ce document est une archive" in client.text()
    assert client.get(f"/registre/{NUMBER}/v/3").status_code == 404


def test_a_date_gives_the_version_that_was_in_force_that_day(
    client: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    second_version(session, people, clock)
    client.get(f"/registre/{NUMBER}?date=2026-12-04")
    assert "Version en vigueur le 4 décembre 2026." in client.text()
    assert "Nitrates" in client.text()
    client.get(f"/registre/{NUMBER}?date=2026-12-05")
    assert "Nitrites" in client.text()
    assert client.get(f"/registre/{NUMBER}?date=2020-01-01").status_code == 404
    assert client.get(f"/registre/{NUMBER}?date=pas-une-date").status_code == 200


def test_an_unpublished_scope_is_shown_as_an_archive_not_in_force(
    client: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    # FX-8c
    publish(session, people, clock)
    clock.advance(timedelta(days=3, hours=10))
    decide(session, people, clock, DecisionKind.SUSPENSION, "2")
    client.get(f"/registre/{NUMBER}")
    assert "dé-publiée, n’est plus en vigueur" in client.text()
    assert "Ce document est une archive" in client.text()
    assert "vendredi 27 novembre 2026 à 10 h 00" in client.text()
    client.get("/registre")
    assert "Dé-publiée" in client.text()
    clock.advance(timedelta(days=3))
    client.get(f"/registre/{NUMBER}?date=2026-11-29")
    assert "aucune version n’était en vigueur" in client.text()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("nitrates", True),
        ("NITRÂTES vauban", True),
        ("1-0042", True),
        ("chromatographie eaux", True),
        ("plomb", False),
        ("%", False),
        ("' OR 1=1", False),
    ],
)
def test_a_search_goes_over_number_body_and_lines_whatever_the_accents(
    client: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock, file: Dossier, query: str, found: bool
) -> None:
    publish(session, people, clock)
    client.get("/registre", query_string={"q": query})
    if client.last.status_code == 303:
        client.follow()
    assert ("Laboratoire Vauban" in client.text()) is found


def test_a_number_as_people_type_it_leads_to_its_scope(
    client: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    publish(session, people, clock)
    response = client.get("/registre", query_string={"q": "n° 1–42"})
    assert response.headers["Location"].endswith("/registre/1-0042")


def test_the_exported_version_is_the_frozen_one_to_the_byte(
    client: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock, file: Dossier
) -> None:
    publish(session, people, clock)
    response = client.get(f"/registre/{NUMBER}/v/1.json")
    assert response.mimetype == "application/json"
    assert snapshot.canonical(json.loads(response.data)) == response.data.decode()
    client.get(f"/registre/{NUMBER}/v/1")
    assert snapshot.sha256(response.data.decode()) in client.text()


def test_the_register_reads_few_rows_and_pages(
    client: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock, database: Database
) -> None:
    make_file(session, people, clock, names=[f"Paramètre {index}" for index in range(120)])
    publish(session, people, clock)
    with statements(database.engine) as seen:
        client.get(f"/registre/{NUMBER}?page=2")
    assert "101 à 120 sur 120" in client.text()
    assert "Paramètre 119" in client.text()
    assert len([one for one in seen if "published_" in one]) <= 3, "\n".join(seen)
    with statements(database.engine) as seen:
        client.get("/registre")
    assert len([one for one in seen if "published_" in one]) <= 3, "\n".join(seen)


@pytest.mark.parametrize("path", ["/registre/x", "/registre/1-42", "/registre/1-0042/v/0", "/registre/1-0042/v/99999999999999999999"])
def test_an_address_that_leads_nowhere_is_not_found(client: CheckingClient, people: People, file: Dossier, path: str) -> None:
    assert client.get(path).status_code == 404
