"""Refusals and failures as pages and as fragments, in the layout, each with a reference to quote."""

import secrets

import structlog
from flask import Flask, Response, make_response, render_template, request
from flask.globals import request_ctx
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from webapp.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.web.forms import is_secret
from webapp.web.htmx import is_fragment_request, retarget
from webapp.web.request import start_afresh

log = structlog.get_logger()


def init_app(app: Flask) -> None:
    """Give each kind of refusal its answer."""
    app.register_error_handler(NotFound, lambda _error: answer(404))
    app.register_error_handler(Forbidden, lambda _error: answer(403))
    app.register_error_handler(Conflict, lambda error: answer(409, error.message))
    app.register_error_handler(Invalid, lambda error: answer(422, " ".join(error.errors.values())))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_busy)
    app.register_error_handler(Exception, _failure)


def _http_error(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]  # -- werkzeug's redirects
    return answer(error.code)


def _database_busy(error: OperationalError) -> Response:
    if "locked" not in str(error.orig) and "timeout" not in str(error.orig):
        return _failure(error)
    return answer(503)


def _failure(error: Exception) -> Response:
    reference = secrets.token_hex(4)
    log.exception("request.failed", reference=reference, method=request.method, path=request.path, exc_info=error)
    return answer(500, reference=reference)


def _words(status: int) -> tuple[str, str]:
    """Return the title and the advice for a status."""
    known = {
        400: (
            _("Demande incomprise"),
            _("La demande n'a pas la forme attendue. Revenez à la page précédente, rechargez-la et recommencez."),
        ),
        403: (
            _("Accès refusé"),
            _("Votre compte ne permet pas cette action. Si vous en avez besoin, demandez le rôle à votre gestionnaire."),
        ),
        404: (_("Page introuvable"), _("L'adresse est inexacte, ou l'objet n'existe pas. Vérifiez l'adresse ou partez de l'accueil.")),
        405: (_("Action impossible ici"), _("Cette adresse n'accepte pas cette action. Partez de l'accueil.")),
        409: (_("Modifié entre-temps"), _("Quelqu'un d'autre a modifié cet objet. Rechargez la page pour voir la version actuelle.")),
        413: (
            _("Envoi trop volumineux"),
            _(
                "Ce que vous envoyez dépasse la taille permise. Revenez à la page précédente : vos textes y sont encore ; "
                "allégez les fichiers."
            ),
        ),
        422: (_("Saisie à corriger"), _("Une valeur ne peut pas être acceptée. Revenez au formulaire pour la corriger.")),
        429: (_("Trop de tentatives"), _("Attendez un peu avant de recommencer.")),
        503: (_("Service momentanément occupé"), _("Rien n'a été enregistré. Recommencez dans quelques secondes.")),
    }
    return known.get(
        status, (_("Erreur imprévue"), _("Rien n'a été enregistré. Recommencez ; si l'erreur persiste, signalez-la avec sa référence."))
    )


def answer(status: int, message: str = "", reference: str = "") -> Response:
    """Return the page, or the fragment for htmx, that says a refusal or a failure with its reference."""
    title, advice = _words(status)
    if not reference:
        reference = secrets.token_hex(4)
        log.info("request.refused", reference=reference, status=status, method=request.method, path=request.path)
    if request_ctx.url_adapter is None:  # the host is not ours: no page of ours can be built for it
        return make_response((f"{advice} ({reference})\n", 400, {"Content-Type": "text/plain; charset=utf-8"}))
    if status >= 500:
        start_afresh()
    context = {"title": title, "advice": message or advice, "reference": reference, "status": status}
    try:
        if is_fragment_request():
            return retarget(make_response(render_template("errors/_error.html", **context), status), "#alert")
        return make_response(render_template("errors/error.html", **context, again=_to_send_again(status)), status)
    except Exception as error:  # the layout itself cannot be drawn, the database being away: plain words remain
        log.exception("error_page.failed", reference=reference, exc_info=error)
        return make_response((f"{title}. {advice} ({reference})\n", status, {"Content-Type": "text/plain; charset=utf-8"}))


def _to_send_again(status: int) -> list[tuple[str, str]]:
    """Return the fields of a form that met a busy database, so that one button sends it again; never a password."""
    if status != 503 or request.method != "POST" or any(is_secret(name) for name in request.form if name != "csrf_token"):
        return []
    return [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
