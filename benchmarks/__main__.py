"""``make bench``: one run, one table. ``docs/decisions/0005-how-the-benchmark-is-fair.md`` says what is compared with what.

Ends with 0 when everything was measured, with 1 when a page or a save answered something else than it should.
"""

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks import controls, declarations, growth, midnight, offline, pages, recompute, saves, scopes, worktime
from benchmarks.desk_saves import desk_saves
from benchmarks.floors import Floors
from benchmarks.measure import ROUNDS, Compared, WrongAnswerError, compare
from benchmarks.people import person
from benchmarks.world import TICKETS, World, empty_world, world

PEOPLE = ("camille.roux", "claire.fontaine", "ines.garnier", "")
LEAST_SHARE = 0.5
MILLION = 1_000_000
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


def timed_line(timed: scopes.Timed) -> Line:
    """Something that has a time of its own and no floor."""
    return Line(timed.what, f"{timed.seconds:.2f} s", timed.note, "", f"<= {timed.most} s", timed.met)


def recompute_line(taken: recompute.Taken) -> Line:
    """A calendar edit over all open tickets has a time of its own: the floor column says how much of it holds the write lock."""
    return Line(
        f"deadlines of {taken.moved} tickets",
        f"{taken.whole:.1f} s",
        f"{taken.applying:.1f} s locked",
        "",
        f"<= {recompute.MOST_SECONDS:.0f} s",
        taken.whole <= recompute.MOST_SECONDS,
    )


def lines(built: World) -> Iterator[Line]:
    """Measure pages, saves and the business calendar, one after another."""
    floors, engine = Floors(built), built.database.engine
    people = {name: person(built, floors, name) for name in PEOPLE}
    for place, page in enumerate(pages.pages(built, people)):
        yield page_line(page.what, compare(*pages.sides(page, f"page-{place}", built, floors), engine))
    for save in (*saves.saves(built, floors, people), *desk_saves(built, floors, people["camille.roux"])):
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
    yield recompute_line(recompute.run())


def control_lines() -> Iterator[Line]:
    """Measure the controls of a large return, all of them and those that one touched cell asks for again."""
    found = controls.measure()
    yield Line(
        f"{found.controls:,} controls over {found.cells:,} cells",
        f"{found.whole_ms:.1f} ms",
        "",
        "",
        f"<= {controls.MOST_MS:.0f} ms",
        found.whole_ms <= controls.MOST_MS,
    )
    share = found.touched_ms / found.whole_ms
    yield Line(
        f"the same, one cell touched ({found.touched_controls} controls)",
        f"{found.touched_ms:.2f} ms",
        "",
        f"{share:.3f} x all",
        f"<= {controls.MOST_SHARE}",
        share <= controls.MOST_SHARE,
    )


def declaration_lines() -> Iterator[Line]:
    """Measure a large form and a campaign of many returns, in a world of their own."""
    with empty_world() as built:
        model = declarations.build(built)
        floors, engine = Floors(built), built.database.engine
        declarant, agent = (person(built, floors, name) for name in (declarations.DECLARANT, declarations.AGENT))
        table = model.tables[declarations.TABLE]
        for page in (pages.table_page(declarant, declarations.NUMBER, model, table), declarations.board_page(built, agent)):
            yield page_line(page.what, compare(*pages.sides(page, f"bancs-{page.names[0]}", built, floors), engine))
        save = saves.cell_save(built, floors, declarant, declarations.NUMBER, declarations.TABLE)
        yield save_line(f"{save.what}, of {len(model.cells):,}", compare(*saves.sides(save, built, floors), engine))
        saves.verify(save, built)
        for timed in offline.times(built, declarant, len(model.cells)):
            yield timed_line(timed)


def scope_lines() -> Iterator[Line]:
    """Measure a scope of 5,000 lines, in a world of its own."""
    with empty_world() as built:
        scopes.build(built)
        found = scopes.editor_growth(built, person(built, Floors(built), scopes.EDITOR))
    yield Line(
        f"scope editor, {scopes.FEW} of {scopes.LINES:,} lines",
        f"{found.ours_ms:.2f} ms",
        f"{found.floor_ms:.2f} ms",
        f"{found.ratio:.2f} x at {scopes.FEW}",
        f"<= {scopes.MOST_GROWTH}",
        found.ratio <= scopes.MOST_GROWTH,
        f"{found.statements} ({found.floor_statements})",
    )
    for timed in (*scopes.rules(), *scopes.imports(), midnight.once()):
        yield timed_line(timed)


def growth_lines(total: int) -> Iterator[Line]:
    """Measure the help desk at 10,000 tickets and at ``total`` side by side, most of them archived."""
    with world() as small, world() as large:
        people = [person(one, Floors(one), "camille.roux") for one in (small, large)]
        with large.database.engine.begin() as connection:
            seconds = growth.grow(connection, total)
        print(f"The archive grew to {total:,} tickets in {seconds:.0f} s.", file=sys.stderr)
        for what, (before, after) in growth.measure((small, people[0]), (large, people[1])).items():
            times = after.p50 / before.p50
            yield Line(
                f"{what}, p50 (p95)",
                f"{after.p50:.1f} ({after.p95:.1f}) ms",
                f"{before.p50:.1f} ({before.p95:.1f}) ms",
                f"{times:.2f} x at {TICKETS:,}",
                f"<= {growth.MOST_GROWTH}",
                times <= growth.MOST_GROWTH,
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
        table += control_lines()
        table += declaration_lines()
        table += scope_lines()
        if "MILLION" in os.environ:
            table += growth_lines(MILLION)
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
