"""Build a form model from its YAML document, with every check that can be made before anybody uses it.

Checked: unknown or missing keys, repeated codes, references to cells that do not exist, cells that read each other in a circle, units
that do not add up, controls that could never be evaluated. All problems are reported at once, each with its line, in French.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from webapp.declarations.rules.form_models.loader_cells import THIS_ROW, Binder, bind_cells, order_cells
from webapp.declarations.rules.form_models.loader_controls import read_controls
from webapp.declarations.rules.form_models.loader_documents import DocumentDraft, read_document
from webapp.declarations.rules.form_models.loader_tables import Lists, TableDraft, read_table
from webapp.declarations.rules.form_models.model import Former, FormModel, Section
from webapp.declarations.rules.form_models.yaml_source import ModelError, ModelProblem, Node, read_yaml
from webapp.declarations.rules.language.formula import RESERVED

KINDS = ("ESF", "CSA")
AUDIENCES = ("OPCO", "ATPRO", "FAF")
MAX_CELLS = 20_000
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PATTERN = re.compile(r"[a-z0-9_]+(?:\.(?:[a-z0-9_]+|\*)){0,2}")


@dataclass(frozen=True, slots=True)
class _SectionDraft:
    code: str
    title: str
    help: str
    legal: str
    tables: list[str]
    documents: list[DocumentDraft]


def load_model(text: str) -> FormModel:
    """Read and check a form model. Raises ModelError with all its problems."""
    root, problems = read_yaml(text)
    header = _read_header(root)
    lists = _read_lists(root)
    former = _read_former(root)
    sections, drafts = _read_sections(root, lists)
    _check_codes(drafts, problems)
    if sum(len(draft.plans) for draft in drafts) > MAX_CELLS:
        raise ModelError([*problems, ModelProblem(1, f"le modèle a plus de {MAX_CELLS} cellules")])
    binder = Binder(drafts, problems, has_former=former is not None)
    cells = bind_cells(drafts, binder)
    lines = {(draft.code, plan.row, plan.column): plan.line for draft in drafts for plan in draft.plans}
    schedule = order_cells(cells, lines.__getitem__, binder)
    documents = [tuple(draft.build(binder) for draft in section.documents) for section in sections]
    controls = read_controls(root, binder, cells, header.years)
    if former is not None:
        _check_former(root, former, drafts)
    root.done()
    if problems:
        raise ModelError(problems)
    built = {draft.code: draft.build({key[1:]: cell for key, cell in cells.items() if key[0] == draft.code}) for draft in drafts}
    return FormModel(
        code=header.code,
        version=header.version,
        kind=header.kind,
        audience=header.audience,
        years=header.years,
        title=header.title,
        notice=header.notice,
        sections=tuple(
            Section(section.code, section.title, section.help, tuple(built[name] for name in section.tables), section.legal, own)
            for section, own in zip(sections, documents, strict=True)
        ),
        controls=controls,
        schedule=schedule,
        former=former,
    )


@dataclass(frozen=True, slots=True)
class _Header:
    code: str
    version: str
    kind: str
    audience: str
    years: tuple[int, ...]
    title: str
    notice: str


def _read_header(root: Node) -> _Header:
    kind, audience = root.text("kind"), root.text("audience")
    if kind not in KINDS:
        root.problem(f"kind vaut {', '.join(KINDS)}", "kind")
    if audience not in AUDIENCES:
        root.problem(f"audience vaut {', '.join(AUDIENCES)}", "audience")
    years = root.texts("years")
    if not years or not all(re.fullmatch(r"20[0-9]{2}", year) for year in years):
        root.problem("years est une liste d’années", "years")
        years = []
    return _Header(
        root.text("code"), root.text("version"), kind, audience, tuple(map(int, years)), root.prose("title"), root.prose("notice")
    )


def _read_lists(root: Node) -> Lists:
    """The lists that cells choose from, and that rows are made of."""
    lists: dict[str, tuple[tuple[str, str], ...]] = {}
    for node in root.nodes("lists", required=False):
        name = node.text("code")
        if name in lists:
            node.problem(f"deux listes s’appellent {name}", "code")
        entries: list[tuple[str, str]] = []
        for entry in node.nodes("entries"):
            code = entry.text("code")
            if not _CODE.fullmatch(code) or code in dict(entries):
                entry.problem(f"« {code} » est répété ou ne peut pas être un code", "code")
            entries.append((code, entry.prose("label")))
            entry.done()
        lists[name] = tuple(entries)
        node.done()
    return lists


def _read_former(root: Node) -> Former | None:
    node = root.node("previous")
    if node is None:
        return None
    moved = []
    for move in node.nodes("moved", required=False):
        moved.append((move.text("here"), move.text("before")))
        move.done()
    former = Former(node.text("version"), tuple(moved), tuple(node.texts("new")), tuple(node.texts("ended")))
    for pattern in (*(text for pair in moved for text in pair), *former.new, *former.ended):
        if not _PATTERN.fullmatch(pattern):
            node.problem(f"« {pattern} » n’est pas table, table.ligne ou table.ligne.colonne")
    node.done()
    return former


def _check_former(root: Node, former: Former, drafts: list[TableDraft]) -> None:
    """What moved here, or is new, is in this form; what it is compared with is checked where both forms are at hand."""
    places = {draft.code: draft for draft in drafts}
    for pattern in (*(here for here, _before in former.moved), *former.new):
        table, *rest = pattern.split(".")
        draft = places.get(table)
        known = draft is not None and all(
            code == "*" or code in codes for code, codes in zip(rest, (draft.row_codes, draft.column_codes), strict=False)
        )
        if not known:
            root.problem(f"previous : il n’y a rien qui s’appelle {pattern} dans ce modèle", "previous")


def _read_sections(root: Node, lists: Lists) -> tuple[list[_SectionDraft], list[TableDraft]]:
    sections: list[_SectionDraft] = []
    drafts: list[TableDraft] = []
    codes: set[str] = set()
    pieces: set[str] = set()
    for node in root.nodes("sections"):
        visible = [(node.text("visible"), node.line_of("visible"))] if node.has("visible") else []
        own = [read_table(table, lists, visible) for table in node.nodes("tables")]
        documents = [read_document(document, node.text("code", ""), visible) for document in node.nodes("documents", required=False)]
        section = _SectionDraft(
            node.text("code"),
            node.prose("title"),
            node.prose("help", ""),
            node.prose("legal", ""),
            [draft.code for draft in own],
            documents,
        )
        if section.code in codes:
            node.problem(f"deux sections s’appellent {section.code}", "code")
        codes.add(section.code)
        for draft in documents:
            if not _CODE.fullmatch(draft.document.code) or draft.document.code in pieces:
                node.problem(f"« {draft.document.code} » est répété ou ne peut pas être le code d’un document", "documents")
            pieces.add(draft.document.code)
        sections.append(section)
        drafts.extend(own)
        node.done()
    return sections, drafts


def _check_codes(drafts: list[TableDraft], problems: list[ModelProblem]) -> None:
    seen: set[str] = set()
    for draft in drafts:
        if draft.code in seen:
            problems.append(ModelProblem(draft.line, f"deux tableaux s’appellent {draft.code}"))
        seen.add(draft.code)
        lines = [("tableau", draft.code, draft.line)]
        lines += [(what, line.code, line.line) for what, own in (("ligne", draft.rows), ("colonne", draft.columns)) for line in own]
        known: set[tuple[str, str]] = set()
        for what, code, line in lines:
            if not _CODE.fullmatch(code) or code in RESERVED or code == THIS_ROW:
                problems.append(ModelProblem(line, f"« {code} » ne peut pas être le code d’un élément ({what})"))
            if (what, code) in known:
                problems.append(ModelProblem(line, f"le tableau {draft.code} a deux fois le code {code} ({what})"))
            known.add((what, code))
