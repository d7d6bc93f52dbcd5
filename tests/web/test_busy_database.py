"""A database that somebody else holds for long: nothing is lost, and the page says what to do."""

import pytest

from tests.conftest import SignedIn
from tests.support.statements import impatient
from webapp.actor import SYSTEM
from webapp.db import Database

pytestmark = pytest.mark.sqlite  # it has one writer at a time, PostgreSQL many


def test_a_form_that_meets_a_busy_database_can_be_sent_again_by_one_button(signed_in: SignedIn, database: Database) -> None:
    client = signed_in("editrice")
    client.get("/profil/coordonnees")
    with impatient(database.engine), database.writer() as holder:
        holder.acts_for(SYSTEM)
        holder.connection()
        response = client.submit("main form", {"phone": "01 23 45 67 89"})
    assert response.status_code == 503
    assert "Rien n'a été enregistré" in client.text()
    assert client.submit("main form").status_code == 303
    client.get("/profil")
    assert "01 23 45 67 89" in client.text()
