"""The mail that leads to an incident report: a link, never the report itself (SO-CFG)."""

from flask_babel import force_locale
from flask_babel import gettext as _

from webapp.helpdesk.mails.tickets import Mail
from webapp.helpdesk.models import Ticket


@force_locale("fr")
def sent(ticket: Ticket, number: int, public_url: str) -> Mail:
    """Tell the contact that the report, or the correction that replaces it, can be downloaded."""
    page = f"{public_url}/assistance/{ticket.reference}"
    if number == 1:
        subject = _("Rapport d’incident : %(title)s", title=ticket.title)
        what = _("Le rapport sur l’incident %(reference)s est prêt : causes, solutions et durée.", reference=ticket.reference)
    else:
        subject = _("Rapport d’incident corrigé : %(title)s", title=ticket.title)
        what = _(
            "Le rapport sur l’incident %(reference)s a été corrigé : la version %(number)s remplace la précédente, qui reste disponible.",
            reference=ticket.reference,
            number=number,
        )
    paragraphs = [
        _("Bonjour %(name)s,", name=ticket.contact_name),
        what,
        _("Le télécharger (PDF) : %(link)s", link=f"{page}/rapports/{number}.pdf"),
        _("Voir le ticket : %(link)s", link=page),
        _("Guichet, service d’assistance · %(url)s", url=public_url),
    ]
    return Mail(f"[{ticket.reference}] {subject}", "\n\n".join(paragraphs) + "\n")
