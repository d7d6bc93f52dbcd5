"""The documents tell the truth: what they name (files, tests, pages, commands, tables) exists, and every requirement has its row."""

import importlib
import re
from functools import cache
from pathlib import Path

import click
import pytest
from flask import Flask

from webapp.config import ROOT, load_settings
from webapp.db import Base

DOCUMENTS = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md"])
TOP_LEVEL = ("webapp", "templates", "static", "migrations", "tests", "docs", "benchmarks")
#: Addresses in the documents that are not pages: folders of an operator's machine.
MACHINE = ("/etc/", "/srv/", "/var/", "/run/")
#: Variables that are not the application's: those of the test suite and of PostgreSQL's clients.
OTHER_VARIABLES = {"TEST_DATABASE_URL", "REQUIRE_ALL", "PGPASSWORD", "BYPASSRLS", "NOBYPASSRLS", "NOSUPERUSER"}

#: The numbers of the requirement list, in its order.
_NUMBERS = """
P-1 P-2 P-3 P-4
FX-1 FX-2 FX-3 FX-5 FX-7a FX-7b FX-7c FX-7d FX-8a FX-8b FX-8c FX-8d FX-11 FX-15
SO-1 SO-2 SO-5 SO-6 SO-8 SO-9 SO-10 SO-13 SO-14 SO-17 SO-18 SO-19 SO-22 SO-23 SO-24 SO-26 SO-28 SO-30 SO-31 SO-32 SO-33 SO-34 SO-35
SO-36 SO-37 SO-38 SO-39 SO-40 SO-41 SO-42 SO-43 SO-44 SO-45 SO-46 SO-52 SO-54 SO-55 SO-61 SO-62 SO-63 SO-64 SO-65 SO-72 SO-73 SO-74
SO-75 SO-76 SO-77 SO-79 SO-80 SO-81 SO-82 SO-83 SO-84 SO-85 SO-CFG
FL-1 FL-4 FL-5.2 FL-5.4 FL-5.4.12 FL-7.1 FL-7.2 FL-7.3 FL-8 FL-9.1 FL-9.3 FL-10 FL-11 FL-11.1 FL-12.1 FL-12.2 FL-12.3 FL-12.4
FL-12.5a FL-12.5b FL-12.5c FL-12.6a FL-12.6b FL-12.6c FL-12.7 FL-12.8 FL-13 FL-14 FL-15 FL-18.1 FL-18.2 FL-20
"""
NUMBERS = _NUMBERS.split()


@cache
def text(path: Path) -> str:
    """Return a document's text."""
    return path.read_text(encoding="utf-8")


@cache
def spans(path: Path) -> tuple[str, ...]:
    """Return what a document writes as code within its sentences."""
    prose = re.sub(r"^```.*?^```", "", text(path), flags=re.MULTILINE | re.DOTALL)
    return tuple(re.findall(r"`([^`\n]+)`", prose))


@cache
def all_tests() -> dict[str, set[str]]:
    """Return the names of the tests of each file."""
    files = (ROOT / "tests").rglob("test_*.py")
    return {str(path.relative_to(ROOT)): set(re.findall(r"^def (test_\w+)", text(path), re.MULTILINE)) for path in files}


def is_path(span: str) -> bool:
    """Tell whether a span names a file or a folder of the project."""
    first, slash, _rest = span.partition("/")
    return (
        " " not in span
        and "::" not in span
        and ((bool(slash) and first in TOP_LEVEL) or bool(re.fullmatch(r"[\w-]+\.(py|toml|md|lock|cfg)", span)))
    )


def found(name: str) -> bool:
    """Tell whether the path exists; ``<area>`` stands for any name, and ``routes.py`` for that file of an area."""
    pattern = re.sub(r"<\w+>", "*", name).rstrip("/")
    return any(ROOT.glob(pattern)) or ("/" not in name and any((ROOT / "webapp").glob(f"*/{name}")))


def anchors(path: Path) -> set[str]:
    """Return the anchors of a document's headings."""
    headings = re.findall(r"^#+ (.+)$", text(path), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_named_in_a_document_exists(path: Path) -> None:
    named = [span for span in spans(path) if is_path(span)]
    assert [span for span in named if not found(span)] == []
    links = [target.partition("#") for target in re.findall(r"\]\(([^)]+)\)", text(path)) if "://" not in target]
    targets = [(path.parent / target if target else path, anchor) for target, _, anchor in links]
    assert [str(target) for target, _ in targets if not target.exists()] == []
    assert [(target.name, anchor) for target, anchor in targets if anchor and anchor not in anchors(target)] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_test_named_in_a_document_exists(path: Path) -> None:
    wrong = []
    for span in spans(path):
        file, colons, name = span.partition("::")
        known = name in all_tests().get(file, set()) if colons else any(span in names for names in all_tests().values())
        if not known and (colons or re.fullmatch(r"test_\w+", span)):
            wrong.append(span)
    assert wrong == []


def addresses(app: Flask) -> set[str]:
    """Return the application's addresses, their arguments written ``<name>``."""
    return {re.sub(r"<[^<>]*?(\w+)>", r"<\1>", rule.rule) for rule in app.url_map.iter_rules()}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_page_named_in_a_document_exists(app: Flask, path: Path) -> None:
    known = addresses(app)
    pages = [span.split("?")[0] for span in spans(path) if span.startswith("/") and " " not in span and not span.startswith(MACHINE)]
    assert [page for page in pages if page not in known and page != "/static/"] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_module_and_name_written_with_dots_exists(path: Path) -> None:
    wrong = []
    for span in spans(path):
        if re.fullmatch(r"webapp(\.\w+)+", span):
            module, _, name = span.rpartition(".")
            try:
                importlib.import_module(span)
            except ModuleNotFoundError:
                if not hasattr(importlib.import_module(module), name):
                    wrong.append(span)
    assert wrong == []


def commands(group: click.Group, prefix: str = "") -> set[str]:
    """Return the words of every command and group under a group."""
    names = set()
    for name, command in group.commands.items():
        names.add(prefix + name)
        if isinstance(command, click.Group):
            names |= commands(command, f"{prefix}{name} ")
    return names


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_named_in_a_document_exists(app: Flask, path: Path) -> None:
    known = commands(app.cli)
    used = re.findall(r"flask --app wsgi ((?:[a-z][a-z-]+)(?: [a-z][a-z-]+)?)", text(path))
    assert [command for command in used if command not in known and command.split()[0] not in known] == []
    assert [
        command
        for command in used
        if " " in command and command not in known and isinstance(app.cli.commands[command.split()[0]], click.Group)
    ] == []
    targets = set(re.findall(r"^([a-z-]+):", text(ROOT / "Makefile"), re.MULTILINE))
    assert [target for target in re.findall(r"`make ([a-z-]+)`", text(path)) if target not in targets] == []


class Noted(dict[str, str]):
    """An environment that notes which variables it is asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__(DATA_DIR=str(folder))
        self.asked: set[str] = set()

    def get(self, key: str, default: str | None = None) -> str | None:
        self.asked.add(key)
        return super().get(key, default)


def test_every_setting_is_in_the_readme_and_none_that_does_not_exist(tmp_path: Path) -> None:
    environ = Noted(tmp_path)
    load_settings(environ)
    table = text(ROOT / "README.md").partition("## Settings")[2].partition("\n## ")[0]
    named = {name for row in re.findall(r"^\|([^|]+)\|", table, re.MULTILINE) for name in re.findall(r"`([A-Z_0-9]+)`", row)}
    assert named == environ.asked
    for path in DOCUMENTS:
        written = {span for span in spans(path) if re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+", span)}
        constants = {span for span in written if any(span in text(file) for file in (ROOT / "webapp").rglob("*.py"))}
        assert written - environ.asked - OTHER_VARIABLES - constants == set(), path.name


def test_the_data_model_names_every_table() -> None:
    table = text(ROOT / "docs/architecture.md").partition("## Data model")[2].partition("```mermaid")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) != []
    assert sorted(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == sorted(Base.metadata.tables)
    diagram = text(ROOT / "docs/architecture.md").partition("```mermaid")[2].partition("```")[0]
    related = {name for left, right in re.findall(r"^ +(\w+) \S+--\S+ (\w+) :", diagram, re.MULTILINE) for name in (left, right)}
    assert related - set(Base.metadata.tables) == set()


ROWS = re.findall(r"^\| ((?:P|FX|SO|FL)-[^ |]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", text(ROOT / "docs/requirements.md"), re.MULTILINE)


def test_every_number_of_the_requirement_list_has_one_row() -> None:
    assert [number for number, *_ in ROWS] == NUMBERS


def test_a_row_says_what_serves_it_and_the_tests_it_names_cite_its_number() -> None:
    wrong = []
    for number, _asks, served, shown in ROWS:
        cited = re.findall(r"`(tests/[^`]+)::\w+`", shown)
        if not served.strip() or not (cited or shown.strip() == "no test yet"):
            wrong.append(f"{number}: name what serves it and the test that shows it, or write « no test yet »")
        wrong += [
            f"{file} does not cite {number}" for file in cited if not re.search(rf"\b{re.escape(number)}(?![\w.])", text(ROOT / file))
        ]
    assert wrong == []


def test_the_requirements_cited_in_tests_exist() -> None:
    known = {*NUMBERS, "SO-20", "SO-21"}  # two paragraphs that ask nothing of the software by themselves
    cited = {
        number
        for path in (ROOT / "tests").rglob("*.py")
        if path != Path(__file__)
        for number in re.findall(r"#.*?\b((?:FX|SO|FL)-[\w.]+\w)", text(path))
    }
    assert cited - known == set()


def test_documents_name_no_place_of_one_machine() -> None:
    for path in [*DOCUMENTS, *(ROOT / "docs").rglob("*.md")]:
        assert not re.search(r"/(?:work|tmp|home|root)/", text(path)), path.name
