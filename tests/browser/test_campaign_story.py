"""A campaign from its opening to a rectification in a real browser: agent and declarant by turns, with and without scripts (SO-34)."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_site import violations


@dataclass(frozen=True)
class Story:
    """How it is told, and the year of its campaign: each telling opens its own."""

    scripts: bool
    year: int
    table: str = "exonerees"
    cells: tuple[tuple[str, str], tuple[str, str]] = (("progression", "alternants"), ("progression", "precedents"))
    """Those that the agent sends back; no blocking control holds them."""
    number: str = ""
    """Of the return, once its campaign is open."""


STORIES = [Story(True, 2023), Story(False, 2022)]
#: A table as its declarant keeps it in a spreadsheet. The first line has fewer employees than its rate asks for: a warning.
BLOCK = """2\t3 000\t20\t100 000 000\t600 000
1\t500\t4\t10 000 000\t40 000
1\t500\t7\t10 000 000\t20 000
1\t500\t12\t10 000 000\t10 000
1\t500\t20\t10 000 000\t5 000
"""


def assert_accessible(page: Page, story: Story) -> None:
    """What axe finds on the page shown; it needs scripts, so the other telling of the story goes without."""
    if story.scripts:
        assert violations(page) == []


def state(page: Page, words: str) -> None:
    """The return's page says in which state it is."""
    expect(page.locator(".bar .chip").first).to_have_text(words)


def submit(page: Page, story: Story) -> None:
    """Submit the return and reach its receipt."""
    page.goto(f"/declarations/{story.number}/depot")
    for _ in range(page.locator("#a-justifier .chip.late").count()):
        assert_accessible(page, story)
        page.locator("#a-justifier li:has(.chip.late) a[href*=justifications]").first.click()
        page.locator("#justifier textarea").fill("Écart vérifié avec le commissaire aux comptes.")
        assert_accessible(page, story)
        page.locator("#justifier button").click()
        expect(page.locator("main h1")).to_have_text("Vérifier et déposer")
    page.locator("#deposer button").click()
    expect(page.locator("main h1")).to_have_text("Récépissé de dépôt")


def enter(page: Page, story: Story, cell: tuple[str, str], figure: str) -> None:
    """Fill a cell in, by itself with scripts, with the whole table without."""
    page.goto(f"/declarations/{story.number}/tableaux/{story.table}")
    field = page.locator(f"#i-{cell[0]}-{cell[1]}")
    field.fill(figure)
    if story.scripts:
        field.press("Tab")
        expect(page.locator("#etat")).to_have_text("Tout est enregistré.")
    else:
        page.get_by_role("button", name="Enregistrer", exact=True).click()
        expect(page.locator("#status")).to_contain_text("enregistrée")


def rectify(page: Page, story: Story, reason: str) -> None:
    """Open an accepted return again."""
    page.goto(f"/declarations/{story.number}")
    page.get_by_text("Rectifier cette déclaration").click()
    page.locator("#rectifier textarea").fill(reason)
    page.get_by_role("button", name="Ouvrir une rectification").click()
    state(page, "En rectification")


def open_campaign(agent: Page, story: Story) -> None:
    """Prepare the campaign and open it."""
    today = datetime.now(ZoneInfo("Europe/Paris")).date()
    agent.goto("/campagnes")
    agent.get_by_role("link", name="Préparer une campagne").click()
    agent.locator("#campagne [name=kind]").select_option("CSA")
    agent.locator("#campagne [name=audience]").select_option("OPCO")
    agent.locator("#campagne [name=year]").fill(str(story.year))
    agent.locator("#campagne [name=opens_on]").fill(today.isoformat())
    agent.locator("#campagne [name=deadline]").fill((today + timedelta(days=30)).isoformat())
    assert_accessible(agent, story)
    agent.get_by_role("button", name="Préparer la campagne").click()
    agent.get_by_role("button", name="Ouvrir la campagne").click()
    expect(agent.locator(".bar .chip").first).to_have_text("Ouverte")


def fill_in(page: Page, story: Story) -> None:
    """Fill the return in: a block pasted, the blanks of the other table set to zero."""
    page.goto(f"/declarations/{story.number}/tableaux/tranches")
    if story.scripts:
        page.locator("#i-moins_1_grandes-entreprises").focus()
        page.evaluate(
            """text => { const data = new DataTransfer(); data.setData('text/plain', text);
            document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})) }""",
            BLOCK,
        )
    else:
        page.locator("#outils summary").click()
        page.get_by_label("Cellules copiées d’un tableur").fill(BLOCK)
        page.get_by_role("button", name="Coller le bloc").click()
    expect(page.locator("#status")).to_contain_text("25 cellules enregistrées")
    expect(page.locator("#v-total-contribution")).to_contain_text("675\u202f000")
    expect(page.locator("#controles")).to_contain_text("T-15")
    assert_accessible(page, story)
    page.goto(f"/declarations/{story.number}/tableaux/exonerees")
    page.locator("#outils summary").click()
    page.get_by_role("button", name="Mettre les vides à 0").click()
    expect(page.locator("#status")).to_contain_text("4 cellules enregistrées")


@pytest.mark.parametrize("story", STORIES, ids=["with scripts", "without scripts"])
def test_a_campaign_is_opened_and_a_return_filled_in_sent_back_accepted_and_rectified(open_page: OpenPage, story: Story) -> None:
    declarant = open_page("ines.garnier", scripts=story.scripts)
    agent = open_page("paul.lambert", scripts=story.scripts)
    open_campaign(agent, story)
    declarant.goto("/declarations")
    story = replace(story, number=declarant.get_by_role("link", name=f"CSA-{story.year}-OPCO-").inner_text())
    path = f"/declarations/{story.number}"
    fill_in(declarant, story)
    submit(declarant, story)
    agent.goto(path)
    state(agent, "Déposée")

    for index, (row, column) in enumerate(story.cells):
        agent.goto(f"{path}/tableaux/{story.table}")
        agent.get_by_role("link", name="Faire corriger une cellule").click()
        agent.locator("[name=row]").select_option(row)
        agent.locator("[name=column]").select_option(column)
        agent.locator("[name=note]").fill(f"Note {index + 1} de l’essai")
        agent.get_by_role("button", name="Marquer la cellule").click()
        expect(agent.locator("#marques")).to_contain_text(f"Note {index + 1} de l’essai")
    declarant.goto(path)
    expect(declarant.locator("main")).not_to_contain_text("Note 1 de l’essai")
    agent.goto(path)
    agent.get_by_role("button", name="Renvoyer pour correction").click()
    state(agent, "À corriger")

    declarant.goto(path)
    state(declarant, "À corriger")
    declarant.locator("#marques a", has_text="·").first.click()
    expect(declarant.locator("#marques")).to_contain_text("Note 1 de l’essai")
    declarant.get_by_text("Répondre sur cette cellule").first.click()
    declarant.locator("#marques textarea").first.fill("C’est corrigé.")
    declarant.locator("#marques form[id^=repondre] button").first.click()
    expect(declarant.locator("#status")).to_contain_text("Message envoyé")
    assert_accessible(declarant, story)
    enter(declarant, story, story.cells[0], "321")
    submit(declarant, story)
    with declarant.expect_download() as started:
        declarant.get_by_role("link", name="Récépissé (PDF)").click()
    assert started.value.path().read_bytes().startswith(b"%PDF")
    address = declarant.get_by_role("link", name="Page publique de vérification").get_attribute("href")

    visitor = open_page(scripts=story.scripts)
    visitor.goto(str(address))
    expect(visitor.locator("main")).to_contain_text("Ce récépissé est authentique")
    assert_accessible(visitor, story)

    agent.goto(path)
    expect(agent.locator("#marques")).to_contain_text("C’est corrigé.")
    agent.get_by_role("link", name="Voir ce qui a changé depuis le dépôt précédent").click()
    asked = agent.locator("#demandees tbody tr")
    expect(asked).to_have_count(2)
    expect(asked.nth(0)).to_contain_text("321")
    expect(asked.nth(1)).to_contain_text("Inchangée")
    assert_accessible(agent, story)
    agent.goto(path)
    agent.get_by_role("button", name="Accepter la déclaration").click()
    expect(agent.locator(".bar .chip").first).to_have_text(re.compile("Acceptée|Rectifiée"))

    rectify(declarant, story, "Une convention comptée deux fois.")
    enter(declarant, story, story.cells[0], "322")
    agent.goto(f"{path}/tableaux/{story.table}")
    expect(agent.locator(f"#v-{story.cells[0][0]}-{story.cells[0][1]}")).to_contain_text("321")  # still in force
    submit(declarant, story)
    agent.goto(path)
    agent.get_by_role("button", name="Accepter la déclaration").click()
    state(agent, "Rectifiée")
    declarant.goto(path)
    receipts = declarant.eval_on_selector_all("a[href*='/recepisses/']", "nodes => nodes.map(node => node.getAttribute('href'))")
    assert len(set(receipts)) >= 3


@pytest.mark.parametrize("width", [1280, 360])
def test_the_board_and_the_reminders_are_accessible_and_fit(open_page: OpenPage, width: int) -> None:
    page = open_page("paul.lambert", width=width)
    for path in ("/declarations/suivi", "/declarations/relances", "/declarations/ESF-2025-OPCO-0001"):
        page.goto(path)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
