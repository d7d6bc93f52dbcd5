"""Documents that go with a return: typed and limited by the form, frozen with each submission, never lost afterwards."""

import hashlib
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tests.conftest import SignedIn
from tests.declarations.rich_model import TEXT
from tests.declarations.test_workflow_pages import submit
from tests.uploads import made
from webapp.db import GuichetSession
from webapp.declarations.models import ReturnDocument
from webapp.declarations.rules.documents import TOO_HEAVY, WRONG_TYPE, Attached, fault_of, frozen_documents, listed, missing, replaced
from webapp.declarations.rules.form_models.loader import load_model
from webapp.declarations.rules.form_models.parts import DocumentType
from webapp.declarations.rules.form_models.registry import get_model
from webapp.declarations.rules.form_models.yaml_source import ModelError
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.values import Entry, ValueKind
from webapp.evidence.models import AuditEvent
from webapp.uploads.models import StoredFile
from webapp.uploads.storage import FileStore, store_for

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
MODEL = load_model(TEXT)
ACCOUNTS, AGREEMENT = MODEL.documents.values()
PDF_2 = made.PDF + b"\n"


@pytest.fixture
def files(app: Flask) -> FileStore:
    return store_for(app.extensions["guichet"].settings)


@pytest.fixture
def number(number_of: Callable[[str], str], fill: Callable[..., None], session: GuichetSession) -> str:
    """A return filled in, to which nothing is attached yet."""
    number = number_of("atpro-bretagne")
    fill(number)
    session.execute(delete(ReturnDocument))
    session.commit()
    return number


def upload(*files: tuple[str, bytes]) -> Any:
    return [(io.BytesIO(content), name) for name, content in files]


def attach(client: Any, number: str, code: str, *files: tuple[str, bytes]) -> Any:
    client.get(f"/declarations/{number}/pieces")
    return client.submit(f"form#joindre-{code}", {"files": upload(*files)}, content_type="multipart/form-data")


def csrf(client: Any) -> Any:
    """A token from a page that everybody reads."""
    client.get("/profil")
    return client.tree.cssselect("input[name=csrf_token]")[0].get("value")


def rows(session: GuichetSession) -> list[ReturnDocument]:
    session.expire_all()
    found = list(session.scalars(select(ReturnDocument).order_by(ReturnDocument.id)))
    session.commit()
    return found


def a_file(document: str, name: str = "a.pdf", rank: int = 1) -> Attached:
    return Attached(rank, document, name, "application/pdf", 9, "ab" * 32, "Essai", AT)


# The rules


def test_a_form_says_which_documents_it_expects() -> None:  # SO-1
    assert (ACCOUNTS.label, ACCOUNTS.required, ACCOUNTS.types) == ("Comptes annuels", True, (DocumentType.PDF,))
    assert (ACCOUNTS.max_size, ACCOUNTS.max_count, ACCOUNTS.help, ACCOUNTS.legal) == (10_000_000, 2, "Aide de pièce", "art. 5")
    assert (AGREEMENT.required, AGREEMENT.max_size, AGREEMENT.max_count) == (False, 3_000_000, 1)
    assert MODEL.sections[0].documents == (ACCOUNTS, AGREEMENT)


@pytest.mark.parametrize(
    "written, wrong, said",
    [
        ("types: [pdf]", "types: [docx]", "types est une liste parmi pdf, xlsx, ods, csv, png, jpeg, sans répétition"),
        ("types: [pdf]", "types: []", "types est une liste"),
        ("types: [pdf]", "types: [pdf, pdf]", "types est une liste"),
        ('max_count: "2"', 'max_count: "11"', "max_count va de 1 à 10"),
        ('max_size: "3"', 'max_size: "0"', "max_size va de 1 à 10"),
        ("code: comptes, label", "code: convention, label", "« convention » est répété"),
        ("code: comptes, label", "code: COMPTES, label", "« COMPTES » est répété ou ne peut pas être le code d’un document"),
        ("required: oui", "required: peut-être", "required vaut oui ou non"),
        ("help: Aide de pièce", "aide: Aide", "la clé aide est inconnue"),
        ("""visible: 'fiche.statut.reponse = "oui"'""", "visible: fiche.statut.absente = 1", "absente"),
        ("type: texte}", "type: fichier}", "type vaut texte, date, liste"),
    ],
)
def test_a_fault_in_a_document_is_named_with_its_line(written: str, wrong: str, said: str) -> None:
    assert written in TEXT
    with pytest.raises(ModelError) as refused:
        load_model(TEXT.replace(written, wrong, 1))
    assert any(said in problem.text and problem.line > 1 for problem in refused.value.problems), refused.value.problems


def test_a_document_of_a_condition_is_expected_only_while_it_holds() -> None:
    agreed = Entry(ValueKind.VALUE, "Oui")
    assert Sheet(MODEL, {}).expected_documents() == [ACCOUNTS]
    assert Sheet(MODEL, {("fiche", "statut", "reponse"): agreed}).expected_documents() == [ACCOUNTS, AGREEMENT]


def test_a_file_is_held_to_the_types_and_the_size_of_its_document() -> None:
    assert fault_of(ACCOUNTS, "Comptes.PDF", 10_000_000) is None
    assert fault_of(ACCOUNTS, "comptes.pdf", 10_000_001) == TOO_HEAVY
    assert fault_of(ACCOUNTS, "comptes.png", 9) == WRONG_TYPE
    assert fault_of(ACCOUNTS, "comptes", 9) == WRONG_TYPE
    assert [fault_of(AGREEMENT, name, 9) for name in ("a.jpg", "a.jpeg", "a.csv", "a.ods", "a.xlsx")] == [None] * 5
    assert fault_of(AGREEMENT, "a.docx", 9) == WRONG_TYPE


def test_only_compulsory_documents_that_are_expected_are_missed() -> None:
    assert missing([ACCOUNTS, AGREEMENT], []) == [ACCOUNTS]
    assert missing([ACCOUNTS], [a_file("comptes")]) == []
    assert missing([AGREEMENT], []) == []


def test_a_snapshot_lists_the_files_in_the_order_of_the_form() -> None:
    attached = [a_file("convention", "c.png", 1), a_file("comptes", "b.pdf", 2), a_file("comptes", "a.pdf", 3), a_file("ailleurs", "x", 4)]
    frozen = frozen_documents({"documents": listed([ACCOUNTS, AGREEMENT], attached)})
    assert [item.name for item in frozen] == ["b.pdf", "a.pdf", "c.png"]
    assert (frozen[0].label, frozen[0].size, frozen[0].sha256) == ("Comptes annuels", 9, "ab" * 32)
    assert frozen_documents({}) == []


def test_a_file_sent_again_under_another_name_is_no_other_file() -> None:
    one, other = frozen_documents({"documents": listed([ACCOUNTS], [a_file("comptes", "a.pdf"), a_file("comptes", "b.pdf")])})
    assert replaced([one], [other]) == ([], [])
    assert replaced([one], []) == ([one], [])
    assert replaced([], [other]) == ([], [other])


# The pages


def test_a_compulsory_document_holds_the_submission_back_until_it_is_attached(
    signed_in: SignedIn, session: GuichetSession, number: str
) -> None:
    client = signed_in("declarant-breton")
    client.get(f"/declarations/{number}")
    assert client.tree.cssselect(f"a[href='/declarations/{number}/pieces']")
    client.get(f"/declarations/{number}/depot")
    assert [node.get("href") for node in client.tree.cssselect("#blocages a")] == [f"/declarations/{number}/pieces#piece-comptes"]
    assert not client.tree.cssselect("form#deposer")
    answer = attach(client, number, "comptes", ("Comptes 2025.pdf", made.PDF), ("annexe.pdf", PDF_2))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/declarations/{number}/pieces#piece-comptes")
    client.get(f"/declarations/{number}/pieces")
    assert "Comptes 2025.pdf" in client.text()
    assert not client.tree.cssselect("form#joindre-comptes")  # two files at most
    client.get(f"/declarations/{number}/depot")
    assert client.tree.cssselect("form#deposer")
    detail = session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "return.document_attached")).one()
    session.commit()
    digest = hashlib.sha256(made.PDF).hexdigest()
    assert detail["files"][0] == {"name": "Comptes 2025.pdf", "size": len(made.PDF), "sha256": digest}


def test_a_submission_sent_by_hand_without_the_document_is_refused_with_its_name(signed_in: SignedIn, number: str) -> None:
    client = signed_in("declarant-breton")
    attach(client, number, "comptes", ("a.pdf", made.PDF))
    client.get(f"/declarations/{number}/depot")
    form = {field.get("name"): field.get("value") for field in client.tree.cssselect("form#deposer input")}
    client.get(f"/declarations/{number}/pieces")
    client.submit("form[id^=retirer]")
    answer = client.post(f"/declarations/{number}/depot", data=form)
    assert answer.status_code == 409
    answer = client.post(f"/declarations/{number}/depot", data={name: value for name, value in form.items() if name != "figures"})
    assert answer.status_code == 422
    assert "Pièce obligatoire manquante : Comptes annuels." in client.text()


@pytest.mark.parametrize(
    "name, content, said",
    [
        ("comptes.png", made.png(), "« comptes.png » n’est pas d’un type accepté ici : PDF."),
        ("comptes.pdf", made.png(), "n’est pas ce que son nom annonce"),
        ("comptes.pdf", b"", "« comptes.pdf » est vide"),
        ("comptes.exe", made.WINDOWS_PROGRAM, "est un programme"),
        ("comptes.docx", made.docx(), "n’est pas d’un type accepté ici"),
    ],
)
def test_a_file_of_another_type_is_refused_beside_its_field(
    signed_in: SignedIn, session: GuichetSession, number: str, name: str, content: bytes, said: str
) -> None:
    client = signed_in("declarant-breton")
    answer = attach(client, number, "comptes", (name, content))
    assert answer.status_code == 422
    assert said in client.tree.cssselect("#files-comptes-erreur")[0].text_content()
    assert client.tree.cssselect("#erreurs a")[0].get("href") == "#files-comptes"
    assert rows(session) == []


def test_what_was_accepted_is_kept_when_the_other_file_is_refused(signed_in: SignedIn, session: GuichetSession, number: str) -> None:
    client = signed_in("declarant-breton")
    assert attach(client, number, "comptes", ("a.pdf", made.PDF), ("b.png", made.png())).status_code == 422
    assert [node.text_content() for node in client.tree.cssselect("form#joindre-comptes .check label")] == [
        f"a.pdf ({len(made.PDF)} octets)"
    ]
    assert not client.tree.cssselect("form#joindre-attestation .check")
    assert client.submit("form#joindre-comptes").status_code == 303
    assert [row.name for row in rows(session)] == ["a.pdf"]


def test_a_file_too_many_none_and_the_same_twice_are_refused(signed_in: SignedIn, session: GuichetSession, number: str) -> None:
    client = signed_in("declarant-breton")
    assert attach(client, number, "comptes").status_code == 422
    assert "Choisissez un fichier." in client.text()
    attach(client, number, "attestation", ("a.pdf", made.PDF), ("b.pdf", PDF_2))
    assert "1 fichier au plus" in client.text()
    assert attach(client, number, "comptes", ("a.pdf", made.PDF)).status_code == 303
    assert attach(client, number, "comptes", ("autre nom.pdf", made.PDF)).status_code == 422
    assert "est déjà joint" in client.text()
    assert len(rows(session)) == 1
    assert client.post(f"/declarations/{number}/pieces/inconnue", data={"csrf_token": csrf(client)}).status_code == 404


def test_a_double_click_attaches_once(signed_in: SignedIn, session: GuichetSession, number: str) -> None:
    client = signed_in("declarant-breton")
    client.get(f"/declarations/{number}/pieces")
    form = {field.get("name"): field.get("value") for field in client.tree.cssselect("form#joindre-comptes input[type=hidden]")}
    for _ in range(2):
        data = form | {"files": upload(("a.pdf", made.PDF))}
        answer = client.post(f"/declarations/{number}/pieces/comptes", data=data, content_type="multipart/form-data")
        assert answer.status_code == 303
    assert len(rows(session)) == 1


def test_a_file_that_was_never_submitted_goes_with_its_bytes(
    signed_in: SignedIn, session: GuichetSession, files: FileStore, number: str
) -> None:
    client = signed_in("declarant-breton")
    attach(client, number, "comptes", ("a.pdf", made.PDF))
    (row,) = rows(session)
    identifier, key = row.id, row.file_key
    session.commit()
    answer = client.get(f"/declarations/{number}/pieces/{identifier}")
    assert answer.data == made.PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    client.get(f"/declarations/{number}/pieces")
    assert client.submit("form[id^=retirer]").status_code == 303
    assert rows(session) == []
    assert not files.has(key)
    assert session.get(StoredFile, key) is None
    session.commit()
    assert client.get(f"/declarations/{number}/pieces/{identifier}").status_code == 404


def test_a_submission_freezes_its_files_and_keeps_them_whatever_comes_after(
    signed_in: SignedIn, session: GuichetSession, files: FileStore, number: str
) -> None:  # SO-34
    client, digest = signed_in("declarant-breton"), hashlib.sha256(made.PDF).hexdigest()
    attach(client, number, "comptes", ("a.pdf", made.PDF))
    first = submit(signed_in, "declarant-breton", number)
    base = f"/declarations/{number}/recepisses/{first}"
    frozen = json.loads(client.get(f"{base}/instantane.json").data)
    assert frozen["format"] == 3
    assert frozen["documents"] == [
        {"code": "comptes", "label": "Comptes annuels", "name": "a.pdf", "type": "application/pdf", "size": len(made.PDF), "sha256": digest}
    ]
    client.get(base)
    assert digest in client.tree.cssselect("#pieces")[0].text_content()
    for name in ("recepisse.pdf", "declaration.pdf", "declaration.xlsx"):
        assert client.get(f"{base}/{name}").status_code == 200
    assert attach_by_hand(client, number).status_code == 409  # submitted: nothing is attached any more

    agent = signed_in("regionale")
    agent.get(f"/declarations/{number}/pieces")
    (link,) = agent.tree.cssselect("#pieces a")
    assert agent.get(link.get("href")).data == made.PDF
    agent.get(f"/declarations/{number}")
    agent.submit("form#renvoyer", {"reason": "Joindre la bonne version."})

    client.get(f"/declarations/{number}/pieces")
    assert client.submit("form[id^=retirer]").status_code == 303
    (row,) = rows(session)
    assert (row.last_rank, row.removed_at is not None, files.has(row.file_key)) == (1, True, True)
    attach(client, number, "comptes", ("b.pdf", PDF_2))
    agent.get(f"/declarations/{number}/pieces")  # the agent still reads what was submitted
    assert "a.pdf" in agent.text()
    assert "b.pdf" not in agent.text()
    submit(signed_in, "declarant-breton", number)
    assert agent.get(f"{base}/pieces/{digest}").data == made.PDF
    agent.get(f"/declarations/{number}/pieces")
    assert "b.pdf" in agent.text()
    agent.get(f"/declarations/{number}/comparaison/2")
    words = " ".join(agent.tree.cssselect("#pieces")[0].text_content().split())
    assert words.startswith("Pièces jointes Retirées a.pdf")
    assert "Ajoutées b.pdf" in words


def attach_by_hand(client: Any, number: str) -> Any:
    data = {"csrf_token": csrf(client), "files": upload(("z.pdf", PDF_2))}
    return client.post(f"/declarations/{number}/pieces/comptes", data=data, content_type="multipart/form-data")


def test_a_rectification_given_up_brings_the_accepted_files_back(signed_in: SignedIn, session: GuichetSession, number: str) -> None:
    client = signed_in("declarant-breton")
    attach(client, number, "comptes", ("a.pdf", made.PDF))
    submit(signed_in, "declarant-breton", number)
    agent = signed_in("regionale")
    agent.get(f"/declarations/{number}")
    agent.submit("form#accepter")
    client.get(f"/declarations/{number}")
    client.submit("form#rectifier", {"r-reason": "Comptes corrigés."})
    client.get(f"/declarations/{number}/pieces")
    client.submit("form[id^=retirer]")
    attach(client, number, "comptes", ("b.pdf", PDF_2))
    client.get(f"/declarations/{number}")
    assert client.submit("form#abandonner").status_code == 303
    assert [(row.name, row.removed_at) for row in rows(session)] == [("a.pdf", None)]


def test_the_documents_of_a_return_exist_for_nobody_else(signed_in: SignedIn, session: GuichetSession, number: str) -> None:  # SO-10
    client = signed_in("declarant-breton")
    attach(client, number, "comptes", ("a.pdf", made.PDF))
    (row,) = rows(session)
    for username in ("declarant-corse", "declarante"):
        other = signed_in(username)
        assert other.get(f"/declarations/{number}/pieces").status_code == 404
        assert other.get(f"/declarations/{number}/pieces/{row.id}").status_code == 404
        assert attach_by_hand(other, number).status_code == 404
    agent = signed_in("nationale")
    agent.get(f"/declarations/{number}/pieces")
    assert "ne sont visibles que du déclarant" in agent.text()
    assert agent.get(f"/declarations/{number}/pieces/{row.id}").status_code == 403
    receipt = submit(signed_in, "declarant-breton", number)
    path = f"/declarations/{number}/recepisses/{receipt}/pieces/{row.sha256}"
    assert agent.get(path).status_code == 200
    assert agent.get(path[:-1] + ("0" if path[-1] != "0" else "1")).status_code == 404
    assert signed_in("declarant-corse").get(path).status_code == 404


def test_the_delivered_forms_of_the_year_expect_the_accounts() -> None:
    for code in ("esf-opco", "esf-atpro", "esf-faf"):
        documents = get_model(code, "2025.1").documents
        assert [(name, document.required) for name, document in documents.items()] == [("comptes", True), ("attestation", False)]
