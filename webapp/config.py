"""Settings from the environment: frozen, typed, every error reported at once and before anything starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
MINIMUM_KEY_LENGTH = 32


class Mode(StrEnum):
    """``DEMONSTRATION`` has fictitious content and known passwords; ``PRODUCTION`` refuses both."""

    DEMONSTRATION = "demonstration"
    PRODUCTION = "production"


class SettingsError(Exception):
    """One or more settings are wrong; ``errors`` has a sentence for each."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment decides. Durations are in the unit their name says."""

    mode: Mode
    host: str
    port: int
    data_dir: Path
    database_url: str
    public_url: str
    trusted_hosts: tuple[str, ...]
    trusted_proxies: int
    secret_key: str
    mail_url: str
    mail_from: str
    web_workers: int
    session_idle_minutes: int
    session_absolute_hours: int
    argon2_memory_kib: int
    argon2_time_cost: int
    #: Where uploaded files are kept: never under the web root; shared when there are several machines.
    uploads_dir: Path
    #: The directory of businesses that records are filled in from; empty: it is not asked.
    companies_url: str
    companies_timeout_seconds: int

    @property
    def secure_cookies(self) -> bool:
        """Tell whether cookies carry ``Secure``: whenever the public address is https."""
        return self.public_url.startswith("https://")

    @property
    def is_demonstration(self) -> bool:
        """Tell whether fictitious content and known passwords are allowed."""
        return self.mode is Mode.DEMONSTRATION

    @property
    def mail_dir(self) -> Path:
        """The folder where mails are written when no ``MAIL_URL`` is set."""
        return self.data_dir / "mail"

    @property
    def queue_path(self) -> Path:
        """The job queue's own SQLite file (one SQLite library per file)."""
        return self.data_dir / "queue.db"


class _Reader:
    """Reads one variable after another and gathers what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.errors: list[str] = []

    def text(self, name: str, default: str) -> str:
        return self.environ.get(name, "").strip() or default

    def number(self, name: str, default: int, low: int, high: int) -> int:
        raw = self.text(name, str(default))
        if not raw.isascii() or not raw.isdigit() or not low <= int(raw) <= high:
            self.errors.append(f"{name}: « {raw} » should be a whole number from {low} to {high}.")
            return default
        return int(raw)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _mode(reader: _Reader, public_url: str) -> Mode:
    """Without ``GUICHET_MODE``: a demonstration on this machine's loopback address, production anywhere else."""
    default = Mode.DEMONSTRATION if _is_loopback(urlsplit(public_url).hostname or "") else Mode.PRODUCTION
    raw = reader.text("GUICHET_MODE", default)
    if raw not in set(Mode):
        reader.errors.append(f"GUICHET_MODE: « {raw} » should be demonstration or production.")
        return Mode.PRODUCTION
    return Mode(raw)


def _check_public_url(reader: _Reader, public_url: str, host: str) -> None:
    parts = urlsplit(public_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"} or parts.query:
        reader.errors.append(
            f"PUBLIC_URL: « {public_url} » should be the address users type, such as https://guichet.example.fr, without a path."
        )
    elif parts.scheme == "http" and not (_is_loopback(host) and _is_loopback(parts.hostname)):
        reader.errors.append(
            "PUBLIC_URL: away from the loopback address it must start with https:// (cookies are Secure): set PUBLIC_URL or HOST=127.0.0.1."
        )


def _check_urls(reader: _Reader, database_url: str, mail_url: str) -> None:
    scheme = urlsplit(database_url).scheme
    if scheme not in {"sqlite", "postgresql", "postgresql+psycopg"}:
        reader.errors.append("DATABASE_URL: should start with postgresql:// (or sqlite:///).")
    if mail_url and (urlsplit(mail_url).scheme not in {"smtp", "smtps", "smtp+starttls"} or not urlsplit(mail_url).hostname):
        reader.errors.append("MAIL_URL: should look like smtp://user:password@host:25, smtp+starttls://… or smtps://…")


def _companies_url(reader: _Reader) -> str:
    """The directory's address, empty when it is not to be asked: https, or this machine for a trial."""
    url = reader.text("COMPANIES_URL", "").rstrip("/")
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or ""))
    if url and not (safe and parts.hostname and "@" not in url and url == f"{parts.scheme}://{parts.netloc}"):
        reader.errors.append("COMPANIES_URL: should look like https://recherche-entreprises.api.gouv.fr, without a path, or be empty.")
    return url


def _secret_key(reader: _Reader, mode: Mode, data_dir: Path) -> str:
    key = reader.text("SECRET_KEY", "")
    if key:
        if len(key) < MINIMUM_KEY_LENGTH:
            reader.errors.append(f"SECRET_KEY: should have at least {MINIMUM_KEY_LENGTH} characters.")
        return key
    if mode is Mode.PRODUCTION:
        reader.errors.append(
            "SECRET_KEY: required in production; make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
        return ""
    return _generated_key(data_dir / "secret_key")


def _generated_key(path: Path) -> str:
    """Return the demonstration's key, made at the first start and kept (mode 0600)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write(token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii").strip()


def _sqlalchemy_url(database_url: str) -> str:
    """Name the driver: ``postgresql://`` means psycopg 3 here."""
    if database_url.startswith("postgresql://"):
        return "postgresql+psycopg://" + database_url.removeprefix("postgresql://")
    return database_url


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings from ``environ``.

    Raises ``SettingsError`` with one sentence for every wrong value, not only the first.
    """
    reader = _Reader(environ)
    host = reader.text("HOST", "127.0.0.1")
    port = reader.number("PORT", 8000, 1, 65535)
    data_dir = Path(reader.text("DATA_DIR", str(ROOT / "var"))).expanduser().absolute()
    public_url = reader.text("PUBLIC_URL", f"http://{host}:{port}").rstrip("/")
    mode = _mode(reader, public_url)
    database_url = reader.text("DATABASE_URL", f"sqlite:///{data_dir / 'guichet.db'}")
    mail_url = reader.text("MAIL_URL", "")
    _check_public_url(reader, public_url, host)
    _check_urls(reader, database_url, mail_url)
    public_host = urlsplit(public_url).hostname or ""
    usual_hosts = "127.0.0.1,localhost" if _is_loopback(public_host) else public_host
    hosts = tuple(part.strip() for part in reader.text("TRUSTED_HOSTS", usual_hosts).split(",") if part.strip())
    bad_hosts = [name for name in hosts if "/" in name or ":" in name]
    if bad_hosts:
        reader.errors.append(f"TRUSTED_HOSTS: « {', '.join(bad_hosts)} » should be host names separated by commas, without scheme or port.")
    settings = Settings(
        mode=mode,
        host=host,
        port=port,
        data_dir=data_dir,
        database_url=_sqlalchemy_url(database_url),
        public_url=public_url,
        trusted_hosts=hosts,
        trusted_proxies=reader.number("TRUSTED_PROXIES", 0, 0, 5),
        secret_key=_secret_key(reader, mode, data_dir),
        mail_url=mail_url,
        mail_from=reader.text("MAIL_FROM", f"Guichet <ne-pas-repondre@{public_host or 'localhost'}>"),
        web_workers=reader.number("WEB_WORKERS", 2, 1, 64),
        session_idle_minutes=reader.number("SESSION_IDLE_MINUTES", 60, 1, 24 * 60),
        session_absolute_hours=reader.number("SESSION_ABSOLUTE_HOURS", 12, 1, 24 * 14),
        argon2_memory_kib=reader.number("ARGON2_MEMORY_KIB", 19456, 8, 1048576),
        argon2_time_cost=reader.number("ARGON2_TIME_COST", 2, 1, 20),
        uploads_dir=Path(reader.text("UPLOADS_DIR", str(data_dir / "uploads"))).expanduser().absolute(),
        companies_url=_companies_url(reader),
        companies_timeout_seconds=reader.number("COMPANIES_TIMEOUT_SECONDS", 4, 1, 20),
    )
    if reader.errors:
        raise SettingsError(reader.errors)
    return settings
