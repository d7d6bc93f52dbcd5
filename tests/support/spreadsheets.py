"""Reading workbooks as they are stored."""

import io
import zipfile

from lxml import etree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def xlsx_cells(data: bytes, number: int = 1) -> list[list[tuple[str, str]]]:
    """Return the cells of a sheet as (type, value) of what the file stores: no formula passes for a value."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        tree = etree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
    assert tree.find(f".//{MAIN}f") is None
    return [[(cell.get("t", "n"), "".join(cell.itertext())) for cell in row.iterfind(f"{MAIN}c")] for row in tree.iterfind(f".//{MAIN}row")]
