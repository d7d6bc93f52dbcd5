"""The terms as anybody reads, prints and downloads them."""

from hashlib import sha256

import pytest

from tests.conftest import SignedIn
from tests.support.client import CheckingClient
from webapp.terms.library import versions
from webapp.terms.rules import Version


def test_every_text_in_force_and_every_earlier_one_is_listed(client: CheckingClient) -> None:
    # SO-83
    client.get("/conditions")
    hrefs = {node.get("href") for node in client.tree.cssselect("main a")}
    assert {f"/conditions/{version.audience}/{version.effective_on}" for version in versions()} <= hrefs
    assert "La version en ligne prévaut" in client.text()  # SO-18


def test_a_signed_in_person_reads_their_own_text_in_full_and_when_they_accepted_it(signed_in: SignedIn) -> None:
    # FX-5
    client = signed_in("declarante")
    client.get("/conditions")
    assert "Article 1 – Objet" in client.text()
    assert "déclarants et agents" in client.text()
    assert "acceptée le lundi 23 novembre 2026" in client.text()


@pytest.mark.parametrize("version", versions(), ids=lambda version: version.filename)
def test_each_version_is_shown_in_full_and_downloads_as_the_bytes_of_its_hash(client: CheckingClient, version: Version) -> None:
    # SO-6
    client.get(f"/conditions/{version.audience}/{version.effective_on}")
    assert version.sha256 in client.text()
    assert "Article 12" in client.text()
    (link,) = [node.get("href") for node in client.tree.cssselect("main a") if node.get("href").endswith("/texte.html")]
    answer = client.get(link)
    assert sha256(answer.data).hexdigest() == version.sha256
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{version.filename}"'


def test_a_replaced_version_says_so(client: CheckingClient) -> None:
    client.get("/conditions/clients/2024-09-02")
    assert client.tree.cssselect(".chip")[0].text_content() == "remplacée"
    client.get("/conditions/clients/2025-06-02")
    assert client.tree.cssselect(".chip")[0].text_content() == "en vigueur"


@pytest.mark.parametrize(
    "path", ["/conditions/clients/2025-06-03", "/conditions/x/2025-06-02", "/conditions/clients/2025-06-03/texte.html", "/conditions/../x"]
)
def test_there_is_no_other_text(client: CheckingClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_english_page_says_that_the_french_text_binds(client: CheckingClient) -> None:
    # FL-20
    client.get("/conditions/clients/2025-06-02")
    client.submit("footer form", {"langue": "en"})
    client.get("/conditions/clients/2025-06-02")
    assert client.tree.get("lang") == "en"
    assert client.tree.cssselect("article")[0].get("lang") == "fr"
    assert client.tree.cssselect("p.notice")


@pytest.mark.parametrize("path", ["/", "/connexion", "/mot-de-passe-oublie", "/aide", "/nulle-part"])
def test_the_terms_are_linked_from_every_page(client: CheckingClient, path: str) -> None:
    # FX-5
    client.get(path)
    links = {" ".join(node.text_content().split()): node.get("href") for node in client.tree.cssselect("footer a")}
    assert links["Conditions Générales d'Utilisation"] == "/conditions"
