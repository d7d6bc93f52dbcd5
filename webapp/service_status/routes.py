"""The public page of the services' state, and the desk's screens that feed it."""

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.clock import PARIS
from webapp.errors import Conflict, Invalid
from webapp.service_status import queries, services
from webapp.service_status.footer import FooterStatus
from webapp.service_status.forms import AnnouncementForm, ComponentForm, FollowUpForm, IncidentForm, PlannedForm
from webapp.service_status.models import Notice
from webapp.service_status.policies import can_announce, can_name_components
from webapp.service_status.presenting import labels
from webapp.service_status.rules import Health, Kind, State, next_states, worst
from webapp.service_status.services import NoticeValues
from webapp.web.forms import already_done, remember_done
from webapp.web.pages import announce, page, see_other, see_other_url
from webapp.web.request import actor_or_none, after_commit, current_actor, current_clock, get_session
from webapp.web.state import state

blueprint = Blueprint("service_status", __name__, url_prefix="/etat-des-services")


@blueprint.get("")
def index() -> Response:
    """Tell everybody what works, what is planned, and what happened in the last 90 days."""
    session, now, actor = get_session(), current_clock().now(), actor_or_none()
    status, past = queries.current_status(session, now), queries.history(session, now)
    parts = queries.components(session)
    health = {part.name: worst([line.health for line in status.active if part.name in line.components]) for part in parts}
    told = queries.updates_of(session, tuple(line.id for line in (*status.active, *status.upcoming, *past)))
    return page(
        "service_status/index.html",
        situation=status,
        parts=parts,
        health=health,
        past=past,
        told=told,
        now=now,
        announces=can_announce(actor),
        names=can_name_components(actor),
        **labels(),
    )


def _form_of(kind: Kind, session: Session, **values: Any) -> AnnouncementForm:
    form: AnnouncementForm = PlannedForm(**values) if kind is Kind.PLANNED else IncidentForm(**values)
    form.offer([(part.id, part.name) for part in queries.components(session)])
    return form


def _kind() -> Kind:
    return Kind.PLANNED if request.args.get("genre") == Kind.PLANNED.value else Kind.INCIDENT


@blueprint.get("/annonces/nouvelle")
def new_notice() -> Response:
    """Show the form of an announcement: of a planned interruption, or of an incident that starts now."""
    kind = _kind()
    now = current_clock().now().astimezone(PARIS).replace(tzinfo=None)
    given = {} if kind is Kind.PLANNED else {"starts_at": now}
    return page("service_status/announcement.html", form=_form_of(kind, get_session(), formdata=None, **given), kind=kind, **labels())


@blueprint.post("/annonces/nouvelle")
def create_notice() -> Response:
    """Announce."""
    session, actor, clock, kind = get_session(), current_actor(), current_clock(), _kind()
    done = already_done(session, clock, actor.account_id)
    if done:
        return see_other_url(done)
    form = _form_of(kind, session)
    if form.validate():
        try:
            notice = services.announce(session, actor, clock, _values(kind, form), state().settings.public_url)
        except Invalid as refusal:
            form.refuse({name: _(message) for name, message in refusal.errors.items()})
        else:
            _tell_footer()
            announce(_("L'annonce est publiée et les clients sont prévenus."))
            return see_other_url(remember_done(session, url_for("service_status.notice", notice_id=notice.id)))
    return page("service_status/announcement.html", 422, form=form, kind=kind, **labels())


def _values(kind: Kind, form: AnnouncementForm) -> NoticeValues:
    planned = kind is Kind.PLANNED
    return NoticeValues(
        kind=kind,
        title=form.title.data or "",
        text=form.text.data or "",
        component_ids=tuple(form.components.data or ()),
        health=Health.MAINTENANCE if planned else Health(int(form["health"].data)),
        starts_at=form.starts(),
        expected_minutes=form.expected_minutes.data,
        urgent_reason=(form["urgent_reason"].data or "") if planned else "",
    )


def _tell_footer() -> None:
    words = state().status_words
    if isinstance(words, FooterStatus):
        after_commit(words.forget)


@blueprint.get("/annonces/<int(max=2147483647):notice_id>")
def notice(notice_id: int) -> Response:
    """Show one announcement with all that was said of it; the desk follows it up here."""
    found = services.get_notice(get_session(), notice_id)
    form = FollowUpForm(formdata=None, version=str(found.version), state=found.state.value)
    return _notice_page(found, form)


def _notice_page(found: Notice, form: FollowUpForm, status: int = 200, current: bool = False) -> Response:
    session, now = get_session(), current_clock().now()
    form.offer(next_states(found.state))
    line = queries.notice_line(session, found.id)
    told = queries.updates_of(session, (found.id,))[found.id]
    follows = can_announce(actor_or_none()) and not found.over
    return page(
        "service_status/notice.html", status, line=line, told=told, form=form, follows=follows, current=current, now=now, **labels()
    )


@blueprint.post("/annonces/<int(max=2147483647):notice_id>")
def follow_up(notice_id: int) -> Response:
    """Say something more, and move the announcement on."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    found = services.get_notice(session, notice_id)
    form = FollowUpForm()
    form.offer(next_states(found.state) if form.seen == found.version else tuple(State))
    status = 422
    if form.validate():
        try:
            services.follow_up(
                session, actor, clock, notice_id, form.seen, State(form.state.data), form.text.data or "", state().settings.public_url
            )
        except Invalid as refusal:
            form.refuse({name: _(message) for name, message in refusal.errors.items()})
        except Conflict:
            status = 409
            form.version.data = str(found.version)
        else:
            _tell_footer()
            announce(_("L'annonce est à jour."))
            return see_other("service_status.notice", notice_id=notice_id)
    return _notice_page(found, form, status, current=status == 409)


@blueprint.get("/composants")
def components() -> Response:
    """List the components, each with its form, and a form for a new one."""
    return _components_page(None, ComponentForm(formdata=None))


def _components_page(component_id: int | None, refused: ComponentForm, status: int = 200) -> Response:
    rows = queries.components(get_session(), retired_too=True)
    forms = [
        (
            row,
            ComponentForm(
                formdata=None, prefix=f"c{row.id}-", name=row.name, description=row.description, retired=row.retired_at is not None
            ),
        )
        for row in rows
    ]
    if component_id is not None:
        forms = [(row, refused if row.id == component_id else form) for row, form in forms]
    new = refused if component_id is None else ComponentForm(formdata=None)
    return page("service_status/components.html", status, forms=forms, new=new, refused=refused, **labels())


@blueprint.post("/composants")
def add_component() -> Response:
    """Name a component."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    done = already_done(session, clock, actor.account_id)
    if done:
        return see_other_url(done)
    form = ComponentForm()
    if form.validate():
        try:
            services.add_component(session, actor, clock, form.name.data or "", form.description.data or "")
        except Invalid as refusal:
            form.refuse({name: _(message) for name, message in refusal.errors.items()})
        else:
            announce(_("Le composant est enregistré."))
            return see_other_url(remember_done(session, url_for("service_status.components")))
    return _components_page(None, form, 422)


@blueprint.post("/composants/<int(max=2147483647):component_id>")
def save_component(component_id: int) -> Response:
    """Rename or retire a component."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    component = services.get_component(session, component_id)
    form = ComponentForm(prefix=f"c{component.id}-")
    if form.validate():
        try:
            services.change_component(
                session, actor, clock, component.id, form.name.data or "", form.description.data or "", bool(form.retired.data)
            )
        except Invalid as refusal:
            form.refuse({name: _(message) for name, message in refusal.errors.items()})
        else:
            announce(_("Le composant est enregistré."))
            return see_other("service_status.components")
    return _components_page(component.id, form, 422)
