"""Canned texts: written by agents for their team or the whole desk, inserted into replies with their variables filled in."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.accounts.models import Organisation
from webapp.actor import Actor
from webapp.clock import Clock
from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.evidence.services import record
from webapp.helpdesk.models import CannedText, Ticket
from webapp.helpdesk.policies import works_the_desk
from webapp.helpdesk.queries.talk import canned_text, teams_of
from webapp.helpdesk.rules.talk import VARIABLES, UnknownVariable, check_variables, fill
from webapp.helpdesk.site_time import deadline_words
from webapp.helpdesk.texts import SERVICES


@dataclass(frozen=True, slots=True)
class Wording:
    """A canned text as it was typed; ``team_id`` None: for the whole desk."""

    title: str
    body: str
    team_id: int | None = None


def write(session: Session, actor: Actor, clock: Clock, wording: Wording) -> CannedText:
    """Add a canned text. Raises ``Invalid`` for a variable that does not exist, or a team that is not the actor's."""
    _check(session, actor, wording)
    text = CannedText(title=wording.title, body=wording.body, team_id=wording.team_id, created_at=clock.now())
    session.add(text)
    session.flush()
    _note(session, actor, clock, "canned_text.written", text, {"body": text.body})
    return text


def rewrite(session: Session, actor: Actor, clock: Clock, text: CannedText, wording: Wording, *, seen_version: int) -> None:
    """Change a canned text; raise ``Conflict`` when somebody changed it since the form was drawn."""
    _check_unchanged(text, seen_version)
    if wording.team_id != text.team_id:
        _check(session, actor, wording)
    else:
        _check_words(wording)
    before = {"title": text.title, "body": text.body}
    text.title, text.body, text.team_id = wording.title, wording.body, wording.team_id
    session.flush()
    _note(session, actor, clock, "canned_text.rewritten", text, {"before": before, "body": text.body})


def archive(session: Session, actor: Actor, clock: Clock, text: CannedText, *, archived: bool, seen_version: int) -> None:
    """Take a canned text out of the reply form's list, or put it back."""
    _check_unchanged(text, seen_version)
    text.archived = archived
    session.flush()
    _note(session, actor, clock, "canned_text.archived" if archived else "canned_text.restored", text, {})


def insertion(session: Session, actor: Actor, ticket: Ticket, text_id: int, public_url: str) -> str:
    """Return a canned text with its variables replaced by what the ticket says. Raises ``NotFound`` for a text that is not the actor's."""
    if not works_the_desk(actor):
        raise Forbidden
    text = canned_text(session, actor, text_id)
    if text is None or text.archived:
        raise NotFound
    client = session.get_one(Organisation, ticket.organisation_id)
    values = {
        "reference": ticket.reference,
        "titre": ticket.title,
        "contact": ticket.contact_name,
        "client": client.name,
        "service": str(_(SERVICES[ticket.service])),
        "echeance": deadline_words(ticket.due_at, ticket.calendar) if ticket.due_at else _("échéance à préciser"),
        "agent": actor.name,
        "lien": f"{public_url}/assistance/{ticket.reference}",
    }
    return fill(text.body, values)


def _check(session: Session, actor: Actor, wording: Wording) -> None:
    if wording.team_id is not None and wording.team_id not in dict(teams_of(session, actor)):
        raise Invalid({"team": _("Choisissez une valeur de la liste.")})
    _check_words(wording)


def _check_words(wording: Wording) -> None:
    try:
        check_variables(wording.body)
    except UnknownVariable as error:
        known = ", ".join(f"{{{name}}}" for name in VARIABLES)
        message = _("La variable « {%(name)s} » n’existe pas. Vous pouvez utiliser : %(known)s.", name=error.name, known=known)
        raise Invalid({"body": message}) from error


def _check_unchanged(text: CannedText, seen_version: int) -> None:
    if text.version != seen_version:
        raise Conflict(_("Ce texte a été modifié pendant que vous l’écriviez."), stale=True)


def _note(session: Session, actor: Actor, clock: Clock, action: str, text: CannedText, detail: dict[str, object]) -> None:
    record(session, actor, clock, action=action, subject=f"texte type {text.id}", detail={"title": text.title, **detail})
