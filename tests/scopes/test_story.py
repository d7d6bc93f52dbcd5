"""One file from its grant to its second version, through the pages, two people and an e-mailed workbook (FX-7b, FX-8)."""

import io
import json
from datetime import timedelta

from sqlalchemy import select

from tests.conftest import NOW, People, SignedIn
from tests.factories import make_person
from tests.support.client import CheckingClient
from webapp import spreadsheet
from webapp.actor import Role
from webapp.clock import PARIS, FrozenClock
from webapp.db import GuichetSession
from webapp.scopes.models import PublishedVersion
from webapp.scopes.rules.importing.columns import META_SHEET
from webapp.tables.reading import read_workbook

NUMBER = "1-0500"
FILE = f"/portees/{NUMBER}"
GRANTED = {
    "number": NUMBER,
    "activity": "essais",
    "lines-0-code": "1",
    "lines-0-title": "Analyses physico-chimiques des eaux",
    "lines-0-flexibility": "FLEX2",
    "lines-1-code": "2",
    "lines-1-title": "Prélèvements",
    "lines-1-flexibility": "FIXE",
}
REFERENCE = "Référence de la méthode"
CHARACTERISTIC = "Caractéristique ou grandeur mesurée"


def block(size: int) -> str:
    """A block of cells as a laboratory copies it from its own table; lines 10, 20 and 30 have something wrong."""
    rows = [["Eaux douces", f"Paramètre {n}", "Chromatographie ionique", f"NF EN ISO {10300 + n % 7}-1:2009"] for n in range(1, size + 1)]
    rows[9][2] = ""
    rows[19][3] = "Méthode interne MO-17"
    rows[29][1] = ""
    return "".join("\t".join(row) + "\r\n" for row in rows)


def sent(client: CheckingClient, values: dict[str, object], **kwargs: str) -> None:
    """Send the import's form and stand on the preview."""
    client.get(f"{FILE}/import")
    assert client.submit(f"form[action='{FILE}/import']", values, **kwargs).status_code == 303, client.text()
    client.follow()


def carried_out(client: CheckingClient) -> None:
    assert client.submit("form[action$='/application']").status_code == 303, client.text()
    client.follow()


def asked(client: CheckingClient, session: GuichetSession, clock: FrozenClock, name: str) -> None:
    """Ask for the publication, and let midnight come."""
    client.get(f"{FILE}/publication")
    assert client.submit("#demande", {"nom": name}).status_code == 303, client.text()
    session.rollback()
    version = session.scalars(select(PublishedVersion).order_by(PublishedVersion.number.desc()).limit(1)).one()
    clock.set(version.effective_at)
    session.rollback()


def corrected(client: CheckingClient, line: int, **cells: str) -> None:
    client.get(f"{FILE}/lignes/{line}")
    client.follow()
    answer = client.submit(f"form#fl{line}", {f"c-{key}": value for key, value in cells.items()})
    assert answer.status_code == 303, client.text()


def test_a_scope_is_granted_defined_published_mailed_around_and_published_again(
    signed_in: SignedIn, session: GuichetSession, people: People, clock: FrozenClock
) -> None:
    # FX-8a
    officer = signed_in("chargee")
    officer.get("/portees/nouveau")
    granted = GRANTED | {"organisation": str(people.organisations["laboratoire"].id)}
    assert officer.submit("form[novalidate]", granted).status_code == 303, officer.text()

    # Two hundred lines are pasted; the good and the incomplete ones go in, three are corrected where the control says.
    editor = signed_in("editrice")
    sent(editor, {"texte": block(200), "generale": "1"})
    editor.submit("form[action*='/imports/']:not([action$='/application']):not([action$='/abandon'])", {"incompletes": "1"})
    editor.follow()
    carried_out(editor)
    editor.get(f"{FILE}/publication")
    wrong = {link.get("href").split("/lignes/")[1].split("?")[0] for link in editor.tree.cssselect("main a[href*='case=']")}
    corrected(editor, 10, principe="Chromatographie ionique")
    corrected(editor, 20, reference="NF EN ISO 10304-1:2009")
    corrected(editor, 30, caracteristique="Paramètre 30")
    assert wrong == {"10", "20", "30"}
    editor.get(f"{FILE}/publication")
    assert not editor.tree.cssselect("main a[href*='case=']"), editor.text()
    asked(editor, session, clock, "Première portée")
    public = signed_in("cliente")
    public.get(f"/registre/{NUMBER}")
    assert "Paramètre 200" not in public.text()  # a page has a hundred lines
    assert json.loads(public.get(f"/registre/{NUMBER}/v/1.json").text)["lines"][199]["cells"]["caracteristique"] == "Paramètre 200"

    # A workbook leaves by mail. Meanwhile a colleague, to whom the file is delegated, changes one line and adds one.
    people.actors["ali"] = make_person(session, NOW, "ali", people.organisations["laboratoire"], Role.SCOPE_EDITOR)
    session.commit()
    editor = signed_in("editrice")  # a night is longer than a session
    content = editor.get(f"{FILE}/export.xlsx").data
    editor.get(f"{FILE}/personnes")
    choice = next(o for o in editor.tree.cssselect("select[name=account] option") if o.text_content() == "Ali").get("value")
    until = (clock.now().astimezone(PARIS).date() + timedelta(days=7)).isoformat()
    assert editor.submit("form.pad", {"account": choice, "right": "delegate", "until": until}).status_code == 303
    colleague = signed_in("ali")
    corrected(colleague, 5, principe="ICP-MS")
    colleague.get(f"{FILE}?ajouter=1")
    new = {"objet": "Eaux douces", "caracteristique": "Fer", "principe": "ICP-MS", "reference": "NF EN ISO 17294-2:2016"}
    assert colleague.submit("form[id^=fn]", {f"c-{key}": value for key, value in new.items()}).status_code == 303

    # The workbook comes back after a week: another reference for line 5, another name for line 7, line 9 to be deleted.
    sheets = read_workbook(content)
    rows = [list(row) for row in sheets[0].rows]
    at = {heading: place for place, heading in enumerate(rows[0])}
    by_line = {row[at["Ligne"]]: row for row in rows[1:]}
    by_line["5"][at[REFERENCE]] = "NF EN ISO 10304-1:2021"
    by_line["7"][at[CHARACTERISTIC]] = "Paramètre sept"
    by_line["9"][at["Supprimer"]] = "x"
    meta = next(sheet for sheet in sheets if sheet.name == META_SHEET)
    back = spreadsheet.xlsx(
        [
            spreadsheet.Sheet("Lignes", rows[0], rows[1:]),
            spreadsheet.Sheet(META_SHEET, list(meta.rows[0]), [list(row) for row in meta.rows[1:]], hidden=True),
        ],
        title="Retour",
    )
    clock.advance(timedelta(days=6))
    editor = signed_in("editrice")
    sent(editor, {"fichier": [(io.BytesIO(back), "portee.xlsx")]}, content_type="multipart/form-data")
    carried_out(editor)
    asked(editor, session, clock, "Après relecture")

    # What changed between the two versions is what both of them meant, and nothing else.
    editor = signed_in("editrice")
    editor.get(f"{FILE}/versions/v1..v2")
    shown = {
        row.cssselect("td.n")[0].text_content().strip(): row for row in editor.tree.cssselect("main tbody tr") if row.cssselect("td.n")
    }
    assert set(shown) == {"5", "7", "9", "201"}
    words = {number: " ".join(row.text_content().split()) for number, row in shown.items()}
    assert words["5"].startswith("Modifiée")
    assert "ICP-MS" in words["5"]
    assert "2021" in words["5"]
    assert words["7"].startswith("Modifiée")
    assert words["9"].startswith("Supprimée")
    assert words["201"].startswith("Ajoutée")
    lines = {line["number"]: line["cells"] for line in json.loads(public.get(f"/registre/{NUMBER}/v/2.json").text)["lines"]}
    assert len(lines) == 200
    assert lines[5]["principe"] == "ICP-MS"
    assert lines[5]["reference"] == "NF EN ISO 10304-1:2021"
    assert lines[201]["caracteristique"] == "Fer"
