"""What the user reads of acts on many tickets, of links and of their kinds."""

from collections.abc import Callable
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.helpdesk.rules.bulk import BulkAct, JobState, Result
from webapp.helpdesk.rules.relations import LinkKind
from webapp.texts import mark as _m

#: The choices of the list.
ACTS: dict[BulkAct, str] = {
    BulkAct.ASSIGN: _m("Attribuer"),
    BulkAct.PRIORITY: _m("Changer la priorité"),
    BulkAct.TAG: _m("Ajouter des étiquettes"),
    BulkAct.UNTAG: _m("Retirer des étiquettes"),
    BulkAct.REPLY: _m("Répondre"),
    BulkAct.CONFIRM: _m("Confirmer l’interruption"),
    BulkAct.ASK_CLIENT: _m("Demander au client"),
    BulkAct.ANSWER: _m("Reprendre sans attendre"),
    BulkAct.RESTORE: _m("Notifier le rétablissement"),
    BulkAct.CLOSE: _m("Clore"),
    BulkAct.DISMISS: _m("Clore : pas une interruption"),
    BulkAct.MERGE: _m("Fusionner"),
}

_DONE: dict[BulkAct, Callable[[int], str]] = {
    BulkAct.ASSIGN: lambda n: ngettext("%(num)s ticket attribué", "%(num)s tickets attribués", n),
    BulkAct.PRIORITY: lambda n: ngettext("%(num)s priorité changée", "%(num)s priorités changées", n),
    BulkAct.TAG: lambda n: ngettext("%(num)s ticket étiqueté", "%(num)s tickets étiquetés", n),
    BulkAct.UNTAG: lambda n: ngettext("%(num)s ticket sans ces étiquettes", "%(num)s tickets sans ces étiquettes", n),
    BulkAct.REPLY: lambda n: ngettext("%(num)s réponse envoyée", "%(num)s réponses envoyées", n),
    BulkAct.CONFIRM: lambda n: ngettext("%(num)s interruption confirmée", "%(num)s interruptions confirmées", n),
    BulkAct.ASK_CLIENT: lambda n: ngettext("%(num)s question posée", "%(num)s questions posées", n),
    BulkAct.ANSWER: lambda n: ngettext("%(num)s ticket repris", "%(num)s tickets repris", n),
    BulkAct.RESTORE: lambda n: ngettext("%(num)s rétablissement notifié", "%(num)s rétablissements notifiés", n),
    BulkAct.CLOSE: lambda n: ngettext("%(num)s ticket clos", "%(num)s tickets clos", n),
    BulkAct.DISMISS: lambda n: ngettext("%(num)s ticket clos sans interruption", "%(num)s tickets clos sans interruption", n),
    BulkAct.MERGE: lambda n: ngettext("%(num)s ticket fusionné", "%(num)s tickets fusionnés", n),
}

STATES: dict[JobState, str] = {
    JobState.RUNNING: _m("en cours"),
    JobState.DONE: _m("terminé"),
    JobState.CANCELLED: _m("arrêté"),
    JobState.UNDOING: _m("annulation en cours"),
    JobState.UNDONE: _m("annulé"),
}

RESULTS: dict[Result, str] = {
    Result.PENDING: _m("en attente"),
    Result.DONE: _m("fait"),
    Result.FAILED: _m("pas fait"),
    Result.UNDONE: _m("annulé"),
    Result.KEPT: _m("pas annulé"),
}

#: What the other ticket is to this one.
LINKS: dict[LinkKind, str] = {
    LinkKind.RELATED: _m("en rapport avec"),
    LinkKind.CAUSED_BY: _m("causé par"),
    LinkKind.CAUSES: _m("cause de"),
    LinkKind.DUPLICATE_OF: _m("doublon de"),
    LinkKind.HAS_DUPLICATE: _m("a pour doublon"),
    LinkKind.SPLIT_FROM: _m("issu de"),
    LinkKind.SPLIT_INTO: _m("scindé en"),
}


def done_words(act: BulkAct, count: int) -> str:
    """Say what a batch has done: « 48 tickets clos »."""
    return str(_DONE[act](count))


def ago(instant: datetime, now: datetime) -> str:
    """Say how long ago something happened: « à l’instant », « il y a 2 min », « il y a 3 h »."""
    past = max(now - instant, timedelta())
    if past < timedelta(minutes=1):
        return str(_("à l’instant"))
    if past < timedelta(hours=1):
        return str(_("il y a %(count)d min", count=past // timedelta(minutes=1)))
    return str(_("il y a %(count)d h", count=past // timedelta(hours=1)))
