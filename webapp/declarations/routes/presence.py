"""Who else is on a return, and the news that ends its entry, told to the page that is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from flask import Response, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.actor import Actor
from webapp.declarations import queries
from webapp.declarations.policies import can_enter, can_enter_section
from webapp.declarations.queries import ReturnFile
from webapp.declarations.routes.blueprint import blueprint
from webapp.declarations.rules.sections import section_of
from webapp.declarations.rules.workflow import Act
from webapp.declarations.services.presence import be_here
from webapp.web.i18n import short
from webapp.web.pages import fragment
from webapp.web.request import current_actor, current_clock, get_session


@dataclass(frozen=True, slots=True)
class Presence:
    """What a page of a return says by itself: sentences on the colleagues who are there, and why nothing can be entered any more.

    `table` is the code of the table shown, empty on the page that submits the return.
    """

    table: str
    here: list[str]
    ended: str = ""

    @property
    def mark(self) -> str:
        """A text that changes with what is said."""
        return sha256("\n".join([*self.here, self.ended]).encode()).hexdigest()[:12]


def presence_of(session: Session, actor: Actor, file: ReturnFile, table: str, now: datetime) -> Presence | None:
    """Who else is there, for somebody who may enter the return now; None for others. One statement."""
    if not can_enter(actor, file.facts, now):
        return None
    return Presence(table, _here(session, actor, file, table, now))


def _here(session: Session, actor: Actor, file: ReturnFile, table: str, now: datetime) -> list[str]:
    """A sentence for each colleague, those on the same table first."""
    same, elsewhere = [], []
    for person in queries.others_here(session, actor, file, now):
        other = file.model.tables.get(person.table_code)
        if other is None:
            elsewhere.append(_("%(name)s vérifie la déclaration", name=person.name))
        elif other.code != table:
            elsewhere.append(_("%(name)s est sur le tableau %(number)s", name=person.name, number=other.number))
        elif person.enters:
            same.append(_("%(name)s remplit aussi ce tableau", name=person.name))
        else:
            same.append(_("%(name)s lit aussi ce tableau", name=person.name))
    return same + elsewhere


def _ended(session: Session, file: ReturnFile) -> str:
    """Why a return takes no entries any more, and who did it."""
    step = next(iter(queries.last_step(session, file)), None)
    words = _("Cette déclaration n’accepte plus de saisie : sa campagne est close.")
    if step is not None and step.act is Act.SUBMIT:
        words = _("%(name)s a déposé cette déclaration (%(at)s) : rien ne s’y enregistre plus.", name=step.by_name, at=short(step.at))
    elif step is not None and step.act is Act.ABANDON:
        words = _("%(name)s a abandonné cette rectification (%(at)s) : rien ne s’y enregistre plus.", name=step.by_name, at=short(step.at))
    return str(words)


@blueprint.post("/declarations/<number>/presence")
def presence(number: str) -> Response:
    """Note that the return is on somebody's screen, and tell who else is there; 204 when the page says so already.

    The page asks by itself, so it is no visit: a screen left alone still signs out (``Access.by_itself``).
    """
    session, actor, clock = get_session(), current_actor(), current_clock()
    file, now = queries.find_own_return(session, actor, number), clock.now()
    asked = request.form.get("tableau", "")
    table = asked if asked in file.model.tables else ""
    if can_enter(actor, file.facts, now):
        enters = bool(table) and can_enter_section(section_of(file.model, table), actor, file.facts, now)
        be_here(session, actor, clock, file, table, enters=enters)
        found = Presence(table, _here(session, actor, file, table, now))
    else:
        found = Presence(table, [], _ended(session, file))
    if found.mark == request.form.get("mark"):
        return Response(status=204)
    return fragment("declarations/_presence.html", file=file, presence=found, asked_again=True)
