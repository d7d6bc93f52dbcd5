"""Reading the workbooks that people send (XLSX), of whom nothing is trusted: the archive is judged, then opened in a process of its own."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from webapp.config import ROOT
from webapp.tables.container import BURSTS, UNREADABLE, check
from webapp.tables.table import EXACT, TableRefused

LONGEST_SECONDS = 30
#: How the process ends when a wall holds it: killed for its memory or its time.
_HELD = frozenset({-6, -9, -11, -24, 101, 134, 137, 139, 152})
_REMARKS = ("formulas", "errors", "dates", "unsure", "merged")

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its rows of texts from the first row and column on, as they are shown, and the places (row, column from 1) of which
    there is something to say: formulas (their last value was read), errors (#N/A), dates, numbers whose format is not understood
    (``unsure``), places that show what the merged cell above them holds.
    """

    name: str
    hidden: bool
    rows: tuple[tuple[str, ...], ...]
    formulas: frozenset[Place] = frozenset()
    errors: frozenset[Place] = frozenset()
    dates: frozenset[Place] = frozenset()
    unsure: frozenset[Place] = frozenset()
    merged: frozenset[Place] = frozenset()


def read_workbook(content: bytes, *, exact: bool = False) -> tuple[Sheet, ...]:
    """Return the sheets of an XLSX workbook, hidden ones too, or raise ``TableRefused`` with words for the person who sent it.

    Numbers are read as they are shown; ``exact`` gives all their digits, for those who would rather refuse than round.
    """
    check(content)
    command = [sys.executable, "-m", "webapp.tables.opening", *([EXACT] if exact else [])]
    try:
        done = subprocess.run(  # noqa: S603 -- our own interpreter and module
            command, input=content, capture_output=True, cwd=ROOT, env={}, timeout=LONGEST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TableRefused(BURSTS) from error
    if done.returncode:
        raise TableRefused(BURSTS if done.returncode in _HELD or b"memory" in done.stderr.lower() else UNREADABLE)
    answer = json.loads(done.stdout)
    if "refused" in answer:
        raise TableRefused(answer["refused"], **answer["values"])
    return tuple(sheet_of(facts) for facts in answer["sheets"])


def sheet_of(facts: dict[str, Any]) -> Sheet:
    """Return a sheet from what the process answers of it."""
    places = {name: frozenset((row, column) for row, column in facts[name]) for name in _REMARKS}
    return Sheet(facts["name"], facts["hidden"], tuple(tuple(row) for row in facts["rows"]), **places)
