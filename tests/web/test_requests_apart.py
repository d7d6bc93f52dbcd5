"""One request never sees what another left behind."""

from flask import Flask

from tests.conftest import People
from tests.support.client import CheckingClient


def test_an_application_context_left_open_around_two_requests_is_refused(app: Flask, people: People) -> None:
    """The person of the first request would otherwise be taken for the person of the second."""
    browser = app.test_client()
    assert isinstance(browser, CheckingClient)
    with app.app_context():
        assert browser.get("/connexion").status_code == 200
        assert browser.get("/connexion").status_code == 500
    assert browser.get("/connexion").status_code == 200
