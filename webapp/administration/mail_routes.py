"""Mail: what waits to leave, and the demonstration's mailbox."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import NamedTuple

from flask import Response, abort, request
from markupsafe import Markup, escape

from webapp.administration import queries
from webapp.administration.blueprint import blueprint
from webapp.outbox.services import deliver_due
from webapp.outbox.transport import transport_for
from webapp.web.lists import list_state
from webapp.web.pages import page, see_other
from webapp.web.request import get_session
from webapp.web.state import state

MAILS_SHOWN = 200
_NAME = re.compile(r"[0-9A-Za-z_-]+\.eml")


@blueprint.get("/administration/courriels")
def outbox() -> Response:
    """Show what waits to leave, what left, what was given up."""
    rows_list = list_state(("id",), ("etat",), descending=True)
    rows, total = queries.mails(get_session(), rows_list)
    return page("administration/outbox.html", list=rows_list, rows=rows, total=total)


class Mail(NamedTuple):
    """One mail of the demonstration's folder."""

    name: str
    to: str
    subject: str
    date: str
    body: str


def _read(name: str) -> Mail | None:
    """Return the mail of this file name, or None when there is none of ours."""
    path = state().settings.mail_dir / name
    if not _NAME.fullmatch(name) or not path.is_file():
        return None
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return Mail(name, str(message["To"]), str(message["Subject"]), str(message["Date"]), message.get_content())


def _only_in_demonstration() -> None:
    if not state().settings.is_demonstration or state().settings.mail_url:
        abort(404)


def with_links(text: str) -> Markup:
    """Return plain text, escaped, its lines kept, in which the addresses of this portal are links."""
    prefix = re.escape(str(escape(state().settings.public_url)))
    linked = re.sub(rf"{prefix}(/[^\s<]*)", r'<a href="\1">\g<0></a>', str(escape(text)))
    return Markup(linked.replace("\n", "<br>\n"))  # noqa: S704 -- escaped just before


@blueprint.get("/demonstration/courriels")
def mailbox() -> Response:
    """List the mails that the demonstration wrote instead of sending; in production there is no such page."""
    _only_in_demonstration()
    wanted = request.args.get("a", "").strip().lower()[:200]
    names = sorted((path.name for path in state().settings.mail_dir.glob("*.eml")), reverse=True)
    mails = [mail for mail in map(_read, names[: 5 * MAILS_SHOWN]) if mail and wanted in mail.to.lower()]
    return page("administration/mailbox.html", mails=mails[:MAILS_SHOWN], total=len(names), wanted=wanted)


@blueprint.post("/demonstration/courriels/relever")
def deliver() -> Response:
    """Write the mails that are due to the folder at once, without waiting for the job."""
    _only_in_demonstration()
    get_session().rollback()
    deliver_due(state().database, state().clock, transport_for(state().settings))
    return see_other("administration.mailbox")


@blueprint.get("/demonstration/courriels/<name>")
def mailbox_message(name: str) -> Response:
    """Show one mail of the demonstration."""
    _only_in_demonstration()
    mail = _read(name)
    if mail is None:
        abort(404)
    return page("administration/mailbox_message.html", mail=mail, body=with_links(mail.body))
