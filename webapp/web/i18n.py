"""French first: language choice, and dates, durations and numbers as people say them."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask, g, has_app_context, request, session
from flask_babel import Babel, Domain, gettext, ngettext
from flask_babel import get_locale as _get_locale
from markupsafe import Markup

from webapp.clock import PARIS

LANGUAGES = ("fr", "en")
NBSP = "\N{NO-BREAK SPACE}"


def _chosen() -> str:
    """French unless the person chose otherwise: the browser's own preference is not a choice of the binding language (FL-20)."""
    language = session.get("language") if request else None
    return language if language in LANGUAGES else "fr"


def language() -> str:
    """Return the code of the language of the page in progress."""
    locale = _get_locale()
    return str(locale.language) if locale is not None else "fr"


def _day(day: date, pattern: str) -> str:
    """Write a day as people do: in French the first of a month is « 1er »."""
    return _day_in(language(), day, pattern)  # ours, not the machine's, outside a request too


@lru_cache(maxsize=4096)
def _day_in(locale: str, day: date, pattern: str) -> str:
    words = str(format_date(day, pattern, locale=locale))
    return words.replace("1 ", "1er ", 1) if locale == "fr" and day.day == 1 else words


def paris(instant: datetime, *, weekday: bool = True) -> str:
    """Say an aware instant in Paris time: « lundi 23 novembre 2026 à 8 h 30 »."""
    return local_time(instant, PARIS, weekday=weekday)


def local_time(instant: datetime, zone: tzinfo, *, weekday: bool = True) -> str:
    """Say an aware instant as the clocks of a place tell it: « lundi 23 novembre 2026 à 8 h 30 »."""
    local = instant.astimezone(zone)
    pattern = ("EEEE " if weekday else "") + "d MMMM y"
    return str(gettext("%(day)s à %(clock)s", day=_day(local.date(), pattern), clock=wall_clock(local)))


def wall_clock(local: datetime) -> str:
    """Say the time of day of a local time: « 8 h 30 »."""
    return f"{local.hour}{NBSP}h{NBSP}{local.minute:02d}" if language() == "fr" else f"{local:%H:%M}"


def paris_date(moment: datetime | date) -> str:
    """Say a day: « 23 novembre 2026 » (an aware instant is taken in Paris time)."""
    day = moment.astimezone(PARIS).date() if isinstance(moment, datetime) else moment
    return _day(day, "d MMMM y")


def short(instant: datetime) -> str:
    """Say an instant briefly, for a dense table: « lun. 23/11 11:10 »."""
    local = instant.astimezone(PARIS)
    return f"{_day(local.date(), 'EEE dd/MM')} {local:%H:%M}"


def machine(instant: datetime) -> str:
    """Return the instant for ``<time datetime>``: ISO 8601, UTC, to the second."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


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


def euros(value: Decimal) -> str:
    """Write an amount of euros to the cent, without its unit: « 1 234,50 »."""
    return str(format_decimal(value, "#,##0.00", locale=_get_locale() or "fr"))


class _Catalogues(Domain):
    """The catalogues, read once per process; that of a request is looked for once (a page translates some hundred strings).

    Flask-Babel makes a domain for each request, which reads the catalogue anew. ``force_locale`` puts ``babel_translations`` aside.
    """

    def __init__(self) -> None:
        super().__init__()
        self.marked: dict[int, dict[str, Markup]] = {}

    def get_translations(self) -> Any:
        """Return the catalogue of the language in force."""
        context: Any = getattr(g, "_flask_babel", None) if has_app_context() else None
        found = getattr(context, "babel_translations", None)
        if found is None:
            found = super().get_translations()
            if context is not None:
                context.babel_translations = found
        return found

    def in_page(self, text: str, /, **variables: Any) -> Markup:
        """Translate for a template: what is put in is escaped, the text itself is ours."""
        translations = self.get_translations()
        known = self.marked.setdefault(id(translations), {})
        found = known.get(text)
        if found is None:
            found = known[text] = Markup(translations.ugettext(text))  # noqa: S704 -- our own sentences
        return found % variables if variables or "%" in found else found


class _Babel(Babel):
    """Flask-Babel with catalogues that are kept."""

    catalogues = _Catalogues()

    @property
    def domain_instance(self) -> Domain:
        """The one domain."""
        return self.catalogues


def init_app(app: Flask) -> None:
    """Install translations and filters."""
    app.config["BABEL_DEFAULT_LOCALE"] = "fr"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    _Babel(app, locale_selector=_chosen, default_timezone="Europe/Paris")
    app.jinja_env.add_extension("jinja2.ext.i18n")
    # The extension adds its installer to the environment at run time.
    install = getattr(app.jinja_env, "install_gettext_callables")  # noqa: B009 -- unknown to the type checker
    install(lambda text: gettext(text), lambda one, many, n: ngettext(one, many, n), newstyle=True)
    app.jinja_env.globals["_"] = _Babel.catalogues.in_page  # what the extension puts there asks the context three times for each string
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.filters.update(
        paris=paris, paris_date=paris_date, short=short, machine=machine, business_duration=business_duration, number=number, euros=euros
    )
    app.jinja_env.globals["language"] = language
