"""The record of a body: looked up by its SIRET or typed, and what returns are prefilled with."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.companies.test_directory import SIRET
from tests.conftest import NOW, People, SignedIn
from tests.factories import make_person
from webapp.actor import Role
from webapp.companies.directory import Unavailable
from webapp.companies.rules import Company
from webapp.db import GuichetSession
from webapp.declarations import queries
from webapp.declarations.models import BodyRecord
from webapp.declarations.rules.body_record import Body, changes, naf_of, taking
from webapp.declarations.rules.form_models.model import RecordField
from webapp.evidence.models import AuditEvent

URL = "/declarations/fiche"
POSTE = "35600000049837"  # of La Poste: no Luhn key, the sum of its digits is a multiple of 5
FOUND = Company(SIRET, "ASSOCIATION D'ESSAI", "4 RUE DES ESSAIS 35000 RENNES", "Association déclarée", "94.11Z", "20 à 49 salariés")


class Directory:
    """A directory that answers what a test says."""

    is_on = True

    def __init__(self) -> None:
        self.answer: Company | None = FOUND
        self.silent = False
        self.asked: list[str] = []

    def find(self, siret: str) -> Company | None:
        self.asked.append(siret)
        if self.silent:
            raise Unavailable
        return self.answer


@pytest.fixture
def directory(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Directory:
    found = Directory()
    monkeypatch.setattr(app.extensions["guichet"], "companies", found)
    return found


def kept(session: GuichetSession) -> dict[str, Any]:
    session.expire_all()
    row = session.scalars(select(BodyRecord)).one_or_none()
    found = {} if row is None else {name: getattr(row, name) for name in ("siret", "name", "address", "legal_form", "naf", "headcount")}
    session.commit()
    return found


def test_a_naf_code_is_read_with_or_without_its_point() -> None:
    assert [naf_of(text) for text in ("94.11Z", " 9411z ", "")] == ["94.11Z", "94.11Z", ""]
    assert [naf_of(text) for text in ("94.11", "9A.11Z", "٩٤١١Z", "94.11ZZ")] == [None] * 4


def test_only_what_was_chosen_is_taken() -> None:
    before = Body(name="Mon nom", naf="85.59A")
    after = taking(before, {"name": "Autre", "naf": "94.11Z", "version": "9"}, ["naf", "address", "version"])
    assert after == Body(name="Mon nom", naf="94.11Z")
    assert changes(before, after) == {"naf": ["85.59A", "94.11Z"]}


def test_a_declarant_looks_its_body_up_and_takes_what_it_chooses(
    session: GuichetSession, signed_in: SignedIn, directory: Directory
) -> None:
    # SO-55
    client = signed_in("declarant-breton")
    client.get("/declarations")
    assert client.tree.cssselect(f"a[href='{URL}']")
    client.get(URL)
    client.submit("form#chercher", {"siret": " 732 829 320 00074 "})
    assert directory.asked == [SIRET]
    assert "4 RUE DES ESSAIS 35000 RENNES" in client.text()
    answer = client.submit("form#reprendre", {"take": ["address", "naf", "headcount"]})
    assert answer.status_code == 303
    expected = {"siret": "", "name": "", "legal_form": "", "naf": "94.11Z", "headcount": "20 à 49 salariés", "address": FOUND.address}
    assert kept(session) == expected
    client.get(URL)
    assert "d’après l’annuaire" in client.text()
    detail = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "body.recorded")).one()
    session.commit()
    assert detail["source"] == "annuaire"
    assert detail["changes"]["naf"] == ["", "94.11Z"]


@pytest.mark.parametrize("typed, said", [("123", "14 chiffres"), ("73282932000075", "clé de contrôle"), ("7328293200007A", "14 chiffres")])
def test_a_siret_with_a_slip_is_refused_beside_its_field(signed_in: SignedIn, directory: Directory, typed: str, said: str) -> None:
    client = signed_in("declarant-breton")
    client.get(URL)
    assert client.submit("form#chercher", {"siret": typed}).status_code == 422
    assert said in client.tree.cssselect("#cherche-erreur")[0].text_content()
    assert client.tree.cssselect("#cherche")[0].get("value") == typed
    assert directory.asked == []


def test_an_establishment_of_la_poste_is_looked_up_all_the_same(signed_in: SignedIn, directory: Directory) -> None:
    signed_in("declarant-breton").get(f"{URL}?siret={POSTE}")
    assert directory.asked == [POSTE]


def test_an_unknown_a_closed_and_a_silent_answer_are_said_in_words(signed_in: SignedIn, directory: Directory) -> None:
    client = signed_in("declarant-breton")
    directory.answer = None
    client.get(f"{URL}?siret={SIRET}")
    assert "Aucun établissement de ce SIRET" in client.text()
    directory.answer = Company(SIRET, "ESSAI", closed=True)
    client.get(f"{URL}?siret={SIRET}")
    assert "fermé" in client.text()
    directory.silent = True
    client.get(f"{URL}?siret={SIRET}")
    assert "ne répond pas" in client.text()
    assert client.tree.cssselect("form#fiche")


def test_where_the_directory_is_off_the_record_is_filled_in_by_hand(session: GuichetSession, signed_in: SignedIn) -> None:
    client = signed_in("declarant-breton")
    client.get(URL)
    assert "n’est pas interrogé" in client.text()
    assert not client.tree.cssselect("form#chercher")
    typed = {"siret": "732 829 320 00074", "name": "Notre association", "naf": "9411z", "address": "1 rue A"}
    assert client.submit("form#fiche", typed).status_code == 303
    found = kept(session)
    assert (found["siret"], found["name"], found["naf"], found["headcount"]) == (SIRET, "Notre association", "94.11Z", "")


def test_faults_are_told_beside_their_fields_and_what_was_typed_is_kept(session: GuichetSession, signed_in: SignedIn) -> None:
    client = signed_in("declarant-breton")
    client.get(URL)
    answer = client.submit("form#fiche", {"siret": "1", "naf": "zzz", "name": "n" * 201, "address": "à garder"})
    assert answer.status_code == 422
    assert {node.get("id") for node in client.tree.cssselect("p.late")} == {"siret-erreur", "naf-erreur", "name-erreur"}
    assert client.tree.cssselect("#address")[0].get("value") == "à garder"
    assert kept(session) == {}


def test_a_colleague_s_record_is_not_overwritten_unseen(session: GuichetSession, people: People, signed_in: SignedIn) -> None:
    people.actors["collègue"] = make_person(session, NOW, "noe", people.organisations["atpro-bretagne"], Role.DECLARANT)
    session.commit()
    mine, theirs = signed_in("declarant-breton"), signed_in("collègue")
    mine.get(URL)
    theirs.get(URL)
    theirs.submit("form#fiche", {"name": "Le leur"})
    answer = mine.submit("form#fiche", {"name": "Le mien"})
    assert answer.status_code == 409
    assert "Le leur" in mine.text()
    assert mine.tree.cssselect("#name")[0].get("value") == "Le mien"
    assert kept(session)["name"] == "Le leur"
    assert mine.submit("form#fiche").status_code == 303
    assert kept(session)["name"] == "Le mien"


@pytest.mark.parametrize("token", ["", "x", "W10.x.y"])
def test_what_the_directory_did_not_say_is_not_taken(
    session: GuichetSession, signed_in: SignedIn, directory: Directory, token: str
) -> None:
    client = signed_in("declarant-breton")
    client.get(f"{URL}?siret={SIRET}")
    assert client.submit("form#reprendre", {"found": token}).status_code == 303
    assert kept(session) == {}


def test_what_was_found_serves_the_body_that_asked_only(session: GuichetSession, signed_in: SignedIn, directory: Directory) -> None:
    client, other = signed_in("declarant-breton"), signed_in("declarant-corse")
    client.get(f"{URL}?siret={SIRET}")
    token = client.tree.cssselect("form#reprendre [name=found]")[0].get("value")
    other.get(f"{URL}?siret={SIRET}")
    assert other.submit("form#reprendre", {"found": token}).status_code == 303
    assert kept(session) == {}
    client.get(URL)
    client.submit("form#fiche", {"name": "À nous"})
    other.get(URL)
    assert "À nous" not in other.text()
    assert signed_in("nationale").get(URL).status_code == 403


def test_a_return_is_prefilled_with_the_record_and_with_what_the_portal_knows_elsewhere(
    session: GuichetSession, people: People, signed_in: SignedIn, number_of: Callable[[str], str]
) -> None:
    number = number_of("atpro-bretagne")
    client = signed_in("declarant-breton")
    before = queries.find_return(session, people.actors["declarant-breton"], number).record
    session.commit()
    client.get(URL)
    client.submit("form#fiche", {"address": "1 rue A", "legal_form": "Association", "naf": "94.11Z", "headcount": "0 salarié"})
    after = queries.find_return(session, people.actors["declarant-breton"], number).record
    session.commit()
    assert after[RecordField.NAME] == before[RecordField.NAME] == people.organisations["atpro-bretagne"].name
    assert [after[field] for field in (RecordField.ADDRESS, RecordField.LEGAL_FORM, RecordField.NAF, RecordField.HEADCOUNT)] == [
        "1 rue A", "Association", "94.11Z", "0 salarié",
    ]  # fmt: skip
    client.get(URL)
    client.submit("form#fiche", {"name": "Notre nom"})
    client.get(f"/declarations/{number}/tableaux/situation")
    client.submit("form#preremplir")
    client.follow()
    assert client.tree.cssselect("#i-nom-reponse")[0].get("value") == "Notre nom"
