"""The seam to typst: tagged documents that keep, made alike from alike data, in which nothing that people typed is read as markup."""

import json
import re
import socket
import subprocess
import sys
import zlib
from typing import Any

import pytest

from webapp.pdf import TEMPLATES, PdfError, as_text, compile_here, render

HOSTILE = '#panic() $x$ [a] \\ @b <c> *gras* _i_ `code` // = titre #import "@preview/x:1.0.0": *'


def data(**changes: Any) -> dict[str, Any]:
    """Return the data of a small incident report."""
    row = ["23/11/2026 10:00:00", "23/11/2026 11:00:00", "1 h", "compté", "Heures ouvrées", "FL-12.4"]
    account = {"title": "Décompte", "whole": True, "rows": [row], "sums": [["Total", "1 h"]]}
    return {
        "title": "Rapport d’incident INC-2026-000123-3",
        "author": "Guichet",
        "date": [2026, 11, 23],
        "footer": "Rapport d’incident",
        "draft": False,
        "subject": "Import refusé",
        "facts": [["Client", "Société Alpha"]],
        "rule": "Heures ouvrées.",
        "sites": [["Siège", "23/11/2026 11:00:00", "1 h", "1 h", "0 s"]],
        "causes": [["Une ligne", "puis une autre"]],
        "solutions": [["Redémarrage"]],
        "prevention": [],
        "messages": [{"when": "lundi", "text": [["Rétabli"]]}],
        "accounts": [account],
        **changes,
    }


def made(**changes: Any) -> bytes:
    """Return the document of ``render``, made in this process: it saves the start of another."""
    return compile_here("incident_report", as_text(data(**changes)))


def objects(pdf: bytes) -> bytes:
    """Return the document with its compressed streams opened, where they are of the usual kind."""
    parts = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            parts.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(parts)


def test_a_document_is_tagged_titled_in_french_and_made_to_keep() -> None:
    # FL-12.7
    whole = objects(render("incident_report", data()))
    assert b"/MarkInfo" in whole
    assert b"/Lang(fr-FR)" in whole
    assert b"<pdfuaid:part>1</pdfuaid:part>" in whole
    assert b"<pdfaid:part>2</pdfaid:part>" in whole
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in whole
    assert "Rapport d’incident INC-2026-000123-3".encode() in whole
    tags = set(re.findall(rb"/S ?/(\w+)", whole))
    assert {b"H1", b"Table", b"TR", b"TH", b"TD", b"P"} <= tags


def test_the_same_data_make_the_same_bytes() -> None:
    assert render("incident_report", data()) == render("incident_report", data())
    assert render("incident_report", data()) != render("incident_report", data(subject="Autre"))


def test_what_people_type_is_shown_and_never_read_as_markup() -> None:
    fields = data(subject=HOSTILE, causes=[[HOSTILE]], facts=[[HOSTILE, HOSTILE]], title=HOSTILE)
    pdf = render("incident_report", fields)
    assert b"#panic()" in objects(pdf), "the title, as it was typed"


@pytest.mark.parametrize(
    "text",
    [
        "emoji 😀 et 漢字, \ue000 et \U0010ffff",
        "droite \u202eà gauche\u202c, שלום, مرحبا",
        "commande \x00\x07\x1b et \x85",
        "moitié \ud83d seule",
        "x" * 20_000,
        "é\n" * 5_000,
        "\u0301\u0301\u0301 sans lettre",
        "",
    ],
    ids=[
        "no font has it",
        "both directions",
        "control characters",
        "half a character",
        "no place to break",
        "many lines",
        "only accents",
        "nothing",
    ],
)
def test_any_text_makes_a_document(text: str) -> None:
    assert made(subject=text, causes=[[text]]).startswith(b"%PDF-")


def test_a_template_that_fails_says_why() -> None:
    broken = data()
    del broken["title"]
    with pytest.raises(PdfError, match="title"):
        render("incident_report", broken)


def test_no_template_reaches_for_the_network_or_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not [path.name for path in TEMPLATES.glob("*.typ") if re.search(r"@preview|@local|https?://", path.read_text(encoding="utf-8"))]

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("a document asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert made()


def test_a_document_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.pdf.LONGEST_SECONDS", 0.001)
    with pytest.raises(PdfError, match="no document"):
        render("incident_report", data())


def test_a_process_that_forked_after_making_one_still_makes_documents() -> None:
    # a web worker is a fork of the process that loaded the demonstration
    script = """
import json, os, sys
from webapp.pdf import compile_here, render
data = json.loads(sys.stdin.read())
compile_here("incident_report", json.dumps(data))
child = os.fork()
if not child:
    os._exit(0 if render("incident_report", data).startswith(b"%PDF-") else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    done = subprocess.run([sys.executable, "-c", script], input=json.dumps(data()).encode(), timeout=60, check=False)
    assert done.returncode == 0
