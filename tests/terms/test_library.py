"""The terms as dated files: exact bytes, version in force, and texts that never change once published."""

import re
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from webapp.actor import OrganisationKind
from webapp.terms import library
from webapp.terms.library import BrokenTextError, find, load_versions, parse_version, versions
from webapp.terms.rules import AUDIENCE_LABELS, Audience, audience_of, earlier, in_force, upcoming
from webapp.web.html import clean

PAGE = b'<!doctype html>\n<html lang="fr"><body>\n<h1>Titre</h1>\n<p>Texte</p>\n</body></html>\n'


def test_the_hash_is_of_the_exact_bytes_of_the_file() -> None:  # SO-14, SO-81
    for version in versions():
        path = library.TEXTS / f"{version.audience}-{version.effective_on}.html"
        assert version.content == path.read_bytes()
        assert version.sha256 == sha256(path.read_bytes()).hexdigest()


def test_a_published_text_never_changes() -> None:  # SO-83: a new text is a new file
    published = dict(line.split()[::-1] for line in Path(__file__).with_name("published.sha256").read_text("ascii").splitlines())
    assert {f"{version.audience}-{version.effective_on}.html": version.sha256 for version in versions()} == published


def test_a_version_is_in_force_from_midnight_in_paris() -> None:  # SO-20
    before, after = datetime(2025, 6, 1, 21, 59, tzinfo=UTC), datetime(2025, 6, 1, 22, 0, tzinfo=UTC)
    first, second = find("clients", "2024-09-02"), find("clients", "2025-06-02")
    assert in_force(versions(), Audience.CLIENTS, before) is first
    assert in_force(versions(), Audience.CLIENTS, after) is second
    assert upcoming(versions(), Audience.CLIENTS, before) == [second]
    assert upcoming(versions(), Audience.CLIENTS, after) == []
    assert earlier(versions(), Audience.CLIENTS, before) == []
    assert earlier(versions(), Audience.CLIENTS, after) == [first]


def test_nothing_is_in_force_before_the_first_version() -> None:
    assert in_force(versions(), Audience.STAFF, datetime(2020, 1, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize("kind", list(OrganisationKind))
def test_everybody_has_a_text_in_force_today(kind: OrganisationKind) -> None:
    assert in_force(versions(), audience_of(kind), datetime(2026, 1, 1, tzinfo=UTC)) is not None


def test_people_without_an_organisation_read_the_clients_text() -> None:
    assert audience_of(None) is Audience.CLIENTS
    assert set(AUDIENCE_LABELS) == set(Audience)


@pytest.mark.parametrize("version", versions(), ids=lambda version: version.filename)
def test_cleaning_takes_nothing_away_from_a_text_of_ours(version: library.Version) -> None:
    assert str(clean(version.body)) == version.body


@pytest.mark.parametrize("version", versions(), ids=lambda version: version.filename)
def test_articles_are_numbered_without_a_gap_and_types_set_as_in_french(version: library.Version) -> None:
    numbers = [int(number) for number in re.findall(r'<h2 id="article-(\d+)">Article \1 –', version.body)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 10
    assert not re.search(r" [:;!?»]|« |'", version.body)


@pytest.mark.parametrize("version", versions(), ids=lambda version: version.filename)
def test_each_text_states_the_duties_that_the_sources_ask_for(version: library.Version) -> None:
    for words in (
        "douze caractères",  # SO-28
        "huit jours calendaires",  # SO-80
        "même valeur probante",  # SO-81
        "conservées un an",  # SO-85
        "accessible au public",  # SO-54
        "fait foi entre les parties",  # SO-32
        "incessible et temporaire",  # FX-7c
        "seul leur texte français fait foi",  # FL-20
        "nouvelle version",  # SO-13
    ):
        assert words in version.body, words


@pytest.mark.parametrize(
    "name",
    [
        "clients.html",
        "clients-2025-13-01.html",
        "personne-2025-06-02.html",
        "Clients-2025-06-02.html",
        "clients-2025-06-02.md",
        "../clients-2025-06-02.html",
    ],
)
def test_a_wrong_file_name_stops_the_start(name: str) -> None:
    with pytest.raises(BrokenTextError):
        parse_version(name, PAGE)


@pytest.mark.parametrize("content", [b"", b"<p>Texte</p>", b"\xff" + PAGE, b"<body><p>Texte</p></body>"])
def test_a_misshapen_text_stops_the_start(content: bytes) -> None:
    with pytest.raises(BrokenTextError):
        parse_version("clients-2025-06-02.html", content)


def test_an_audience_without_a_text_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "clients-2025-06-02.html").write_bytes(PAGE)
    with pytest.raises(BrokenTextError, match="declarants, organismes, personnel"):
        load_versions(tmp_path)


def test_a_version_is_found_by_its_address_only() -> None:
    found = find("clients", "2025-06-02")
    assert found is not None
    assert found.effective_on == date(2025, 6, 2)
    assert found.filename == "conditions-clients-2025-06-02.html"
    assert find("clients", "2025-06-03") is None
    assert find("../clients", "2025-06-02") is None
