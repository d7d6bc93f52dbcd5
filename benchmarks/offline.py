"""A return of 5,000 cells filled in offline: its workbook down, back with every figure changed, seen, and accepted."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Iterator

from benchmarks.declarations import NUMBER
from benchmarks.measure import WrongAnswerError, request, run
from benchmarks.people import Person
from benchmarks.scopes import Timed, fetch, send
from benchmarks.world import World

#: Seconds: to send the workbook and see what it would change, and to accept all of it.
MOST_PREVIEW = MOST_ACCEPTED = 2.0
MOST_EXPORT = 2.0
_NUMBER = re.compile(rb'(<c r="[A-Z]+[0-9]+" s="[0-9]+"><v>)([0-9.]+)(</v>)')


def times(world: World, who: Person, cells: int) -> Iterator[Timed]:
    """Time the three, after checking that every figure was changed and saved."""
    begun = time.perf_counter()
    status, _headers, content = run(world.app, request(f"/declarations/{NUMBER}/classeur.xlsx", who.cookie))
    exported = time.perf_counter()
    if status != 200:
        raise WrongAnswerError(f"the workbook: status {status}")
    back, changed = _one_more(content)
    sending = time.perf_counter()
    form = {"once": "o" * 22, "fichier": (io.BytesIO(back), "retour.xlsx")}
    shown = send(world, who, f"/declarations/{NUMBER}/classeur", form)
    preview = fetch(world, who, shown)
    previewed = time.perf_counter()
    if "à enregistrer" not in preview:
        raise WrongAnswerError("the preview says nothing to save")
    sections = re.findall(r'name="section" value="([^"]+)"', preview)
    send(world, who, shown, {"once": "p" * 22, "section": sections})
    accepted = time.perf_counter()
    if "rien à reprendre" not in fetch(world, who, shown):
        raise WrongAnswerError("something is left to accept")
    yield Timed(f"workbook of a return of {cells:,} cells", exported - begun, MOST_EXPORT, f"{len(content) // 1000} kB")
    yield Timed(f"import of {cells:,} cells, to its preview", previewed - sending, MOST_PREVIEW, f"{changed:,} changed")
    yield Timed("the same, accepted and saved", accepted - previewed, MOST_ACCEPTED)


def _one_more(content: bytes) -> tuple[bytes, int]:
    """Return the workbook with one more in each of its figures, totals included, and how many there are."""
    held, changed = io.BytesIO(), 0
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                part, count = _NUMBER.subn(lambda found: found[1] + repr(float(found[2]) + 1).encode() + found[3], part)
                changed += count
            new.writestr(name, part)
    return held.getvalue(), changed
