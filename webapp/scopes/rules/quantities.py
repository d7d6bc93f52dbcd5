"""Ranges and uncertainties of calibrations, read as people write them, and what can be said wrong of them.

« −40 °C à 250 °C », « (10 à 100) mm », « 0,1 kg à 50 kg », « jusqu’à 700 bar »; uncertainties (CMC) are sums of absolute and relative
terms: « 0,05 °C », « 0,02 % + 3 µV », « 8·10⁻⁶ U ». Only what is certainly wrong blocks: a range upside down, an uncertainty that is
not positive. What is merely not understood is told.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from webapp.scopes.rules.units import NUMBER, Dimension, Unit, unit

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_RAISED = re.compile("([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_NUMBER = r"[+-]?\d{1,3}(?: \d{3})+(?:[.,]\d+)?(?!\d)|[+-]?\d+(?:[.,]\d+)?"
_VALUE = rf"(?P<NAME>(?:{_NUMBER})(?: ?(?:[·×x*] ?10\^?|\.10\^)[+-]?\d+|[eE][+-]?\d+)?|[+-]?10\^[+-]?\d+)"
#: A unit: letters and signs, with exponents and divisions; never a word that joins two values.
_UNIT = (
    r"(?P<NAME>(?!(?:à|a|et|jusqu|jusque|to)\b)[A-Za-zµΩ°%‰'\"][A-Za-zµΩ°%‰'\"()^0-9]*"
    r"(?:[/·.*][A-Za-zµΩ°%‰][A-Za-zµΩ°%‰^0-9()-]*)*)?"
)
_TO = r"\s*(?:à|a|\.\.\.|…|to|et|jusqu'à|-)\s*"


def _value(name: str) -> str:
    return _VALUE.replace("NAME", name)


def _unit(name: str) -> str:
    return _UNIT.replace("NAME", name)


_SPAN = re.compile(rf"\(?\s*{_value('low')}\s*{_unit('first')}{_TO}{_value('high')}\s*\)?\s*{_unit('second')}")
_UP_TO = re.compile(rf"(?:jusqu'[àa]|≤|<=|<|max\.?|±)\s*{_value('high')}\s*{_unit('second')}", re.I)
_SINGLE = re.compile(rf"{_value('high')}\s*{_unit('second')}")
_TERM = re.compile(rf"{_value('value')}\s*{_unit('unit')}")
#: How a relative term names the measured quantity itself: « 8·10⁻⁶ U », « 2·10⁻⁶ L ».
_SYMBOLS = frozenset("UIRCLlmMpPTtVfFQDdhXxEZ")
#: A coefficient of a relative term is small: « 3 V » is volts, « 3·10⁻⁵ V » may well be a part of a volume.
_SMALL = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Span:
    """A range: its bounds as they were written, in SI units in ``low`` and ``high`` (None: unknown or unbounded), its unit as written."""

    low: Decimal | None
    high: Decimal | None
    unit: str
    dimension: Dimension | None


@dataclass(frozen=True, slots=True)
class Term:
    """A term of an uncertainty, as written; ``dimension`` None when its unit is not known."""

    value: Decimal
    unit: str
    dimension: Dimension | None


#: A remark: its code in :data:`webapp.scopes.rules.check.FINDING_TEXTS`, and what its sentence is given.
Problem = tuple[str, dict[str, str]]


def _plain(text: str) -> str:
    """Return a text with raised digits as ``^-6``, plain minus signs and spaces, and one micro sign."""
    raised = _RAISED.sub(lambda match: "^" + match[1].translate(_SUPERSCRIPTS), text)
    plain = unicodedata.normalize("NFKC", raised).replace("μ", "µ").replace("−", "-").replace("’", "'").replace("–", "-").replace("⋅", "·")
    return " ".join(plain.split()).replace("% HR", "HR").replace("%HR", "HR").replace("° C", "°C")


def _number(text: str) -> Decimal:
    """Return the value of a matched number, power of ten included."""
    compact = text.replace(" ", "").replace(",", ".")
    scaled = re.fullmatch(r"(.*?)(?:[·×x*]10\^?|\.10\^)([+-]?\d+)", compact)
    if scaled is not None:
        return Decimal(scaled[1]).scaleb(max(-99, min(99, int(scaled[2]))))
    power = re.fullmatch(r"([+-]?)10\^([+-]?\d+)", compact)
    if power is not None:
        return Decimal(f"{power[1]}1").scaleb(max(-99, min(99, int(power[2]))))
    mantissa, _mark, exponent = compact.lower().partition("e")
    return Decimal(mantissa).scaleb(max(-99, min(99, int(exponent or 0))))


def _si(value: str, of: Unit | None) -> Decimal | None:
    return _number(value) * of.factor + of.offset if of is not None else None


@lru_cache(maxsize=8192)
def spans(text: str) -> tuple[Span, ...]:
    """Return the ranges that a cell names; none when no value can be read in it."""
    found = []
    for part in _plain(text).split(";"):
        match = _SPAN.search(part)
        if match is not None:
            name = match["second"] or match["first"] or ""
            last, first = unit(name), unit(match["first"] or name)
            found.append(Span(_si(match["low"], first), _si(match["high"], last), name, last.dimension if last else None))
            continue
        match = _UP_TO.search(part) or _SINGLE.search(part)
        if match is not None:
            name = match["second"] or ""
            known = unit(name)
            found.append(Span(None, _si(match["high"], known), name, known.dimension if known else None))
    return tuple(found)


@lru_cache(maxsize=8192)
def terms(text: str) -> tuple[Term, ...]:
    """Return the terms of an uncertainty; none when no value can be read in it."""
    plain = re.sub(r"^\s*(?:U|CMC|k\s*=\s*2)\s*[=:]\s*", "", _plain(text))
    if re.match(r"(?:classe|class)\b", plain, re.I):
        return ()
    found = []
    for match in _TERM.finditer(re.sub(r"\(?k ?= ?2\)?", " ", plain)):
        name = match["unit"] or ""
        known = unit(name)
        found.append(Term(_number(match["value"]), name, known.dimension if known else None))
    return tuple(found)


def range_problems(text: str) -> list[tuple[str, dict[str, str]]]:
    """Return what is wrong with a range, or cannot be read in it."""
    found = spans(text)
    if not found:
        return [("range_unreadable", {"text": text})]
    problems: list[Problem] = []
    for span in found:
        if span.dimension is None:
            problems.append(("unit_unknown", {"unit": span.unit}))
        elif span.low is not None and span.high is not None and span.low > span.high:
            problems.append(("range_reversed", {"text": text}))
    return problems


def uncertainty_problems(text: str, range_text: str) -> list[Problem]:
    """Return what is wrong with an uncertainty: not positive, of another dimension than the range, or not understood."""
    found = terms(text)
    if not found:
        return [("uncertainty_unreadable", {"text": text})]
    problems: list[Problem] = []
    if any(term.value <= 0 for term in found):
        problems.append(("uncertainty_not_positive", {"text": text}))
    dimensions = {span.dimension for span in spans(range_text)} - {None, NUMBER}
    for term in found:
        relative = term.dimension == NUMBER or (term.unit in _SYMBOLS and term.value < _SMALL)
        if term.dimension is None and not relative:
            problems.append(("unit_unknown", {"unit": term.unit}))
        elif dimensions and not relative and term.dimension not in dimensions:
            problems.append(("uncertainty_unit", {"unit": term.unit, "range": range_text}))
    return problems
