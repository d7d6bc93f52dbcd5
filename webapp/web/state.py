"""What the application carries besides Flask's own configuration, and the hooks that higher areas hand to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import Response, current_app
from sqlalchemy.orm import Session

from webapp.clock import Clock
from webapp.companies.directory import Directory
from webapp.config import Settings
from webapp.db import Database


@dataclass(slots=True)
class State:
    """What one application has of its own, and functions that ``create_app`` hands down to the seam."""

    settings: Settings
    clock: Clock
    database: Database
    companies: Directory
    #: Called before each view of a signed-in person; a response stops the request (terms not accepted, SO-5).
    gate: Callable[[], Response | None] = lambda: None
    #: Words of the public service status for the footer, and whether all is well; None when it cannot be read.
    status_words: Callable[[], tuple[str, bool] | None] | None = None
    #: Called after the commit of a transaction that queued mail.
    mail_queued: Callable[[], None] = lambda: None
    #: Called after the commit of a transaction that left long work to a job.
    work_queued: Callable[[], None] = lambda: None
    #: Called in the transaction that changed a contract, with its id: tickets take the order of priority that it now gives them.
    contract_changed: Callable[[Session, int], None] = lambda _session, _contract_id: None


def state() -> State:
    """Return the state of the current application."""
    return cast(State, current_app.extensions["guichet"])
