"""French first: language choice, and dates, durations and numbers as people say them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from babel.numbers import format_decimal
from flask import Flask, request, session
from flask_babel import Babel, format_date, gettext, ngettext
from flask_babel import get_locale as _get_locale

from webapp.clock import PARIS

LANGUAGES = ("fr", "en")
NBSP = "\N{NO-BREAK SPACE}"


def _chosen() -> str:
    """French unless the person chose otherwise: the browser's own preference is not a choice of the binding language (FL-20)."""
    language = session.get("language") if request else None
    return language if language in LANGUAGES else "fr"


def language() -> str:
    """Return the code of the language of the page in progress."""
    return str(_get_locale() or "fr")[:2]


def _day(day: date, pattern: str) -> str:
    """Write a day as people do: in French the first of a month is « 1er »."""
    words = str(format_date(day, pattern))
    return words.replace("1 ", "1er ", 1) if language() == "fr" and day.day == 1 else words


def paris(instant: datetime, *, weekday: bool = True) -> str:
    """Say an aware instant in Paris time: « lundi 23 novembre 2026 à 8 h 30 »."""
    local = instant.astimezone(PARIS)
    pattern = ("EEEE " if weekday else "") + "d MMMM y"
    clock = f"{local.hour}{NBSP}h{NBSP}{local.minute:02d}" if language() == "fr" else f"{local:%H:%M}"
    return str(gettext("%(day)s à %(clock)s", day=_day(local.date(), pattern), clock=clock))


def paris_date(moment: datetime | date) -> str:
    """Say a day: « 23 novembre 2026 » (an aware instant is taken in Paris time)."""
    day = moment.astimezone(PARIS).date() if isinstance(moment, datetime) else moment
    return _day(day, "d MMMM y")


def short(instant: datetime) -> str:
    """Say an instant briefly, for a dense table: « lun. 23/11 11:10 »."""
    local = instant.astimezone(PARIS)
    return f"{format_date(local.date(), 'EEE dd/MM')} {local:%H:%M}"


def machine(instant: datetime) -> str:
    """Return the instant for ``<time datetime>``: ISO 8601, UTC, to the second."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def business_duration(amount: timedelta) -> str:
    """Say a duration in hours and minutes: « 13 h 20 », « 45 min », « moins d'une minute »; the sign is left out."""
    minutes = int(abs(amount).total_seconds() // 60)
    hours, rest = divmod(minutes, 60)
    if hours:
        return f"{hours}{NBSP}h{NBSP}{rest:02d}" if rest else f"{hours}{NBSP}h"
    return f"{rest}{NBSP}min" if rest else gettext("moins d'une minute")


def exact_duration(amount: timedelta) -> str:
    """Say a duration to the second: « 13 h 20 min 05 s »."""
    minutes, seconds = divmod(int(amount.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min {seconds:02d} s".replace(" ", NBSP)


def number(value: Decimal | int) -> str:
    """Write a number as in French or English: « 1 234,56 »."""
    return str(format_decimal(value, locale=_get_locale() or "fr", decimal_quantization=False))


def init_app(app: Flask) -> None:
    """Install translations and filters."""
    app.config["BABEL_DEFAULT_LOCALE"] = "fr"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, locale_selector=_chosen, default_timezone="Europe/Paris")
    app.jinja_env.add_extension("jinja2.ext.i18n")
    # The extension adds its installer to the environment at run time.
    install = getattr(app.jinja_env, "install_gettext_callables")  # noqa: B009 -- unknown to the type checker
    install(lambda text: gettext(text), lambda one, many, n: ngettext(one, many, n), newstyle=True)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.filters.update(
        paris=paris, paris_date=paris_date, short=short, machine=machine, business_duration=business_duration, number=number
    )
    app.jinja_env.globals["language"] = language
