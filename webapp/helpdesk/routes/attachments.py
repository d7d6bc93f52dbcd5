"""Files of a ticket: attached after the fact, handed out inert, looked at, removed."""

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.errors import Conflict, Invalid, NotFound
from webapp.helpdesk import policies
from webapp.helpdesk.forms.attachments import AttachForm, RemovalForm
from webapp.helpdesk.models import Ticket
from webapp.helpdesk.queries.attachments import PICTURES, get_attachment
from webapp.helpdesk.queries.tickets import get_ticket
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.services import attachments as services
from webapp.helpdesk.services import facts_of
from webapp.uploads.receiving import KeptFile, Received, receive, received_before, said_size
from webapp.uploads.rules.kinds import ACCEPT
from webapp.uploads.rules.limits import LARGEST_REQUEST
from webapp.uploads.rules.names import extension_of
from webapp.uploads.serving import hand_out
from webapp.uploads.storage import store_for
from webapp.web.acting import acts_once
from webapp.web.forms import already_done, remember_done
from webapp.web.pages import announce, page, see_other_url
from webapp.web.request import after_commit, current_actor, current_clock, get_session
from webapp.web.sizes import takes_up_to
from webapp.web.state import state


@blueprint.app_template_global("kept_files")
def kept_files() -> list[KeptFile]:
    """Return the files of this request that were kept, for the form that is shown again."""
    received = received_before()
    return received.kept() if received is not None else []


@blueprint.app_template_global("accepted_files")
def accepted_files() -> str:
    """Return the extensions that a file field offers to choose from."""
    return ACCEPT


@blueprint.app_template_filter("file_size")
def file_size(size: int) -> str:
    """Say a size in bytes as people do."""
    return said_size(size)


@blueprint.app_template_filter("file_type")
def file_type(name: str) -> str:
    """Name a file's type as people do: « PNG »."""
    return extension_of(name).upper()


@blueprint.route("/assistance/<reference>/fichiers", methods=["GET", "POST"])
@takes_up_to(LARGEST_REQUEST)
def attach(reference: str) -> Response:
    """Attach files to a ticket, without a message."""
    session, actor, clock, posted = get_session(), current_actor(), current_clock(), request.method == "POST"
    if posted and (location := already_done(session, clock, actor.account_id)):
        return see_other_url(location)
    ticket = get_ticket(session, actor, reference, lock=posted)
    if not policies.may_attach(actor, facts_of(ticket)):
        raise Conflict(_("Ce ticket est clos : rouvrez-le ou faites un nouveau signalement."), state=ticket.state)
    form = AttachForm()
    if posted and form.validate():
        received = received_files()
        try:
            received.check()
            store, url = store_for(state().settings), state().settings.public_url
            internal = form.internal.data and policies.may_note(actor)
            rows = services.attach_alone(session, actor, clock, ticket, store, received.files, internal=internal, public_url=url)
        except Invalid as error:
            form.refuse(error.errors)
        else:
            announce(ngettext("Le fichier est joint.", "%(num)s fichiers sont joints.", len(rows)))
            return see_other_url(remember_done(session, url_for("helpdesk.ticket", reference=ticket.reference)))
    return page("helpdesk/attach.html", 422 if posted else 200, ticket=ticket, form=form, may_note=policies.may_note(actor))


@blueprint.get("/assistance/<reference>/fichiers/<int(max=2147483647):identifier>")
def attachment(reference: str, identifier: int) -> Response:
    """Hand a file out: to be saved, never opened in the portal's name."""
    found = get_attachment(get_session(), current_actor(), reference, identifier).Attachment
    return hand_out(found.file_key or "", found.name, found.media_type, found.sha256)


@blueprint.get("/assistance/<reference>/fichiers/<int(max=2147483647):identifier>/apercu")
def preview(reference: str, identifier: int) -> Response:
    """Show a picture on the ticket's page; nothing but pictures."""
    found = get_attachment(get_session(), current_actor(), reference, identifier).Attachment
    if found.media_type not in PICTURES:
        raise NotFound
    return hand_out(found.file_key or "", found.name, found.media_type, found.sha256, to_save=False)


@blueprint.route("/assistance/<reference>/fichiers/<int(max=2147483647):identifier>/retirer", methods=["GET", "POST"])
@acts_once
def remove_attachment(reference: str, identifier: int) -> Response:
    """Take a file away: its bytes go, its name and the reason stay."""
    session, actor, posted = get_session(), current_actor(), request.method == "POST"
    if posted:
        get_ticket(session, actor, reference, lock=True)
    row = get_attachment(session, actor, reference, identifier)
    form = RemovalForm()
    if posted and form.validate():
        try:
            key = services.remove_attachment(session, actor, current_clock(), row.Ticket, row.Attachment, form.reason.data or "")
        except Invalid as error:
            form.refuse(error.errors)
        else:
            store = store_for(state().settings)
            after_commit(lambda: store.remove(key))
            announce(_("Le fichier « %(name)s » est retiré.", name=row.Attachment.name))
            return see_other_url(url_for("helpdesk.ticket", reference=row.Ticket.reference))
    return page("helpdesk/remove_attachment.html", 422 if posted else 200, ticket=row.Ticket, file=row.Attachment, form=form)


def received_files() -> Received:
    """Return the files of this request, judged and stored."""
    return receive(current_actor().account_id or 0)


def attach_received(ticket: Ticket, received: Received, *, internal: bool) -> None:
    """Put the request's files with the message that was just written."""
    store = store_for(state().settings)
    services.attach_with_message(get_session(), current_actor(), current_clock(), ticket, store, received.files, internal=internal)
