"""Charts: still images that hold what they draw and nothing else."""

import hashlib
import re
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from webapp.charts import HEIGHT, POLICY, WIDTH, Chart, Kind, Series, _steps, digest, svg

SVG = "{http://www.w3.org/2000/svg}"
LINES = Chart("Respect", ("janv.", "févr."), (Series("Réponse", (90.0, None)), Series("Rétabli", (50.0, 66.6))), Kind.LINES, 100, "%")
BARS = Chart("Stock <&>", ("a", "b", "c"), (Series("Ouverts", (1, 2, 1200)),))
EMPTY = Chart("Vide", (), (Series("Ouverts", ()),), nothing="Aucun ticket")


@pytest.mark.parametrize("chart", [LINES, BARS, EMPTY], ids=lambda chart: chart.kind + str(len(chart.labels)))
def test_an_image_runs_nothing_fetches_nothing_and_has_one_known_style(chart: Chart) -> None:
    tree = etree.fromstring(svg(chart))
    assert (tree.get("width"), tree.get("height")) == (str(WIDTH), str(HEIGHT))
    assert [node.text for node in tree.iter(f"{SVG}title")] == [chart.title]
    tags = {node.tag for node in tree.iter()}
    assert not tags & {f"{SVG}{name}" for name in ("script", "a", "foreignObject", "image", "use", "desc")}
    assert not tree.xpath("//comment()")
    for node in tree.iter():
        assert not [name for name in node.attrib if name.startswith("on") or name == "style" or "href" in name]
    [style] = tree.iter(f"{SVG}style")
    assert b64encode(hashlib.sha256(style.text.encode()).digest()).decode() in POLICY
    assert "http" not in svg(chart).decode().replace("http://www.w3.org/2000/svg", "")


def test_the_same_chart_is_the_same_image_and_another_is_not() -> None:
    first = svg(BARS)
    svg.cache_clear()
    assert svg(BARS) == first
    assert digest(first) == digest(svg(BARS)) != digest(svg(LINES))


def test_values_are_drawn_to_scale_and_a_missing_one_is_left_out() -> None:
    tree = etree.fromstring(svg(BARS))
    heights = [float(node.get("height")) for node in tree.xpath("//*[@class='rect reactive tooltip-trigger']")]
    assert len(heights) == 3
    assert heights[1] / heights[2] == pytest.approx(2 / 1200, abs=0.001)
    assert "1\N{NARROW NO-BREAK SPACE}000" in "".join(tree.itertext())
    dots = etree.fromstring(svg(LINES)).xpath("//*[contains(@class, 'dot')]//*[local-name()='circle'] | //*[local-name()='circle']")
    assert len(dots) == 3


def test_an_empty_chart_says_so() -> None:
    assert "Aucun ticket" in "".join(etree.fromstring(svg(EMPTY)).itertext())


def test_more_series_than_can_be_told_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="three"):
        svg(Chart("Trop", ("a",), tuple(Series(str(number), (1,)) for number in range(4))))


@given(st.floats(min_value=1, max_value=1e9))
def test_a_scale_has_few_round_marks_that_reach_the_top(top: float) -> None:
    marks = _steps(top)
    assert marks[0] == 0
    assert marks[-2] < top <= marks[-1]
    assert 2 <= len(marks) <= 6
    assert re.fullmatch(r"[125]0*", f"{marks[1]:.0f}")
