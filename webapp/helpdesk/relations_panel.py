"""The parts of the ticket page about tags, links and merged tickets. They read once, for all three places."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from webapp.actor import Actor
from webapp.db import GuichetSession
from webapp.helpdesk.bulk_words import LINKS
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.policies import works_the_desk
from webapp.helpdesk.queries.relations import relations_of
from webapp.helpdesk.rules.states import ENDED
from webapp.helpdesk.rules.tags import listed


def read_relations(session: GuichetSession, actor: Actor, ticket: Ticket, _now: datetime) -> dict[str, Any] | None:
    """Return the tags (for the desk), the links, and what was merged into the ticket; None when there is none of it."""
    desk = works_the_desk(actor)
    if not ticket.link_count and not (desk and ticket.tags):
        return None
    words = {kind: _(text) for kind, text in LINKS.items()}
    return {"relations": relations_of(session, actor, ticket), "ticket_tags": listed(ticket.tags) if desk else (), "link_words": words}


def read_merged(_session: GuichetSession, _actor: Actor, ticket: Ticket, _now: datetime) -> dict[str, Any] | None:
    """Show what was merged where the report stands, when there can be any: ``read_relations`` has read it."""
    return {} if ticket.link_count else None


def read_actions(_session: GuichetSession, actor: Actor, ticket: Ticket, _now: datetime) -> dict[str, Any] | None:
    """Offer the desk what relates tickets: no statement."""
    return {"may_relate": ticket.state not in ENDED} if works_the_desk(actor) else None
