"""The mail that asks whoever used the public form to confirm."""

from flask_babel import force_locale
from flask_babel import gettext as _

from webapp.helpdesk.mails.tickets import Mail
from webapp.helpdesk.models import PublicReport
from webapp.web.i18n import paris


def to_confirm(report: PublicReport, token: str, public_url: str) -> Mail:
    """Carry the link that confirms; nothing of what was written, for the address may be somebody else's."""
    with force_locale("fr"):
        paragraphs = [
            _("Bonjour,"),
            _("Quelqu’un, vous sans doute, a signalé un incident au Guichet avec cette adresse (%(when)s).", when=paris(report.created_at)),
            _("Pour que le signalement soit enregistré, ouvrez ce lien et confirmez : %(link)s", link=_link(token, public_url)),
            _("Le lien sert une fois, avant %(when)s. Le décompte part de l’envoi du formulaire.", when=paris(report.expires_at)),
            _("Si ce n’est pas vous, ne faites rien : rien ne sera enregistré."),
            _("Guichet, service d’assistance · %(url)s", url=public_url),
        ]
        return Mail(_("Confirmez votre signalement"), "\n\n".join(paragraphs) + "\n")


def _link(token: str, public_url: str) -> str:
    return f"{public_url}/assistance/public/confirmer/{token}"
