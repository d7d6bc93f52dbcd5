"""Static pages that anybody may read."""

from flask import Blueprint, Response

from webapp.legal.site_map import sections
from webapp.web.pages import page

blueprint = Blueprint("legal", __name__)


@blueprint.get("/mentions-legales")
def notice() -> Response:
    """Say who publishes, who answers for what is published, who hosts (FX-2)."""
    return page("legal/notice.html")


@blueprint.get("/donnees-personnelles")
def privacy() -> Response:
    """Say what is done with personal data and how to use one's rights (SO-72 to 76, FX-15)."""
    return page("legal/privacy.html")


@blueprint.get("/accessibilite")
def accessibility() -> Response:
    """Say honestly how accessible the portal is, and how to report a barrier."""
    return page("legal/accessibility.html")


@blueprint.get("/definitions")
def definitions() -> Response:
    """Define the words of the portal (FX-3, FL-1)."""
    return page("legal/definitions.html")


@blueprint.get("/plan-du-site")
def site_map() -> Response:
    """List every page that the visitor may open."""
    return page("legal/site_map.html", sections=sections())


@blueprint.get("/aide")
def help_pages() -> Response:
    """Help for each counter (SO-2, FL-7.2)."""
    return page("legal/help.html")
