"""``make bench``: one run, one table. ``docs/decisions/0005-how-the-benchmark-is-fair.md`` says what is compared with what.

Ends with 0 when everything was measured, with 1 when a page or a save answered something else than it should.
"""

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks import pages, saves, worktime
from benchmarks.floors import Floors
from benchmarks.measure import ROUNDS, Compared, WrongAnswerError, compare
from benchmarks.people import person
from benchmarks.world import World, world

PEOPLE = ("camille.roux", "claire.fontaine", "ines.garnier", "")
LEAST_SHARE = 0.5
MOST_STATEMENTS = 6
MOST_TIMES = 1.5
MOST_MICROSECONDS = 4.0
HEAD = ("what", "measured", "floor", "ratio", "aim", "met", "statements")


@dataclass(frozen=True)
class Line:
    """One line of the table, in words."""

    what: str
    measured: str
    floor: str
    ratio: str
    aim: str
    met: bool
    statements: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """The words in the order of ``HEAD``."""
        return (self.what, self.measured, self.floor, self.ratio, self.aim, "yes" if self.met else "no", self.statements)


def page_line(what: str, found: Compared) -> Line:
    """A page has a share of its floor's throughput."""
    share = 1 / found.ratio
    return Line(
        what,
        f"{found.ours_ms:.2f} ms",
        f"{found.floor_ms:.2f} ms",
        f"{share:.2f} of floor",
        f">= {LEAST_SHARE}, <= {MOST_STATEMENTS} st.",
        share >= LEAST_SHARE and found.statements <= MOST_STATEMENTS,
        f"{found.statements} ({found.floor_statements})",
    )


def save_line(what: str, found: Compared) -> Line:
    """A save takes so many times its floor's time."""
    return Line(
        what,
        f"{found.ours_ms:.2f} ms",
        f"{found.floor_ms:.2f} ms",
        f"{found.ratio:.2f} x floor",
        f"<= {MOST_TIMES}",
        found.ratio <= MOST_TIMES,
        f"{found.statements} ({found.floor_statements})",
    )


def lines(built: World) -> Iterator[Line]:
    """Measure pages, saves and the business calendar, one after another."""
    floors, engine = Floors(built), built.database.engine
    people = {name: person(built, floors, name) for name in PEOPLE}
    for place, page in enumerate(pages.pages(built, people)):
        yield page_line(page.what, compare(*pages.sides(page, f"page-{place}", built, floors), engine))
    for save in saves.saves(built, floors, people):
        yield save_line(save.what, compare(*saves.sides(save, built, floors), engine))
        saves.verify(save, built)
    for row in worktime.rows():
        yield Line(
            row.what,
            f"{row.ours_us:.2f} us",
            f"{row.theirs_us:.0f} us",
            f"{row.ratio:.0f} x faster",
            f"<= {MOST_MICROSECONDS:.0f} us",
            row.ours_us <= MOST_MICROSECONDS,
        )


def draw(table: list[Line]) -> str:
    """Lay the table out in columns."""
    rows = [HEAD, *(line.cells for line in table)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]) for row in rows
    )


def main() -> int:
    """Measure, and print the table."""
    begun = time.monotonic()
    try:
        with world() as built:
            table = list(lines(built))
    except WrongAnswerError as error:
        print(f"A wrong answer cannot be measured: {error}", file=sys.stderr)
        return 1
    print(draw(table))
    print(
        f"\nMedians of {ROUNDS} rounds, in {time.monotonic() - begun:.0f} s, on {os.cpu_count()} processors whose load ended at "
        f"{os.getloadavg()[0]:.1f}: above their number, trust ratios alone.\n"
        "The floor of pages and saves is a bare Flask view on the same rows, its statements in brackets;\n"
        "that of the calendar is businesstimedelta. See docs/decisions/0005-how-the-benchmark-is-fair.md."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
