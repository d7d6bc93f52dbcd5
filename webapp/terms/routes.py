"""The terms, for anybody to read; their acceptance."""

from flask import Blueprint, Response, abort, make_response, request
from flask_babel import gettext as _
from flask_login import current_user

from webapp.accounts.auth import present_session_id
from webapp.accounts.kept_requests import kept_requests
from webapp.accounts.sessions import remember_terms
from webapp.errors import Conflict
from webapp.terms import library
from webapp.terms.queries import acceptances
from webapp.terms.rules import AUDIENCE_LABELS, Audience, Version, audience_of, earlier, in_force, upcoming
from webapp.terms.services import accept, version_for
from webapp.web.html import clean
from webapp.web.pages import announce, local_target, page, see_other, see_other_url
from webapp.web.request import actor_or_none, current_actor, current_clock, get_session

blueprint = Blueprint("terms", __name__)


@blueprint.get("/conditions")
def current() -> Response:
    """List the texts in force, those to come and the earlier ones; show a signed-in person's own in full (FX-5)."""
    now, all_versions, actor = current_clock().now(), library.versions(), actor_or_none()
    rows = [
        (audience, in_force(all_versions, audience, now), upcoming(all_versions, audience, now), earlier(all_versions, audience, now))
        for audience in Audience
    ]
    mine = version_for(actor, current_clock()) if actor else None
    accepted = acceptances(get_session(), actor.account_id or 0) if actor else {}
    return page(
        "terms/current.html",
        rows=rows,
        labels=AUDIENCE_LABELS,
        mine=mine,
        accepted=accepted,
        text=clean(mine.body) if mine else None,
        own_audience=audience_of(actor.organisation_kind) if actor else None,
    )


def _version(audience: str, day: str) -> Version:
    version = library.find(audience, day)
    if version is None:
        abort(404)
    return version


@blueprint.get("/conditions/<audience>/<day>")
def show(audience: str, day: str) -> Response:
    """Show one version in full, to read or print (SO-6, SO-83)."""
    version = _version(audience, day)
    now = current_clock().now()
    return page(
        "terms/show.html",
        version=version,
        text=clean(version.body),
        label=AUDIENCE_LABELS[version.audience],
        in_force=in_force(library.versions(), version.audience, now) is version,
        is_future=version.effective_at > now,
    )


@blueprint.get("/conditions/<audience>/<day>/texte.html")
def download(audience: str, day: str) -> Response:
    """Send the exact bytes whose hash is shown, as a file (SO-6)."""
    version = _version(audience, day)
    response = make_response(version.content)
    response.headers["Content-Type"] = "application/octet-stream"
    response.headers["Content-Disposition"] = f'attachment; filename="{version.filename}"'
    return response


@blueprint.route("/conditions/acceptation", methods=["GET", "POST"])
def acceptance() -> Response:
    """Show the text in force and take its acceptance: a box to tick and a button (SO-13, SO-14)."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    version = version_for(actor, clock)
    target = local_target(request.args.get("suite"))
    if version is None or current_user.signed_in.terms_hash == version.sha256:
        return see_other_url(target or "/")
    error, status = "", 200
    if request.method == "POST":
        if request.form.get("accepte") == "oui":
            try:
                accept(session, actor, clock, request.form.get("empreinte", ""))
            except Conflict as conflict:
                error, status = _(conflict.message), 409
            else:
                return _accepted(actor.account_id or 0, version, target)
        else:
            error, status = _("Cochez la case pour accepter les conditions."), 422
    earlier_ones = earlier(library.versions(), version.audience, clock.now())
    return page(
        "terms/acceptance.html",
        status,
        version=version,
        text=clean(version.body),
        error=error,
        is_new=any(one.sha256 in acceptances(session, actor.account_id or 0) for one in earlier_ones),
        waiting=bool(kept_requests(session, actor.account_id or 0)),
    )


def _accepted(account_id: int, version: Version, target: str | None) -> Response:
    remember_terms(get_session(), present_session_id(), version.sha256)
    announce(_("Vous avez accepté les conditions d'utilisation."))
    if kept_requests(get_session(), account_id):
        return see_other("accounts.kept")
    return see_other_url(target or "/")
