"""The files of a published version: complete, immutable, kept by caches, drawn once."""

import csv
import hashlib
import io
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from tests.conftest import People, SignedIn
from tests.scopes.world import NUMBER, cells, make_file, publish
from tests.support.client import CheckingClient
from webapp.clock import FrozenClock
from webapp.config import Settings
from webapp.db import Database, GuichetSession
from webapp.pdf import PdfError, render
from webapp.scopes.models import Dossier, PublishedVersion, VersionAnnex
from webapp.scopes.rules.annex import data_of, shared
from webapp.scopes.rules.decisions import DecisionKind
from webapp.scopes.services import annexes, effect, lines
from webapp.scopes.services.decisions import DecisionValues, record_decision

URL = f"/registre/{NUMBER}/v/1"


@pytest.fixture
def file(session: GuichetSession, people: People, clock: FrozenClock) -> Dossier:
    file = make_file(session, people, clock, names=("Nitrates", "=Chlorures", "Sulfates"))
    lines.save_line(session, people.actors["editrice"], clock, NUMBER, 3, 1, cells("Sulfates", remarques="Sur site", note="secret"))
    publish(session, people, clock)
    return file


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand in for typst, and count what it is asked."""
    seen: list[str] = []

    def draw(template: str, data: Any) -> bytes:
        seen.append(template)
        return b"%PDF " + json.dumps(data).encode()

    monkeypatch.setattr(annexes, "render", draw)
    return seen


def test_a_version_leaves_as_csv_and_workbook_with_all_it_says_and_nothing_private(client: CheckingClient, file: Dossier) -> None:
    # FX-8a
    client.get(URL)
    offered = [link.get("href") for link in client.tree.cssselect("dl.facts a")]
    assert offered == [*(f"{URL}.{kind}" for kind in ("pdf", "xlsx", "csv", "json")), f"{URL}?impression=1"]
    text = client.get(f"{URL}.csv").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0][:4] == ["Ligne", "Portée générale", "Intitulé", "Objet soumis à essai"]
    assert [row[:2] + row[4:5] for row in rows[1:]] == [["1", "1", "Nitrates"], ["2", "1", "'=Chlorures"], ["3", "1", "Sulfates"]]
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{URL}.xlsx").data))
    assert [row[4] for row in book.get_sheet_by_name("Portée").to_python()[1:]] == ["Nitrates", "=Chlorures", "Sulfates"]
    facts = dict(row[:2] for row in book.get_sheet_by_name("Version").to_python())
    snapshot = client.get(f"{URL}.json").data
    assert facts["Empreinte SHA-256"] == hashlib.sha256(snapshot).hexdigest()
    assert b"secret" not in snapshot + text.encode()


@pytest.mark.parametrize("kind", ["json", "csv", "xlsx", "pdf"])
def test_files_are_kept_by_caches_for_ever_and_not_sent_twice(
    client: CheckingClient, signed_in: SignedIn, file: Dossier, drawn: list[str], kind: str
) -> None:
    first = client.get(f"{URL}.{kind}")
    assert first.status_code == 200
    assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert f'filename="portee-{NUMBER}-v1.{kind}"' in first.headers["Content-Disposition"]
    again = client.get(f"{URL}.{kind}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(f"{URL}.{kind}").data == first.data
    assert signed_in("editrice").get(f"{URL}.{kind}").headers["Cache-Control"].startswith("private, ")
    for missing in (f"/registre/{NUMBER}/v/2.{kind}", f"/registre/1-9999/v/1.{kind}"):
        assert client.get(missing).status_code == 404


def test_the_annex_is_drawn_once_and_keeps_its_bytes(
    client: CheckingClient, session: GuichetSession, file: Dossier, drawn: list[str]
) -> None:
    client.get(URL)
    assert "faite à la première demande" in client.text()
    first = client.get(f"{URL}.pdf").data
    assert client.get(f"{URL}.pdf").data == first
    assert drawn == ["annex"]
    kept = session.scalars(select(VersionAnnex)).one()
    assert (kept.pdf, kept.sha256) == (first, hashlib.sha256(first).hexdigest())
    data = json.loads(first.removeprefix(b"%PDF "))
    assert data["title"] == f"Annexe technique {NUMBER}, version 1"
    assert dict(data["facts"])["En vigueur"].startswith("à compter du 24/11/2026 à 0 h 00, heure de Paris")
    assert data["address"].endswith(URL)
    assert "secret" not in first.decode()
    client.get(URL)
    assert "faite à la première demande" not in client.text()


def test_a_version_that_is_still_to_come_has_no_file(
    client: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock, drawn: list[str]
) -> None:
    make_file(session, people, clock)
    publish(session, people, clock, wait=False)
    for kind in ("json", "csv", "xlsx", "pdf"):
        assert client.get(f"{URL}.{kind}").status_code == 404
    assert drawn == []


def test_a_withdrawn_version_keeps_its_files_and_its_page_and_print_say_so(
    client: CheckingClient, session: GuichetSession, people: People, clock: FrozenClock, file: Dossier, drawn: list[str]
) -> None:
    values = DecisionValues(DecisionKind.SUSPENSION, "2", date(2026, 11, 20), "D-1", "Motif.")
    record_decision(session, people.actors["chargee"], clock, NUMBER, values)
    session.commit()
    for kind in ("json", "csv", "xlsx", "pdf"):
        assert client.get(f"{URL}.{kind}").status_code == 200
    for page in (URL, f"{URL}?impression=1"):
        client.get(page)
        assert "Ce document est une archive" in client.text()


def test_a_version_is_printed_whole_and_without_the_portal(client: CheckingClient, file: Dossier) -> None:
    client.get(f"{URL}?impression=1")
    assert len(client.tree.cssselect("tbody tr")) == 3
    assert not client.tree.cssselect("header, nav, form")


def test_makers_that_meet_draw_one_annex_and_say_when_to_come_back(
    client: CheckingClient,
    session: GuichetSession,
    file: Dossier,
    database: Database,
    clock: FrozenClock,
    drawn: list[str],
    tmp_path: Path,
    settings: Settings,
) -> None:
    identifier = session.scalars(select(PublishedVersion.id)).one()
    session.commit()
    barrier = Barrier(3)

    def make(index: int) -> bytes:
        barrier.wait(timeout=20)
        return annexes.make(database, clock, "https://guichet.example", tmp_path / str(index), identifier)  # as three machines

    with ThreadPoolExecutor(3) as pool:
        assert len(set(pool.map(make, range(3)))) == 1
    assert len(session.scalars(select(VersionAnnex.version_id)).all()) == 1
    session.query(VersionAnnex).delete()
    session.commit()
    with annexes._alone(settings.data_dir):
        answer = client.get(f"{URL}.pdf")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Recommencez dans une minute" in client.text()
    assert client.get(f"{URL}.pdf").status_code == 200


def test_the_job_makes_what_took_effect_and_leaves_what_fails(
    session: GuichetSession, people: People, clock: FrozenClock, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (NUMBER, "1-0043"):
        make_file(session, people, clock, number)
        publish(session, people, clock, number, wait=number != NUMBER)
    session.commit()
    maker = annexes.AnnexMaker(database, clock, "https://guichet.example", tmp_path)
    assert maker.run() == 0  # nothing was told yet
    assert effect.sweep(database, clock, "https://guichet.example") == 2

    def draw(_template: str, data: Any) -> bytes:
        if NUMBER in data["title"]:
            raise PdfError("no font")
        return b"%PDF"

    monkeypatch.setattr(annexes, "render", draw)
    assert maker.run() == 1
    assert maker.run() == 0
    assert len(maker.failed) == 1


IMAGE = {
    "number": NUMBER,
    "organisation": "Laboratoire « Vauban » #panic() $x$",
    "version": 7,
    "effective_at": "2026-03-28T23:00:00.000000Z",
    "activity": {"label": "Essais", "reference": "LAB REF 08"},
    "columns": [{"key": key, "label": key.upper()} for key in "abc"],
    "general": [
        {"code": "1", "title": "Eaux", "flexibility": "FLEX1", "status": "active"},
        {"code": "2", "title": "Sols", "flexibility": "FIXE", "status": "suspended"},
        {"code": "3", "title": "Vide", "flexibility": "FIXE", "status": "active"},
    ],
    "lines": [
        {"number": n, "general": "1" if n < 5 else "2", "cells": {"a": f"A{n}", "b": "µ" * 20, "c": "rare" if n == 2 else ""}}
        for n in range(1, 7)
    ],
}


def test_a_column_that_few_lines_fill_in_is_written_under_the_last_one() -> None:
    data = data_of(IMAGE, "f" * 64, "https://guichet.example")
    assert data["header"] == ["Ligne", "A", "B"]
    assert [group["title"] for group in data["groups"]] == [
        "Portée générale 1 — Eaux (FLEX1)",
        "Portée générale 2 — Sols (FIXE), suspendue",
    ]
    assert data["groups"][0]["rows"][1] == ["2", "A2", "µ" * 20 + " — C : rare"]
    assert data["date"] == [2026, 3, 29]


def test_columns_share_cells_in_runs_of_like_size() -> None:
    columns = [{"key": key} for key in "abcdefg"]
    assert [len(run) for run in shared(columns, 4)] == [1, 2, 2, 2]
    assert [len(run) for run in shared(columns, 9)] == [1] * 7
    assert shared([], 3) == []


def test_the_annex_is_a_tagged_document_of_the_same_bytes() -> None:
    pdf = render("annex", data_of(IMAGE, "f" * 64, "https://guichet.example/registre/1-0042/v/7"))
    assert pdf == render("annex", data_of(IMAGE, "f" * 64, "https://guichet.example/registre/1-0042/v/7"))
    assert b"/MarkInfo" in pdf
    assert b"/StructTreeRoot" in pdf
    assert pdf.count(b"/Table") >= 2
    assert b"/TH" in pdf
    assert b"<pdfuaid:part>1" in pdf


def test_the_annex_of_five_thousand_lines_fits_half_a_gigabyte(app: Flask) -> None:
    script = """
import json, sys
from webapp.pdf import compile_here, as_text
from webapp.scopes.rules.annex import data_of
image = json.load(sys.stdin)
compile_here("annex", as_text(data_of(image, "f" * 64, "https://guichet.example")))
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""  # the peak that getrusage tells counts what the process shared with its parent before it began
    text = "Eaux destinées à la consommation "
    many = IMAGE | {
        "columns": [{"key": key, "label": key} for key in "abcde"],
        "lines": [{"number": n, "general": "1", "cells": dict.fromkeys("abcde", f"{text[:16]} {n}")} for n in range(1, 5001)],
    }
    done = subprocess.run([sys.executable, "-c", script], input=json.dumps(many).encode(), capture_output=True, timeout=120, check=True)
    assert int(done.stdout) < 500 * 1024
