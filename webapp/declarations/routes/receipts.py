"""What a submission leaves: its receipt, its exact bytes, its PDF and its workbook, and the public page that vouches for it."""

from __future__ import annotations

from flask import Response, make_response, request, url_for
from markupsafe import Markup

from webapp.declarations import exports, queries
from webapp.declarations.queries import ReturnFile, Submitted
from webapp.declarations.routes.blueprint import blueprint
from webapp.declarations.routes.returns import words
from webapp.declarations.rules import workflow
from webapp.declarations.rules.document import DrawnSection, sections_of
from webapp.declarations.rules.documents import frozen_documents
from webapp.declarations.rules.snapshots import form_of, sheet_from
from webapp.declarations.services import saving
from webapp.qr import qr_svg
from webapp.spreadsheet import XLSX_TYPE
from webapp.web.forms import clean_line
from webapp.web.pages import page
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import state

LONGEST_DIGEST = 200


@blueprint.get("/declarations/<number>/recepisses/<receipt>")
def receipt(number: str, receipt: str) -> Response:
    """Show a receipt: what was submitted, when, by whom, and its digest, checked again."""
    file, submitted = _found(number, receipt)
    genuine = saving.verify(submitted.snapshot, submitted.sha256)
    code = Markup(qr_svg(public_address(submitted)))  # noqa: S704 -- an element made of the squares of a code
    listed = frozen_documents(submitted.content)
    return page(
        "declarations/receipt.html", file=file, submitted=submitted, listed=listed, genuine=genuine, code=code, **words(current_clock())
    )


def _found(number: str, receipt: str) -> tuple[ReturnFile, Submitted]:
    """The return and its submission, when the actor may know of them. Raises NotFound."""
    session = get_session()
    file = queries.find_return(session, current_actor(), number)
    return file, queries.find_submission(session, file, receipt)


def public_address(submitted: Submitted) -> str:
    """Where anybody who holds the receipt can have it confirmed."""
    path = url_for("declarations.verified", receipt=submitted.receipt, sha256=submitted.sha256)
    return f"{state().settings.public_url.rstrip('/')}{path}"


def sections(file: ReturnFile, submitted: Submitted) -> list[DrawnSection]:
    """The tables of a submission, from its snapshot; the first snapshots leave the form's words to the model."""
    content = submitted.content
    return sections_of(content, content.get("form") or form_of(sheet_from(content, file.model)))


@blueprint.get("/declarations/<number>/recepisses/<receipt>/instantane.json")
def snapshot(number: str, receipt: str) -> Response:
    """Download the exact bytes whose digest is on the receipt."""
    submitted = _found(number, receipt)[1]
    return _download(submitted.snapshot.encode(), "application/json", f"{submitted.receipt}.json")


@blueprint.get("/declarations/<number>/recepisses/<receipt>/recepisse.pdf")
def receipt_pdf(number: str, receipt: str) -> Response:
    """Download the receipt as a PDF."""
    file, submitted = _found(number, receipt)
    body = exports.receipt_pdf(file, submitted, public_address(submitted))
    return _download(body, "application/pdf", f"{submitted.receipt}-recepisse.pdf")


@blueprint.get("/declarations/<number>/recepisses/<receipt>/declaration.pdf")
def return_pdf(number: str, receipt: str) -> Response:
    """Download everything that was submitted as a PDF."""
    file, submitted = _found(number, receipt)
    body = exports.return_pdf(file, submitted, public_address(submitted), sections(file, submitted))
    return _download(body, "application/pdf", f"{submitted.receipt}.pdf")


@blueprint.get("/declarations/<number>/recepisses/<receipt>/declaration.xlsx")
def workbook(number: str, receipt: str) -> Response:
    """Download everything that was submitted as a workbook."""
    file, submitted = _found(number, receipt)
    return _download(exports.workbook(file, submitted, sections(file, submitted)), XLSX_TYPE, f"{submitted.receipt}.xlsx")


def _download(body: bytes, mimetype: str, name: str) -> Response:
    response = make_response(body)
    response.mimetype = mimetype
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.get("/verification")
def verification() -> Response:
    """Ask for a receipt's number and digest, and answer about them when they are given."""
    receipt = (clean_line(request.args.get("recepisse")) or "")[:60]
    digest = (clean_line(request.args.get("empreinte")) or "")[:LONGEST_DIGEST]
    return _verification(receipt, digest)


@blueprint.get("/verification/<receipt>/<sha256>")
def verified(receipt: str, sha256: str) -> Response:
    """Say whether a receipt is genuine to somebody who holds it (its number and its digest), and nothing else."""
    return _verification(receipt[:60], sha256[:LONGEST_DIGEST])


def _verification(receipt: str, digest: str) -> Response:
    """One answer for every receipt that is not genuine: whether the number exists is not said."""
    session = get_session()
    found = None
    if receipt and digest:
        with session.for_everyone():
            found = queries.vouched(session, receipt.upper(), digest)
    asked = bool(receipt or digest)
    slip = bool(receipt) and not workflow.receipt_is_well_formed(receipt)
    status = 404 if asked and found is None else 200
    return page("declarations/verification.html", status, asked=asked, slip=slip, found=found, receipt=receipt, digest=digest)
