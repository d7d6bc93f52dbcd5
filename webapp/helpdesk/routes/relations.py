"""A ticket and others: tags, links, merging, splitting."""

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from webapp.errors import Conflict, Invalid, NotFound
from webapp.helpdesk.bulk_words import LINKS
from webapp.helpdesk.forms.relations import LinkForm, MergeForm, SplitForm, TagsOfTicketForm
from webapp.helpdesk.models import BulkItem, Ticket
from webapp.helpdesk.queries.relations import links_of, merge_candidates
from webapp.helpdesk.queries.tickets import get_ticket, messages_of
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.routes.acts import after, stale, version_of
from webapp.helpdesk.rules.bulk import BulkAct, Order
from webapp.helpdesk.rules.relations import LinkKind
from webapp.helpdesk.rules.tags import listed
from webapp.helpdesk.services import bulk
from webapp.helpdesk.services.linking import link, unlink
from webapp.helpdesk.services.splitting import split
from webapp.helpdesk.services.tags import read_tags, set_tags, suggestions
from webapp.web.acting import acts_once
from webapp.web.forms import already_done, remember_done
from webapp.web.pages import announce, page, see_other, see_other_url
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.state import state


@blueprint.route("/assistance/<reference>/etiquettes", methods=["GET", "POST"])
@acts_once
def tags(reference: str) -> Response:
    """Choose the words that sort a ticket."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    ticket = get_ticket(session, actor, reference, lock=request.method == "POST")
    form = TagsOfTicketForm()
    if request.method == "GET":
        form.process(data={"version": str(ticket.version), "tags": " ".join(listed(ticket.tags))})
    elif form.validate():
        try:
            set_tags(session, actor, clock, ticket, read_tags(form.tags.data or ""), seen_version=version_of(form))
            return after(ticket, _("Les étiquettes sont enregistrées."))
        except Invalid as error:
            form.refuse(error.errors)
        except Conflict as error:
            if version_of(form) != ticket.version:
                return stale(reference, form, error)
            form.form_errors.append(error.message)
    return _page("helpdesk/tags.html", ticket, form, words=suggestions(session))


@blueprint.route("/assistance/<reference>/liens", methods=["GET", "POST"])
def links(reference: str) -> Response:
    """Link a ticket to another, and see or remove its links."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    if request.method == "POST" and (location := already_done(session, clock, actor.account_id)):
        return see_other_url(location)
    ticket = get_ticket(session, actor, reference, lock=request.method == "POST")
    form = LinkForm()
    if request.method == "POST" and form.validate():
        try:
            link(session, actor, clock, ticket, _other(form.other.data), LinkKind(form.kind.data))
            return after(ticket, _("Les tickets sont liés."))
        except (Invalid, Conflict) as error:
            session.rollback()
            ticket = get_ticket(session, actor, reference)
            form.refuse(error.errors if isinstance(error, Invalid) else {"other": error.message})
    words = {kind: _(text) for kind, text in LINKS.items()}
    return _page("helpdesk/links.html", ticket, form, rows=links_of(session, actor, ticket.id), link_words=words)


def _other(reference: str) -> Ticket:
    try:
        return get_ticket(get_session(), current_actor(), reference)
    except NotFound as error:
        raise Invalid({"other": _("Aucun ticket ne porte cette référence.")}) from error


@blueprint.post("/assistance/<reference>/liens/<other>/retrait")
@acts_once
def remove_link(reference: str, other: str) -> Response:
    """Take a link away."""
    session, actor = get_session(), current_actor()
    ticket = get_ticket(session, actor, reference, lock=True)
    unlink(session, actor, current_clock(), ticket, get_ticket(session, actor, other))
    announce(_("Le lien est retiré."))
    return see_other("helpdesk.links", reference=ticket.reference)


@blueprint.route("/assistance/<reference>/fusion", methods=["GET", "POST"])
@acts_once
def merge(reference: str) -> Response:
    """Merge a duplicate into the ticket that was notified first; a batch of one, so that it can be undone as others are."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    ticket = get_ticket(session, actor, reference, lock=request.method == "POST")
    form = MergeForm()
    if request.method == "GET":
        form.version.data = str(ticket.version)
    elif form.validate():
        pick = f"{ticket.reference}@{max(version_of(form) or 0, 0)}"
        try:
            order = Order(BulkAct.MERGE, target=form.target.data)
            job = bulk.run(session, actor, clock, order, [pick], public_url=state().settings.public_url)
            if job.failed or not job.done:
                reason = session.query(BulkItem.reason).filter_by(bulk_job_id=job.id).scalar()
                raise Invalid({"target": reason or _("C’est ce ticket : donnez la référence d’un autre.")})
        except Invalid as error:
            session.rollback()
            ticket = get_ticket(session, actor, reference)
            form.refuse(error.errors)
        else:
            announce(_("Le ticket est fusionné. Cela s’annule pendant dix minutes, depuis la file."))
            return see_other_url(url_for("helpdesk.ticket", reference=form.target.data.upper()))
    return _page("helpdesk/merge.html", ticket, form, rows=merge_candidates(session, actor, ticket))


@blueprint.route("/assistance/<reference>/scission", methods=["GET", "POST"])
def split_ticket(reference: str) -> Response:
    """Open another ticket from some of the messages of this one."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    if request.method == "POST" and (location := already_done(session, clock, actor.account_id)):
        return see_other_url(location)
    ticket = get_ticket(session, actor, reference, lock=request.method == "POST")
    form = SplitForm()
    rows = [row for row in messages_of(session, ticket.id, with_notes=True) if row.withdrawn_at is None]
    form.messages.choices = [(row.id, row.author_name) for row in rows]
    if request.method == "GET":
        form.version.data = str(ticket.version)
    elif form.validate():
        url, seen = state().settings.public_url, version_of(form)
        try:
            new = split(session, actor, clock, ticket, form.messages.data or [], form.title.data, public_url=url, seen_version=seen)
            announce(_("Le ticket %(reference)s est ouvert pour l’autre problème.", reference=new.reference))
            return see_other_url(remember_done(session, url_for("helpdesk.ticket", reference=new.reference)))
        except Invalid as error:
            session.rollback()
            ticket = get_ticket(session, actor, reference)
            form.refuse(error.errors)
        except Conflict as error:
            return stale(reference, form, error)
    return _page("helpdesk/split.html", ticket, form, rows=rows, chosen=set(form.messages.data or ()))


def _page(template: str, ticket: Ticket, form: Any, **context: Any) -> Response:
    return page(template, 422 if request.method == "POST" else 200, ticket=ticket, form=form, **context)
