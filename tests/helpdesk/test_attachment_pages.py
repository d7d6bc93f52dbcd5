"""Files on the pages of tickets: they come with what is said, are kept when it is refused, and leave inert."""

import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.conftest import People, SignedIn
from tests.helpdesk.support import opened
from tests.support.client import CheckingClient
from tests.uploads import made
from webapp.clock import FrozenClock
from webapp.db import GuichetSession
from webapp.errors import Invalid
from webapp.helpdesk.models import Attachment, Ticket
from webapp.helpdesk.services.attachments import attach
from webapp.uploads.held import Held
from webapp.uploads.rules.limits import LARGEST_FILE
from webapp.uploads.storage import FileStore, Stored, store_for
from webapp.web.state import State


@pytest.fixture
def files(app: Flask) -> FileStore:
    state: State = app.extensions["guichet"]
    return store_for(state.settings)


@pytest.fixture
def ticket(app: Flask, session: GuichetSession, people: People, clock: FrozenClock) -> Ticket:
    """A ticket of the client « Société Alpha », just reported."""
    with app.app_context():
        return opened(session, people, clock)


@pytest.fixture
def rows(app: Flask, session: GuichetSession, people: People, clock: FrozenClock, files: FileStore, ticket: Ticket) -> list[Attachment]:
    """A picture, a text and a table, attached to the ticket by its client."""
    contents = {"é" * 90 + ".png": made.png(), "a.txt": b"<script>", "a.csv": b"=1+1"}
    with app.app_context():
        held = [Held(files.put(content), name) for name, content in contents.items()]
        found = attach(session, people.actors["cliente"], clock, ticket, files, held)
        session.commit()
    return found


def upload(name: str, content: bytes) -> Any:
    return (io.BytesIO(content), name)


def send_large(client: CheckingClient, ticket: Ticket, content: bytes) -> int:
    """Send one file as a browser does; the test client would leave its temporary file open."""
    token = client.tree.cssselect("form[enctype] input[name=csrf_token]")[0].get("value")
    body = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n' % part
        for part in ((b"csrf_token", b"", token.encode()), (b"files", b'; filename="a.txt"', content))
    )
    url = f"/assistance/{ticket.reference}/fichiers"
    return client.post(url, data=body + b"--x--\r\n", content_type="multipart/form-data; boundary=x").status_code


def count(session: GuichetSession, *conditions: Any) -> int:
    session.commit()
    found = session.scalars(select(Attachment.id).where(*conditions)).all()
    session.commit()
    return len(found)


REPORT = {
    "service": "declarations",
    "title": "Import refusé",
    "description": "Le classeur est refusé.",
    "location": "Siège",
    "consequences": "Rien ne part.",
    "contact_phone": "01 23 45 67 89",
}


def reference_of(client: CheckingClient) -> str:
    return client.last.headers["Location"].rsplit("/", 1)[1]


def link(client: CheckingClient, words: str) -> str:
    return next(node.get("href") for node in client.tree.cssselect("#fichiers a") if node.text_content().startswith(words))


def test_a_report_brings_its_files_and_a_refused_form_keeps_them(signed_in: SignedIn, session: GuichetSession, files: FileStore) -> None:
    # FL-12.5b
    client = signed_in("cliente")
    client.get("/assistance/signaler")
    sent = [upload("écran.png", made.png()), upload("menteur.png", made.PDF), upload("vide.txt", b""), upload("setup.exe", b"MZ")]
    answer = client.submit("#signalement", {**REPORT, "title": "", "files": sent})
    assert answer.status_code == 422
    assert "écran.png" in client.tree.cssselect("fieldset.sites label[for=garde-1]")[0].text_content()
    words = client.tree.cssselect("#files-erreur")[0].text_content()
    assert "menteur.png" in words
    assert "vide.txt" in words
    assert "setup.exe" in words
    assert client.tree.cssselect("#erreurs a[href='#files']")
    assert client.tree.cssselect("textarea[name=description]")[0].text.strip() == REPORT["description"]
    answer = client.submit("#signalement", {"title": "Import refusé", "files": [upload("notes.log", b"ligne\n")]})
    assert answer.status_code == 303, client.text()
    client.follow()
    assert [row.name for row in session.scalars(select(Attachment).order_by(Attachment.id))] == ["écran.png", "notes.log"]
    assert "écran.png" in client.text()


def test_a_kept_file_that_is_unticked_is_left_out(signed_in: SignedIn, session: GuichetSession) -> None:
    client = signed_in("cliente")
    client.get("/assistance/signaler")
    client.submit("#signalement", {**REPORT, "title": "", "files": [upload("a.txt", b"a")]})
    assert client.submit("#signalement", {"title": "Sans fichier", "kept_files": None}).status_code == 303
    assert count(session) == 0


def test_a_double_click_attaches_once(signed_in: SignedIn, session: GuichetSession) -> None:
    client = signed_in("cliente")
    client.get("/assistance/signaler")
    page = client.last
    for _ in range(2):
        client.last = page
        assert client.submit("#signalement", {**REPORT, "files": [upload("a.txt", b"a")]}).status_code == 303
    assert count(session) == 1


def test_a_reply_and_a_note_bring_files_to_their_side(signed_in: SignedIn, session: GuichetSession, ticket: Ticket) -> None:
    agent, client = signed_in("agente"), signed_in("cliente")
    agent.get(f"/assistance/{ticket.reference}")
    reply = {"body": "Voici la marche à suivre.", "files": [upload("marche.pdf", made.PDF)]}
    assert agent.submit("#reponse", reply, button="Répondre").status_code == 303, agent.text()
    agent.follow()
    note = {"note": "Vu avec l’éditeur.", "files": [upload("interne.txt", b"x")]}
    assert agent.submit("#reponse", note, button="Enregistrer la note").status_code == 303, agent.text()
    agent.follow()
    assert "interne.txt" in agent.text()
    assert count(session, Attachment.message_id.is_not(None)) == 2
    client.get(f"/assistance/{ticket.reference}")
    assert "marche.pdf" in client.text()
    assert "interne.txt" not in client.last.text
    hidden = session.scalars(select(Attachment.id).where(Attachment.internal)).one()
    session.commit()
    assert client.get(f"/assistance/{ticket.reference}/fichiers/{hidden}").status_code == 404


def test_a_refused_reply_keeps_its_file_and_its_words(signed_in: SignedIn, session: GuichetSession, ticket: Ticket) -> None:
    client = signed_in("cliente")
    client.get(f"/assistance/{ticket.reference}")
    answer = client.submit("#reponse", {"body": "Encore là.", "files": [upload("a.txt", b"a"), upload("b.exe", b"b")]}, button="Répondre")
    assert answer.status_code == 422
    assert "b.exe" in client.text()
    assert "Encore là." in client.tree.cssselect("#body")[0].text
    assert client.submit("#reponse", {}, button="Répondre").status_code == 303
    assert session.scalars(select(Attachment.name)).all() == ["a.txt"]


def test_a_file_leaves_to_be_saved_and_can_do_nothing(signed_in: SignedIn, ticket: Ticket, rows: list[Attachment]) -> None:
    picture, text, table = rows
    client = signed_in("cliente")
    for row, kind in ((picture, "image/png"), (text, "text/plain"), (table, "application/octet-stream")):
        answer = client.get(f"/assistance/{ticket.reference}/fichiers/{row.id}")
        assert answer.mimetype == kind
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert len(answer.data) == row.size
        answer.close()
    shown = client.get(f"/assistance/{ticket.reference}/fichiers/{picture.id}/apercu")
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    shown.close()
    assert client.get(f"/assistance/{ticket.reference}/fichiers/{text.id}/apercu").status_code == 404


def test_another_client_s_files_do_not_exist(
    app: Flask, signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock, ticket: Ticket, rows: list[Attachment]
) -> None:
    # FL-7.1: the page, the download, the preview and the removal, by forged numbers too
    row = rows[0]
    with app.app_context():
        other = opened(session, people, clock, "autre-cliente")
    stranger = signed_in("autre-cliente")
    for reference in (ticket.reference, other.reference):
        for end in ("", "/apercu"):
            assert stranger.get(f"/assistance/{reference}/fichiers/{row.id}{end}").status_code == 404
    assert stranger.get(f"/assistance/{ticket.reference}/fichiers").status_code == 404
    assert stranger.get(f"/assistance/{ticket.reference}/fichiers/{row.id}/retirer").status_code == 403
    agent = signed_in("agente")
    assert agent.get(f"/assistance/{other.reference}/fichiers/{row.id}").status_code == 404
    assert agent.get(f"/assistance/{other.reference}/fichiers/{row.id}/retirer").status_code == 404
    assert agent.get(f"/assistance/{ticket.reference}/fichiers/99999999999999999999").status_code == 404


def test_the_desk_removes_a_file_on_a_page_that_asks_why(
    signed_in: SignedIn, files: FileStore, ticket: Ticket, rows: list[Attachment]
) -> None:
    row = rows[0]
    place = files.path(row.file_key or "")
    agent = signed_in("agente")
    agent.get(f"/assistance/{ticket.reference}")
    agent.get(link(agent, "retirer"))
    assert agent.submit("form[action$=retirer]", {"reason": ""}).status_code == 422
    assert place.exists()
    asking = agent.last
    assert agent.submit("form[action$=retirer]", {"reason": "Envoyé par erreur"}).status_code == 303
    assert not place.exists()
    first, agent.last = agent.last.location, asking
    assert agent.submit("form[action$=retirer]", {"reason": "Envoyé par erreur"}).location == first, "a double click is told the same"
    agent.follow()
    assert "Envoyé par erreur" in agent.text()
    assert agent.get(f"/assistance/{ticket.reference}/fichiers/{row.id}").status_code == 404


def test_files_are_attached_after_the_fact(signed_in: SignedIn, session: GuichetSession, ticket: Ticket) -> None:
    client = signed_in("cliente")
    client.get(f"/assistance/{ticket.reference}/fichiers")
    assert "Interne" not in client.text()
    assert client.submit("form[enctype]", {}).status_code == 422
    answer = client.submit("form[enctype]", {"files": [upload("a.txt", b"a")], "internal": "y"})
    assert answer.status_code == 303
    assert count(session, Attachment.internal) == 0  # the client's side hides nothing


def test_a_file_of_ten_megabytes_passes_and_one_byte_more_is_refused_beside_its_field(signed_in: SignedIn, ticket: Ticket) -> None:
    client = signed_in("cliente")
    client.get(f"/assistance/{ticket.reference}/fichiers")
    assert send_large(client, ticket, b"a" * (LARGEST_FILE + 1)) == 422
    assert "trop lourd" in client.text()
    assert send_large(client, ticket, b"a" * LARGEST_FILE) == 303


def test_an_eleventh_file_is_refused_and_ten_are_kept(signed_in: SignedIn, session: GuichetSession, ticket: Ticket) -> None:
    client = signed_in("cliente")
    client.get(f"/assistance/{ticket.reference}/fichiers")
    assert client.submit("form[enctype]", {"files": [upload(f"{n}.txt", b"a") for n in range(11)]}).status_code == 422
    assert "dix au plus" in client.text()
    assert client.submit("form[enctype]", {}).status_code == 303
    assert count(session) == 10


def test_a_full_disk_refuses_the_form_and_keeps_its_words(
    signed_in: SignedIn, session: GuichetSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_store: FileStore, _content: bytes) -> Stored:
        raise Invalid({"files": "Le serveur n’a plus de place"})

    monkeypatch.setattr(FileStore, "put", full)
    client = signed_in("cliente")
    client.get("/assistance/signaler")
    assert client.submit("#signalement", {**REPORT, "files": [upload("a.txt", b"a")]}).status_code == 422
    assert "plus de place" in client.text()
    assert session.scalars(select(Ticket.id)).all() == []


def test_a_request_beyond_every_limit_is_refused_in_words(signed_in: SignedIn) -> None:
    client = signed_in("cliente")
    client.get("/assistance/signaler")
    answer = client.post(
        "/assistance/signaler",
        environ_overrides={"CONTENT_LENGTH": "200000000", "CONTENT_TYPE": "multipart/form-data; boundary=x"},
    )
    assert answer.status_code == 413
    assert "trop volumineux" in client.text().lower()


def test_files_of_a_session_that_had_ended_are_to_be_chosen_again(signed_in: SignedIn, clock: FrozenClock) -> None:
    client = signed_in("cliente")
    client.get("/assistance/signaler")
    clock.advance(timedelta(hours=13))
    assert client.submit("#signalement", {**REPORT, "files": [upload("ecran.png", made.png())]}).status_code == 303
    client.sign_in("cliente")
    client.get("/reprise")
    assert "choisissez-les de nouveau (ecran.png)" in client.text()
    assert not client.tree.cssselect("input[name=files_left_out]")
    assert client.submit("form[action='/assistance/signaler']").status_code == 303, client.text()


def test_a_lost_file_is_told_without_a_failure(signed_in: SignedIn, files: FileStore, ticket: Ticket, rows: list[Attachment]) -> None:
    row = rows[0]
    files.remove(row.file_key or "")
    assert signed_in("cliente").get(f"/assistance/{ticket.reference}/fichiers/{row.id}").status_code == 404
