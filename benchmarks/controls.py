"""1,000 controls over a form of 5,000 cells: all of them, and those that one touched cell asks for again.

`python -m benchmarks.controls` prints the figures; `measure()` returns them. Processor time of this process, best of several rounds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from time import process_time

from webapp.declarations.rules.form_models.loader import load_model
from webapp.declarations.rules.form_models.model import FormModel
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.values import Entry, ValueKind

TABLES, ROWS, COLUMNS, CONTROLS = 25, 20, 10, 1000
TABLES_A_SECTION = 5
#: The aims: all controls, and a touched cell as a share of that (it touches a hundredth of the controls).
MOST_MS, MOST_SHARE = 150.0, 0.1


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds of processor time, and how many controls and cells were worked out again for one touched cell."""

    cells: int
    controls: int
    whole_ms: float
    computed_ms: float
    touched_ms: float
    touched_controls: int
    touched_cells: int


def large_text(tables: int = TABLES, rows: int = ROWS, columns: int = COLUMNS, controls: int = CONTROLS) -> str:
    """A form of `tables` tables, each with a total row and a total column, and controls of five common shapes."""
    codes = [f"c{column}" for column in range(1, columns)]
    parts = [
        'code: grand\nversion: "1"\nkind: ESF\naudience: OPCO\nyears: ["2025"]\ntitle: Grand modèle\nnotice: Modèle de mesure\nsections:\n'
    ]
    for table in range(tables):
        if table % TABLES_A_SECTION == 0:
            parts.append(f"  - code: s{table}\n    title: Section {table}\n    tables:\n")
        parts.append(f"      - code: t{table}\n        number: T{table}\n        title: Tableau {table}\n        columns:\n")
        parts += [f"          - {{code: {code}, label: {code}, unit: eur}}\n" for code in codes]
        parts.append(f"          - {{code: total, label: Total, unit: eur, formula: somme({codes[0]}:{codes[-1]})}}\n        rows:\n")
        parts += [f"          - {{code: r{row}, label: Ligne {row}}}\n" for row in range(1, rows)]
        parts.append("          - {code: total, label: Total, formula: somme(*)}\n")
    parts.append("controls:\n")
    parts += [_control(rank, tables, rows, codes) for rank in range(controls)]
    return "".join(parts)


def _control(rank: int, tables: int, rows: int, codes: list[str]) -> str:
    table, row, code = rank % tables, rank // tables % (rows - 1) + 1, codes[rank % len(codes)]
    other = (table + 1) % tables
    left, operator, right, more = (
        (f"t{table}.r{row}.{code}", "<=", f"t{table}.total.{code}", ""),
        (f"somme(t{table}.r1:r{rows - 1}.{code})", "=", f"t{table}.total.{code}", '    tolerance: "1"\n'),
        (f"t{table}.r{row}.total", "<=", f"1.1 * t{other}.r{row}.total + abs(t{other}.r{row}.{code})", "    missing: zero\n"),
        (f"t{table}.r{row}.{code} / t{table}.total.{code} * 100", "<=", "95", f"    when: t{table}.total.{code} > 0\n"),
        (f"t{table}.r{row}.total", "=", f"somme(t{table}.r{row}.{codes[0]}:{codes[-1]})", "    tolerance: arrondi\n"),
    )[rank % 5]
    return f'  - code: K-{rank:04d}\n    left: {left}\n    operator: "{operator}"\n    right: {right}\n{more}    message: Contrôle {rank}\n'


def large_entries(model: FormModel) -> dict[CellKey, Entry]:
    """A figure in every cell that people fill in."""
    keys = [key for key, cell in model.cells.items() if cell.formula is None]
    return {key: Entry(ValueKind.VALUE, "", Decimal(4000 + 37 * rank % 401) / 4) for rank, key in enumerate(keys)}


def best_of(call: Callable[[], object], rounds: int = 7) -> float:
    """The least processor time of a call, in milliseconds."""
    times = []
    for _ in range(rounds):
        start = process_time()
        call()
        times.append(process_time() - start)
    return min(times) * 1000


def measure(rounds: int = 7) -> Measured:
    """Measure on the large form, after checking that touching one cell gives what starting over gives."""
    model = load_model(large_text())
    entries = large_entries(model)
    sheet = Sheet(model, entries)
    key = ("t3", "r5", "c4")
    changes = [{key: Entry(ValueKind.VALUE, "", Decimal(amount))} for amount in (10, 20)]
    again = (key, *model.computed_after([key]))

    def touch() -> None:
        sheet.change(changes[0])
        sheet.findings(again)
        changes.reverse()

    touch()
    if sheet.findings() != Sheet(model, sheet.entries).findings():
        raise AssertionError("touching a cell gave other findings than starting over")
    return Measured(
        cells=len(model.cells),
        controls=len(model.controls),
        whole_ms=best_of(sheet.findings, rounds),
        computed_ms=best_of(lambda: Sheet(model, entries), rounds),
        touched_ms=best_of(touch, rounds),
        touched_controls=len(sheet.findings(again)),
        touched_cells=len(again),
    )


if __name__ == "__main__":
    print(measure())
