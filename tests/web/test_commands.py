"""The commands of the whole portal."""

import json
from dataclasses import replace

from flask import Flask
from sqlalchemy import func, select

from webapp.accounts.models import Organisation
from webapp.config import Mode
from webapp.db import Database
from webapp.web.state import State


def test_the_sign_ins_are_printed_for_machines(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["demo", "accounts", "--json"])
    rows = json.loads(result.output)
    assert {"username", "password", "role", "organisation"} <= set(rows[0])
    roles = {row["role"] for row in rows}
    assert {"scope_editor", "scope_officer", "declarant", "national_agent", "regional_agent"} <= roles
    assert {"client_contact", "desk_agent", "desk_lead", "administrator", "manager"} <= roles


def test_loading_twice_loads_once(app: Flask, database: Database) -> None:
    runner = app.test_cli_runner()
    first = runner.invoke(args=["demo", "load"])
    assert first.exit_code == 0, first.output
    again = runner.invoke(args=["demo", "load"])
    assert "nothing was changed" in again.output
    with database.reader() as session:
        assert (session.scalar(select(func.count()).select_from(Organisation)) or 0) > 40


def test_production_has_no_demonstration(app: Flask) -> None:
    state: State = app.extensions["guichet"]
    state.settings = replace(state.settings, mode=Mode.PRODUCTION)
    for command in ("load", "reset", "accounts"):
        result = app.test_cli_runner().invoke(args=["demo", command])
        assert result.exit_code == 1
        assert "GUICHET_MODE" in result.output
