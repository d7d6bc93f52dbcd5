"""CSRF tokens: masked anew in each answer, valid for one browser only, and naming their author."""

from flask import Flask

from tests.conftest import People, SignedIn
from tests.support.client import CheckingClient
from webapp.web.csrf import author_of, unmask


def token(client: CheckingClient, path: str = "/plan-du-site") -> str:
    client.get(path)
    return str(client.tree.cssselect("input[name=csrf_token]")[0].get("value"))


def test_no_two_answers_carry_the_same_bytes_but_both_tokens_work(signed_in: SignedIn) -> None:
    client = signed_in("editrice")
    first, second = token(client), token(client)
    assert first != second
    assert unmask(first) == unmask(second)
    for value in (first, second):
        assert client.post("/langue", data={"csrf_token": value, "langue": "fr"}).status_code == 303


def test_a_token_of_another_person_is_refused(signed_in: SignedIn) -> None:
    stolen = token(signed_in("cliente"))
    client = signed_in("editrice")
    before = token(client)
    response = client.post("/deconnexion", data={"csrf_token": stolen})
    assert response.status_code in {303, 400}
    assert client.get("/recherche").status_code == 200, "the act was carried out"
    assert unmask(token(client)) == unmask(before) or client.get("/recherche").status_code == 200


def test_a_token_is_also_read_from_the_header_that_htmx_sends(signed_in: SignedIn) -> None:
    client = signed_in("editrice")
    value = token(client)
    assert client.post("/langue", data={"langue": "fr"}, headers={"X-CSRFToken": value}).status_code == 303


def test_a_mangled_token_is_refused_without_an_error(client: CheckingClient) -> None:
    client.get("/connexion")
    for value in ("", "x", "é" * 40, "A" * 5000, "\x00", "%00", "=" * 8, "AAAA"):
        response = client.post("/langue", data={"csrf_token": value, "langue": "fr"})
        assert response.status_code == 400, value


def test_a_token_names_its_author_and_nobody_else_s_key_makes_one(app: Flask, people: People, signed_in: SignedIn) -> None:
    value = token(signed_in("editrice"))
    with app.test_request_context():
        assert author_of(value) == people.actors["editrice"].account_id
        assert author_of("inventé") is None
        app.secret_key = "z" * 48
        assert author_of(value) is None
