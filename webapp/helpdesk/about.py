"""What a report is about when it comes from a page of the portal: its words and its address, checked on arrival (FX-8d)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from webapp.actor import Actor
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.rules.services import ServiceType
from webapp.web.access import ACCESS
from webapp.web.forms import clean_line
from webapp.web.pages import local_target

LONGEST_LABEL, LONGEST_URL = 300, 500

#: The service that the pages under a path belong to.
_SERVICES = {
    "registre": ServiceType.REGISTER,
    "portees": ServiceType.SCOPES,
    "declarations": ServiceType.DECLARATIONS,
    "connexion": ServiceType.SIGN_IN,
}


@dataclass(frozen=True, slots=True)
class About:
    """The object of a report: words for people, and a path of this portal; both empty when there is none."""

    label: str = ""
    url: str = ""

    @property
    def service(self) -> ServiceType | None:
        """The service that the object belongs to, when its address tells."""
        return _SERVICES.get(urlsplit(self.url).path.split("/")[1]) if self.url else None


def about_of(values: Mapping[str, str]) -> About:
    """Return the object that a link or a form names, as ``objet``, ``ligne`` and ``colonne`` in words and ``page``, a path.

    Cut to what is stored, and without an address that leads elsewhere.
    """
    parts = [clean_line(values.get(name)) for name in ("objet", "ligne", "colonne")]
    words, path = " · ".join(part for part in parts if part)[:LONGEST_LABEL], local_target(values.get("page")) or ""
    if len(path) > LONGEST_URL:
        path = ""
    return About(words, path) if words else About()


def may_open(actor: Actor, url: str) -> bool:
    """Tell whether the access table lets the actor open the page of a path; its object is still authorised there."""
    try:
        endpoint, _values = current_app.url_map.bind("").match(urlsplit(url).path, method="GET")
    except HTTPException:
        return False
    access = ACCESS.get(endpoint)
    return access is not None and access.allows(actor)


def panel(_session: Session, actor: Actor, ticket: Ticket, _now: datetime) -> dict[str, Any] | None:
    """Return the link for the ticket's page: words alone for whom the access table keeps from the page."""
    if not ticket.about_label:
        return None
    return {"about_link": ticket.about_url if ticket.about_url and may_open(actor, ticket.about_url) else ""}
