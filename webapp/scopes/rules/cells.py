"""The controls of single cells: required, length, lists, sites, days, ranges and uncertainties, characters that are not seen."""

from collections.abc import Iterator, Mapping
from datetime import date

from webapp.scopes.rules.activities import Activity, Column, ColumnRole, Kind
from webapp.scopes.rules.findings import Finding, Severity
from webapp.scopes.rules.quantities import Problem, range_problems, uncertainty_problems
from webapp.scopes.rules.values import day, items, nearest, unseen

#: What is certainly wrong with a quantity; the other remarks only say that it was not understood.
_WRONG = frozenset(("range_reversed", "uncertainty_not_positive"))


def cell_findings(
    of: Activity, number: int, cells: Mapping[str, str], today: date | None, sites: tuple[str, ...] | None
) -> Iterator[Finding]:
    """Yield what is wrong with the cells of line ``number``, column by column.

    ``today`` (in Paris) None: days to come are not told; ``sites`` None: the sites of the file are not known here.
    """
    for column in of.columns:
        value = cells.get(column.key, "")
        if not value:
            if column.required:
                yield Finding("required", number, column.key, params={"column": column.label})
            continue
        if len(value) > column.max_length:
            facts: dict[str, str | int] = {"column": column.label, "limit": column.max_length, "length": len(value)}
            yield Finding("too_long", number, column.key, params=facts)
        character = "" if value.isascii() or column.private else unseen(value)
        if character:
            yield Finding("unseen", number, column.key, params={"column": column.label, "character": character})
        if column.kind is Kind.LIST:
            yield from _list(number, column, value, sites)
        elif column.kind is Kind.DATE:
            yield from _day(number, column, value, today)
        elif column.role is ColumnRole.RANGE:
            yield from _quantity(number, column, range_problems(value))
        elif column.role is ColumnRole.UNCERTAINTY:
            span = of.column_of(ColumnRole.RANGE)
            yield from _quantity(number, column, uncertainty_problems(value, cells.get(span.key, "") if span else ""))


def _list(number: int, column: Column, value: str, sites: tuple[str, ...] | None) -> Iterator[Finding]:
    ofsites = column.source == "sites"
    if ofsites and sites is None:
        return
    choices = column.choices(sites or ())
    for item in items(value, several=column.several):
        if item in choices:
            continue
        if not choices:
            yield Finding("site_none", number, column.key, Severity.WARNING, {"value": item})
            continue
        near = nearest(item, choices)
        code = ("site_" if ofsites else "value_") + ("near" if near else "unknown")
        facts: dict[str, str | int] = {"value": item, "column": column.label, "near": near, "values": ", ".join(choices[:12])}
        yield Finding(code, number, column.key, params=facts)


def _day(number: int, column: Column, value: str, today: date | None) -> Iterator[Finding]:
    found = day(value)
    if found is None:
        yield Finding("date_unreadable", number, column.key, params={"column": column.label})
    elif today is not None and found > today:
        yield Finding("date_future", number, column.key, params={"column": column.label})


def _quantity(number: int, column: Column, problems: list[Problem]) -> Iterator[Finding]:
    for code, params in problems:
        severity = Severity.BLOCKING if code in _WRONG else Severity.WARNING
        yield Finding(code, number, column.key, severity, dict(params))
