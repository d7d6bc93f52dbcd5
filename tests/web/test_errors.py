"""Refusals and failures are pages of the layout, or fragments, with a reference to quote; nothing inside leaks."""

import re

import pytest
from flask import Flask
from structlog.testing import capture_logs

from tests.conftest import SignedIn
from tests.support.client import CheckingClient
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.web.access import ACCESS, PUBLIC

pytestmark = pytest.mark.own_app  # these tests have pages of their own

REFERENCE = re.compile(r"\b[0-9a-f]{8}\b")


@pytest.fixture
def failing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> CheckingClient:
    """A browser of an application with one page for each way to fail."""

    def fail(how: str) -> str:
        raise {
            "404": NotFound(),
            "403": Forbidden(),
            "409": Conflict("Une autre personne a modifié la ligne."),
            "422": Invalid({"x": "Renseignez x."}),
            "500": RuntimeError("mot de passe de la base : secret"),
        }[how]

    app.add_url_rule("/essai/<how>", "essai.echec", fail, methods=["GET", "POST"])
    monkeypatch.setitem(ACCESS, "essai.echec", PUBLIC)
    client = app.test_client()
    assert isinstance(client, CheckingClient)
    return client


@pytest.mark.parametrize("how", ["404", "403", "409", "422", "500"])
def test_a_refusal_is_a_page_with_a_reference(failing: CheckingClient, how: str) -> None:
    response = failing.get(f"/essai/{how}")
    assert response.status_code == int(how)
    assert REFERENCE.search(failing.text())
    assert failing.tree.cssselect("header.site")
    assert failing.tree.cssselect("footer.site")
    assert "secret" not in response.text


@pytest.mark.parametrize("how", ["404", "403", "409", "422", "500"])
def test_a_refusal_is_a_fragment_for_the_alert_region(failing: CheckingClient, how: str) -> None:
    response = failing.get(f"/essai/{how}", headers={"HX-Request": "true"})
    assert response.status_code == int(how)
    assert response.headers["HX-Retarget"] == "#alert"
    assert "<html" not in response.text
    assert REFERENCE.search(response.text)
    assert "secret" not in response.text


def test_the_message_of_a_refusal_is_shown(failing: CheckingClient) -> None:
    failing.get("/essai/409")
    assert "Une autre personne a modifié la ligne." in failing.text()
    failing.get("/essai/422")
    assert "Renseignez x." in failing.text()


def test_the_log_has_the_reference_that_the_page_shows(failing: CheckingClient) -> None:
    with capture_logs() as lines:
        failing.get("/essai/500")
    reference = REFERENCE.search(failing.text())
    assert reference is not None
    assert [line["reference"] for line in lines if line["event"] == "request.failed"] == [reference.group(0)]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/n-existe-pas", 404), ("GET", "/langue", 405), ("PUT", "/connexion", 400)])
def test_unknown_addresses_and_methods_are_answered_in_the_layout(client: CheckingClient, method: str, path: str, status: int) -> None:
    response = client.open(path, method=method)
    assert response.status_code in {status, 405}
    assert client.tree.cssselect("footer.site")


def test_a_request_that_is_too_large_is_refused(signed_in: SignedIn) -> None:
    client = signed_in("editrice")
    assert client.post("/langue", data={"langue": "f" * (6 * 1024 * 1024)}).status_code in {400, 413}
    assert client.get("/").status_code == 200
