"""Files on some tickets, and a report of somebody who could not sign in: all fictitious."""

import struct
import zlib
from datetime import timedelta

from sqlalchemy import select

from webapp.actor import Actor
from webapp.demonstration.world import World
from webapp.helpdesk.models import PublicReport, Ticket
from webapp.helpdesk.queries.public_reports import digest
from webapp.helpdesk.rules.public_reports import CONFIRMED_WITHIN
from webapp.helpdesk.rules.services import ServiceType
from webapp.helpdesk.services.attachments import attach, remove_attachment
from webapp.helpdesk.services.public_reports import confirm
from webapp.uploads.held import Held
from webapp.uploads.storage import store_for

LOG = "10:41:07 GET /exports 200 0 o\n10:41:32 GET /exports 504\n10:42:02 GET /exports 504\n"
TRACE = "Rejoué sur la préproduction : même délai au troisième essai.\n"
LIST = "nom;poste\nDubreuil;12\n"
TOKEN = "demonstration"  # noqa: S105 -- used up at once


def load(world: World) -> None:
    """Attach files to the newest open ticket of a client, and confirm one public report about the register."""
    client, agent = world.actor("nadia.benali", "client-alpha"), world.actor("camille.roux", "operateur")
    newest = select(Ticket).where(Ticket.organisation_id == client.organisation_id, Ticket.is_open.is_(True))
    ticket = world.session.scalars(newest.order_by(Ticket.notified_at.desc(), Ticket.id.desc()).limit(1)).first()
    if ticket is not None:
        _files(world, ticket, client, agent)
    _public_report(world)


def _files(world: World, ticket: Ticket, client: Actor, agent: Actor) -> None:
    """A picture and a log of the client's, a trace that the desk keeps to itself, and a list that was sent by mistake."""
    store, session, clock = store_for(world.settings), world.session, world.clock
    theirs = {"capture.png": picture(), "serveur.log": LOG.encode(), "liste-du-personnel.csv": LIST.encode()}
    sent = attach(session, client, clock, ticket, store, [Held(store.put(content), name) for name, content in theirs.items()])
    attach(session, agent, clock, ticket, store, [Held(store.put(TRACE.encode()), "reproduction.txt")], internal=True)
    store.remove(remove_attachment(session, agent, clock, ticket, sent[2], "Données personnelles inutiles au traitement"))


def _public_report(world: World) -> None:
    now = world.clock.now().replace(microsecond=0)
    world.session.add(
        PublicReport(
            created_at=now - timedelta(hours=3),
            expires_at=now - timedelta(hours=3) + CONFIRMED_WITHIN,
            token_hash=digest(TOKEN),
            network="192.0.2.0",
            contact_name="Armelle Guéguen",
            contact_phone="02 00 00 00 00",
            contact_email="armelle.gueguen@exemple.invalid",
            organisation_name="Cabinet Guéguen Conseil",
            service=ServiceType.REGISTER,
            title="Une méthode du registre n’est plus celle de la norme",
            description="La ligne cite une édition retirée de la norme. Nous nous en sommes aperçus en préparant un appel d’offres.",
            location="Registre public",
            consequences="Nous ne savons pas si le laboratoire est accrédité pour l’édition en vigueur.",
            about_label="Registre public",
            about_url="/registre",
        )
    )
    world.session.flush()
    confirm(world.session, world.clock, TOKEN, world.settings.public_url)


def picture(width: int = 480, height: int = 200) -> bytes:
    """Return a PNG picture that looks like a page with an empty table."""
    paper, ink, line = b"\xfb\xfa\xf7", b"\x0b\x4f\x5c", b"\xd9\xd8\xd2"
    rows = []
    for y in range(height):
        colour = ink if y < 28 else line if y % 24 == 0 else paper
        rows.append(b"\0" + paper * 12 + colour * (width - 24) + paper * 12)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
