"""A table that was pasted and waits to be imported: two new revisions, a method that the level does not allow, a conflict."""

from datetime import timedelta

from webapp.demonstration.world import World
from webapp.scopes.rules.importing.draft import Options
from webapp.scopes.services.importing import PASTE, Taken, keep, read_paste

FILE = "1-0042"
_CHARACTERISTIC, _METHOD = "Caractéristique ou grandeur mesurée", "Référence de la méthode"
_ROWS = (
    ("Ligne", "Portée générale", "Objet soumis à essai", _CHARACTERISTIC, "Principe de la méthode", _METHOD),
    ("", "3", "Eaux de piscine", "Bromures", "Chromatographie ionique", "NF EN ISO 10304-1:2024"),
    ("", "3", "Eaux de piscine", "Cuivre", "ICP-MS", "NF EN ISO 17294-2:2023"),
    ("", "3", "Eaux de piscine", "Chlorites", "Chromatographie ionique", "NF EN ISO 10304-4:2022"),
    ("2", "1", "Eaux douces et eaux de piscine", "Échantillonnage", "Prélèvement moyen asservi au temps", "FD T 90-523-2:2008"),
)


def load(world: World) -> None:
    """Leave Claire Fontaine's paste of an hour ago on its preview."""
    now = world.clock.now()
    world.clock.set(now - timedelta(hours=1))
    text = "\r\n".join("\t".join(row) for row in _ROWS)
    keep(world.session, world.actor("claire.fontaine", "vauban"), world.clock, FILE, Taken(PASTE, read_paste(text)), Options())
    world.clock.set(now)
