"""Numbers, dates and truth values as a French spreadsheet shows them. Pure.

A sheet stores 0.055 and shows « 5,5 % »: what is imported is what the person sees. Only the formats that people use for figures are
understood (decimals, thousands, percent, exponent, words around); of the others the plain number is kept.
"""

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

#: The formats that a workbook names by number alone.
BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    37: "#,##0 ;(#,##0)",
    38: "#,##0 ;[Red](#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;[Red](#,##0.00)",
    48: "##0.0E+0",
}
#: Excel keeps fifteen digits: the rest is the dust of binary fractions.
_DIGITS = ".15g"
_TOKEN = re.compile(
    r'"([^"]*)"|\\(.)|\[([^\]]*)\]|_(.)|\*(.)|([0#?][0#?,]*(?:\.[0#?]*)?|\.[0#?]+)(E[+-]0+)?|(.)',
    re.IGNORECASE | re.DOTALL,
)
_CURRENCY = re.compile(r"\$([^-]*)")
#: Letters that would make it a date, a fraction or a text format.
_NOT_A_FIGURE = frozenset("dmyhsgb/@")


def plain(value: float) -> str:
    """Return a number without format: fifteen digits, a decimal comma, an exponent only when it is very large or small."""
    number = Decimal(format(value, _DIGITS))
    if number and not -9 <= number.adjusted() <= 15:
        return _scientific(number, 0, 14, 2)
    text = format(number.normalize(), "f")
    return ("0" if text == "-0" else text).replace(".", ",")


def whole(value: float, pattern: str) -> str:
    """Return a number with all its digits, whatever its format shows of them: in hundredths, with the sign, where that is of percents."""
    percent = "%" in re.sub(r'"[^"]*"|\\.', "", pattern)
    return f"{plain(value * 100)}%" if percent else plain(value)


def shown(value: float, pattern: str) -> str | None:
    """Return a number as a format shows it, or None when the format is not understood."""
    section, number = _section(pattern, Decimal(format(value, _DIGITS)))
    before, figure, exponent, after, percent = "", "", "", "", False
    for literal, escaped, bracket, padding, filling, digits, power, char in _TOKEN.findall(section):
        if padding or filling:
            continue
        if digits:
            if figure:
                return None
            figure, exponent = digits, power
            continue
        if bracket and not _CURRENCY.match(bracket):
            continue
        if char and char.lower() in _NOT_A_FIGURE:
            return None
        currency = _CURRENCY.match(bracket)
        text = currency[1] if currency else literal or escaped or char
        percent = percent or char == "%"
        before, after = (before, after + text) if figure else (before + text, after)
    if not figure or figure.endswith(","):
        return None
    amount = number * 100 if percent else number
    sign = "-" if amount < 0 else ""
    drawn = _drawn(abs(amount), figure, exponent)
    return f"{sign if drawn.strip('0,') else ''}{before}{drawn}{after}"


def _section(pattern: str, number: Decimal) -> tuple[str, Decimal]:
    """Return the part of a format that is for this number (positive; negative; zero), and the number that it draws."""
    parts = re.findall(r'((?:"[^"]*"|\\.|[^;])*)(?:;|$)', pattern)
    if number < 0 and len(parts) > 2:
        return parts[1], -number
    if number == 0 and len(parts) > 3:
        return parts[2], number
    return parts[0], number


def _drawn(number: Decimal, figure: str, exponent: str) -> str:
    whole, _dot, fraction = figure.partition(".")
    least, most = fraction.count("0"), len(fraction)
    if exponent:
        return _scientific(number, least, most, len(exponent) - 2)
    text = format(number.quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP), "f")
    units, _dot, decimals = text.partition(".")
    digits = whole.replace(",", "")
    units = ("" if units == "0" else units).rjust(digits.count("0"), "0")
    if "," in whole:
        units = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", "\u00a0", units)
    return _joined(units, decimals, least)


def _joined(units: str, decimals: str, least: int) -> str:
    kept = decimals[:least] + decimals[least:].rstrip("0")
    return f"{units},{kept}" if kept else units


def _scientific(number: Decimal, least: int, most: int, places: int) -> str:
    mantissa, power = format(number, f".{most}E").split("E")
    units, _dot, decimals = mantissa.partition(".")
    exponent = int(power)
    return f"{_joined(units, decimals, least)}E{'-' if exponent < 0 else '+'}{abs(exponent):0{places}d}"


def moment(value: date | datetime | time | timedelta) -> str:
    """Return a day, an instant, a time or a duration as French sheets show them: 31/12/2026 08:30."""
    match value:
        case datetime():
            return f"{value:%d/%m/%Y} {_hours(value.time())}" if value.time() != time() else f"{value:%d/%m/%Y}"
        case date():
            return f"{value:%d/%m/%Y}"
        case time():
            return _hours(value)
        case _:
            minutes, seconds = divmod(int(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")


def _hours(value: time) -> str:
    return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"
