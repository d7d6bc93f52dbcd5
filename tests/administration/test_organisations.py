"""Creating and editing organisations, the trail of acts, mail."""

import pytest
from sqlalchemy import select

from tests.conftest import People, SignedIn
from tests.support.client import CheckingClient
from webapp.accounts.models import Organisation
from webapp.accounts.organisations import check_siret
from webapp.clock import FrozenClock
from webapp.config import Settings
from webapp.db import Database, GuichetSession
from webapp.errors import Invalid
from webapp.evidence.models import AuditEvent
from webapp.outbox.models import OutboxMessage
from webapp.outbox.services import deliver_due, enqueue
from webapp.outbox.transport import transport_for

SIRET = "73282932000074"
VALUES = {"name": "Laboratoire Œrsted", "kind": "accredited_body", "siret": "732 829 320 00074", "city": "Évry", "region": "Île-de-France"}


def test_an_organisation_is_created_with_a_checked_siret(signed_in: SignedIn, session: GuichetSession) -> None:
    # SO-55
    client = signed_in("administratrice")
    client.get("/administration/organisations/nouvelle")
    assert client.submit("#organisation", VALUES).status_code == 303
    client.follow()
    assert "Invitez-y une première personne" in client.text()
    row = session.scalars(select(Organisation).where(Organisation.siret == SIRET)).one()
    assert row.search_text == f"laboratoire oersted evry {SIRET}"
    assert session.scalars(select(AuditEvent.action).order_by(AuditEvent.id.desc())).first() == "organisation.created"


def test_a_double_click_creates_one_organisation(signed_in: SignedIn, session: GuichetSession) -> None:
    client = signed_in("administratrice")
    client.get("/administration/organisations/nouvelle")
    page = client.last
    first = client.submit("#organisation", {**VALUES, "siret": ""}).headers["Location"]
    client.last = page
    assert client.submit("#organisation", {**VALUES, "siret": ""}).headers["Location"] == first
    assert len(session.scalars(select(Organisation).where(Organisation.name == VALUES["name"])).all()) == 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": ""}, "Saisissez le nom"),
        ({"siret": "732 829 320 00075"}, "clé de contrôle"),
        ({"siret": "123"}, "14 chiffres"),
        ({"siret": "7328293200007④"}, "14 chiffres"),
        ({"kind": "inventé"}, "Choisissez une valeur de la liste"),
        ({"region": "Atlantide"}, "Choisissez une valeur de la liste"),
        ({"name": "x" * 201}, "200 caractères au plus"),
    ],
)
def test_a_wrong_value_is_explained_and_the_rest_kept(signed_in: SignedIn, values: dict[str, str], message: str) -> None:
    client = signed_in("administratrice")
    client.get("/administration/organisations/nouvelle")
    assert client.submit("#organisation", {**VALUES, **values}).status_code == 422
    assert message in client.text()
    assert client.tree.cssselect("input[name=city]")[0].get("value") == "Évry"


def test_a_siret_belongs_to_one_organisation(signed_in: SignedIn) -> None:
    client = signed_in("administratrice")
    for status in (303, 422):
        client.get("/administration/organisations/nouvelle")
        assert client.submit("#organisation", VALUES).status_code == status
    assert "déjà celui d'une autre" in client.text()


def test_a_siret_is_optional_and_kept_as_digits() -> None:
    assert check_siret("  ") is None
    assert check_siret("732.829.320 00074") == SIRET
    with pytest.raises(Invalid):
        check_siret("00000000000001")


def test_a_stale_save_shows_both_versions_and_loses_nothing(signed_in: SignedIn, people: People, session: GuichetSession) -> None:
    one, two = signed_in("administratrice"), signed_in("administratrice")
    path = f"/administration/organisations/{people.organisations['opco'].id}/modifier"
    one.get(path)
    two.get(path)
    assert one.submit("#organisation", {"name": "Nom de l'une", "city": "Lyon"}).status_code == 303
    assert two.submit("#organisation", {"name": "Nom de l'autre"}).status_code == 409
    assert "Nom de l'une" in two.text()
    assert two.tree.cssselect("input[name=name]")[0].get("value") == "Nom de l'autre"
    assert two.submit("#organisation").status_code == 303
    assert session.get_one(Organisation, people.organisations["opco"].id, populate_existing=True).name == "Nom de l'autre"


def test_the_kind_stays_once_people_have_roles(signed_in: SignedIn, people: People) -> None:
    client = signed_in("administratrice")
    client.get(f"/administration/organisations/{people.organisations['opco'].id}/modifier")
    assert client.submit("#organisation", {"kind": "operator"}).status_code == 422
    assert "son genre ne change plus" in client.text()


def test_nobody_acts_for_a_closed_organisation(signed_in: SignedIn, people: People) -> None:
    victim, client = signed_in("declarante"), signed_in("administratrice")
    client.get(f"/administration/organisations/{people.organisations['opco'].id}")
    client.submit("form[action$='/etat']")
    assert victim.get("/declarations").status_code == 403
    client.follow()
    client.submit("form[action$='/etat']")
    assert victim.get("/declarations").status_code == 200


def test_the_operators_own_organisation_cannot_be_closed_by_itself(signed_in: SignedIn, people: People) -> None:
    client = signed_in("administratrice")
    own = people.organisations["operateur"].id
    client.get(f"/administration/organisations/{own}")
    assert not client.tree.cssselect("main form[action$='/etat']")
    token = client.tree.cssselect("input[name=csrf_token]")[0].get("value")
    assert client.post(f"/administration/organisations/{own}/etat", data={"csrf_token": token, "etat": "fermee"}).status_code == 403


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 11),
        ("genre=opco", 2),
        ("genre=inventé", 11),
        ("texte=AMPERE", 1),
        ("texte=%25", 0),
        ("etat=fermees", 0),
        ("etat=toutes&tri=genre&sens=desc", 11),
        ("tri=ville&page=7", 0),
    ],
)
def test_the_list_sorts_and_filters_from_the_url(signed_in: SignedIn, query: str, count: int) -> None:
    client = signed_in("administratrice")
    client.get(f"/administration/organisations?{query}")
    assert len(client.tree.cssselect("tbody th")) == count


def test_the_trail_filters_by_act_and_by_words(signed_in: SignedIn) -> None:
    # SO-82, SO-83
    signed_in("editrice")
    client = signed_in("administratrice")
    client.get("/administration/journal")
    assert "Connexion" in client.text()
    assert len(client.tree.cssselect("tbody tr")) == 2
    client.get("/administration/journal?texte=editrice")
    assert len(client.tree.cssselect("tbody tr")) == 1
    client.get("/administration/journal?acte=organisation.created")
    assert "Aucun acte ne correspond" in client.text()


def test_the_outbox_shows_what_waits_what_left_and_what_failed(signed_in: SignedIn, session: GuichetSession, clock: FrozenClock) -> None:
    client = signed_in("administratrice")
    for number in range(3):
        enqueue(session, clock, to="a@exemple.invalid", subject=f"Sujet {number}", body="Corps", key=f"k{number}")
    first, second = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id).limit(2)).all()
    first.delivered_at = clock.now()
    second.abandoned_at, second.last_error = clock.now(), "550 boîte inconnue"
    session.commit()
    for state, subject in (("partis", "Sujet 0"), ("abandonnes", "Sujet 1"), ("attente", "Sujet 2")):
        client.get(f"/administration/courriels?etat={state}")
        assert [node.text_content() for node in client.tree.cssselect("tbody th")] == [subject]
    client.get("/administration/courriels")
    assert "550 boîte inconnue" in client.text()


def test_the_demonstrations_mail_is_readable_and_harmless(
    client: CheckingClient, database: Database, session: GuichetSession, clock: FrozenClock, settings: Settings, people: People
) -> None:
    body = f"Bonjour <script>alert(1)</script>\n\n{settings.public_url}/activation/abc\n"
    enqueue(session, clock, to="zoé@exemple.invalid", subject="Été & <b>hiver</b>", body=body, key="k")
    session.commit()
    assert deliver_due(database, clock, transport_for(settings)) == 1
    client.get("/demonstration/courriels")
    client.get(client.tree.cssselect("tbody a")[0].get("href"))
    assert "Été & <b>hiver</b>" in client.text()
    assert not client.tree.cssselect("main script, main b")
    assert [node.get("href") for node in client.tree.cssselect("article a")] == ["/activation/abc"]


def test_the_demonstrations_mailbox_fetches_what_waits(
    client: CheckingClient, session: GuichetSession, clock: FrozenClock, people: People
) -> None:
    enqueue(session, clock, to="a@exemple.invalid", subject="Sujet", body="Corps", key="k")
    session.commit()
    client.get("/demonstration/courriels")
    assert "Aucun courriel encore" in client.text()
    client.submit("form.act")
    client.follow()
    assert "Sujet" in client.text()
    client.get("/demonstration/courriels?a=personne")
    assert "Aucun courriel encore" in client.text()


@pytest.mark.parametrize("name", ["..%2Fsecret_key", "inconnu.eml", "..%2F..%2Fetc%2Fpasswd", "a.eml%00"])
def test_no_other_file_is_read(client: CheckingClient, people: People, settings: Settings, name: str) -> None:
    assert client.get(f"/demonstration/courriels/{name}").status_code == 404
