"""Units of measurement, as much of them as calibrations need: each a dimension, a factor and an offset to the SI unit.

Pint was measured for this (0.3 s and 27 MB to load in each process): a table of some sixty symbols and the SI prefixes costs neither.
Sources: the SI brochure (BIPM, 9th edition) and the non-SI units that it accepts.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

Dimension = tuple[tuple[str, int], ...]
#: What a percentage, a bare number or a quantity's own symbol has: a part of something else.
NUMBER: Dimension = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: a value in it, times ``factor`` plus ``offset``, is the value in the SI unit of its ``dimension``."""

    dimension: Dimension
    factor: Decimal
    offset: Decimal = Decimal(0)


_PREFIXES = {"": 0, "f": -15, "p": -12, "n": -9, "µ": -6, "m": -3, "c": -2, "d": -1, "da": 1, "h": 2, "k": 3, "M": 6, "G": 9, "T": 12}
#: Symbol → (dimension, factor) of what takes prefixes. Letters: L length, M mass, T time, I current, K temperature, N amount,
#: J luminous intensity; a word stands for a scale of its own.
_PREFIXED = {
    "m": ("L", "1"), "g": ("M", "0.001"), "s": ("T", "1"), "A": ("I", "1"), "K": ("K", "1"), "mol": ("N", "1"), "cd": ("J", "1"),
    "l": ("L3", "0.001"), "L": ("L3", "0.001"), "Hz": ("T-1", "1"), "N": ("M L T-2", "1"), "Pa": ("M L-1 T-2", "1"),
    "bar": ("M L-1 T-2", "100000"), "J": ("M L2 T-2", "1"), "W": ("M L2 T-3", "1"), "C": ("I T", "1"), "V": ("M L2 T-3 I-1", "1"),
    "F": ("M-1 L-2 T4 I2", "1"), "Ω": ("M L2 T-3 I-2", "1"), "S": ("M-1 L-2 T3 I2", "1"), "Wb": ("M L2 T-2 I-1", "1"),
    "T": ("M T-2 I-1", "1"), "H": ("M L2 T-2 I-2", "1"), "lm": ("J", "1"), "lx": ("J L-2", "1"), "Bq": ("T-1", "1"), "Gy": ("L2 T-2", "1"),
    "Sv": ("L2 T-2", "1"), "rad": ("angle", "1"), "eV": ("M L2 T-2", "1.602176634E-19"), "t": ("M", "1000"), "Wh": ("M L2 T-2", "3600"),
    "VA": ("M L2 T-3", "1"), "var": ("M L2 T-3", "1"),
}  # fmt: skip
_PLAIN = {
    "%": ("", "0.01"), "‰": ("", "0.001"), "ppm": ("", "1E-6"), "ppb": ("", "1E-9"),
    "min": ("T", "60"), "h": ("T", "3600"), "j": ("T", "86400"),
    "tr": ("", "1"), "°": ("angle", "0.017453292519943296"), "'": ("angle", "0.0002908882086657216"),
    "''": ("angle", "0.00000484813681109536"),
    '"': ("angle", "0.00000484813681109536"), "gon": ("angle", "0.015707963267948967"), "dB": ("level", "1"), "dBm": ("level", "1"),
    "dB(A)": ("level", "1"), "dBA": ("level", "1"), "pH": ("pH", "1"), "HR": ("humidity", "0.01"), "NTU": ("turbidity", "1"),
    "FNU": ("turbidity", "1"), "HV": ("HV", "1"), "HRC": ("HRC", "1"), "HRB": ("HRB", "1"), "HB": ("HB", "1"), "HBW": ("HB", "1"),
    "psi": ("M L-1 T-2", "6894.757293168"), "mmHg": ("M L-1 T-2", "133.322387415"), "atm": ("M L-1 T-2", "101325"), "in": ("L", "0.0254"),
    "ct": ("M", "0.0002"), "Shore": ("shore", "1"), "UI": ("activity", "1"),
}  # fmt: skip
_BASE = re.compile(r"([A-Za-z]+?)(-?\d)?$")


def _dimension(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in text.split():
        match = _BASE.match(part)
        if match is not None:
            found[match[1]] = int(match[2] or 1)
    return found


def _table() -> dict[str, tuple[dict[str, int], Decimal]]:
    table = {symbol: (_dimension(dimension), Decimal(factor)) for symbol, (dimension, factor) in _PLAIN.items()}
    for symbol, (dimension, factor) in _PREFIXED.items():
        for prefix, power in _PREFIXES.items():
            # « min » is a minute and « ct » a carat, not a prefix before another unit.
            table.setdefault(prefix + symbol, (_dimension(dimension), Decimal(factor).scaleb(power)))
    return table


_UNITS = _table()
_SPELLINGS = {
    "u": "µ",
    "ohm": "Ω",
    "kohm": "kΩ",
    "mohm": "mΩ",
    "Mohm": "MΩ",
    "degC": "°C",
    "%HR": "HR",
    "%rh": "HR",
    "tr/min": "tr/min",
    "sec": "s",
}
_FACTOR = re.compile(r"(?P<symbol>[^\d^·*./\s]+(?:\(A\))?)(?:\^?(?P<power>-?\d))?")
#: Scales whose zero is not the SI unit's: alone they have an offset, in a compound they are differences.
_OFFSETS = {"°C": ("K", Decimal(1), Decimal("273.15")), "°F": ("K", Decimal(5) / 9, Decimal("459.67") * 5 / 9)}


@lru_cache(maxsize=4096)
def unit(text: str) -> Unit | None:
    """Read a unit such as « °C », « µS/cm », « kg/m³ » (as ``m^3``) or « N·m »; None when it is not known, NUMBER for nothing."""
    text = _SPELLINGS.get(text.replace(" ", ""), text.strip())
    if text in _OFFSETS:
        name, factor, offset = _OFFSETS[text]
        return Unit(((name, 1),), factor, offset)
    total: dict[str, int] = {}
    factor = Decimal(1)
    for place, side in enumerate(text.split("/")):
        sign = -1 if place else 1
        for part in re.split(r"[·*. ]+", side.strip(" ()")):
            if not part or part == "1":
                continue
            match = _FACTOR.fullmatch(part)
            found = _known(match["symbol"]) if match is not None else None
            if match is None or found is None:
                return None
            power = sign * int(match["power"] or 1)
            factor *= found[1] ** power
            for name, exponent in found[0].items():
                total[name] = total.get(name, 0) + exponent * power
    return Unit(tuple(sorted((name, exponent) for name, exponent in total.items() if exponent)), factor)


def _known(symbol: str) -> tuple[dict[str, int], Decimal] | None:
    symbol = _SPELLINGS.get(symbol, symbol)
    if symbol in _OFFSETS:
        name, factor, _offset = _OFFSETS[symbol]
        return {name: 1}, factor
    found = _UNITS.get(symbol)
    return found if found is not None or not symbol.startswith("u") else _UNITS.get("µ" + symbol[1:])
