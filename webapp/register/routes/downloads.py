"""The files of a published version, at addresses that never change: JSON, CSV, XLSX and the annex as a PDF."""

import json
from typing import Any

from flask import Response, make_response, request
from flask_babel import force_locale
from flask_babel import gettext as _

from webapp.register import queries
from webapp.register.queries import Published
from webapp.register.routes.blueprint import blueprint
from webapp.scopes.services import annexes
from webapp.spreadsheet import CSV_TYPE, XLSX_TYPE, Cell, Sheet, csv_lines, xlsx
from webapp.web.pages import page
from webapp.web.request import actor_or_none, current_clock, get_session
from webapp.web.state import state

#: What comes after the digest in the tag of a file that we draw ourselves: changed when its form changes.
FORM = "1"
_YEAR = 31_536_000


def _found(number: str, version: int) -> Published:
    session = get_session()
    with session.for_everyone():
        return queries.published(session, number, current_clock().now(), version=version)


def _image(found: Published) -> dict[str, Any]:
    session = get_session()
    with session.for_everyone():
        image: dict[str, Any] = json.loads(queries.snapshot(session, found.version_id))
    return image


def _asked_again(tag: str) -> bool:
    """Tell whether the browser has this file already, compressed (« tag:br ») or not: then nothing is read."""
    return any(known.partition(":")[0] == tag for known in request.if_none_match.as_set(include_weak=True))


def _file(body: bytes | None, found: Published, kind: str, mimetype: str, tag: str) -> Response:
    """Answer with a file that never changes; ``body`` None: the browser has it. Pages of signed-in people are in no shared cache."""
    response = make_response(body if body is not None else b"", 200 if body is not None else 304)
    response.mimetype = mimetype
    response.set_etag(tag)
    whose = "public" if actor_or_none() is None else "private"
    response.headers["Cache-Control"] = f"{whose}, max-age={_YEAR}, immutable"
    response.headers["Content-Disposition"] = f'attachment; filename="portee-{found.number}-v{found.version}.{kind}"'
    return response


@blueprint.get("/<number>/v/<int(max=2147483647):version>.json")
def export(number: str, version: int) -> Response:
    """Give the frozen image of a version, byte for byte: its SHA-256 is the one shown on its page."""
    found, session = _found(number, version), get_session()
    with session.for_everyone():
        body = None if _asked_again(found.sha256) else queries.snapshot(session, found.version_id).encode()
    return _file(body, found, "json", "application/json", found.sha256)


@blueprint.get("/<number>/v/<int(max=2147483647):version>.csv")
def export_csv(number: str, version: int) -> Response:
    """Give the lines of a version as a CSV file."""
    found = _found(number, version)
    tag = f"{found.sha256}-csv{FORM}"
    body = None if _asked_again(tag) else b"".join(csv_lines(*_table(_image(found))))
    return _file(body, found, "csv", CSV_TYPE, tag)


@blueprint.get("/<number>/v/<int(max=2147483647):version>.xlsx")
def export_workbook(number: str, version: int) -> Response:
    """Give the lines of a version as a workbook, with a sheet that says which version it is and where to verify it."""
    found = _found(number, version)
    tag = f"{found.sha256}-xlsx{FORM}"
    if _asked_again(tag):
        return _file(None, found, "xlsx", XLSX_TYPE, tag)
    with force_locale("fr"):  # one address, one content: in the language of the register's data
        header, rows = _table(_image(found))
        sheets = [Sheet(_("Portée"), header, rows), Sheet(_("Version"), [_("Version"), ""], _facts(found))]
        return _file(xlsx(sheets, title=f"{found.number} v{found.version}"), found, "xlsx", XLSX_TYPE, tag)


def _table(image: dict[str, Any]) -> tuple[list[str], list[list[Cell]]]:
    with force_locale("fr"):
        header = [_("Ligne"), _("Portée générale"), _("Intitulé"), *(column["label"] for column in image["columns"])]
    titles = {general["code"]: general["title"] for general in image["general"]}
    keys = [column["key"] for column in image["columns"]]
    rows: list[list[Cell]] = [
        [line["number"], line["general"], titles[line["general"]], *(line["cells"][key] for key in keys)] for line in image["lines"]
    ]
    return header, rows


def _facts(found: Published) -> list[list[Cell]]:
    return [
        [_("Dossier"), found.number],
        [_("Organisme"), found.organisation],
        [_("Version"), found.version],
        [_("En vigueur à partir du"), found.effective_at],
        [_("Empreinte SHA-256"), found.sha256],
        [_("État et vérification"), f"{state().settings.public_url}/registre/{found.number}/v/{found.version}"],
    ]


@blueprint.get("/<number>/v/<int(max=2147483647):version>.pdf")
def annex(number: str, version: int) -> Response:
    """Give the annex of a version as a tagged PDF: made once, for whoever asks first or by the job of midnight."""
    found, session, held = _found(number, version), get_session(), state()
    tag = f"{found.sha256}-pdf"
    if _asked_again(tag):
        return _file(None, found, "pdf", "application/pdf", tag)
    with session.for_everyone():
        pdf = annexes.stored(session, found.version_id)
    session.rollback()  # nothing is read on while the document is made
    try:
        pdf = pdf or annexes.make(held.database, held.clock, held.settings.public_url, held.settings.data_dir, found.version_id)
    except annexes.AnnexBusy:
        response = page("register/annex_busy.html", 503, found=found)
        response.headers["Retry-After"] = "30"
        return response
    return _file(pdf, found, "pdf", "application/pdf", tag)
