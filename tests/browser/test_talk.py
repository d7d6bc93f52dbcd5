"""Agents at work on tickets in a real browser: the keyboard alone, two on one ticket, texts, notes, time, satisfaction."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
REFERENCE = re.compile(r"INC-\d{4}-\d{6}-[0-9A-Z]")


def report(client: Page, title: str, *, times: int = 1) -> list[str]:
    """Report something, as a client would, as many times as asked; return the references."""
    client.goto("/assistance/signaler")
    form = client.locator("#signalement")
    fields = {
        "csrf_token": form.locator("[name=csrf_token]").get_attribute("value"),
        "service": "in_house",
        "title": title,
        "description": "Rien ne répond.",
        "location": "Siège",
        "consequences": "Nous sommes arrêtés.",
        "impact": "2",
        "contract": form.locator("[name=contract] option").last.get_attribute("value"),
        "contact_name": "Nadia Benali",
        "contact_phone": "01 23 45 67 89",
        "contact_email": "nadia@exemple.invalid",
    }
    found = []
    for rank in range(times):
        answer = client.request.post("/assistance/signaler", multipart={**fields, "once": f"{title[:30]}-{rank}"}, max_redirects=0)
        assert answer.status == 303, answer.text()
        found.append(REFERENCE.search(answer.headers["location"])[0])
    return found


class Keyboard:
    """An agent who has no mouse: presses keys, and knows where the focus is."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def focused(self) -> str:
        return str(self.page.evaluate("(document.activeElement.textContent || '').trim()"))

    def tab_to(self, words: str) -> None:
        """Press Tab until the control of these words has the focus."""
        for _ in range(40):
            if self.focused() == words:
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not reach « {words} »")

    def says(self, words: str) -> None:
        expect(self.page.locator("#status")).to_contain_text(words)
        expect(self.page.locator("#ticket-titre")).to_be_focused()
        self.rest()

    def rest(self) -> None:
        """Wait, as a person's fingers do, until nothing is on its way: an act also has the list asked again."""
        expect(self.page.locator(".htmx-request")).to_have_count(0)

    def enter(self, words: str, said: str) -> None:
        self.tab_to(words)
        self.press("Enter")
        self.says(said)


def test_twenty_tickets_are_triaged_by_keyboard_alone(open_page: OpenPage) -> None:
    report(open_page("nadia.benali", scripts=False), "Clavier seul", times=20)
    page = open_page("camille.roux")
    keys = Keyboard(page)
    page.goto("/assistance/file?vue=tous&q=clavier+seul")
    expect(page.locator("[data-step]")).to_have_count(20)
    for rank in range(20):
        keys.press("j")
        expect(page.locator("[data-step]:focus")).to_have_count(1)
        chosen = page.evaluate("document.activeElement.pathname")
        match rank % 4:
            case 0:  # to assign opens the ticket first
                keys.press("a")
                keys.says("Le ticket est suivi par")
            case 1:
                keys.press("o")
                expect(page.locator("#ticket")).to_have_attribute("data-of", chosen)
                keys.press("r")
                page.keyboard.type("ajo ? nous regardons.")
                keys.enter("Répondre", "La réponse est envoyée.")
            case 2:
                keys.press("n")
                expect(page.locator("#note")).to_be_focused()
                page.keyboard.type("Même salle que la veille.")
                keys.enter("Enregistrer la note", "La note interne est enregistrée.")
            case _:
                keys.press("x")
                expect(page.locator(f"input[name=t][value={chosen.split('/')[-1]}]")).to_be_checked()
        expect(page.locator("#ticket")).to_have_attribute("data-of", chosen) if rank % 4 < 3 else None
    keys.press("k", "k")
    assert page.evaluate("[...document.querySelectorAll('[data-step]')].indexOf(document.activeElement)") == 17
    # the acts that have pages of their own: to qualify, to suspend, to close, and back to the same list
    keys.press("q")
    page.wait_for_url("**/qualifier")
    keys.tab_to("Qualifier")
    keys.press("Enter")
    page.wait_for_url(re.compile(r"/assistance/INC[^/]*$"))
    keys.press("p")
    keys.press("Enter")
    expect(page.locator("#ticket")).to_contain_text("En pause")
    for button, said in (("Accès obtenu", "reprend"), ("Confirmer l’interruption", "confirmée"), ("Rétabli", "rétablissement")):
        keys.press("r")
        keys.enter(button, said)
    keys.press("e")
    page.wait_for_url("**/action/close")
    keys.tab_to("Clore")
    keys.press("Enter")
    page.wait_for_url("**/assistance/file?vue=tous&q=clavier+seul&t=*")  # the next ticket, in the list that was read
    expect(page.locator("[data-step]")).to_have_count(19)
    keys.press("?")
    expect(page.locator("#touches")).to_be_visible()
    keys.press("Escape")
    expect(page.locator("#touches")).to_be_hidden()


def test_keys_do_nothing_in_fields_with_a_modifier_or_turned_off(open_page: OpenPage) -> None:
    # WCAG 2.1.4
    page = open_page("marc.dubois")
    page.goto("/assistance/file")
    page.locator("#filtre-q").fill("")
    page.locator("#filtre-q").press_sequentially("jko")
    expect(page.locator("#filtre-q")).to_have_value("jko")
    expect(page.locator("#filtre-q")).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("Control+j")
    expect(page.locator("[data-step]:focus")).to_have_count(0)
    page.goto("/assistance/clavier")
    page.locator("[name=shortcuts]").uncheck()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#status")).not_to_be_empty()
    page.goto("/assistance/file")
    page.keyboard.press("j")
    expect(page.locator("[data-step]:focus")).to_have_count(0)
    page.goto("/assistance/clavier")
    page.locator("[name=shortcuts]").check()
    page.get_by_role("button", name="Enregistrer").click()


@SCRIPTS
def test_two_agents_on_one_ticket_do_not_answer_across_each_other(open_page: OpenPage, scripts: bool) -> None:
    [reference] = report(open_page("nadia.benali", scripts=False), f"Deux agents {scripts}")
    first, second = open_page("camille.roux", scripts=scripts), open_page("marc.dubois", scripts=scripts)
    first.goto(f"/assistance/{reference}")
    second.goto(f"/assistance/{reference}")
    area = first.locator("#body")
    if scripts:
        with first.expect_response(lambda answer: "/brouillon" in answer.url and answer.ok):
            area.press_sequentially("Redémarrez le poste.")
        expect(first.locator("#brouillon")).to_contain_text("Brouillon de")
        with second.expect_response(lambda answer: "/presence" in answer.url):
            second.evaluate("window.dispatchEvent(new Event('focus'))")
        expect(second.locator("#presence")).to_contain_text("Camille Roux écrit une réponse")
    else:
        area.fill("Redémarrez le poste.")
        first.get_by_role("button", name="Garder le brouillon").click()
        second.reload()
        expect(second.locator("#presence")).to_contain_text("Camille Roux écrit une réponse")
    elsewhere = open_page("camille.roux", scripts=scripts)
    elsewhere.goto(f"/assistance/{reference}")
    expect(elsewhere.locator("#body")).to_have_value("Redémarrez le poste.")
    second.locator("#body").fill("Ne redémarrez surtout pas.")
    second.get_by_role("button", name="Répondre", exact=True).click()
    expect(second.locator("main")).to_contain_text("La réponse est envoyée.")
    if scripts:
        first.evaluate("window.dispatchEvent(new Event('focus'))")
        expect(first.locator("#presence")).to_contain_text("Marc Dubois a écrit depuis que vous avez ouvert ce ticket.")
    first.get_by_role("button", name="Répondre", exact=True).click()
    expect(first.locator(".notice .msg")).to_contain_text("Ne redémarrez surtout pas.")
    expect(first.locator("#body")).to_have_value("Redémarrez le poste.")
    first.locator("#body").fill("Comme le dit Marc.")
    first.get_by_role("button", name="Envoyer quand même").click()
    expect(first.locator("#ticket")).to_contain_text("Comme le dit Marc.")
    expect(first.locator("#body")).to_have_value("")


@SCRIPTS
def test_an_agent_inserts_a_text_mentions_a_colleague_and_notes_the_time(open_page: OpenPage, scripts: bool) -> None:
    [reference] = report(open_page("nadia.benali", scripts=False), f"Textes types {scripts}")
    page = open_page("camille.roux", scripts=scripts)
    page.goto(f"/assistance/{reference}")
    page.locator("#text").select_option(label="Accusé de réception")
    page.get_by_role("button", name="Insérer").click()
    expect(page.locator("#body")).to_have_value(re.compile(f"Bonjour Nadia Benali.*{reference}", re.DOTALL))
    if scripts:
        expect(page.locator("#body")).to_be_focused()
    page.get_by_role("button", name="Répondre", exact=True).click()
    expect(page.locator("main")).to_contain_text("La réponse est envoyée.")
    page.locator("summary", has_text="Note interne").click()
    page.locator("#mention").select_option(label="Marc Dubois")
    page.get_by_role("button", name="Ajouter", exact=True).click()
    expect(page.locator("#note")).to_have_value(re.compile("@marc.dubois "))
    page.locator("#minutes").fill("0:20")
    page.get_by_role("button", name="Enregistrer la note").click()
    expect(page.locator("#ticket")).to_contain_text("Abonnés : Marc Dubois.")
    expect(page.locator("#ticket")).to_contain_text(re.compile(r"Temps passé : 20\smin"))


@SCRIPTS
def test_a_duplicate_is_merged_and_the_client_says_how_it_went(open_page: OpenPage, scripts: bool) -> None:
    client = open_page("nadia.benali", scripts=scripts)
    first, second = report(client, f"Signalé deux fois {scripts}", times=2)
    agent = open_page("camille.roux", scripts=scripts)
    agent.goto(f"/assistance/{second}")
    agent.get_by_role("link", name="Fusionner", exact=True).click()
    agent.locator("main [name=target]").fill(first)
    agent.get_by_role("button", name="Fusionner").dblclick()
    agent.wait_for_url(f"**/assistance/{first}")
    expect(agent.locator("main")).to_contain_text(second)
    client.goto(f"/assistance/{first}/action/cancel")
    client.locator("main form button.btn").first.dblclick()
    client.wait_for_url(f"**/assistance/{first}")
    client.locator("#satisfaction [name=score]").first.check()
    client.locator("#comment").fill("Vite compris.")
    client.get_by_role("button", name="Donner mon avis").click()
    expect(client.locator("#satisfaction")).to_contain_text("Nadia Benali")
    agent.reload()
    expect(agent.locator("#satisfaction")).to_contain_text("Vite compris.")
