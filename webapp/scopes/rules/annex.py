"""The technical annex of a published version, as the data of its document: drawn from the frozen text and from nothing else."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from webapp.clock import PARIS
from webapp.scopes.rules.decisions import GENERAL_STATUS_LABELS, GeneralStatus

#: A column that fewer of the lines fill in is written under the last column of those that do: empty cells cost width and memory.
SPARSE = 0.3
#: A text that is longer may be cut by the end of a page; shorter ones stay whole.
WHOLE = 400
#: What typst needs, in bytes, as measured: for a cell of a table, for a character of text, and the most that a document may need
#: besides the process. Beyond, neighbouring columns share a cell, so that 5,000 lines fit half a gigabyte.
CELL_COSTS, CHARACTER_COSTS, MOST_MEMORY = 8_000, 500, 410_000_000
#: Weights of columns, after the length of what they hold.
NARROWEST, WIDEST = 8, 30

Texts = list[str]
Columns = Sequence[Mapping[str, str]]


def data_of(image: Mapping[str, Any], sha256: str, address: str) -> dict[str, Any]:
    """Return the data of ``templates/pdf/annex.typ`` for the image of a version; ``address`` is where anybody verifies it.

    Texts are French, dates those of Paris. The same version gives the same data.
    """
    effective = _paris(image["effective_at"])
    shown, sparse = _columns(image)
    number, version = image["number"], image["version"]
    return {
        "title": f"Annexe technique {number}, version {version}",
        "author": image["organisation"],
        "date": [effective.year, effective.month, effective.day],
        "footer": f"{number} · version {version} · SHA-256 {sha256[:16]}…",
        "organisation": image["organisation"],
        "facts": [
            ["Numéro d’accréditation", number],
            ["Activité", f"{image['activity']['label']} ({image['activity']['reference']})"],
            ["Version", str(version)],
            ["En vigueur", f"à compter du {effective:%d/%m/%Y} à 0 h 00, heure de Paris, jusqu’à son remplacement ou son retrait"],
            ["Lignes", str(len(image["lines"]))],
            ["Empreinte SHA-256", sha256],
        ],
        "verify": "Seul le registre dit si cette version est encore en vigueur ; l’empreinte s’y vérifie :",
        "address": address,
        "header": ["Ligne", *(" / ".join(column["label"] for column in together) for together in shown)],
        "weights": _weights(image["lines"], shown),
        "whole": WHOLE,
        "groups": [
            {"title": _title(general), "rows": rows}
            for general in image["general"]
            if (rows := [_row(line, shown, sparse) for line in image["lines"] if line["general"] == general["code"]])
        ],
    }


def _paris(instant: str) -> datetime:
    return datetime.fromisoformat(instant).astimezone(PARIS)


def _columns(image: Mapping[str, Any]) -> tuple[list[Columns], Columns]:
    """Return the columns of the tables, those that share cells together, and those that are written under the last of them."""
    lines = image["lines"]
    filled = {column["key"]: sum(bool(line["cells"][column["key"]]) for line in lines) for column in image["columns"]}
    shown = [column for column in image["columns"] if filled[column["key"]] >= max(1, SPARSE * len(lines))]
    sparse = [column for column in image["columns"] if column not in shown and filled[column["key"]]]
    characters = sum(len(text) for line in lines for text in line["cells"].values())
    cells = (MOST_MEMORY - characters * CHARACTER_COSTS) // CELL_COSTS
    return shared(shown, max(2, cells // max(1, len(lines)) - 1)), sparse


def shared(columns: Columns, most: int) -> list[Columns]:
    """Return the columns in ``most`` runs at most, the longer ones last."""
    runs = min(most, len(columns))
    if not runs:
        return []
    size, longer = divmod(len(columns), runs)
    starts = [place * size + max(0, place - (runs - longer)) for place in range(runs + 1)]
    return [columns[start:end] for start, end in pairwise(starts)]


def _weights(lines: Sequence[Mapping[str, Any]], shown: Sequence[Columns]) -> list[int]:
    total = max(1, len(lines))
    lengths = [sum(len(line["cells"][column["key"]]) for line in lines for column in together) // total for together in shown]
    return [max(NARROWEST, min(WIDEST, length)) for length in lengths]


def _title(general: Mapping[str, str]) -> str:
    title = f"Portée générale {general['code']} — {general['title']} ({general['flexibility']})"
    status = GeneralStatus(general["status"])
    return title if status is GeneralStatus.ACTIVE else f"{title}, {GENERAL_STATUS_LABELS[status].lower()}"


def _row(line: Mapping[str, Any], shown: Sequence[Columns], sparse: Columns) -> Texts:
    cells = [
        " / ".join(line["cells"][column["key"]] or "—" for column in run) if len(run) > 1 else line["cells"][run[0]["key"]] for run in shown
    ]
    notes = [f"{column['label']} : {line['cells'][column['key']]}" for column in sparse if line["cells"][column["key"]]]
    cells[-1] = " — ".join([text for text in (cells[-1], *notes) if text])
    return [str(line["number"]), *cells]
