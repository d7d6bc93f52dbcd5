"""Charts as SVG images: the one seam to pygal.

A chart is a picture of a table that stands beside it on the page, never alone. The image holds no script and fetches nothing; its one
style sheet is a constant, so that the policy of the answer can name it by its digest, and follows the reader's dark or light choice.
Series differ by filling and stroke as well as by colour.
"""

import hashlib
import re
from base64 import b64encode
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

import pygal
from pygal.style import Style

SVG_TYPE = "image/svg+xml"
WIDTH, HEIGHT = 760, 300
_NS = "http://www.w3.org/2000/svg"
_FONT = 'system-ui,"Segoe UI",Roboto,"Liberation Sans",sans-serif'
#: Labels along the foot of a chart before they are thinned out.
_MOST_LABELS = 14
_LONGEST_LABEL = 34

#: The house's tokens (static/css/guichet.css), for an image that no page's style sheet reaches.
SHEET = (
    "svg{--card:#fff;--ink:#1b1f24;--soft:#545b63;--line:#d9d8d2;--a:#0b4f5c;--b:#b8570b;--c:#83888d}"
    "@media(prefers-color-scheme:dark){svg{--card:#1b1f23;--ink:#e9ebec;--soft:#a9b1b8;--line:#343a40;--a:#7cc7d1;--b:#ffb066;--c:#7c848b}}"
    f"text{{font:12px {_FONT};fill:var(--soft)}}"
    ".background{fill:var(--card)}.axis.x text,.centered{text-anchor:middle}.axis.y text{text-anchor:end}"
    ".axis.x text[transform]{text-anchor:start}"
    ".axis .line{fill:none;stroke:var(--line)}.axis.x .guide{stroke:none}"
    ".no_data{text-anchor:middle}"
    ".rect{stroke-width:1}.color-0{fill:var(--a);stroke:var(--a)}.color-1{fill:url(#hatch);stroke:var(--b)}"
    ".color-2{fill:var(--card);stroke:var(--c)}"
    ".nofill{fill:none;stroke-width:2.5}.dot{fill:var(--card);stroke-width:2}"
    ".color-1 .nofill{stroke-dasharray:7 4}.color-2 .nofill{stroke-dasharray:2 3}"
    "#hatch path{stroke:var(--b);stroke-width:2}"
)
#: The only style that the image may have; nothing else, whoever opens it.
POLICY = f"default-src 'none'; style-src 'sha256-{b64encode(hashlib.sha256(SHEET.encode()).digest()).decode()}'; sandbox"


class Kind(StrEnum):
    """How the values are drawn."""

    BARS = "bars"
    ROWS = "rows"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class Series:
    """A named row of values, one for each label of the chart; None where there is none."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn: three series at most. ``whole`` is the top of the scale where it is known (100 for shares)."""

    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    kind: Kind = Kind.BARS
    whole: float | None = None
    unit: str = ""
    nothing: str = ""

    @property
    def height(self) -> int:
        """The height of its image: that of its rows, or the usual one."""
        return 70 + 30 * len(self.labels) if self.kind is Kind.ROWS and self.labels else HEIGHT


def digest(image: bytes) -> str:
    """Return what identifies an image by its content: the same data give the same."""
    return hashlib.sha256(image).hexdigest()[:32]


@lru_cache(maxsize=64)
def svg(chart: Chart) -> bytes:
    """Return the image of a chart: SVG 1.1 in UTF-8, of a fixed size, the same bytes for the same chart."""
    if len(chart.series) > 3:
        raise ValueError("a chart of more than three series cannot be read")
    graph = _KINDS[chart.kind](
        width=WIDTH,
        height=chart.height,
        explicit_size=True,
        no_prefix=True,
        js=(),
        css=(),
        style=_style(),
        title=None,
        show_legend=len(chart.series) > 1,
        legend_at_bottom=True,
        legend_at_bottom_columns=3,
        truncate_legend=-1,
        truncate_label=-1,
        allow_interruptions=True,
        dots_size=3,
        include_x_axis=True,
        margin=8,
        margin_right=34,
        margin_bottom=26 if len(chart.series) > 1 else 8,
        spacing=8,
        range=(0, chart.whole) if chart.whole is not None else (0, _top(chart)),
        no_data_text=chart.nothing,
        x_label_rotation=35 if chart.kind is not Kind.ROWS and max(map(len, chart.labels), default=0) * len(chart.labels) > 96 else 0,
        x_labels_major_count=_MOST_LABELS if len(chart.labels) > 2 * _MOST_LABELS else None,
        show_minor_x_labels=len(chart.labels) <= 2 * _MOST_LABELS,
        value_formatter=lambda value: _figure(value, chart.unit),
        y_labels=_steps(chart.whole if chart.whole is not None else _top(chart)),
    )
    rows = chart.kind is Kind.ROWS  # drawn from the foot up: turned round so that the first stands on top
    graph.x_labels = [_cut(label) for label in chart.labels][:: -1 if rows else 1]
    for series in chart.series:
        graph.add(series.name, list(series.values)[:: -1 if rows else 1])
    return _plain(graph.render(), chart.title)


_KINDS: dict[Kind, Any] = {Kind.BARS: pygal.Bar, Kind.ROWS: pygal.HorizontalBar, Kind.LINES: pygal.Line}


def _cut(label: str) -> str:
    """Shorten a label; the table beside the chart has it whole."""
    return label if len(label) <= _LONGEST_LABEL else label[: _LONGEST_LABEL - 1].rstrip() + "…"


def _style() -> Style:
    """Return the sizes by which pygal lays the chart out; the colours are in ``SHEET``."""
    return Style(label_font_size=12, major_label_font_size=12, legend_font_size=12, no_data_font_size=12, value_font_size=12)


def _top(chart: Chart) -> float:
    """Return the top of the scale: the round mark above the highest value, at least one."""
    highest = max((value or 0 for series in chart.series for value in series.values), default=0)
    return _steps(max(highest, 1))[-1]


def _steps(top: float) -> list[float]:
    """Return the marks of a scale from nought: whole, round ones, six at most, that reach ``top``."""
    power = 10 ** max(len(str(int(top))) - 2, 0)
    step = next(power * factor for factor in (1, 2, 5, 10, 20) if power * factor * 5 >= top)
    return [float(step * number) for number in range(-int(-top // step) + 1)]


def _figure(value: float, unit: str) -> str:
    said = f"{value:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    return f"{said}\N{NO-BREAK SPACE}{unit}" if unit else said


def _plain(image: bytes, title: str) -> bytes:
    """Return pygal's image without scripts, comments, tooltips and styles of its own, with ours."""
    # The image comes from pygal, not from outside: there is nothing hostile to parse.
    tree = ElementTree.fromstring(image)  # noqa: S314 -- pygal's own output
    for parent in tree.iter():
        for child in list(parent):
            if child.tag in _UNWANTED or "tooltip-overlay" in child.get("class", ""):
                parent.remove(child)
    for node in tree.iter():
        for name in list(node.attrib):
            if name in {"id", "style"} or "}" in name or name.startswith("on"):
                del node.attrib[name]
            else:
                node.set(name, _LONG.sub(lambda found: f"{float(found[0]):.1f}", node.get(name, "")))
    tree.insert(0, _made("title", title))
    tree.insert(1, _made("style", SHEET))
    tree.insert(2, _hatch())
    ElementTree.register_namespace("", _NS)
    drawn: bytes = ElementTree.tostring(tree, encoding="utf-8")
    return drawn


_UNWANTED = {f"{{{_NS}}}{name}" for name in ("script", "style", "desc", "title", "defs", "a", "foreignObject")}
_LONG = re.compile(r"-?\d+\.\d{2,}(?:e-?\d+)?")


def _made(tag: str, text: str = "", **attributes: str) -> ElementTree.Element:
    node = ElementTree.Element(f"{{{_NS}}}{tag}", attributes)
    node.text = text or None
    return node


def _hatch() -> ElementTree.Element:
    """Return the filling of the second series: seen without its colour too."""
    defs = _made("defs")
    pattern = _made("pattern", id="hatch", width="6", height="6", patternUnits="userSpaceOnUse")
    pattern.append(_made("path", d="M-1 7L7 -1M-1 1L1 -1M5 7L7 5"))
    defs.append(pattern)
    return defs
