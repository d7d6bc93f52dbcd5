"""A scope of 5,000 lines: its editor beside that of 100 lines, a workbook of as many, verdicts and differences.

In a world of its own, so that the demonstration stays what it is. What has a memory to be held to (an import) is measured in a process
of its own: ``python -m benchmarks.scopes import`` prints its figures as JSON.
"""

import io
import json
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import thread_time
from typing import Any

from benchmarks.floors import Floors
from benchmarks.measure import Compared, Side, WrongAnswerError, compare, request, run
from benchmarks.people import Person, person
from benchmarks.world import World, empty_world
from tests.factories import make_organisation, make_person
from webapp.actor import SYSTEM, Actor, OrganisationKind, Role
from webapp.config import ROOT
from webapp.scopes.rules.activities import activity
from webapp.scopes.rules.check import check_scope
from webapp.scopes.rules.decisions import Flexibility, GeneralFacts, GeneralStatus
from webapp.scopes.rules.importing.columns import GENERAL, HEADINGS
from webapp.scopes.rules.lines import Line, difference
from webapp.scopes.rules.steps import StepKind
from webapp.scopes.services.files import open_file
from webapp.scopes.services.general import GeneralValues, create_file
from webapp.scopes.services.steps import Edit, apply
from webapp.spreadsheet import Sheet, xlsx

LINES, FEW = 5_000, 100
LARGE, SMALL, EMPTY = "1-9001", "1-9002", "1-9003"
EDITOR, OFFICER = "editrice.bancs", "chargee.bancs"
GENERALS = [GeneralValues("1", "Analyses physico-chimiques des eaux", "FLEX2"), GeneralValues("2", "Micropolluants des eaux", "FLEX3")]
MOST_GROWTH = 1.2
MOST_PREVIEW = MOST_COMMIT = 3.0
MOST_MEGABYTES = 200
MOST_DIFFERENCE, MOST_VERDICTS = 0.5, 0.3
ROUNDS = 5


@dataclass(frozen=True)
class Timed:
    """Seconds that something took, and the most that it may; ``note`` says what else was seen."""

    what: str
    seconds: float
    most: float
    note: str = ""
    within: bool = True

    @property
    def met(self) -> bool:
        """Tell whether the aim is met."""
        return self.seconds <= self.most and self.within


def line(number: int, turn: int = 0) -> Line:
    """Return a complete line like those of a laboratory; another ``turn`` has another revision of its method."""
    cells = dict.fromkeys(activity("essais").keys, "") | {
        "objet": ("Eaux douces", "Eaux résiduaires", "Eaux destinées à la consommation humaine")[number % 3],
        "caracteristique": f"Paramètre {number}",
        "principe": ("Chromatographie ionique", "ICP-MS", "Spectrophotométrie")[number % 3],
        "reference": f"NF EN ISO {10000 + number % 900}-{number % 7 + 1}:{2004 + (number + turn) % 20}",
    }
    return Line(number, "1" if number % 4 else "2", cells)


def build(world: World) -> Actor:
    """Make a body with three files: 5,000 lines, 100 lines, none."""
    with world.app.app_context(), world.database.transaction(SYSTEM) as session:
        now = world.clock.now()
        body = make_organisation(session, now, OrganisationKind.ACCREDITED_BODY, "Laboratoire des bancs")
        authority = make_organisation(session, now, OrganisationKind.ACCREDITATION_BODY, "Comité des bancs")
        editor = make_person(session, now, EDITOR, body, Role.SCOPE_EDITOR)
        officer = make_person(session, now, OFFICER, authority, Role.SCOPE_OFFICER)
        for number, size in ((LARGE, LINES), (SMALL, FEW), (EMPTY, 0)):
            create_file(session, officer, world.clock, number=number, organisation_id=body.id, activity_code="essais", lines=GENERALS)
            edits = [Edit(None, general=item.general, cells=item.cells) for item in map(line, range(1, size + 1))]
            if edits:
                apply(session, editor, world.clock, open_file(session, editor, world.clock, number), StepKind.IMPORT, edits)
    return editor


def editor_growth(world: World, who: Person) -> Compared:
    """Compare the editor's page of 5,000 lines with that of 100."""
    return compare(_editor(world, who, LARGE), _editor(world, who, SMALL), world.database.engine)


def _editor(world: World, who: Person, number: str) -> Side:
    def check(answer: Any) -> str | None:
        shown = answer[2].count(b'<tr id="l')
        return None if answer[0] == 200 and shown == FEW else f"status {answer[0]}, {shown} lines"

    return Side(world.app, lambda: request(f"/portees/{number}", who.cookie), check, thread_time)


def rules() -> Iterator[Timed]:
    """Time what needs no database: verdicts of 5,000 lines, the difference of two versions of 5,000."""
    before, after = [line(number) for number in range(1, LINES + 1)], [line(number, number % 2) for number in range(51, LINES + 51)]
    generals = [GeneralFacts(item.code, Flexibility(item.flexibility), GeneralStatus.ACTIVE) for item in GENERALS]
    of = activity("essais")
    yield Timed(f"verdicts of {LINES:,} lines", _median(lambda: check_scope(of, after, generals, before, 1)), MOST_VERDICTS)
    found = difference(before, after)
    if (len(found.added), len(found.removed)) != (50, 50) or not found.changed:
        raise WrongAnswerError(f"a difference of {found.count} lines")
    yield Timed(f"difference of two versions of {LINES:,} lines", _median(lambda: difference(before, after)), MOST_DIFFERENCE)


def _median(call: Callable[[], object]) -> float:
    """Return the seconds of this thread's processor that a call takes: it waits for nothing."""
    call()
    taken = []
    for _ in range(ROUNDS):
        begun = time.thread_time()
        call()
        taken.append(time.thread_time() - begun)
    return statistics.median(taken)


def imports() -> Iterator[Timed]:
    """Time the preview and the commit of a workbook of 5,000 lines, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.scopes", "import"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise WrongAnswerError(done.stderr.strip()[-500:])
    found = json.loads(done.stdout.splitlines()[-1])
    note = f"{found['grown']:.0f} MB more, {found['reader']:.0f} MB for the reader"
    within = found["grown"] + found["reader"] <= MOST_MEGABYTES
    yield Timed(f"preview of a workbook of {LINES:,} lines", found["preview"], MOST_PREVIEW, note, within)
    yield Timed(f"import of {LINES:,} lines", found["commit"], MOST_COMMIT)


def measure_import() -> dict[str, float]:
    """Send a workbook of 5,000 lines as a browser does, follow to its preview, confirm: seconds, and megabytes more than before."""
    with empty_world() as world:
        build(world)
        who = person(world, Floors(world), EDITOR)
        fetch(world, who, f"/portees/{EMPTY}/import")
        held = _megabytes()
        reader = Reader()
        begun = time.perf_counter()
        shown = send(
            world, who, f"/portees/{EMPTY}/import", {"once": "a" * 22, "generale": "1", "fichier": (io.BytesIO(_workbook()), "portee.xlsx")}
        )
        preview = fetch(world, who, shown)
        previewed = time.perf_counter()
        reader.stop()
        digest = preview.split('name="empreinte" value="')[1].split('"')[0]
        send(world, who, f"{shown}/application", {"empreinte": digest})
        committed = time.perf_counter()
        if f"{LINES:,}".replace(",", " ") not in fetch(world, who, f"/portees/{EMPTY}").replace("\u202f", " ").replace("\xa0", " "):
            raise WrongAnswerError("the lines are not there")
        return {
            "preview": previewed - begun,
            "commit": committed - previewed,
            "grown": _megabytes() - held,
            "reader": reader.peak / 1024,
        }


def _workbook() -> bytes:
    of = activity("essais")
    columns = [column for column in of.columns if column.key in line(1).cells]
    rows: list[Sequence[Any]] = [[item.general, *(item.cells[column.key] for column in columns)] for item in map(line, range(1, LINES + 1))]
    return xlsx([Sheet("Lignes", [HEADINGS[GENERAL], *(column.label for column in columns)], rows)], title="Portée")


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Reader(threading.Thread):
    """Watches the process that reads a workbook: ``peak`` is the most memory it held, in kilobytes.

    The peak that the system keeps of ended children counts what they shared with their parent before they began.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak, self._over = 0, threading.Event()
        self.start()

    def run(self) -> None:
        """Look at the children every few milliseconds."""
        while not self._over.wait(0.003):
            for child in Path("/proc/self/task").glob("*/children"):
                for pid in child.read_text().split():
                    self.peak = max(self.peak, _peak_of(pid))

    def stop(self) -> None:
        """Stop looking."""
        self._over.set()
        self.join()


def _peak_of(pid: str) -> int:
    """Return the peak of a process that has begun to read tables, 0 of any other."""
    try:
        if b"webapp.tables" not in Path(f"/proc/{pid}/cmdline").read_bytes():
            return 0
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


def fetch(world: World, who: Person, path: str) -> str:
    """Return a page as the person sees it."""
    status, _headers, body = run(world.app, request(path, who.cookie))
    if status != 200:
        raise WrongAnswerError(f"{path}: status {status}")
    return body.decode()


def send(world: World, who: Person, path: str, form: dict[str, Any]) -> str:
    """Send a form; return where it leads."""
    status, headers, body = run(world.app, request(path, who.cookie, form | {"csrf_token": who.token}))
    if status != 303:
        raise WrongAnswerError(f"{path}: status {status}: {body[:2000]!r}")
    return str(headers["Location"])


if __name__ == "__main__":
    print(json.dumps(measure_import()))
