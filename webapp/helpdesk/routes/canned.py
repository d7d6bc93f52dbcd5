"""Canned texts: the list, writing one, changing it, archiving it."""

from flask import Response, request
from flask_babel import gettext as _

from webapp.errors import Conflict, Invalid, NotFound
from webapp.helpdesk.forms.talk import CannedForm
from webapp.helpdesk.models import CannedText
from webapp.helpdesk.queries.talk import canned_rows, canned_text, teams_of
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.rules.talk import VARIABLES
from webapp.helpdesk.services.canned import Wording, archive, rewrite, write
from webapp.web.acting import acts_once
from webapp.web.forms import already_done, remember_done, whole
from webapp.web.pages import announce, page, see_other, see_other_url
from webapp.web.request import current_actor, current_clock, get_session

LIST = "/assistance/textes"


@blueprint.get("/assistance/textes")
def canned_texts() -> Response:
    """List the canned texts that the agent may use; ``?archives=1`` those put away."""
    archived = request.args.get("archives") == "1"
    return page("helpdesk/canned_texts.html", rows=canned_rows(get_session(), current_actor(), archived=archived), archived=archived)


@blueprint.route("/assistance/textes/nouveau", methods=["GET", "POST"])
def new_canned_text() -> Response:
    """Write a canned text."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    if request.method == "POST" and (location := already_done(session, clock, actor.account_id)):
        return see_other_url(location)
    form = _form()
    if request.method == "POST" and form.validate():
        try:
            text = write(session, actor, clock, _wording(form))
            announce(_("Le texte « %(title)s » est enregistré.", title=text.title))
            return see_other_url(remember_done(session, LIST))
        except Invalid as error:
            form.refuse(error.errors)
    status = 422 if request.method == "POST" else 200
    return page("helpdesk/canned_text.html", status, form=form, text=None, theirs=None, variables=VARIABLES)


@blueprint.route("/assistance/textes/<int(max=2147483647):identifier>", methods=["GET", "POST"])
@acts_once
def edit_canned_text(identifier: int) -> Response:
    """Change a canned text; a stale form answers 409 with both sides."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    text = _text(identifier)
    form, status, theirs = _form(text), 200, None
    if request.method == "GET":
        form.process(data={"version": str(text.version), "title": text.title, "body": text.body, "team": str(text.team_id or "")})
    else:
        status = 422
        if form.validate():
            try:
                rewrite(session, actor, clock, text, _wording(form), seen_version=whole(form.version.data or "") or 0)
                announce(_("Le texte « %(title)s » est enregistré.", title=text.title))
                return see_other("helpdesk.canned_texts")
            except Invalid as error:
                form.refuse(error.errors)
            except Conflict as error:
                status, theirs = 409, error.message
                form.version.process_data(str(text.version))
    return page("helpdesk/canned_text.html", status, form=form, text=text, theirs=theirs, variables=VARIABLES)


@blueprint.post("/assistance/textes/<int(max=2147483647):identifier>/archivage")
@acts_once
def archive_canned_text(identifier: int) -> Response:
    """Put a canned text away, or take it back."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    text, archived = _text(identifier), request.form.get("archiver") == "1"
    archive(session, actor, clock, text, archived=archived, seen_version=whole(request.form.get("version", "")) or 0)
    announce(_("Le texte est archivé.") if archived else _("Le texte est de nouveau proposé."))
    return see_other("helpdesk.canned_texts")


def _text(identifier: int) -> CannedText:
    text = canned_text(get_session(), current_actor(), identifier)
    if text is None:
        raise NotFound
    return text


def _form(text: CannedText | None = None) -> CannedForm:
    form, teams = CannedForm(), teams_of(get_session(), current_actor())
    if text is not None and text.team_id is not None and text.team_id not in dict(teams):
        teams.append((text.team_id, _("L’équipe de ce texte, fermée")))
    form.team.choices = [("", _("Toute l’assistance")), *((str(key), name) for key, name in teams)]
    return form


def _wording(form: CannedForm) -> Wording:
    return Wording(form.title.data or "", form.body.data or "", whole(form.team.data or ""))
