"""What htmx swaps into a page is what a fresh load of that page shows."""

import re

import pytest

from tests.support.client import CheckingClient
from tests.support.demo import demonstration
from tests.support.swap import part, swap

pytestmark = [pytest.mark.both_databases, pytest.mark.xdist_group("demonstration")]
HTMX = {"HX-Request": "true"}


def same_as_a_fresh_load(
    client: CheckingClient, before: str, answer: str, target: str | None, url: str, select: str | None = None
) -> list[str]:
    """Fail unless each part that the answer changes is the same in a fresh load of ``url``; return the parts' ids."""
    tree, changed = swap(before, answer, target, select=select)
    client.get(url)
    fresh = client.tree
    for identifier in changed:
        assert part(tree, identifier) == part(fresh, identifier), identifier
    return changed


def test_a_saved_line_of_a_scope() -> None:
    client = demonstration().browser("claire.fontaine")
    url = "/portees/1-0042"
    before = client.get(url).text
    line = client.tree.cssselect("tbody tr[id^=l]")[4].get("id")
    client.get(f"{url}?ligne={line[1:]}")
    field = client.tree.cssselect(f"#{line} input[form]:not([type=hidden]), #{line} textarea[form]")[0].get("name")
    answer = client.submit(f"form#f{line}", {field: "Eaux d'essai <b>&"}, headers=HTMX)
    assert answer.status_code == 200
    changed = same_as_a_fresh_load(client, before, answer.text, f"#{line}", url)
    assert {line, "etat", "gestes"} <= set(changed)


def test_a_saved_cell_of_a_return() -> None:
    client = demonstration().browser("ines.garnier")
    url = "/declarations/ESF-2025-OPCO-0001/tableaux/alt_contrats"
    before = client.get(url).text
    cell = client.tree.cssselect("#lignes input.fig")[0]
    name = cell.get("name")
    token = client.tree.cssselect("input[name=csrf_token]")[0].get("value")
    seen = next(node.get("value") for node in client.tree.cssselect("input[type=hidden]") if node.get("name") == f"{name}~")
    answer = client.post(url, data={"csrf_token": token, name: "59 061", f"{name}~": seen}, headers=HTMX)
    assert answer.status_code == 200
    changed = same_as_a_fresh_load(client, before, answer.text, None, url)
    assert {"controles", "p-alt_contrats", "pas", cell.get("id").replace("i-", "v-")} <= set(changed)
    assert len(changed) >= 5  # the totals that moved come along


def test_an_answered_ticket() -> None:
    client = demonstration().browser("camille.roux")
    client.get("/assistance/file")
    links = [node.get("href") for node in client.tree.cssselect("main a[hx-get]")]
    url = next(link for link in links if re.fullmatch(r"/assistance/INC-\d{4}-\d{6}-.", link))
    before = client.get(url).text
    answer = client.submit("form#reponse", {"body": "Nous regardons."}, "Répondre", headers={**HTMX, "HX-Target": "ticket"})
    assert answer.status_code == 200
    assert same_as_a_fresh_load(client, before, answer.text, "#ticket", url, select="#ticket") == ["ticket"]


def test_a_filtered_queue() -> None:
    client = demonstration().browser("camille.roux")
    before = client.get("/assistance/file").text
    url = "/assistance/file?q=export"
    answer = client.get(url, headers={**HTMX, "HX-Target": "file"})
    assert same_as_a_fresh_load(client, before, answer.text, "#file", url, select="#file") == ["file"]
