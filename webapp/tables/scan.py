"""What calamine does not tell of a sheet, read from its XML: where formulas and errors stand, the formats, how far it goes. Pure.

The XML is not parsed: the beginnings of cells are found by their marks, which costs a tenth. A file that is made to fool this loses
only these remarks; what bounds it is the process in which it is read.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from webapp.tables.formats import BUILT_IN
from webapp.tables.table import MOST_CELLS, MOST_PLACES, TOO_MANY_CELLS, TableRefused
from webapp.texts import mark as _m

FAR_CELL = _m(
    "La feuille « %(sheet)s » a une cellule remplie très loin des autres (ligne %(row)d) : effacez-la, enregistrez, puis recommencez."
)
_CELL = re.compile(
    rb"<(?:[\w.-]+:)?(row|c)\b([^<>]*)>(?:\s*<(?:[\w.-]+:)?(f|v|is)\b)?",
)
_ATTRIBUTE = re.compile(rb'\b(r|s|t)\s*=\s*["\']([^"\']*)["\']')
_REFERENCE = re.compile(rb"([A-Z]{1,3})([0-9]{1,7})")
_LIST = re.compile(rb"<(?:[\w.-]+:)?(numFmt|cellXfs|xf)\b([^<>]*)>|</(?:[\w.-]+:)?(cellXfs)>")
_FORMAT = re.compile(rb'\b(numFmtId|formatCode)\s*=\s*(?:"([^"]*)"|\'([^\']*)\')')


@dataclass(slots=True)
class Scan:
    """What was found of a sheet; places are (row, column) from 1."""

    filled: int = 0
    last_row: int = 0
    last_column: int = 0
    formulas: list[tuple[int, int]] = field(default_factory=list)
    errors: list[tuple[int, int]] = field(default_factory=list)
    #: The number of the style of each cell that holds a number and has a style.
    styles: dict[tuple[int, int], int] = field(default_factory=dict)


def scan(name: str, xml: bytes, filled: int = 0) -> Scan:
    """Scan the XML of the sheet ``name``; ``filled`` counts the cells of the sheets before it.

    Raises ``TableRefused`` when they are too many, or too far apart.
    """
    found = Scan()
    row = column = 0
    for match in _CELL.finditer(xml):
        kind, raw, content = match.groups()
        attributes = dict(_ATTRIBUTE.findall(raw))
        if kind == b"row":
            row, column = _whole(attributes.get(b"r", b""), row + 1), 0
            continue
        place = _REFERENCE.fullmatch(attributes.get(b"r", b""))
        row, column = (int(place[2]), _column(place[1])) if place else (row, column + 1)
        if content is None:
            continue
        found.filled += 1
        _note(found, (row, column), attributes, content)
        if filled + found.filled > MOST_CELLS:
            raise TableRefused(TOO_MANY_CELLS)
    if found.last_row * found.last_column > MOST_PLACES:
        raise TableRefused(FAR_CELL, sheet=name[:40], row=found.last_row)
    return found


def _note(found: Scan, place: tuple[int, int], attributes: Mapping[bytes, bytes], content: bytes) -> None:
    found.last_row, found.last_column = max(found.last_row, place[0]), max(found.last_column, place[1])
    if content == b"f":
        found.formulas.append(place)
    kind, style = attributes.get(b"t", b"n"), _whole(attributes.get(b"s", b""), 0)
    if kind == b"e":
        found.errors.append(place)
    if kind == b"n" and style:
        found.styles[place] = style


def _whole(raw: bytes, otherwise: int) -> int:
    return int(raw) if raw.isdigit() and len(raw) < 9 else otherwise


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def patterns(styles: bytes) -> dict[int, str]:
    """Return the formats of numbers that ``xl/styles.xml`` gives to its styles: number of the style → format."""
    own: dict[int, str] = {}
    given: dict[int, str] = {}
    inside, number = False, 0
    for kind, raw, end in _LIST.findall(styles):
        values = {key: double or single for key, double, single in _FORMAT.findall(raw)}
        code = _whole(values.get(b"numFmtId", b""), 0)
        if kind == b"numFmt":
            own[code] = html.unescape(values.get(b"formatCode", b"").decode("utf-8", "replace"))
        elif kind == b"cellXfs" or end:
            inside = kind == b"cellXfs"
        elif inside:
            pattern = own.get(code) or BUILT_IN.get(code)
            if pattern:
                given[number] = pattern
            number += 1
    return given
