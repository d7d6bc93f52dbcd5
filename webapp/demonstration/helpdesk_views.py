"""Views that the demonstration's agents keep: one of an agent's own, two of the whole desk."""

from webapp.demonstration.world import World
from webapp.helpdesk.models import SavedView

#: Owner, name, filters, shared with the whole desk.
VIEWS = (
    ("camille.roux", "Mes réponses attendues", "vue=client&agent=moi", False),
    ("marc.dubois", "Priorité haute, libres", "priorite=1&libres=1", True),
    ("marc.dubois", "Appels, les derniers d’abord", "canal=telephone&tri=signalement&sens=desc", True),
)


def load(world: World) -> None:
    """Keep the views."""
    now = world.clock.now()
    for owner, name, filters, shared in VIEWS:
        view = SavedView(name=name, owner_id=world.people[owner].id, for_desk=shared, filters=filters, created_at=now)
        world.session.add(view)
        world.session.flush()
