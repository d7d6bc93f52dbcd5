"""The application, put together from its parts."""

import os
import sys
from collections.abc import Mapping
from datetime import timedelta
from importlib import import_module

import structlog
from flask import Flask
from flask_compress import Compress
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

import webapp.db_models  # noqa: F401 -- maps every table
from webapp import cli, schedule
from webapp.accounts import auth
from webapp.clock import Clock, SystemClock
from webapp.companies.directory import Directory
from webapp.config import ROOT, Settings, SettingsError, load_settings
from webapp.db import Database
from webapp.helpdesk.services.ranking import rank_contract
from webapp.jobs import make_queue
from webapp.service_status.footer import FooterStatus
from webapp.terms import gate
from webapp.web import assets, csrf, errors, forms, headers, htmx, i18n, navigation, request, sizes
from webapp.web.state import State

#: Each area's blueprint, as ``module:attribute``.
BLUEPRINTS = (
    "webapp.accounts.routes:blueprint",
    "webapp.terms.routes:blueprint",
    "webapp.legal.routes:blueprint",
    "webapp.administration.routes:blueprint",
    "webapp.scopes.routes:blueprint",
    "webapp.register.routes:blueprint",
    "webapp.declarations.routes:blueprint",
    "webapp.helpdesk.routes:blueprint",
    "webapp.contracts.routes:blueprint",
    "webapp.service_status.routes:blueprint",
    "webapp.desk.routes:blueprint",
    "webapp.desk.portal:blueprint",
)

LARGEST_REQUEST = 5 * 1024 * 1024
MOST_FORM_FIELDS = 20_000


def create_app(settings: Settings | None = None, clock: Clock | None = None, environ: Mapping[str, str] | None = None) -> Flask:
    """Return the WSGI application. Without ``settings`` they are read from the environment; wrong ones stop the process, all listed."""
    settings = settings or settings_or_exit(environ if environ is not None else os.environ)
    app = Flask("webapp", root_path=str(ROOT / "webapp"), template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    configure_logging()
    bind_jobs(app, equip(app, settings, clock or SystemClock()))
    configure_templates(app)
    assets.init_app(app)
    request.init_app(app)
    sizes.init_app(app)
    htmx.init_app(app)
    headers.init_app(app)
    i18n.init_app(app)
    csrf.init_app(app)
    auth.init_app(app)
    errors.init_app(app)
    navigation.init_app(app)
    Compress(app)
    register_blueprints(app)
    cli.init_app(app)
    trust_proxies(app, settings)
    return app


def equip(app: Flask, settings: Settings, clock: Clock, database: Database | None = None) -> State:
    """Give the application its settings, clock and database (those of the settings, unless one is already open)."""
    companies = Directory(settings.companies_url, settings.companies_timeout_seconds)
    state = State(settings=settings, clock=clock, database=database or Database(settings.database_url), companies=companies)
    app.extensions["guichet"] = state
    configure_flask(app, settings)
    hand_down_hooks(state)
    return state


def settings_or_exit(environ: Mapping[str, str]) -> Settings:
    """Read the settings, or end the process with every error on standard error."""
    try:
        return load_settings(environ)
    except SettingsError as error:
        raise SystemExit("\n".join(["Guichet cannot start:", *(f"- {sentence}" for sentence in error.errors)])) from None


def configure_logging() -> None:
    """One JSON object a line on standard error, without personal data beyond account ids."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def configure_flask(app: Flask, settings: Settings) -> None:
    """Cookies, limits and trusted hosts."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="guichet",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_absolute_hours),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        MAX_FORM_PARTS=MOST_FORM_FIELDS,
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,
        COMPRESS_LEVEL=6,
        COMPRESS_MIN_SIZE=400,
    )


def configure_templates(app: Flask) -> None:
    """An undefined variable is an error, and templates carry no blank lines to the browser."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["state"] = lambda: app.extensions["guichet"]
    app.jinja_env.globals["actor"] = request.actor_or_none
    app.jinja_env.globals["once_token"] = forms.new_token
    app.jinja_env.globals["zip"] = zip
    app.jinja_env.globals["service_status_words"] = lambda: (app.extensions["guichet"].status_words or (lambda: None))()


def register_blueprints(app: Flask) -> None:
    """Add each area's pages."""
    for path in BLUEPRINTS:
        module, _, name = path.partition(":")
        app.register_blueprint(getattr(import_module(module), name))


def hand_down_hooks(state: State) -> None:
    """Give the seam the functions of higher areas that it may not import."""
    state.gate = gate.gate
    state.contract_changed = rank_contract
    state.status_words = FooterStatus(state)


def bind_jobs(app: Flask, state: State) -> None:
    """Make the queue and its jobs; they need no application context."""
    queue = make_queue(state.settings)
    app.extensions["queue"] = queue
    schedule.bind(queue, state)


def trust_proxies(app: Flask, settings: Settings) -> None:
    """Believe the forwarding headers of as many proxies as the settings say, and of no more."""
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # -- the WSGI wrapping idiom
