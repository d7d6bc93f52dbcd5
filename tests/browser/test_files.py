"""Files, reports without an account and the diagnosis of the workstation in a real browser."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.support.server import Server

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
REPORT = {
    "title": "Capture à l’appui",
    "description": "Le message est sur l’image.",
    "location": "Page des exports",
    "consequences": "Rien ne part.",
    "contact_phone": "01 23 45 67 89",
}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A picture, and a text that claims to be one."""
    from tests.uploads import made

    picture, liar = tmp_path / "capture d’écran.png", tmp_path / "menteur.png"
    picture.write_bytes(made.png(40, 40))
    liar.write_text("pas une image")
    return {"picture": picture, "liar": liar}


def fill(page: Page, values: dict[str, str]) -> None:
    for name, words in values.items():
        page.fill(f"main [name={name}]", words)


@SCRIPTS
def test_files_go_with_a_report_and_a_reply_and_come_back(open_page: OpenPage, files: dict[str, Path], scripts: bool) -> None:
    # FL-12.5b, P-3
    client = open_page("nadia.benali", scripts=scripts)
    client.goto("/assistance/signaler")
    client.locator("[name=service]").select_option("mail")
    fill(client, REPORT)
    client.locator("#files").set_input_files([files["picture"], files["liar"]])
    client.get_by_role("button", name="Envoyer le signalement").click()
    expect(client.locator("#files-erreur")).to_contain_text("menteur.png")
    expect(client.get_by_label(re.compile("capture d’écran.png"))).to_be_checked()
    expect(client.locator("[name=description]")).to_have_value(REPORT["description"])
    client.get_by_role("button", name="Envoyer le signalement").click()
    expect(client.locator("#fichiers")).to_contain_text("capture d’écran.png")
    with client.expect_download() as download:
        client.locator("#fichiers a[download]").first.click()
    assert download.value.suggested_filename == "capture d’écran.png"
    assert download.value.path().read_bytes() == files["picture"].read_bytes()
    client.locator("#fichiers summary").first.click()
    picture = client.locator("#fichiers img")
    expect(picture).to_be_visible()
    if scripts:
        expect(picture).to_have_js_property("naturalWidth", 40)
    client.locator("#body").fill("La même, plus nette.")
    client.locator("#reponse summary", has_text="Joindre").click()
    client.locator("#files").set_input_files(files["picture"])
    client.get_by_role("button", name="Répondre", exact=True).click()
    expect(client.locator("#fichiers a[download]")).to_have_count(2)


@SCRIPTS
def test_somebody_who_cannot_sign_in_reports_and_follows(open_page: OpenPage, server: Server, scripts: bool) -> None:
    # SO-40
    page = open_page(scripts=scripts)
    page.goto("/connexion")
    page.get_by_role("link", name="Signaler un incident sans se connecter").click()
    page.locator("[name=service]").select_option("sign_in")
    address = f"sans.compte.{'avec' if scripts else 'sans'}@exemple.invalid"
    contact = {"contact_name": "Ève Morel", "contact_email": address}
    fill(page, {**REPORT, **contact, "title": "Connexion impossible"})
    page.get_by_role("button", name="Envoyer", exact=True).click()
    expect(page.locator("main")).to_contain_text("24 heures")
    page.goto(link_of(server, address, "public/confirmer"))
    page.get_by_role("button", name="Confirmer le signalement").click()
    expect(page.locator("h1")).to_contain_text("INC-")
    page.fill("[name=body]", "C’est urgent.")
    page.get_by_role("button", name="Répondre").click()
    expect(page.locator("main")).to_contain_text("C’est urgent.")
    assert page.url.endswith(link_of(server, address, "suivi"))


def link_of(server: Server, address: str, kind: str) -> str:
    """Return the path of the link of this kind in the mails to an address, which the server's own job delivers at once."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for path in sorted((server.folder / "mail").glob("*.eml"), reverse=True):
            text = path.read_text(encoding="utf-8")
            found = re.search(rf"/assistance/{kind}/\S+", text)
            if address in text and found:
                return found[0]
        time.sleep(0.05)
    raise AssertionError(f"no mail to {address} holds a link to {kind}")


@SCRIPTS
def test_the_diagnosis_reaches_a_new_report_in_one_click(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("nadia.benali", scripts=scripts)
    page.goto("/assistance/diagnostic")
    if scripts:
        expect(page.locator("[data-mesure=htmx]")).to_have_text("les en-têtes arrivent")
        expect(page.locator("[data-mesure=latency]")).to_contain_text("ms")
    else:
        expect(page.locator("[data-mesure=scripts]")).to_contain_text("inactifs")
    page.get_by_role("button", name="À un nouveau signalement").click()
    expect(page.get_by_label(re.compile("diagnostic-du-poste.txt"))).to_be_checked()


def test_long_names_and_words_without_a_space_never_widen_a_page(open_page: OpenPage, tmp_path: Path) -> None:
    page, word, file = open_page("nadia.benali"), "x" * 150, tmp_path / ("a" * 240 + ".txt")
    file.write_text("bonjour")
    page.goto("/assistance/signaler")
    page.set_input_files("[name=files]", [file])
    page.get_by_role("button", name="Envoyer le signalement").click()
    expect(page.locator("[name=kept_files]")).to_be_checked()
    fits(page)
    page.select_option("[name=service]", index=1)
    for name in ("title", "description", "location", "consequences"):
        page.fill(f"[name={name}]", word)
    page.fill("[name=contact_phone]", "01 99 00 00 00")
    page.get_by_role("button", name="Envoyer le signalement").click()
    page.wait_for_selector("#ticket")
    fits(page)
    reference = page.url.rsplit("/")[-1].split("?")[0]
    agent = open_page("camille.roux")
    for path in (f"/assistance/file?t={reference}&q={word[:60]}", f"/assistance/{reference}/qualifier", f"/recherche?q={word[:60]}"):
        agent.goto(path)
        fits(agent)


def fits(page: Page) -> None:
    """Check that nothing scrolls sideways, on a wide screen and on a narrow one."""
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (page.url, width)
