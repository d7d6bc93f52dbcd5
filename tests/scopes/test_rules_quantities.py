"""Ranges and uncertainties of calibrations: read as they are written, and told when they cannot be right."""

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.scopes.rules.quantities import range_problems, spans, terms, uncertainty_problems
from webapp.scopes.rules.units import unit

RANGES = [
    ("−40 °C à 250 °C", "233.15", "523.15"),
    ("-80 à -20 °C", "193.15", "253.15"),
    ("0,1 kg à 50 kg", "0.1", "50"),
    ("(10 à 100) mm", "0.01", "0.1"),
    ("0 °C à 1 000 °C", "273.15", "1273.15"),
    ("0 °C à 1\u00a0000\u202f°C", "273.15", None),
    ("10 %HR à 95 % HR", "0.1", "0.95"),
    ("1 mg à 10 kg", "0.000001", "10"),
    ("100 mV à 1 000 V", "0.1", "1000"),
    ("1 Ω à 100 MΩ", "1", "100000000"),
    ("1 µl à 10 mL", "1E-9", "0.00001"),
    ("10⁻⁵ Pa à 1 Pa", "0.00001", "1"),
    ("5·10⁻³ mbar à 2 bar", "0.5", "200000"),
    ("1×10^3 Pa à 1,5e5 Pa", "1000", "150000"),
    ("0,5 à 20 m/s", "0.5", "20"),
    ("1 000 kg/m³ à 2 000 kg/m3", "1000", "2000"),
    ("1 N·m à 500 N.m", "1", "500"),
    ("10 Hz - 20 kHz", "10", "20000"),
    ("jusqu’à 700 bar", None, "70000000"),
    ("± 10 V", None, "10"),
    ("32 °F à 212 °F", "273.15", "373.15"),
]


@pytest.mark.parametrize(("text", "low", "high"), RANGES, ids=[text for text, _low, _high in RANGES])
def test_a_range_is_read_in_its_unit_whatever_the_signs_and_spaces(text: str, low: str | None, high: str | None) -> None:
    (span,) = spans(text)
    assert range_problems(text) == []
    assert span.dimension is not None
    if low is not None:
        assert span.low == pytest.approx(Decimal(low))
    if high is not None:
        assert span.high == pytest.approx(Decimal(high))


def test_several_ranges_stand_in_one_cell() -> None:
    assert [str(span.high) for span in spans("0 mm à 500 mm ; 0 in à 20 in")] == ["0.500", "0.5080"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("250 °C à −40 °C", "range_reversed"),
        ("1 V à 100 mV", "range_reversed"),
        ("1 blip à 2 blip", "unit_unknown"),
        ("selon le dossier", "range_unreadable"),
    ],
)
def test_a_range_that_cannot_be_right_is_told(text: str, code: str) -> None:
    assert [found for found, _params in range_problems(text)] == [code]


@pytest.mark.parametrize(
    ("text", "of", "codes"),
    [
        ("0,05 °C", "−40 °C à 250 °C", []),
        ("1,2 K", "0 °C à 10 °C", []),
        ("0,02 % + 3 µV", "1 V à 10 V", []),
        ("8·10⁻⁶ U", "100 mV à 1 000 V", []),
        ("1,5·10⁻⁵ m", "0 g à 60 kg", []),
        ("Q[0,5 µm ; 2·10⁻⁶ L]", "0 mm à 100 mm", []),
        ("0,05 °C (k = 2)", "1 °C à 3 °C", []),
        ("± 0,3 °C", "1 °C à 3 °C", []),
        ("12 µm", "dossier", []),
        ("0 °C", "0 °C à 3 °C", ["uncertainty_not_positive"]),
        ("−0,1 V", "0 V à 1 V", ["uncertainty_not_positive"]),
        ("3 A", "0 V à 1 V", ["uncertainty_unit"]),
        ("0,02 % + 3 mA", "0 V à 1 V", ["uncertainty_unit"]),
        ("2 blips", "1 Hz à 3 Hz", ["unit_unknown"]),
        ("Classe F1", "1 mg à 10 kg", ["uncertainty_unreadable"]),
        ("voir dossier", "1 Hz", ["uncertainty_unreadable"]),
    ],
)
def test_an_uncertainty_is_positive_and_of_the_dimension_of_the_range(text: str, of: str, codes: list[str]) -> None:
    assert [code for code, _params in uncertainty_problems(text, of)] == codes


@pytest.mark.parametrize(
    ("name", "si", "factor"),
    [
        ("kPa", "N/m^2", "1000"),
        ("mS/cm", "S/m", "0.1"),
        ("l/min", "m^3/s", "0.00001666666666666666666666666667"),
        ("kWh", "J", "3600000"),
        ("um", "m", "0.000001"),
        ("N·m", "J", "1"),
    ],
)
def test_units_are_made_of_one_another(name: str, si: str, factor: str) -> None:
    mine, base = unit(name), unit(si)
    assert mine is not None
    assert base is not None
    assert (mine.dimension, base.factor) == (base.dimension, 1)
    assert mine.factor == pytest.approx(Decimal(factor))


@pytest.mark.parametrize("name", ["blip", "kmin", "m^", "/", "mΩΩ", "°X"])
def test_what_is_no_unit_is_unknown(name: str) -> None:
    found = unit(name)
    assert found is None or not found.dimension


UNITS = ["°C", "mm", "kg", "V", "mA", "%HR", "bar", "kΩ", "m³/h", "N·m", "dB"]


@given(
    st.integers(-999, 999),
    st.integers(1, 999),
    st.sampled_from(UNITS),
    st.sampled_from(["{a} {u} à {b} {u}", "({a} à {b}) {u}", "de {a} à {b} {u}"]),
)
def test_bounds_are_read_in_order_and_their_reverse_is_told(low: int, width: int, name: str, form: str) -> None:
    text = form.format(a=str(low).replace("-", "−"), b=str(low + width).replace("-", "−"), u=name)
    assert range_problems(text) == []
    swapped = form.format(a=low + width, b=low, u=name)
    assert [code for code, _params in range_problems(swapped)] == ["range_reversed"]


@given(st.decimals("0.0001", "9999", places=4), st.sampled_from(UNITS))
def test_a_positive_uncertainty_of_the_same_unit_draws_no_remark(value: Decimal, name: str) -> None:
    text = f"{value} {name}".replace(".", ",", 1)
    assert uncertainty_problems(text, f"0 {name} à 10 000 {name}") == []
    assert [term.value for term in terms(text)] == [value]


@given(st.text(max_size=120), st.text(max_size=60))
def test_no_text_breaks_the_reading(text: str, other: str) -> None:
    assert isinstance(range_problems(text), list)
    assert isinstance(uncertainty_problems(text, other), list)


HOSTILE = ["1 " * 1000, "1à" * 1000, "m/" * 1000, "10^9" * 500, "1e9" * 600, "(" * 2000, "µ" * 2000, "1" * 2000, "m·" * 1000, "1 a " * 500]


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_cell_takes_no_time(hostile: str) -> None:
    started = time.process_time()
    range_problems(hostile)
    uncertainty_problems("1 " + hostile, hostile)
    assert time.process_time() - started < 10  # a text that is read again and again takes minutes
