"""Files attached to invented returns: accounts of one page, which say that they are invented."""

from __future__ import annotations

from datetime import datetime

from webapp.accounts.models import Organisation
from webapp.declarations.models import Return, ReturnDocument
from webapp.demonstration.world import World
from webapp.folding import fold
from webapp.uploads.held import Held
from webapp.uploads.services import put_to_use
from webapp.uploads.storage import store_for


def accounts(world: World, file: Return, organisation: Organisation, person: str, at: datetime) -> ReturnDocument:
    """Attach the accounts of an organisation to its return."""
    store = store_for(world.settings)
    held = Held(store.put(one_page(f"Comptes annuels de {organisation.name} : document fictif")), "comptes-annuels.pdf")
    row = ReturnDocument(
        organisation_id=organisation.id,
        return_id=file.id,
        document_code="comptes",
        name=held.name,
        media_type=held.media_type,
        size=held.stored.size,
        sha256=held.stored.sha256,
        file_key=put_to_use(world.session, world.clock, store, held.stored),
        by_name=person,
        at=min(at, world.clock.now()),
    )
    world.session.add(row)
    world.session.flush()
    return row


def one_page(words: str) -> bytes:
    """Return a PDF of one page that says a few words, without their accents: its font is the reader's own."""
    said = fold(words).replace("(", "").replace(")", "").encode("ascii", "replace")
    text = b"BT /F1 14 Tf 60 760 Td (%s) Tj ET" % said
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    content, places = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return content + head + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(content))
