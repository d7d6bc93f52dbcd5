"""A table that was read, as the JSON in which an import keeps it."""

from typing import Any

from webapp.scopes.rules.importing.columns import Source
from webapp.scopes.rules.importing.draft import Options
from webapp.tables.table import Row


def packed(source: Source) -> dict[str, Any]:
    """Return a source as JSON values; no database takes a NUL in them."""
    return {
        "rows": [[row.number, *(cell.replace("\0", "") for cell in row.cells)] for row in source.rows],
        "indent": source.indent,
        "sheet": source.sheet,
        "notes": list(source.notes),
        "marks": {name: sorted(map(list, places)) for name, places in source.marks.items() if places},
        "file": source.file,
        "exported_at": source.exported_at,
        "next_line": source.next_line,
        "versions": [list(pair) for pair in source.versions.items()],
    }


def unpacked(value: dict[str, Any]) -> Source:
    """Return the source that :func:`packed` made JSON of."""
    return Source(
        tuple(Row(number, tuple(cells)) for number, *cells in value["rows"]),
        value["indent"],
        value["sheet"],
        tuple(value["notes"]),
        {name: frozenset((row, column) for row, column in places) for name, places in value["marks"].items()},
        value["file"],
        value["exported_at"],
        value["next_line"],
        dict(value["versions"]),
    )


def packed_options(options: Options, column: str) -> dict[str, Any]:
    """Return what the person asked, as JSON values; ``column`` is the one from which a block without headings goes."""
    return {
        "general": options.general,
        "start": options.start,
        "column": column,
        "incomplete": options.incomplete,
        "absent": options.absent,
        "choices": dict(options.choices),
        "edits": dict(options.edits),
        "named": dict(options.named),
    }


def unpacked_options(value: dict[str, Any]) -> Options:
    """Return what the person asked."""
    return Options(
        value["general"], value["start"], value["incomplete"], value["absent"], value["choices"], value["edits"], value.get("named", {})
    )
