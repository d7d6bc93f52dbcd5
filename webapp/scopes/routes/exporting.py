"""The draft as a workbook or CSV that can come back, and the corrected file of an import."""

from collections.abc import Sequence

from flask import Response
from flask_babel import gettext as _

from webapp.clock import PARIS
from webapp.scopes import import_views
from webapp.scopes.queries import site_names
from webapp.scopes.queries.importing import exported_lines
from webapp.scopes.routes.blueprint import blueprint
from webapp.scopes.routes.drawing import head_of
from webapp.scopes.rules.activities import Activity, Kind, activity
from webapp.scopes.rules.importing.columns import DELETE, META_SHEET, meta_rows
from webapp.scopes.rules.importing.sheets import INSTRUCTIONS, corrected, exported, headings, kept_columns, keys_of
from webapp.scopes.services import importing as services
from webapp.spreadsheet import CSV_TYPE, XLSX_TYPE, Sheet, csv_lines, xlsx
from webapp.web.request import current_actor, current_clock, get_session

LINES_SHEET = "Lignes"


@blueprint.get("/<number>/export.xlsx")
def export_workbook(number: str) -> Response:
    """Give the draft as a workbook: lines with their numbers and versions, how to fill it in, and what lets it come back."""
    head = head_of(number)
    of, lines = activity(head.activity), exported_lines(get_session(), head.id)
    keys = keys_of(of)
    sheets = [
        Sheet(
            LINES_SHEET,
            headings(of),
            exported(of, number, lines),
            choices=_choices(of, site_names(get_session(), head.id)),
            kept={place: str(_(words)) for place, words in kept_columns(keys).items()},
        ),
        Sheet(_("Mode d’emploi"), [_("Mode d’emploi")], [[str(_(text))] for text in INSTRUCTIONS]),
        _meta(number, [(line.number, line.version) for line in lines]),
    ]
    return _attached(xlsx(sheets, title=_("Portée détaillée du dossier %(number)s", number=number)), XLSX_TYPE, f"portee-{number}", "xlsx")


def _choices(of: Activity, sites: tuple[str, ...]) -> dict[int, Sequence[str]]:
    """Return place → the values that a column offers."""
    keys = keys_of(of)
    offered = {keys.index(column.key): column.choices(sites) for column in of.columns if column.kind is Kind.LIST}
    return {**offered, keys.index(DELETE): ["x"]}


def _meta(number: str, versions: list[tuple[int, int]]) -> Sheet:
    now = current_clock().now().isoformat()
    following = max((line for line, _version in versions), default=0) + 1
    return Sheet(META_SHEET, [META_SHEET], meta_rows(number, now, following, versions), hidden=True)


@blueprint.get("/<number>/export.csv")
def export_csv(number: str) -> Response:
    """Give the draft as CSV: UTF-8 with its mark, semicolons; it can come back too."""
    head = head_of(number)
    of = activity(head.activity)
    content = b"".join(csv_lines(headings(of), exported(of, number, exported_lines(get_session(), head.id))))
    return _attached(content, CSV_TYPE, f"portee-{number}", "csv")


@blueprint.get("/<number>/imports/<int(max=2147483647):import_id>/corrections.xlsx")
def corrected_file(number: str, import_id: int) -> Response:
    """Give the rows that did not go in, as they came, with what is wrong with each: it can be imported in its turn."""
    head = head_of(number)
    seen = services.look(get_session(), current_actor(), current_clock(), head, import_id)
    of = activity(head.activity)
    header, rows = corrected(of, seen.source, seen.columns, seen.plan, seen.options.edits, import_views.say)
    lines = {row.line for row in seen.plan.bad}
    versions = [(line, version) for line, version in seen.source.versions.items() if line in lines]
    sheets = [Sheet(LINES_SHEET, header, rows), _meta(number, versions)]
    content = xlsx(sheets, title=_("Lignes à corriger du dossier %(number)s", number=number))
    return _attached(content, XLSX_TYPE, f"corrections-{number}", "xlsx")


def _attached(content: bytes, media_type: str, name: str, kind: str) -> Response:
    response = Response(content, mimetype=media_type)
    day = current_clock().now().astimezone(PARIS)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{day:%Y-%m-%d}.{kind}"'
    return response
