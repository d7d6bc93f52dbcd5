"""Applying the numbered migrations."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from webapp.config import ROOT


def alembic_config(engine: Engine) -> Config:
    """Return alembic's configuration bound to ``engine``."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["engine"] = engine
    return config


def downgrade_all(engine: Engine) -> None:
    """Take every migration back: an empty database, whatever was in it."""
    command.downgrade(alembic_config(engine), "base")


def upgrade(engine: Engine) -> None:
    """Bring the schema to the one head; does nothing when it is there already."""
    config = alembic_config(engine)
    head = ScriptDirectory.from_config(config).get_current_head()
    with engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    if present != head:
        command.upgrade(config, "head")


def is_modelled(_item: object, name: str | None, _kind: str, _reflected: bool, _compared: object) -> bool:
    """Tell whether the models describe an object of the database: the full-text index is made by hand (migration 0005)."""
    return not (name or "").startswith("ticket_fts")
