"""Who chose English reads English: pages, forms and refusals; mails stay in French. (The catalogue itself: ``tests/architecture``.)"""

import ast
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import force_locale, gettext
from jinja2 import Environment, nodes
from sqlalchemy import String, select

from tests.support.client import CheckingClient
from tests.support.demo import demonstration
from tests.support.walk import walk
from webapp.accounts import mails as account_mails
from webapp.accounts.rules import REGIONS
from webapp.config import ROOT
from webapp.db import Base
from webapp.declarations import mails as return_mails
from webapp.scopes import mails as scope_mails
from webapp.scopes.rules.activities import LABELS, all_activities
from webapp.scopes.rules.decisions import DECISION_LABELS, EFFECT_TEXTS, DecisionKind
from webapp.service_status import mails as status_mails
from webapp.service_status.rules import Kind

CATALOGUE = ROOT / "webapp/translations/en/LC_MESSAGES/messages.po"
#: What makes a text translated, or visible to the extractor.
MARKS = {"_", "_l", "_m", "gettext", "ngettext", "lazy_gettext", "mark"}
#: One person for each side of each counter, and a visitor.
READERS = (None, "claire.fontaine", "hugo.mercier", "ines.garnier", "paul.lambert", "nadia.benali", "marc.dubois", "julie.marchand")
FRENCH = re.compile(r"[À-ÖØ-öø-ÿœŒ]")
FRENCH_WORDS = re.compile(r"\b(?:le|la|les|des|une?|est|sont|pas|pour|dans|ce|cette|vous|votre|aucune?|que|qui)\b", re.IGNORECASE)


@cache
def catalogue() -> Catalog:
    """Return the English catalogue."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """Compile the catalogue when that was not done, or was done before its last change: the pages below are English."""
    compiled = CATALOGUE.with_suffix(".mo")
    if not compiled.exists() or compiled.stat().st_mtime < CATALOGUE.stat().st_mtime:
        part = compiled.with_name(f"messages.{os.getpid()}.part")
        with part.open("wb") as file:
            write_mo(file, catalogue())
        part.replace(compiled)


def choose(client: CheckingClient, language: str) -> None:
    """Press the button that changes the language."""
    client.submit("footer form", button=language)
    client.follow()


def heading(client: CheckingClient) -> str:
    """Return the words of the page's first heading."""
    return " ".join(client.tree.cssselect("h1")[0].text_content().split())


def test_the_language_of_the_pages_can_be_chosen_and_changed_back(client: CheckingClient) -> None:
    # FL-20: French until somebody chooses; the same page again in English
    client.get("/connexion", headers={"Accept-Language": "en"})
    assert (client.tree.get("lang"), heading(client)) == ("fr", "Connexion")
    choose(client, "English")
    assert (client.last.request.path, client.tree.get("lang"), heading(client)) == ("/connexion", "en", "Sign in")
    assert "Terms and Conditions" in client.text()
    choose(client, "Français")
    assert (client.tree.get("lang"), heading(client)) == ("fr", "Connexion")


def test_forms_refuse_in_english(client: CheckingClient) -> None:
    client.get("/connexion")
    choose(client, "English")
    response = client.submit("form[novalidate]", {"username": "", "password": ""})
    assert response.status_code == 422
    assert {"Enter your username.", "Enter your password."} <= {node.text_content() for node in client.tree.cssselect(".err, .err *")} | {
        node.text_content().strip() for node in client.tree.cssselect("a")
    }


def test_errors_are_said_in_english(client: CheckingClient) -> None:
    client.get("/connexion")
    choose(client, "English")
    client.checks = False
    response = client.get("/registre/0-0000")
    assert response.status_code == 404
    assert heading(client) == "Page not found"


def test_a_language_that_does_not_exist_is_refused(client: CheckingClient) -> None:
    client.get("/connexion")
    assert client.submit("footer form", {"langue": "de"}).status_code == 400


def plain(text: str) -> str:
    """Return a text as it reads: doubled per cent signs undone, white space collapsed (NBSP too)."""
    return " ".join(text.replace("%%", "%").split())


def leaves(value: Any) -> Iterator[str]:
    """Yield the texts of a tree of YAML."""
    if isinstance(value, dict):
        for each in value.values():
            yield from leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each)
    elif isinstance(value, str):
        yield plain(value)


@cache
def content() -> frozenset[str]:
    """Return what stays as it was written: form models, descriptions of activities, and what people have stored."""
    files = [*(ROOT / "webapp/declarations/models_data").glob("*.yaml"), *(ROOT / "webapp/scopes/activities").glob("*.yaml")]
    models = {text for path in files for text in leaves(yaml.safe_load(path.read_text(encoding="utf-8")))}
    stored = set()
    with demonstration().database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, String) and column.name != "search_text":
                    stored |= {plain(text) for text in connection.scalars(select(column).distinct()) if text}
    return frozenset((models - {*LABELS}) | stored | {*REGIONS})


@cache
def french() -> tuple[frozenset[str], re.Pattern[str]]:
    """Return the source sentences whose English differs: those said as they are, and a pattern of those that are filled in."""
    english = {plain(text) for entry in catalogue() if entry.id for text in each_form(entry.string)}
    exact, filled = set(), []
    for entry in catalogue():
        for source in each_form(entry.id) if entry.id else []:
            if plain(source) in english:
                continue
            pieces = [plain(piece) for piece in re.split(r"%\(\w+\)\d*[a-z]", source)]
            if len(pieces) == 1:
                exact.add(pieces[0])
            elif sum(map(len, pieces)) > 15:
                filled.append(r"\s*.+?\s*".join(re.escape(piece) for piece in pieces))
    return frozenset(exact - content()), re.compile("|".join(filled))


@cache
def stayed_french(text: str) -> bool:
    """Tell whether a text of a page is a source sentence. Pages share most of their texts."""
    exact, filled = french()
    return text in exact or filled.fullmatch(text) is not None


def each_form(text: Any) -> tuple[str, ...]:
    """Return the singular and plural of a sentence, or the one it has."""
    return tuple(text) if isinstance(text, (tuple, list)) else (text,)


def visible(tree: Any) -> Iterator[str]:
    """Yield the texts of a page that people see or hear, those marked as French apart."""
    for node in tree.iter():
        if not isinstance(node.tag, str) or node.tag in {"script", "style"} or node.tag in {"textarea", "blockquote"}:
            continue
        if any(parent.get("lang") == "fr" for parent in (node, *node.iterancestors())):
            continue
        words = [node.text, *(child.tail for child in node)]
        words += [node.get(name) for name in ("aria-label", "title", "alt", "placeholder", "data-label")]
        yield from (plain(text) for text in words if text and text.strip())


@pytest.mark.xdist_group("demonstration")
@pytest.mark.parametrize("reader", READERS)
def test_no_page_leaves_a_sentence_in_french_to_who_chose_english(reader: str | None) -> None:
    browser = demonstration().browser(reader)
    browser.get("/plan-du-site")
    choose(browser, "English")
    left = set()
    for url, page in walk(browser, extra=("/plan-du-site", "/recherche?q=a")).pages.items():
        if page.mimetype != "text/html" or page.status_code != 200 or "<html" not in page.text[:60]:
            continue
        browser.last = page
        assert browser.tree.get("lang") == "en", url
        left |= {f"{url}: {text}" for text in visible(browser.tree) if stayed_french(text)}
    assert not left, "\n".join(sorted(left))


def test_no_sentence_hides_in_an_expression_of_a_template() -> None:
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    hidden = []

    def look(node: nodes.Node, where: str) -> None:
        if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in MARKS:
            return
        if isinstance(node, nodes.Const) and isinstance(node.value, str) and re.search(r"[À-ÿœ’]|^[A-Z][a-z]+ ", node.value):
            hidden.append(f"{where}:{node.lineno}: {node.value!r}")
        for child in node.iter_child_nodes():
            look(child, where)

    for path in sorted((ROOT / "templates").rglob("*.html")):
        look(environment.parse(path.read_text(encoding="utf-8")), path.relative_to(ROOT).as_posix())
    assert not hidden, "\n".join(hidden)


def unmarked(path: Path) -> Iterator[str]:
    """Yield the French sentences of a module that no call marks; docstrings are not said to anybody."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}

    def look(node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in MARKS:
            return
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent and is_french(node.value):
            yield f"{path.relative_to(ROOT)}:{node.lineno}: {node.value!r}"
        for child in ast.iter_child_nodes(node):
            yield from look(child)

    return look(tree)


def is_french(text: str) -> bool:
    """Tell a French sentence from a code, a proper name and an English sentence."""
    if text in REGIONS or not re.search(r"\w \w", text):
        return False
    return bool(FRENCH.search(text)) or len(set(FRENCH_WORDS.findall(text))) > 1


def test_french_sentences_are_told_apart() -> None:
    assert is_french("La ligne est suspendue.")
    assert is_french("Écrivez un nombre.")
    assert not is_french("This line is suspended.")
    assert not is_french("La Réunion")


#: Modules whose words are French whatever the page: form models and what their check tells their author; the annex, which is an act;
#: the headings by which a workbook that comes back is recognised; the word by which a body's own method is told.
FRENCH_ONLY = {
    "declarations/rules/language/formula.py",
    "declarations/rules/language/formula_checks.py",
    "declarations/rules/form_models/loader.py",
    "declarations/rules/form_models/loader_cells.py",
    "declarations/rules/form_models/loader_controls.py",
    "declarations/rules/form_models/loader_documents.py",
    "declarations/rules/form_models/loader_tables.py",
    "declarations/rules/form_models/model.py",
    "declarations/rules/form_models/series.py",
    "declarations/rules/language/units.py",
    "declarations/rules/form_models/yaml_source.py",
    "scopes/rules/annex.py",
    "scopes/rules/importing/columns.py",
    "scopes/rules/reference_forms.py",
}


def test_no_sentence_of_the_code_escapes_the_catalogue() -> None:
    # The demonstration's content is French by rule, and the command line is the operator's.
    webapp = ROOT / "webapp"
    modules = [path for path in sorted(webapp.rglob("*.py")) if path.name != "cli.py" and "demonstration" not in path.parts]
    assert len(modules) > 50
    assert {path.relative_to(webapp).as_posix() for path in modules} > FRENCH_ONLY
    modules = [path for path in modules if path.relative_to(webapp).as_posix() not in FRENCH_ONLY]
    hidden = [line for path in modules for line in unmarked(path)]
    assert not hidden, "\n".join(hidden)


def test_the_catalogue_compiles_without_complaint() -> None:
    complaints = [f"{entry.id!r}: {errors}" for entry, errors in catalogue().check()]
    assert not complaints, "\n".join(complaints)
    assert catalogue().num_plurals == 2
    assert catalogue().charset == "utf-8"


def test_every_activity_is_in_the_catalogue() -> None:
    assert [activity.label for activity in all_activities()] == [*LABELS]


AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
URL = "https://guichet.example"
EFFECT = next(iter(EFFECT_TEXTS.values()))
MAILS: dict[str, Callable[[], tuple[str, str] | Any]] = {
    "return received": lambda: return_mails.received("ESF-2025-OPCO-0001", "ESF-2025-OPCO-0001-D1-O", URL),
    "return sent back": lambda: return_mails.sent_back("ESF-2025-OPCO-0001", URL),
    "return accepted": lambda: return_mails.accepted("ESF-2025-OPCO-0001", URL),
    "scope published": lambda: scope_mails.published("1-0001", 2, AT, URL),
    "decision": lambda: scope_mails.decided("1-0001", DECISION_LABELS[DecisionKind.SUSPENSION], "1", "D-1", EFFECT, URL),
    "interruption": lambda: status_mails.announced(Kind.PLANNED, "Maintenance", "Texte", AT, 90, ["Courriels"], URL),
    "invitation": lambda: account_mails.invitation(URL, "jeton", "Léa Moreau", "Laboratoire Vauban"),
}


@pytest.mark.parametrize("kind", MAILS)
def test_mails_are_in_french_whoever_set_them_off(app: Flask, kind: str) -> None:
    # FL-20: the reader of a mail is not the person whose page was in English
    with app.test_request_context(), force_locale("en"):
        assert gettext("Connexion") == "Sign in"
        set_off_in_english = tuple(MAILS[kind]())
    with app.test_request_context(), force_locale("fr"):
        assert tuple(MAILS[kind]()) == set_off_in_english
