"""The English catalogue is complete: every sentence of pages, forms, errors and mails, with the same placeholders."""

import re
import shlex

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

from webapp.config import ROOT

CATALOGUE = ROOT / "webapp/translations/en/LC_MESSAGES/messages.po"
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%[sd%]|\{(\w*)\}")


def keywords() -> dict[str, object]:
    """Return the extraction keywords that the Makefile's target uses."""
    line = next(line for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines() if "pybabel" in line and " extract " in line)
    words = shlex.split(line)
    own = [words[place + 1] for place, word in enumerate(words) if word == "-k"]
    return {**DEFAULT_KEYWORDS, **parse_keywords(own)}


def extracted() -> dict[object, str]:
    """Return every source sentence with the place where it stands."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found: dict[object, str] = {}
    for folder in ("webapp", "templates"):
        prefixed = [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods if pattern.startswith(folder)]
        given = {pattern.removeprefix(f"{folder}/"): values for pattern, values in options.items()}
        for name, line, message, _comments, _context in extract_from_dir(ROOT / folder, prefixed, given, keywords()):
            found.setdefault(message, f"{folder}/{name}:{line}")
    return found


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    """The English catalogue."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def placeholders(text: str) -> list[str]:
    """Return what a sentence leaves to be filled in, sorted."""
    return sorted(match.group(0) for match in PLACEHOLDER.finditer(text))


def test_every_sentence_has_its_english(catalogue: Catalog) -> None:
    missing = []
    for message, place in extracted().items():
        entry: Message | None = catalogue.get(message[0] if isinstance(message, tuple) else message)
        strings = [] if entry is None else [entry.string] if isinstance(entry.string, str) else [*entry.string]
        if not strings or not all(strings):
            missing.append(f"{place}: {message!r}")
    assert not missing, f"{len(missing)} without English:\n" + "\n".join(missing[:40])


def test_translations_fill_in_the_same_values(catalogue: Catalog) -> None:
    wrong = []
    for entry in catalogue:
        if not entry.id:
            continue
        sources = [entry.id] if isinstance(entry.id, str) else [*entry.id]
        strings = [entry.string] if isinstance(entry.string, str) else [*entry.string]
        wanted = {tuple(placeholders(source)) for source in sources}
        wrong += [f"{entry.id!r} → {string!r}" for string in strings if string and tuple(placeholders(string)) not in wanted]
    assert not wrong, "\n".join(wrong)


def test_the_catalogue_holds_nothing_stale_or_doubtful(catalogue: Catalog) -> None:
    present = {message[0] if isinstance(message, tuple) else message for message in extracted()}
    entries = [entry for entry in catalogue if entry.id]
    stale = [entry.id for entry in entries if (entry.id[0] if isinstance(entry.id, tuple) else entry.id) not in present]
    assert not stale, stale[:20]
    assert [entry.id for entry in entries if entry.fuzzy] == []


def test_english_sentences_use_no_french_typography(catalogue: Catalog) -> None:
    wrong = [
        entry.string for entry in catalogue if entry.id and isinstance(entry.string, str) and re.search(r"[«»]|\u00a0[:;!?]", entry.string)
    ]
    assert not wrong, wrong[:20]


def test_the_compiled_catalogue_is_not_kept_in_the_project() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert "*.mo" in ignored
