"""Sharing a return's sections among colleagues."""

from __future__ import annotations

from typing import NamedTuple

from flask import Response, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.accounts.queries import people_with_role
from webapp.actor import Actor, Role
from webapp.declarations import queries
from webapp.declarations.policies import can_enter, can_enter_section, can_entrust, can_reserve, has_signatory
from webapp.declarations.queries import ReturnFile
from webapp.declarations.routes.blueprint import blueprint
from webapp.declarations.rules.sections import REVIEW_CHIPS, REVIEW_LABELS
from webapp.declarations.services import sections
from webapp.errors import Invalid
from webapp.web.acting import acts_once
from webapp.web.pages import announce, page, see_other
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import state


class Refused(NamedTuple):
    """What was asked for a section, and why it was refused."""

    section: str
    typed: sections.Trust
    why: str


@blueprint.get("/declarations/<number>/partage")
def sharing(number: str) -> Response:
    """Show who fills in each section, and which are ready to be read again."""
    session, actor = get_session(), current_actor()
    return _page(session, actor, queries.find_own_return(session, actor, number))


def _page(session: Session, actor: Actor, file: ReturnFile, status: int = 200, refused: Refused | None = None) -> Response:
    now, codes = current_clock().now(), [section.code for section in file.model.sections]
    return page(
        "declarations/sharing.html",
        status,
        file=file,
        shared=queries.shared_sections(session, file),
        colleagues=people_with_role(session, file.organisation_id, Role.DECLARANT),
        editable=can_enter(actor, file.facts, now),
        may_reserve=can_reserve(actor, file.facts, now),
        entrusts={code for code in codes if can_entrust(code, actor, file.facts, now)},
        enters={code for code in codes if can_enter_section(code, actor, file.facts, now)},
        anybody_signs=not has_signatory(file.facts, now),
        review_labels=REVIEW_LABELS,
        review_chips=REVIEW_CHIPS,
        refused=refused.why if refused else "",
        refused_at=refused.section if refused else "",
        typed=refused.typed if refused else None,
    )


@blueprint.post("/declarations/<number>/partage/<section>")
@acts_once
def share_section(number: str, section: str) -> Response:
    """Entrust a section to a colleague, or say that it is ready to be read again."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    file = queries.find_own_return(session, actor, number)
    match request.form.get("act"):
        case "ready":
            sections.say_ready(session, actor, clock, file, section, ready=True)
            announce(_("La section est dite prête pour relecture."))
        case "reopen":
            sections.say_ready(session, actor, clock, file, section, ready=False)
            announce(_("La section est de nouveau en saisie."))
        case _:
            typed = request.form.get("account", "")
            account = (int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0) if typed else None
            trust = sections.Trust(account, reserved="reserved" in request.form)
            try:
                sections.entrust(session, actor, clock, file, section, trust, public_url=state().settings.public_url)
            except Invalid as refusal:
                return _page(session, actor, file, 422, Refused(section, trust, refusal.errors["account"]))
            announce(_("La section est confiée.") if account else _("La section n’est plus confiée à personne."))
    return see_other("declarations.sharing", number=number)
