"""The directory of businesses: what it answers is checked, what it is asked never leaves its address, and it may be silent. SO-55."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from webapp.companies.directory import LARGEST_ANSWER, Directory, Unavailable
from webapp.companies.rules import BadAnswer, Company, read_answer
from webapp.config import SettingsError, load_settings

SIRET, OTHER = "73282932000074", "35600000000048"
PLACE = {
    "siret": SIRET,
    "adresse": "4 RUE DES ESSAIS 35000 RENNES",
    "activite_principale": "94.11Z",
    "tranche_effectif_salarie": "12",
    "etat_administratif": "A",
}
UNIT = {
    "siren": SIRET[:9],
    "nom_complet": "ASSOCIATION D'ESSAI (ADE)",
    "nom_raison_sociale": "ASSOCIATION D'ESSAI",
    "nature_juridique": "9220",
    "activite_principale": "85.59A",
    "tranche_effectif_salarie": "21",
    "siege": {**PLACE, "siret": OTHER},
    "matching_etablissements": [PLACE],
}


def answer(*units: Any) -> bytes:
    return json.dumps({"results": list(units), "total_results": len(units)}).encode()


class FakeDirectory(HTTPServer):
    """A directory of this machine: answers what it is told to, and notes what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.body, self.headers, self.delay = 200, answer(UNIT), {}, 0.0
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        fake: Any = self.server
        fake.asked.append(self.path)
        time.sleep(fake.delay)
        try:
            self.send_response(fake.status)
            for name, value in fake.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(fake.body)
        except OSError:
            pass  # the caller did not wait

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def fake() -> Iterator[FakeDirectory]:
    with FakeDirectory() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_an_establishment_is_read_with_the_words_of_its_codes() -> None:
    found = read_answer(answer(UNIT), SIRET)
    assert found == Company(
        SIRET, "ASSOCIATION D'ESSAI", "4 RUE DES ESSAIS 35000 RENNES", "Association déclarée", "94.11Z", "20 à 49 salariés"
    )
    closed = {**UNIT, "nature_juridique": "7389", "matching_etablissements": [{"siret": SIRET, "etat_administratif": "F"}]}
    assert read_answer(answer(closed), SIRET) == Company(
        SIRET, "ASSOCIATION D'ESSAI", "", "7389", "85.59A", "50 à 99 salariés", closed=True
    )


@pytest.mark.parametrize(
    "units",
    [(), ({**UNIT, "siren": "000000000"},), ({**UNIT, "matching_etablissements": [{"siret": OTHER}]},), ("texte", 3, None)],
)
def test_an_answer_about_another_establishment_is_none(units: tuple[Any, ...]) -> None:
    assert read_answer(answer(*units), SIRET) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'{"results": {}}',
        b"[" * 100_000,
        b"\xff\xfe",
        answer({**UNIT, "matching_etablissements": "x"}),
        answer({**UNIT, "nom_complet": 3, "nom_raison_sociale": None}),
    ],
)
def test_an_answer_of_another_shape_is_refused(body: bytes) -> None:
    with pytest.raises(BadAnswer):
        read_answer(body, SIRET)


def test_values_are_cleaned_and_cut() -> None:
    found = read_answer(answer({**UNIT, "nom_raison_sociale": "  A\u202e\n\0B " + "x" * 900, "nature_juridique": ["9220"]}), SIRET)
    assert found is not None
    assert found.name.startswith("A B xxx")
    assert len(found.name) == 200
    assert found.legal_form == ""


def test_a_found_establishment_is_asked_for_once_an_hour(fake: FakeDirectory) -> None:
    directory = Directory(fake.url, 5)
    assert directory.find(SIRET) == directory.find(SIRET)
    assert fake.asked == [f"/search?q={SIRET}&per_page=1"]
    fake.body = answer()
    assert directory.find(OTHER) is None
    assert directory.find(OTHER) is None
    assert len(fake.asked) == 2


def test_a_redirect_is_not_followed(fake: FakeDirectory) -> None:
    fake.status, fake.headers = 302, {"Location": f"{fake.url}/ailleurs"}
    with pytest.raises(Unavailable):
        Directory(fake.url, 5).find(SIRET)
    assert len(fake.asked) == 1


@pytest.mark.parametrize("status, body", [(429, b"{}"), (500, b""), (200, b"{}"), (200, b" " * (LARGEST_ANSWER + 1))])
def test_a_failing_directory_is_said_to_be_unavailable_and_asked_again(fake: FakeDirectory, status: int, body: bytes) -> None:
    directory = Directory(fake.url, 5)
    fake.status, fake.body = status, body
    with pytest.raises(Unavailable):
        directory.find(SIRET)
    fake.status, fake.body = 200, answer(UNIT)
    assert directory.find(SIRET) is not None


def test_a_slow_or_absent_directory_is_not_waited_for(fake: FakeDirectory) -> None:
    fake.delay = 3
    began = time.monotonic()
    with pytest.raises(Unavailable):
        Directory(fake.url, 0.2).find(SIRET)
    assert time.monotonic() - began < 3
    with pytest.raises(Unavailable):
        Directory("http://127.0.0.1:9", 1).find(SIRET)


@pytest.mark.parametrize("siret", ["", "1", "7328293200007/", "73282932000074&x=1", "７３２８２９３２００００７４"])
def test_only_fourteen_digits_are_ever_sent(fake: FakeDirectory, siret: str) -> None:
    with pytest.raises(Unavailable):
        Directory(fake.url, 5).find(siret)
    assert fake.asked == []


def test_without_an_address_nothing_is_asked() -> None:
    directory = Directory("", 5)
    assert not directory.is_on
    with pytest.raises(Unavailable):
        directory.find(SIRET)


@pytest.mark.parametrize(
    "url", ["http://exemple.fr", "ftp://127.0.0.1", "https://exemple.fr/chemin", "https://exemple.fr?x=1", "exemple.fr", "file:///etc"]
)
def test_an_address_that_is_no_directory_stops_the_start(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({"DATA_DIR": str(tmp_path), "COMPANIES_URL": url})
    assert [error for error in refused.value.errors if error.startswith("COMPANIES_URL")]


def test_the_address_is_https_or_this_machine_s_and_empty_by_default(tmp_path: Path) -> None:
    def url(**environ: str) -> str:
        return load_settings({"DATA_DIR": str(tmp_path), **environ}).companies_url

    assert url() == ""
    assert url(COMPANIES_URL="https://recherche-entreprises.api.gouv.fr/") == "https://recherche-entreprises.api.gouv.fr"
    assert url(COMPANIES_URL="http://127.0.0.1:5000") == "http://127.0.0.1:5000"
