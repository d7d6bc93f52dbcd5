"""A pause of the clock is contested and answered in a real browser, with and without scripts (FL-12.6b)."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_counters import SCRIPTS, first

TICKET = r"/assistance/INC-\d{4}-\d{6}-[0-9A-Z]"


@SCRIPTS
def test_a_client_contests_a_pause_and_reads_the_answer(open_page: OpenPage, scripts: bool) -> None:
    client = open_page("nadia.benali", scripts=scripts)
    page = first(client, "/assistance", TICKET, "a:has-text('Contester cette suspension')")
    client.get_by_role("link", name="Contester cette suspension").first.click()
    reason = f"Le local était ouvert, essai {'avec' if scripts else 'sans'} script."
    client.get_by_label("Pourquoi ce temps devrait compter").fill(reason)
    client.get_by_role("button", name="Envoyer").click()
    expect(client.locator("#status")).to_contain_text("Votre contestation est envoyée")
    expect(client.locator("table.pauses")).to_contain_text("réponse due avant")

    agent = open_page("camille.roux", scripts=scripts)
    agent.goto(page)
    agent.get_by_role("link", name="Répondre à la contestation").click()
    expect(agent.locator("main")).to_contain_text(reason)
    agent.get_by_label(re.compile("La suspension est annulée")).check()
    agent.get_by_label(re.compile("Raisons")).fill("Vous avez raison : ce temps compte.")
    agent.get_by_role("button", name="Envoyer").click()
    expect(agent.locator("#status")).to_contain_text("La réponse est envoyée au client.")

    client.goto(f"{page}/decompte")
    expect(client.locator("table.pauses")).to_contain_text("annulée : ce temps compte")
    expect(client.locator("table.pauses")).to_contain_text("Vous avez raison")


@pytest.mark.parametrize("scripts", [True], ids=["with scripts"])
def test_a_client_accepts_work_that_is_no_repair(open_page: OpenPage, scripts: bool) -> None:
    # FL-12.6a
    client = open_page("nadia.benali", scripts=scripts)
    first(client, "/assistance", TICKET, "a:has-text('Accepter ou refuser')")
    client.get_by_role("link", name="Accepter ou refuser").click()
    client.get_by_label("J’accepte cette prestation").check()
    client.get_by_role("button", name="Envoyer").click()
    expect(client.locator("#ticket")).to_contain_text("Prestation en cours")
    client.goto("/assistance/prestations")
    expect(client.locator("main")).to_contain_text("acceptée")


def reported(client: Page, title: str, *sites: str) -> str:
    """Report equipment that is down at these sites, as the client; return the path of the ticket."""
    client.goto("/assistance/signaler")
    form = client.locator("#signalement")
    form.locator("[name=service]").select_option("in_house")
    for name in sites:
        form.get_by_label(name, exact=True).check()
    words = {"title": title, "description": "Plus rien ne remonte.", "location": "Local technique", "consequences": "Ronde à pied."}
    for name, said in {**words, "contact_phone": "01 23 45 67 89"}.items():
        form.locator(f"[name={name}]").fill(said)
    form.get_by_role("button", name="Envoyer").click()
    client.wait_for_url(re.compile(TICKET))
    found = re.search(TICKET, client.url)
    assert found is not None
    return found.group(0)


@SCRIPTS
def test_two_sites_are_restored_one_after_the_other_by_an_agent_who_double_clicks(open_page: OpenPage, scripts: bool) -> None:
    # FL-12.4, FL-12.6a, FL-12.7
    client, agent = open_page("nadia.benali", scripts=scripts), open_page("camille.roux", scripts=scripts)
    path = reported(client, f"Boîtiers éteints {'avec' if scripts else 'sans'} script", "Siège", "Atelier du Port")
    agent.goto(f"{path}/qualifier")
    agent.get_by_role("button", name="Qualifier").dblclick()
    expect(agent.locator("#ticket")).to_contain_text("À confirmer")
    agent.locator("#body").fill("C’est bien une interruption.")
    agent.get_by_role("button", name="Confirmer l’interruption").dblclick()
    expect(agent.locator("#ticket")).to_contain_text("Interruption confirmée")
    agent.get_by_role("link", name="Rétabli, par site").click()
    agent.get_by_label("Atelier du Port").uncheck()
    agent.get_by_label("Message au client").fill("Le siège remonte.")
    agent.get_by_role("button", name="Rétabli").dblclick()
    expect(agent.locator("table.sites tbody tr").nth(0)).to_contain_text("en panne")
    expect(agent.locator("table.sites tbody tr").nth(1)).to_contain_text("rétabli")
    expect(agent.locator("#ticket .msg").filter(has_text="Le siège remonte.")).to_have_count(1)

    client.goto(f"{path}/decompte")
    expect(client.locator("section[id^=site-]").nth(0)).to_contain_text("Ce qui suit est à l’heure du site (Indian/Reunion).")
    expect(client.locator("section[id^=site-]").nth(1)).to_contain_text("Rétablissement notifié")

    agent.locator("#body").fill("Tout remonte.")
    agent.get_by_role("button", name="Rétabli", exact=True).dblclick()
    agent.get_by_role("link", name="Clore").click()
    agent.get_by_role("button", name="Clore").dblclick()
    expect(agent.locator("#ticket")).to_contain_text("Durée fixée à la clôture")
    expect(agent.locator("#ticket")).to_contain_text("Rapport d’incident")
    expect(agent.locator("#ticket p.ref").filter(has_text="Ticket clos")).to_have_count(1)


@SCRIPTS
def test_work_is_offered_refused_and_offered_again(open_page: OpenPage, scripts: bool) -> None:
    # FL-12.6a
    client, agent = open_page("nadia.benali", scripts=scripts), open_page("camille.roux", scripts=scripts)
    path = reported(client, f"Capteurs à déplacer {'avec' if scripts else 'sans'} script", "Siège")
    for answer, state in (("Je la refuse", "Clos : hors interruption"), ("J’accepte", "Prestation en cours")):
        agent.goto(f"{path}/prestation")
        agent.get_by_label("Prestation", exact=True).fill("Déplacer deux capteurs.")
        agent.get_by_label("Heures", exact=True).fill("1,5")
        agent.get_by_role("button", name="Proposer").click()
        expect(agent.locator("#erreurs")).to_contain_text("Prix")
        agent.get_by_label(re.compile("Prix de l’heure")).fill("90")
        agent.get_by_role("button", name="Proposer").dblclick()
        expect(agent.locator("#ticket")).to_contain_text("soit 135,00 € HT au plus")
        expect(agent.get_by_role("link", name="Interruption programmée")).to_have_count(0)
        client.goto(path)
        client.get_by_role("link", name="Accepter ou refuser").click()
        client.get_by_label(re.compile(answer)).check()
        client.get_by_role("button", name="Envoyer").dblclick()
        expect(client.locator("#ticket")).to_contain_text(state)
