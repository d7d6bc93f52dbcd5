"""Writing on a ticket: replies, notes, and the transitions whose message is typed in the same field."""

from flask import Response, abort, request
from flask_babel import gettext as _

from webapp.errors import Conflict, Invalid
from webapp.helpdesk import services
from webapp.helpdesk.forms.tickets import MessageForm
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.queries.tickets import get_ticket
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.routes.acts import WITH_PAGE, after, stale, version_of
from webapp.helpdesk.routes.attachments import attach_received, received_files
from webapp.helpdesk.routes.tickets import ticket_context
from webapp.helpdesk.rules.states import Verb
from webapp.helpdesk.rules.talk import joined
from webapp.helpdesk.services.canned import insertion
from webapp.helpdesk.services.people import keep_drafts, sent
from webapp.helpdesk.services.time_spent import minutes_of, spend
from webapp.helpdesk.texts import DONE
from webapp.uploads.receiving import Received
from webapp.uploads.rules.limits import LARGEST_REQUEST
from webapp.web.forms import already_done, whole
from webapp.web.pages import fragment, is_fragment_request, page, see_other_url
from webapp.web.request import current_actor, current_clock, get_session
from webapp.web.sizes import takes_up_to
from webapp.web.state import state

#: What buttons do with what is typed, short of sending it.
TYPING = frozenset({"draft", "discard", "insert", "mention"})


@blueprint.post("/assistance/<reference>/messages")
@takes_up_to(LARGEST_REQUEST)
def message(reference: str) -> Response:
    """Reply, note, keep a draft, or run the transition of the button that was pressed, with the message typed above it."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    if location := already_done(session, clock, actor.account_id):
        return see_other_url(location)
    ticket = get_ticket(session, actor, reference, lock=True)
    form, do, files = MessageForm(), request.form.get("do", "reply"), received_files()
    if form.validate():
        try:
            files.check()
            if do in TYPING:
                return _typing(ticket, do, form)
            return after(ticket, _carry_out(ticket, do, form, files))
        except Invalid as error:
            form.refuse(error.errors)
        except Conflict as error:
            _keep_typed(reference, form)
            return stale(reference, form, error)
    _keep_typed(reference, form)
    return _again(reference, form)


def _carry_out(ticket: Ticket, do: str, form: MessageForm, files: Received) -> str:
    """Run what the button says and return the announcement. What stood in the field that was not sent stays a draft."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    body, note, minutes = form.body.data or "", form.note.data or "", minutes_of(form.minutes.data)
    seen, url, once = version_of(form), state().settings.public_url, request.form.get("once", "")
    if do == "time":
        if not minutes:
            raise Invalid({"minutes": _("Écrivez le temps passé, par exemple 45 ou 1 h 30.")})
        said = _("Le temps passé est noté.")
        keep_drafts(session, actor, clock, ticket, body, note)
    elif do == "note":
        services.note(session, actor, clock, ticket, note, public_url=url)
        sent(session, actor, clock, ticket, reply=body, once=once)
        said = _("La note interne est enregistrée.")
    else:
        said = _say(ticket, do, body, url, seen)
        sent(session, actor, clock, ticket, note=note, once=once)
    if do != "time":
        attach_received(ticket, files, internal=do == "note")
    if minutes:
        spend(session, actor, clock, ticket, minutes)
    return str(said)


def _say(ticket: Ticket, do: str, body: str, url: str, seen: int | None) -> str:
    """Reply, or run a transition with the message."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    if do == "reply":
        services.reply(session, actor, clock, ticket, body, public_url=url, seen_version=seen)
        return str(_("La réponse est envoyée."))
    if do not in set(Verb) or Verb(do) in WITH_PAGE | {Verb.QUALIFY}:
        abort(400)
    services.act(session, actor, clock, ticket, Verb(do), text=body, public_url=url, seen_version=seen)
    return str(_(DONE[Verb(do)]))


def _typing(ticket: Ticket, do: str, form: MessageForm) -> Response:
    """Keep or drop the drafts, or insert a canned text or a mention into one of them, and show the form again."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    reply, note, said, focus = form.body.data or "", form.note.data or "", _("Le brouillon est gardé."), "body"
    if do == "discard":
        reply, note, said = "", "", _("Le brouillon est jeté.")
    elif do == "insert":
        chosen = whole(form.text.data or "")
        if chosen is None:
            raise Invalid({"text": _("Choisissez un texte type.")})
        reply = joined(reply, insertion(session, actor, ticket, chosen, state().settings.public_url))
        said = _("Le texte type est inséré dans la réponse.")
    elif do == "mention":
        if not form.mention.data:
            raise Invalid({"mention": _("Choisissez la personne à mentionner.")})
        note, said, focus = f"{note} @{form.mention.data} ".lstrip(), _("La mention est ajoutée à la note."), "note"
    keep_drafts(session, actor, clock, ticket, reply, note)
    return after(ticket, str(said), focus)


def _keep_typed(reference: str, form: MessageForm) -> None:
    """Keep what was typed as a draft although the act is refused. Commits by itself."""
    session, actor = get_session(), current_actor()
    session.rollback()
    with state().database.transaction(actor) as writer:
        ticket = get_ticket(writer, actor, reference)
        keep_drafts(writer, actor, current_clock(), ticket, form.body.data or "", form.note.data or "")


def _again(reference: str, form: MessageForm) -> Response:
    """Answer 422: the ticket as it is, with what was typed and what is wrong with it."""
    context = ticket_context(get_session(), current_actor(), reference, current_clock().now(), form=form)
    if is_fragment_request() and request.headers.get("HX-Target") == "ticket":
        return fragment("helpdesk/_ticket.html", 422, **context)
    return page("helpdesk/ticket.html", 422, **context)
