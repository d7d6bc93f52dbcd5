"""Who may submit a return, and telling them that it is ready."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.accounts.queries import people_with_role
from webapp.actor import Actor, Role
from webapp.clock import Clock
from webapp.declarations import queries
from webapp.declarations.policies import can_enter, has_signatory, may_sign
from webapp.declarations.queries import ReturnFile
from webapp.declarations.routes.blueprint import blueprint
from webapp.declarations.rules.workflow import today
from webapp.declarations.services import signatories
from webapp.web.acting import acts_once
from webapp.web.pages import announce, see_other
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import state


def signing(session: Session, actor: Actor, clock: Clock, file: ReturnFile) -> dict[str, Any]:
    """What the submission page says of who may submit; one statement, for somebody who may not."""
    now = clock.now()
    waits = can_enter(actor, file.facts, now) and not may_sign(actor, file.facts, now)
    told = file.signatory_told_at
    return {
        "signatories": [person.full_name for person in people_with_role(session, file.organisation_id, Role.SIGNATORY)] if waits else [],
        "anybody_signs": not has_signatory(file.facts, now),
        "told_today": told is not None and today(told) == today(now),
    }


@blueprint.post("/declarations/<number>/depot/signataires")
@acts_once
def tell_signatories(number: str) -> Response:
    """Tell the signatories that the return waits for them."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    file = queries.find_own_return(session, actor, number)
    if signatories.tell_signatories(session, actor, clock, file, public_url=state().settings.public_url):
        announce(_("Le signataire est prévenu par courriel."))
    else:
        announce(_("Le signataire a déjà été prévenu aujourd’hui."))
    return see_other("declarations.submission", number=number)
