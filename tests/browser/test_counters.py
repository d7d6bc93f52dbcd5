"""The main task of each counter in a real browser, with and without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])


def first(page: Page, path: str, pattern: str, needs: str) -> str:
    """Return the first address linked from ``path`` that matches and whose page holds ``needs``."""
    page.goto(path)
    hrefs = page.eval_on_selector_all("main a[href]", "nodes => nodes.map(node => node.getAttribute('href'))")
    for href in dict.fromkeys(hrefs):
        if re.fullmatch(pattern, href):
            page.goto(href)
            if page.locator(needs).count():
                return str(href)
    raise AssertionError(f"no page under {path} holds {needs}")


@SCRIPTS
def test_an_editor_changes_a_line_and_asks_for_publication(open_page: OpenPage, scripts: bool) -> None:
    # FX-8a, P-3, P-4
    page = open_page("claire.fontaine", scripts=scripts)
    file = first(page, "/portees", r"/portees/\d-\d{4}", "a[id^=m]:not([id='m'])")
    number = page.locator("a[id^=m]").first.get_attribute("id").removeprefix("m")
    page.locator(f"#m{number}").click()
    cell = page.locator(f"#l{number} [name^=c-]").first
    before = cell.input_value()
    after = f"{before} (essai {'avec' if scripts else 'sans'} script)"
    cell.fill(after)
    page.locator(f"#l{number}").get_by_role("button", name="Enregistrer").click()
    expect(page.locator(f"#l{number}")).to_contain_text(after)
    expect(page.locator(f"#l{number} [name^=c-]")).to_have_count(0)
    page.goto(file)
    expect(page.locator(f"#l{number}")).to_contain_text(after)
    page.get_by_role("link", name="Demander la publication").click()
    expect(page.locator("main")).to_contain_text("Ce qui change en ligne")
    page.wait_for_load_state()
    confirm = page.get_by_role("button", name="Confirmer la demande de publication")
    if confirm.count():
        confirm.click()
        expect(page.locator("#status")).not_to_be_empty()
        page.goto(f"{file}/publication")
        page.get_by_role("button", name="Retirer la demande").click()
        expect(page.get_by_role("button", name="Retirer la demande")).to_have_count(0)
        page.goto(file)
        expect(page.get_by_role("link", name="Demander la publication")).to_be_visible()
    else:
        expect(page.locator("#constats a").first).to_be_visible()


@SCRIPTS
def test_a_declarant_fills_cells_in_and_sees_the_total_change(open_page: OpenPage, scripts: bool) -> None:
    # SO-1, P-3
    page = open_page("ines.garnier", scripts=scripts)
    number = first(page, "/declarations", r"/declarations/[A-Z0-9-]+", "a[href$='/depot'], a[href*='/tableaux/'], table a")
    table = first(page, number, re.escape(number) + r"/(?!depot)[^#?]+", "input.fig:not([readonly]), input[class^=fig]:not([readonly])")
    cell = page.locator("input[class^=fig]:not([readonly])").first
    name = cell.get_attribute("name")
    computed = page.locator("main table").inner_text()
    figure = "4321" if scripts else "8765"
    cell.fill(figure)
    if scripts:
        cell.press("Tab")
        expect(page.locator("#etat")).to_have_text("Tout est enregistré.")
    else:
        page.get_by_role("button", name="Enregistrer", exact=True).click()
        page.wait_for_load_state()
    page.goto(table)
    kept = page.locator(f"input[name='{name}']").input_value()
    assert re.sub(r"\D", "", kept) == figure
    assert page.locator("main table").inner_text() != computed, "no total or control followed the figure"
    page.goto(f"{number}/depot")
    expect(page.locator("main h1")).to_have_text("Vérifier et déposer")


@SCRIPTS
def test_a_declarant_answers_everything_and_submits(open_page: OpenPage, scripts: bool) -> None:
    # SO-1: a return that has been submitted is returned by the agent, so that both ways can be tried
    page = open_page("ines.garnier", scripts=scripts)
    number = first(page, "/declarations", r"/declarations/CSA-[A-Z0-9-]+", "table a")
    links = page.eval_on_selector_all("main a[href]", "nodes => nodes.map(node => node.getAttribute('href'))")
    tables = [href for href in dict.fromkeys(links) if re.fullmatch(re.escape(number) + r"/(?!depot|recepisse)[^#?]+", href)]
    for table in tables:
        page.goto(table)
        for cell in page.locator("input[class^=fig]:not([readonly])").all():
            if scripts:
                cell.evaluate("node => { node.value = '0' }")
            else:
                cell.fill("0")
        save = page.get_by_role("button", name="Enregistrer", exact=True)
        if save.count():
            with page.expect_response(lambda answer: answer.request.method == "POST" and answer.status < 400):
                save.click()
            page.wait_for_load_state()
    page.goto(f"{number}/depot")
    submit = page.locator("#deposer button.p")
    expect(submit).to_be_visible()
    submit.click()
    expect(page.locator("main")).to_contain_text(re.compile("récépissé", re.IGNORECASE))
    agent = open_page("paul.lambert")
    agent.goto(number)
    reason = agent.locator("textarea").first
    reason.fill("Essai : à déposer de nouveau.")
    agent.get_by_role("button", name=re.compile("Renvoyer|Retourner", re.IGNORECASE)).click()
    expect(agent.locator("#status")).not_to_be_empty()


@SCRIPTS
def test_a_report_travels_from_the_client_to_its_closing(open_page: OpenPage, scripts: bool) -> None:
    # FL-12.5b to 12.7, P-3
    client = open_page("nadia.benali", scripts=scripts)
    client.goto("/assistance/signaler")
    title = f"Export vide ({'avec' if scripts else 'sans'} script)"
    form = client.locator("#signalement")
    form.locator("[name=service]").select_option(index=2)
    for name, words in {
        "title": title,
        "description": "L'export est vide.",
        "location": "Page des exports",
        "consequences": "Bilan bloqué.",
    }.items():
        form.locator(f"[name={name}]").fill(words)
    form.locator("[name=contact_phone]").fill("01 23 45 67 89")
    form.locator("button.p").click()
    client.wait_for_url(re.compile(r"/assistance/INC-\d{4}-\d{6}-[0-9A-Z]"))
    reference = re.search(r"INC-\d{4}-\d{6}-[0-9A-Z]", client.url).group(0)

    agent = open_page("camille.roux", scripts=scripts)
    agent.goto(f"/assistance/{reference}/qualifier")
    agent.locator("form.pad button.p").click()
    expect(agent.locator("main")).to_contain_text("Le signalement est qualifié.")
    act(agent, reference, "Répondre", "Nous regardons l'export.")
    act(agent, reference, "Confirmer l’interruption", "C'est bien une interruption.")
    if act(agent, reference, "Demander l’accès au site", "Pouvons-nous passer ?"):
        act(agent, reference, "Accès obtenu", "Nous sommes sur place.")
    client.goto(f"/assistance/{reference}")
    expect(client.locator("#ticket")).to_contain_text("Nous regardons l'export.")
    assert act(agent, reference, "Rétabli", "L'export est de nouveau complet.")
    agent.goto(f"/assistance/{reference}/action/close")
    agent.locator("form.pad button").last.click()
    expect(agent.locator("main")).to_contain_text("Durée fixée à la clôture")


def act(page: Page, reference: str, button: str, words: str) -> bool:
    """Carry out one act on a ticket when its button is there, and wait for the ticket to show it."""
    page.goto(f"/assistance/{reference}")
    found = page.locator("#reponse").get_by_role("button", name=button, exact=True)
    if not found.count():
        return False
    page.locator("#body").fill(words)
    found.click()
    expect(page.locator("#ticket")).to_contain_text(words)
    assert page.evaluate("document.activeElement !== null")
    return True
