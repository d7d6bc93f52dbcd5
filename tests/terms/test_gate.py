"""Nothing opens before the terms in force are accepted, whatever the method, with scripts or without."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest
from sqlalchemy import select

from tests.conftest import NOW, People, SignedIn
from tests.factories import grant, make_account
from tests.support.client import CheckingClient
from webapp.actor import Role
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.evidence.models import AuditEvent
from webapp.terms import library
from webapp.terms.models import TermsAcceptance
from webapp.terms.rules import Audience, Version
from webapp.terms.services import accept, version_for

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://localhost/profil"}


@pytest.fixture
def newcomer(client: CheckingClient, session: GuichetSession, people: People) -> CheckingClient:
    """A browser signed in as somebody who has accepted nothing yet."""
    account = make_account(session, NOW, "nouvelle")
    grant(session, NOW, account, people.organisations["laboratoire"], Role.SCOPE_EDITOR)
    session.execute(TermsAcceptance.__table__.delete().where(TermsAcceptance.account_id == account.id))
    session.commit()
    client.sign_in("nouvelle")
    return client


def acceptances(session: GuichetSession) -> list[TermsAcceptance]:
    rows = list(session.scalars(select(TermsAcceptance).order_by(TermsAcceptance.id.desc())))
    session.expunge_all()
    session.rollback()
    return rows


def is_led_to_the_terms(location: str) -> bool:
    return location.split("?")[0] == "/conditions/acceptation"


@pytest.mark.parametrize("path", ["/", "/profil", "/profil/actes", "/recherche?q=x", "/reprise", "/portees", "/assistance"])
def test_no_page_opens_before_the_terms_are_accepted(newcomer: CheckingClient, path: str) -> None:
    # SO-5
    assert newcomer.get(path).status_code == 303
    assert is_led_to_the_terms(newcomer.last.headers["Location"])


def test_the_page_asked_for_comes_back_after_the_acceptance(newcomer: CheckingClient) -> None:
    newcomer.get("/profil/actes?objet=x")
    newcomer.follow()
    newcomer.submit("#acceptation", {"accepte": "oui"})
    assert newcomer.last.headers["Location"] == "/profil/actes?objet=x"
    newcomer.follow()
    assert "Vous avez accepté" in newcomer.text()


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_fragment_request_is_led_there_as_a_whole_page(newcomer: CheckingClient, method: str) -> None:
    newcomer.get("/conditions/acceptation")
    token = newcomer.tree.cssselect("input[name=csrf_token]")[0].get("value")
    given = {"data": {"csrf_token": token, "mail_notices": "y"}} if method == "post" else {}
    response = getattr(newcomer, method)("/profil/courriels" if method == "post" else "/profil", headers=HTMX, **given)
    assert response.status_code == 204
    assert is_led_to_the_terms(response.headers["HX-Redirect"])


def test_a_post_changes_nothing_before_the_acceptance_and_is_offered_again_after_it(
    newcomer: CheckingClient, session: GuichetSession
) -> None:
    newcomer.get("/conditions/acceptation")
    token = newcomer.tree.cssselect("input[name=csrf_token]")[0].get("value")
    before = len(acceptances(session))
    newcomer.post("/profil/coordonnees", data={"csrf_token": token, "full_name": "Nom saisi avant", "version": "1"})
    assert is_led_to_the_terms(newcomer.last.headers["Location"])
    newcomer.follow()
    assert "est gardé" in newcomer.text()
    newcomer.submit("#acceptation", {"accepte": "oui"})
    assert newcomer.last.headers["Location"] == "/reprise"
    assert len(acceptances(session)) == before + 1
    newcomer.follow()
    assert "Nom saisi avant" in newcomer.text()
    newcomer.submit("section.kept form[action='/profil/coordonnees']")
    assert newcomer.last.headers["Location"] == "/profil"
    newcomer.follow()
    assert "Nom saisi avant" in newcomer.text()


@pytest.mark.parametrize("path", ["/conditions", "/mentions-legales", "/donnees-personnelles", "/aide", "/connexion"])
def test_public_pages_stay_readable(newcomer: CheckingClient, path: str) -> None:
    assert newcomer.get(path).status_code in {200, 303}
    assert not is_led_to_the_terms(newcomer.last.headers.get("Location", ""))


def test_signing_out_needs_no_acceptance(newcomer: CheckingClient) -> None:
    newcomer.get("/conditions/acceptation")
    assert newcomer.submit("form[action='/deconnexion']").headers["Location"] == "/connexion"


def test_acceptance_is_a_positive_act(newcomer: CheckingClient, session: GuichetSession) -> None:
    # SO-14
    before = len(acceptances(session))
    newcomer.get("/conditions/acceptation")
    assert not newcomer.tree.cssselect("#accepte")[0].get("checked")
    assert newcomer.submit("#acceptation").status_code == 422
    assert "Cochez la case" in newcomer.text()
    assert len(acceptances(session)) == before
    assert newcomer.get("/profil").status_code == 303


def test_what_is_kept_of_an_acceptance(newcomer: CheckingClient, session: GuichetSession) -> None:
    # SO-14, SO-81, SO-82, FL-9.1
    newcomer.get("/conditions/acceptation")
    newcomer.submit("#acceptation", {"accepte": "oui"})
    row = acceptances(session)[0]
    assert (row.audience, row.effective_on.isoformat()) == ("organismes", "2025-06-02")
    assert row.sha256 == sha256((library.TEXTS / "organismes-2025-06-02.html").read_bytes()).hexdigest()
    assert (row.accepted_at, row.network_address) == (NOW, "127.0.0.1")
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert (event.action, event.detail) == ("terms.accepted", {"sha256": row.sha256})


def test_a_double_click_is_one_acceptance(newcomer: CheckingClient, session: GuichetSession) -> None:
    newcomer.get("/conditions/acceptation")
    page, before = newcomer.last, len(acceptances(session))
    newcomer.submit("#acceptation", {"accepte": "oui"})
    newcomer.last = page
    assert newcomer.submit("#acceptation", {"accepte": "oui"}).status_code == 303
    assert len(acceptances(session)) == before + 1


def test_two_clicks_at_the_same_instant_are_one_acceptance(
    session: GuichetSession, people: People, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = people.actors["editrice"]
    monkeypatch.setattr("webapp.terms.services.has_accepted", lambda *_: False)  # neither click has seen the other's row yet
    version = version_for(actor, clock)
    assert version is not None
    before = len(acceptances(session))
    assert accept(session, actor, clock, version.sha256) == version
    session.commit()
    assert len(acceptances(session)) == before


def test_accepting_another_text_than_the_one_in_force_is_refused(newcomer: CheckingClient, session: GuichetSession) -> None:
    before = len(acceptances(session))
    newcomer.get("/conditions/acceptation")
    assert newcomer.submit("#acceptation", {"accepte": "oui", "empreinte": "0" * 64}).status_code == 409
    assert "Une nouvelle version" in newcomer.text()
    assert len(acceptances(session)) == before


def test_a_new_version_is_presented_again_to_who_accepted_the_former(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch, clock: FrozenClock
) -> None:
    # SO-13, SO-21
    client = signed_in("editrice")
    assert client.get("/profil").status_code == 200
    content = b'<!doctype html><html lang="fr"><body><h1>Conditions</h1><p>Nouveau texte.</p></body></html>'
    later: Version = library.parse_version("organismes-2026-11-24.html", content)
    everything = (*library.versions(), later)
    monkeypatch.setattr("webapp.terms.services.versions", lambda: everything)
    monkeypatch.setattr(library, "versions", lambda: everything)
    assert client.get("/profil").status_code == 200, "announced, not yet in force"
    clock.set(datetime(2026, 11, 23, 22, 59, tzinfo=UTC))
    client.sign_in("editrice") if client.get("/profil").status_code == 303 and client.get("/connexion").status_code == 200 else None
    assert client.get("/profil").status_code == 200
    clock.set(datetime(2026, 11, 23, 23, 0, tzinfo=UTC))
    assert is_led_to_the_terms(client.get("/profil").headers["Location"])
    client.follow()
    assert "Une nouvelle version" in client.text()
    assert "Nouveau texte." in client.text()
    client.submit("#acceptation", {"accepte": "oui"})
    assert client.get("/profil").status_code == 200


def test_switching_to_an_organisation_of_another_kind_asks_for_its_terms(
    signed_in: SignedIn, session: GuichetSession, people: People
) -> None:
    account_id = people.actors["editrice"].account_id
    from webapp.accounts.models import Account

    grant(session, NOW, session.get_one(Account, account_id), people.organisations["opco"], Role.DECLARANT)
    session.execute(
        TermsAcceptance.__table__.delete().where(TermsAcceptance.account_id == account_id, TermsAcceptance.audience == Audience.DECLARANTS)
    )
    session.commit()
    client = signed_in("editrice")
    client.get("/profil")
    client.submit("form[action='/organisation']", {"organisation": str(people.organisations["opco"].id)})
    client.follow()
    client.follow()
    assert "déclarants et agents" in client.text()
    client.submit("#acceptation", {"accepte": "oui"})
    assert client.get("/profil").status_code == 200
