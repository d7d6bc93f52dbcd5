"""Clients, sites, contracts and levels are kept by a lead in a real browser, with and without scripts (FL-12.2 to 12.5)."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.test_counters import SCRIPTS


@SCRIPTS
def test_a_lead_adds_a_site_with_good_friday_and_a_contract(open_page: OpenPage, scripts: bool) -> None:
    lead, mark = open_page("marc.dubois", scripts=scripts), "avec" if scripts else "sans"
    lead.goto("/contrats?q=brasserie")
    lead.get_by_role("link", name=re.compile("Brasserie")).first.click()
    client = lead.url
    lead.get_by_role("link", name="Ajouter un site").click()
    lead.get_by_label("Nom du site").fill(f"Cave {mark} script")
    lead.get_by_label("Adresse").fill("2 rue de l’Exemple, 67000 Strasbourg")
    lead.get_by_label("Jours fériés").select_option("alsace_moselle")
    lead.get_by_label("Le Vendredi saint est férié sur ce site").check()
    lead.get_by_role("button", name="Enregistrer le site").dblclick()
    row = lead.get_by_role("row").filter(has_text=f"Cave {mark} script")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Alsace-Moselle, avec le Vendredi saint")
    expect(row).to_contain_text("Europe/Paris")

    lead.goto(client)
    lead.get_by_role("link", name="Nouveau contrat").click()
    lead.get_by_label("Numéro du contrat").fill(f"C-2026-{mark.upper()}")
    lead.get_by_label("Formule").select_option("advanced")
    lead.get_by_role("button", name="Enregistrer le contrat").click()
    expect(lead.locator("#erreurs")).to_contain_text("Donnez le nombre d'heures de support avancé.")
    expect(lead.locator("#erreurs")).to_contain_text("chaque client payant en a un")
    expect(lead.get_by_label("Numéro du contrat")).to_have_value(f"C-2026-{mark.upper()}")
    lead.get_by_label(re.compile("Heures de support avancé")).fill("12")
    lead.get_by_label(re.compile("Gestionnaire de compte")).select_option(label="Camille Roux")
    lead.get_by_role("button", name="Enregistrer le contrat").dblclick()
    kept = lead.get_by_role("row").filter(has_text=f"C-2026-{mark.upper()}")
    expect(kept).to_have_count(1)
    expect(kept).to_contain_text("support avancé (12 h par an)")


@SCRIPTS
def test_a_lead_writes_a_version_of_a_level_and_names_what_two_business_days_are(open_page: OpenPage, scripts: bool) -> None:
    # FL-12.1
    lead, mark = open_page("marc.dubois", scripts=scripts), "avec" if scripts else "sans"
    lead.goto("/contrats/niveaux")
    lead.get_by_role("link", name=re.compile("Nouveau niveau|Ajouter un niveau")).first.click()
    lead.get_by_label("Nom du niveau").fill(f"Astreinte {mark} script")
    lead.get_by_label("Code").fill(f"astreinte-{mark}")
    lead.get_by_label("Un délai en jours ouvrés vaut").select_option("end_of_day")
    lead.get_by_label("Prévenir l’agent quand il reste (minutes ouvrées)").fill("120")
    lead.get_by_label("Samedi").fill("9h-25h")
    lead.get_by_role("button", name=re.compile("Enregistrer")).click()
    expect(lead.locator("#erreurs")).to_contain_text("contient une heure qui n'existe pas")
    lead.get_by_label("Samedi").fill("9h-12h")
    lead.get_by_role("button", name=re.compile("Enregistrer")).dblclick()
    expect(lead.locator("main")).to_contain_text("jusqu’à la fermeture du dernier jour ouvré")
    expect(lead.locator("main")).to_contain_text("Samedi : 9h-12h")
    expect(lead.locator("main")).to_contain_text("l’agent quand il reste 2 heures ouvrées")
    lead.goto("/contrats/niveaux")
    expect(lead.get_by_role("link", name=f"Astreinte {mark} script")).to_have_count(1)
