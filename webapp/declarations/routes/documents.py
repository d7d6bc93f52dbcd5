"""The documents of a return: attached and removed by its declarant, read as submitted by agents."""

from __future__ import annotations

from flask import Response, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.declarations import queries
from webapp.declarations.forms import DocumentForm
from webapp.declarations.policies import can_enter, can_enter_section, is_declarant_of
from webapp.declarations.queries import ReturnFile
from webapp.declarations.routes.blueprint import blueprint
from webapp.declarations.rules.documents import fault_of, frozen_documents
from webapp.declarations.rules.form_models.model import Document
from webapp.declarations.services import documents as services
from webapp.declarations.services.saving import sheet_of
from webapp.errors import Invalid, NotFound
from webapp.uploads.held import Held
from webapp.uploads.receiving import receive, said_size
from webapp.uploads.rules.kinds import BY_EXTENSION
from webapp.uploads.rules.limits import LARGEST_REQUEST
from webapp.uploads.serving import hand_out
from webapp.uploads.storage import store_for
from webapp.web.acting import acts_once
from webapp.web.pages import announce, page, see_other_url
from webapp.web.request import after_commit, current_actor, current_clock, get_session
from webapp.web.sizes import takes_up_to
from webapp.web.state import state


@blueprint.app_template_filter("document_limits")
def document_limits(document: Document) -> str:
    """Say what a document may be: « PDF, de 10 Mo au plus ; 1 fichier. »."""
    types, size = _types(document), said_size(document.max_size)
    if document.max_count == 1:
        return str(_("%(types)s, de %(size)s au plus ; un seul fichier.", types=types, size=size))
    return str(_("%(types)s, de %(size)s au plus chacun ; %(count)d fichiers au plus.", types=types, size=size, count=document.max_count))


def _types(document: Document) -> str:
    return ", ".join(accepted.value.upper() for accepted in document.types)


@blueprint.app_template_filter("document_accept")
def document_accept(document: Document) -> str:
    """Return the extensions that the field of a document offers to choose from: a help, not a check."""
    return ",".join(f".{extension}" for accepted in document.types for extension in BY_EXTENSION[accepted.value].extensions)


@blueprint.get("/declarations/<number>/pieces")
def documents(number: str) -> Response:
    """Show the documents of a return: its declarant those of now, an agent those last submitted."""
    session, actor = get_session(), current_actor()
    file = queries.find_return(session, actor, number)
    if is_declarant_of(actor, file.facts):
        return _documents_page(session, actor, file)
    submitted = queries.latest_submission(session, file.id)
    listed = frozen_documents(submitted.content) if submitted else []
    return page("declarations/submitted_documents.html", file=file, submitted=submitted, listed=listed)


def _documents_page(
    session: Session, actor: Actor, file: ReturnFile, status: int = 200, form: DocumentForm | None = None, at: str = ""
) -> Response:
    now = current_clock().now()
    attached = queries.documents_of(session, file)
    expected = sheet_of(file, queries.stored_cells(session, file.id)).expected_documents()
    return page(
        "declarations/documents.html",
        status,
        file=file,
        documents=[(document, [item for item in attached if item.document == document.code]) for document in expected],
        mine={document.code for document in expected if can_enter_section(document.section, actor, file.facts, now)},
        editable=can_enter(actor, file.facts, now),
        reserved=file.facts.reserved,
        form=form or DocumentForm(formdata=None),
        refused_at=at,
    )


@blueprint.post("/declarations/<number>/pieces/<code>")
@takes_up_to(LARGEST_REQUEST)
@acts_once
def attach_document(number: str, code: str) -> Response:
    """Attach files to a return as one of the documents that its form expects."""
    session, actor = get_session(), current_actor()
    file = queries.find_own_return(session, actor, number)
    document = file.model.documents.get(code)
    if document is None:
        raise NotFound
    form = DocumentForm()
    form.files.id = f"files-{code}"
    received = receive(actor.account_id or 0)
    received.sort_out(lambda held: _fault(document, held))
    try:
        received.check()
        count = services.attach(session, actor, current_clock(), file, document, store_for(state().settings), received.files)
    except Invalid as refusal:
        form.refuse(dict(refusal.errors))
        return _documents_page(session, actor, file, 422, form, code)
    announce(ngettext("La pièce est jointe.", "%(num)s pièces sont jointes.", count))
    return see_other_url(url_for("declarations.documents", number=number, _anchor=f"piece-{code}"))


def _fault(document: Document, held: Held) -> str | None:
    words = fault_of(document, held.name, held.stored.size)
    if words is None:
        return None
    return str(_(words, name=held.name, types=_types(document), size=said_size(document.max_size)))


@blueprint.post("/declarations/<number>/pieces/<int(max=2147483647):identifier>/retrait")
@acts_once
def remove_document(number: str, identifier: int) -> Response:
    """Take a file away from a return; one that was submitted stays readable with its submission."""
    session, actor = get_session(), current_actor()
    file = queries.find_own_return(session, actor, number)
    name, key = services.remove(session, actor, current_clock(), file, identifier)
    if key is not None:
        store = store_for(state().settings)
        after_commit(lambda: store.remove(key))
    announce(_("Le fichier « %(name)s » est retiré.", name=name))
    return see_other_url(url_for("declarations.documents", number=number))


@blueprint.get("/declarations/<number>/pieces/<int(max=2147483647):identifier>")
def document(number: str, identifier: int) -> Response:
    """Hand a file of a return out to its declarant: to be saved, never opened in the portal's name."""
    session, actor = get_session(), current_actor()
    found = queries.find_document(session, queries.find_own_return(session, actor, number), identifier)
    return hand_out(found.file_key, found.name, found.media_type, found.sha256)


@blueprint.get("/declarations/<number>/recepisses/<receipt>/pieces/<sha256>")
def submitted_document(number: str, receipt: str, sha256: str) -> Response:
    """Hand out a file that a submission lists, named by the digest of its bytes."""
    session, actor = get_session(), current_actor()
    file = queries.find_return(session, actor, number)
    submitted = queries.find_submission(session, file, receipt)
    listed, key = queries.find_submitted_document(session, file, submitted, sha256)
    return hand_out(key, listed.name, listed.media_type, listed.sha256)
