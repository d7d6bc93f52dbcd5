"""The job queue. Jobs only wake sweepers: what is due stands in the database, so a job lost or run twice is harmless."""

from huey import Huey, PostgresHuey, SqliteHuey
from sqlalchemy import make_url

from webapp.config import Settings


def make_queue(settings: Settings) -> Huey:
    """Return the queue: a SQLite file of its own, or the PostgreSQL database that holds everything else."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "postgresql":
        dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        return PostgresHuey("guichet", dsn=dsn, results=False)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("guichet", filename=str(settings.queue_path), results=False, fsync=True)
