"""The static pages."""

import pytest
from flask import Flask

from tests.conftest import SignedIn
from tests.support.client import CheckingClient
from webapp.web.access import ACCESS

PAGES = {
    "/mentions-legales": [
        *("Directrice de la publication", "Hébergeur", "CNIL"),  # FX-2
        "ne peuvent être cédées",  # SO-63
        "contenu illicite ou inapproprié",  # SO-64, SO-65
    ],
    "/donnees-personnelles": [
        *("sans elles, il ne peut être rendu", "effacement", "Un an"),  # FX-15, SO-72, SO-85
        "L’exploitant est responsable du traitement",  # SO-8
        "chaque organisme, pour l’usage qu’il fait du portail",  # SO-9
        "aucune donnée sensible qui ne soit pas nécessaire",  # SO-75
    ],
    "/accessibilite": ["non audité", "200 %", "Défenseur des droits"],
    "/definitions": ["Application", "Organisme", "Utilisateur", "GTR", "IMS"],  # FX-3, FL-1
    "/aide": ["Mot de passe oublié", "VPN", "Verrouillez votre poste"],  # SO-2, SO-CFG, FL-7.2
}


@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_open_to_everybody_and_says_what_it_must(client: CheckingClient, path: str) -> None:
    assert client.get(path).status_code == 200
    for words in PAGES[path]:
        assert words in client.text(), words


@pytest.mark.parametrize("path", ["/", "/registre", "/connexion"])
def test_personal_data_are_explained_from_every_footer(client: CheckingClient, path: str) -> None:
    # SO-76
    client.get(path)
    assert [node.text_content() for node in client.tree.cssselect("footer a[href='/donnees-personnelles']")] == ["Données personnelles"]


def test_a_visitor_sees_only_public_pages_on_the_site_map(client: CheckingClient) -> None:
    client.get("/plan-du-site")
    for href in {node.get("href") for node in client.tree.cssselect("main .cards a")}:
        assert CheckingClient(client.application).get(href).status_code == 200, href


@pytest.mark.parametrize(
    "username", ["editrice", "declarante", "cliente", "agente", "administratrice", "gestionnaire", "chargee", "nationale"]
)
def test_every_page_of_ones_site_map_opens(signed_in: SignedIn, username: str) -> None:
    client = signed_in(username)
    client.get("/plan-du-site")
    paths = sorted({node.get("href") for node in client.tree.cssselect("main .cards a")})
    assert len(paths) > 10
    for path in paths:
        answer = client.get(path)
        assert answer.status_code in {200, 303}, path
        if answer.status_code == 303:
            assert answer.headers["Location"].split("?")[0] not in {"/connexion", "/conditions/acceptation"} or path == "/connexion", path


def test_the_site_map_names_every_page_that_needs_no_identifier(app: Flask) -> None:
    from webapp.legal.site_map import SECTIONS

    named = {endpoint for _title, links in SECTIONS for _words, endpoint in links}
    unknown = {endpoint for endpoint in named if endpoint not in app.view_functions}
    assert unknown == set(), "pages named that do not exist"
    assert named <= set(ACCESS)
