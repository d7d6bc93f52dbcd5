"""Headers of every answer: no framing, no foreign script, private pages out of caches and indexes."""

import gzip

import pytest
from flask import Flask

from tests.conftest import SignedIn
from tests.support.client import CheckingClient
from webapp.web.assets import static_url
from webapp.web.headers import CONTENT_SECURITY_POLICY


def test_the_policy_allows_nothing_inline_and_nothing_foreign() -> None:
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY
    assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY  # SO-45
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("path", ["/", "/connexion", "/n-existe-pas", "/recherche", "/mentions-legales"])
def test_every_answer_is_guarded(client: CheckingClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_private_pages_are_neither_stored_nor_indexed(signed_in: SignedIn) -> None:
    # FX-11
    response = signed_in("editrice").get("/")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_the_register_may_be_indexed(client: CheckingClient) -> None:
    assert "X-Robots-Tag" not in client.get("/registre").headers


def test_cookies_are_not_for_scripts_nor_for_other_sites(client: CheckingClient) -> None:
    cookie = client.get("/connexion").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_static_files_are_cached_for_ever_under_an_address_that_changes(app: Flask, client: CheckingClient) -> None:
    address = static_url("css/guichet.css")
    response = client.get(address)
    assert response.status_code == 200
    assert "max-age=31536000" in response.headers["Cache-Control"]
    assert response.mimetype == "text/css"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    response.close()


@pytest.mark.parametrize("path", ["/static/../pyproject.toml", "/static/%2e%2e/wsgi.py", "/static/", "/static/vendor"])
def test_nothing_but_static_files_is_served_from_there(client: CheckingClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert b"[project]" not in response.data


def test_pages_are_compressed(client: CheckingClient) -> None:
    client.checks = False
    response = client.get("/definitions", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.data).startswith(b"<!doctype html>")


def test_an_untrusted_host_is_refused(client: CheckingClient) -> None:
    for host in ("ailleurs.example", "localhost.ailleurs.example", "127.0.0.1.example", "localhost@ailleurs.example"):
        response = client.get("/connexion", headers={"Host": host})
        assert response.status_code == 400, host
        assert host not in response.text


def test_forwarded_headers_are_not_believed_without_a_proxy(client: CheckingClient) -> None:
    response = client.get(
        "/recherche", headers={"X-Forwarded-Host": "ailleurs.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "1.2.3.4"}
    )
    assert "ailleurs" not in response.headers["Location"]
