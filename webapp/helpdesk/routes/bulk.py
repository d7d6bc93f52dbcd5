"""Acts on many tickets: choosing, confirming, carrying out; the batches, their progress, their undoing."""

from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnElement

from webapp.errors import Invalid
from webapp.helpdesk.bulk_words import ACTS, RESULTS, STATES, ago, done_words
from webapp.helpdesk.forms.bulk import form_of, order_from
from webapp.helpdesk.models import BulkJob, Ticket
from webapp.helpdesk.queries.bulk import chosen_rows, how_many, items_of, jobs_to_show, recent_jobs
from webapp.helpdesk.queries.queue import conditions
from webapp.helpdesk.queries.tickets import canonical
from webapp.helpdesk.routes import blueprint
from webapp.helpdesk.routes.desk import asked_of_queue
from webapp.helpdesk.rules.bulk import AT_WORK, MOST_AT_ONCE, RULES, UNDOABLE, BulkAct, BulkRule, JobState, parse_pick
from webapp.helpdesk.services import bulk as services
from webapp.helpdesk.texts import STATES as TICKET_STATES
from webapp.spreadsheet import CSV_TYPE, csv_lines
from webapp.web.forms import BaseForm, already_done, remember_done, whole
from webapp.web.pages import announce, fragment, local_target, page, see_other, see_other_url
from webapp.web.request import after_commit, current_actor, current_clock, get_session
from webapp.web.state import state

#: Rows of a batch that its page shows, and references that a confirmation of a job shows.
SHOWN, PREVIEWED = 500, 20


@dataclass(frozen=True, slots=True)
class Selection:
    """The tickets that a request chooses: one by one (``picks``), or by the queue's filters (``conditions``, with what they count)."""

    picks: tuple[str, ...] = ()
    conditions: tuple[ColumnElement[bool], ...] = ()
    count: int = 0
    last: int = 0

    @property
    def by_job(self) -> bool:
        """Whether they are too many for one request."""
        return not self.picks and self.count > MOST_AT_ONCE


@blueprint.get("/assistance/lots/champs")
def bulk_fields() -> Response:
    """Give the field of the act that was just chosen in the list."""
    rule = _rule(request.args.get("act", ""))
    form = form_of(get_session(), rule) if rule else BaseForm()
    return fragment("helpdesk/_bulk_fields.html", form=form, rule=rule)


@blueprint.post("/assistance/lots")
def bulk_act() -> Response:
    """Carry out an act on the tickets chosen, or show first what it will do; the address carries the filters of the queue."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    rule = _rule(request.form.get("act", ""))
    chosen = _selection()
    form = form_of(session, rule) if rule else BaseForm()
    if rule is None:
        form.form_errors.append(_("Choisissez l’acte à mener."))
        return _prepare(422, None, form, chosen)
    told = rule.field is None or str(rule.field) in request.form
    if not told or ((rule.shown or chosen.by_job) and request.form.get("confirme") != "1"):
        return _prepare(200, rule, form, chosen)
    if not form.validate():
        return _prepare(422, rule, form, chosen)
    if location := already_done(session, clock, actor.account_id):
        return see_other_url(location)
    try:
        order = order_from(rule, form)
        if chosen.by_job:
            query = request.query_string.decode("utf-8", "replace")
            job = services.start(session, actor, clock, order, chosen.conditions, query)
            after_commit(state().work_queued)
        else:
            job = services.run(session, actor, clock, order, chosen.picks, public_url=state().settings.public_url)
    except Invalid as error:
        session.rollback()
        form.refuse(error.errors)
        return _prepare(422, rule, form, chosen)
    return _done(job)


def _rule(asked: str) -> BulkRule | None:
    return RULES[BulkAct(asked)] if asked in set(BulkAct) else None


def _selection() -> Selection:
    """Read which tickets are chosen: those ticked, those of the page, or all that the filters of the address match."""
    scope = request.form.get("portee", "")
    if scope == "page":
        return Selection(tuple(request.form.get("page", "").split()))
    if scope != "filtres":
        return Selection(tuple(dict.fromkeys(request.form.getlist("t"))))
    asked, wanted, _keys = asked_of_queue()
    if asked.problems:  # a filter that could not be read chooses nothing, rather than everything
        return Selection()
    matching = conditions(get_session(), wanted)
    until = whole(request.form.get("jusqu", ""))
    if until:
        matching = [*matching, Ticket.id <= until]  # what came after the confirmation was shown is left alone
    session, actor = get_session(), current_actor()
    count, last = how_many(session, actor, matching)
    if count > MOST_AT_ONCE:
        return Selection(conditions=(*matching,), count=count, last=last)
    return Selection(tuple(f"{row.reference}@{row.version}" for row in chosen_rows(session, actor, *matching)))


def _prepare(status: int, rule: BulkRule | None, form: Any, chosen: Selection) -> Response:
    """Show what the act will do, on which tickets, and ask for what it needs."""
    session, actor = get_session(), current_actor()
    many = len(chosen.picks) > MOST_AT_ONCE
    if many:
        form.form_errors.append(services.too_many(len(chosen.picks)))
    elif not chosen.picks and not chosen.count:
        form.form_errors.append(_("Choisissez au moins un ticket."))
    if chosen.by_job:
        rows = chosen_rows(session, actor, *chosen.conditions, limit=PREVIEWED)
    else:
        picked = [canonical(reference) for reference, _version in map(parse_pick, chosen.picks[:MOST_AT_ONCE])]
        rows = chosen_rows(session, actor, Ticket.reference.in_(picked)) if picked and not many else []
    return page(
        "helpdesk/bulk_prepare.html",
        422 if many or not rows else status,
        rule=rule,
        form=form,
        label=_(ACTS[rule.act]) if rule else _("Acte groupé"),
        acts=act_choices(),
        rows=rows,
        states={key: _(words) for key, words in TICKET_STATES.items()},
        unknown=0 if chosen.by_job or many else len(chosen.picks) - len(rows),
        count=chosen.count if chosen.by_job else len(rows),
        chosen=chosen,
        back=_queue_url(),
        query=request.query_string.decode("utf-8", "replace"),
    )


def _done(job: BulkJob) -> Response:
    """Lead back to the queue when all went well, else to the list of what did not."""
    session = get_session()
    session.flush()
    own = url_for("helpdesk.bulk_job", job_id=job.id)
    if job.state is JobState.RUNNING:
        announce(_("Le traitement a commencé."))
        return see_other_url(remember_done(session, own))
    if job.failed:
        return see_other_url(remember_done(session, own))
    announce(f"{done_words(job.act, job.done)}.")
    return see_other_url(remember_done(session, _queue_url()))


def _queue_url() -> str:
    query = request.query_string.decode("utf-8", "replace")
    return local_target(url_for("helpdesk.queue") + (f"?{query}" if query else "")) or url_for("helpdesk.queue")


@blueprint.get("/assistance/lots")
def bulk_jobs() -> Response:
    """List the last acts on many tickets, each with what can still be undone."""
    return page("helpdesk/bulk_jobs.html", jobs=[_told(job) for job in recent_jobs(get_session())])


@blueprint.get("/assistance/lots/<int(max=2147483647):job_id>")
def bulk_job(job_id: int) -> Response:
    """Show how far a batch is, and what became of each ticket, what went wrong first."""
    session = get_session()
    job = services.get_job(session, current_actor(), job_id)
    rows = items_of(session, job.id, limit=SHOWN)
    results = {key: _(words) for key, words in RESULTS.items()}
    return page("helpdesk/bulk_job.html", told=_told(job), job=job, rows=rows, results=results, shown=SHOWN)


@blueprint.get("/assistance/lots/<int(max=2147483647):job_id>/resultats.csv")
def bulk_results(job_id: int) -> Response:
    """Give what became of every ticket of a batch as a file."""
    session = get_session()
    job = services.get_job(session, current_actor(), job_id)
    results = {key: str(_(words)) for key, words in RESULTS.items()}
    header = [_("Référence"), _("Signalement"), _("Client"), _("Résultat"), _("Raison")]
    unknown = [[reference, "", "", results_of_unknown(), str(_("Aucun ticket ne porte cette référence."))] for reference in job.unknown]
    lines = [[row.reference, row.title, row.client, results[row.result], row.reason] for row in items_of(session, job.id)]
    response = Response(b"".join(csv_lines(header, [*unknown, *lines])), mimetype=CSV_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="lot-{job.id}.csv"'
    return response


def results_of_unknown() -> str:
    """Say what became of a reference that names no ticket."""
    return str(_("inconnu"))


@blueprint.post("/assistance/lots/<int(max=2147483647):job_id>/annulation")
def undo_bulk(job_id: int) -> Response:
    """Undo a batch while its mails wait; asked twice, it is undone once."""
    session, actor, clock = get_session(), current_actor(), current_clock()
    job = services.get_job(session, actor, job_id, lock=True)
    if not services.undo(session, actor, clock, job):
        announce(_("Cet acte était déjà annulé."))
    elif job.state is JobState.UNDOING:
        after_commit(state().work_queued)
        announce(_("L’annulation a commencé ; aucun courriel de cet acte ne partira."))
    elif job.kept:
        announce(_("Annulé, sauf pour %(kept)d : voyez lesquels ci-dessous.", kept=job.kept))
    else:
        announce(_("Annulé : les tickets sont comme avant, et aucun courriel n’est parti."))
    return see_other("helpdesk.bulk_job", job_id=job.id)


@blueprint.post("/assistance/lots/<int(max=2147483647):job_id>/arret")
def stop_bulk(job_id: int) -> Response:
    """Stop a batch that is running; what is done stays done, and can be undone."""
    session, actor = get_session(), current_actor()
    job = services.get_job(session, actor, job_id, lock=True)
    services.cancel(session, actor, current_clock(), job)
    announce(_("Le traitement est arrêté. Ce qui est fait le reste, et peut être annulé."))
    return see_other("helpdesk.bulk_job", job_id=job.id)


def _told(job: Any) -> dict[str, Any]:
    """Return a batch, or its row, as the pages show it."""
    now = current_clock().now()
    may = services.may_change(current_actor(), job)
    left = job.undo_until is not None and now < job.undo_until
    undoing = job.state is JobState.UNDOING
    return {
        "id": job.id,
        "what": done_words(job.act, job.done),
        "label": _(ACTS[job.act]),
        "state": _(STATES[job.state]),
        "when": ago(job.finished_at or job.created_at, now),
        "at": job.created_at,
        "who": job.actor_name,
        "done": job.done,
        "failed": job.failed,
        "total": job.total,
        "progress": job.undone + job.kept if undoing else job.done + job.failed,
        "most": job.done if undoing else job.total,
        "at_work": job.state in AT_WORK,
        "undoable": may and left and job.state in UNDOABLE and job.done > 0,
        "until": job.undo_until if left else None,
        "stoppable": may and job.state is JobState.RUNNING,
    }


def act_choices() -> list[tuple[str, str]]:
    """Return the acts as choices, in the order of their table."""
    return [(str(act), str(_(ACTS[act]))) for act in RULES]


@blueprint.app_template_global("bulk_acts")
def bulk_acts() -> list[tuple[str, str]]:
    """Return the choices of the list under the queue."""
    return act_choices()


@blueprint.app_template_global("own_bulk_jobs")
def own_bulk_jobs() -> list[dict[str, Any]]:
    """Return what the person's last batches have to say on the queue: at work, or still to be undone. One statement."""
    return [_told(job) for job in jobs_to_show(get_session(), current_actor().account_id, current_clock().now())]
