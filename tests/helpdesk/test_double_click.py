"""Every button of the help desk, pressed twice: what it does is done once, and the second press leads where the first did."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urljoin

import pytest
from lxml import html as lxml_html
from sqlalchemy import func, literal, select, union_all

from tests.support.client import form_fields
from tests.support.demo import Demo, new_demonstration
from tests.support.walk import endpoint_of, walk
from webapp.db import Base

pytestmark = pytest.mark.xdist_group("double clicks")

#: What counts requests, not what they did.
UNCOUNTED = {"once_token", "account_session", "sign_in_attempt", "kept_request"}
#: The buttons that must be met: a walk that no longer finds them proves nothing.
MET = {
    "act",
    "archive_canned_text",
    "assign",
    "attach_diagnosis",
    "edit_canned_text",
    "edit_saved_view",
    "edit_team",
    "end_absence",
    "following",
    "keyboard",
    "message",
    "new_absence",
    "new_canned_text",
    "new_saved_view",
    "new_team",
    "qualify",
    "recommit",
    "remove_link",
    "remove_saved_view",
    "report",
    "satisfaction",
    "spend_time",
    "split_ticket",
    "tags",
}


#: Where a walk sets out, so that it need not cross the whole portal to find the desk's own screens.
DOORS = tuple(f"/assistance/{name}" for name in ("signaler", "file", "textes", "equipes", "absences", "vues", "clavier", "diagnostic"))
#: What somebody would type where a text will not do.
TYPED = {"minutes": "45", "contact_email": "essai@exemple.invalid", "contact_phone": "01 23 45 67 89"}


@dataclass(frozen=True)
class Button:
    """A button of a form, as it stands on a page."""

    page: str
    action: str
    name: str
    value: str


@cache
def demo() -> Demo:
    """A demonstration of this file's own: its buttons do what they say."""
    return new_demonstration("doubles")


def buttons(page: Any, address: str) -> Iterator[tuple[Button, Any]]:
    for form in page.cssselect("form[method=post]"):
        for button in form.cssselect("button:not([type=button])"):
            action = urljoin(address, button.get("formaction") or form.get("action") or address)
            yield Button(address, action, button.get("name") or "", button.get("value") or ""), form


def filled(form: Any, button: Button) -> dict[str, Any]:
    """Return what the form sends once somebody has filled in what was empty, and ticked its first box."""
    data: dict[str, Any] = {}
    for name, value in form_fields(form):
        data.setdefault(name, []).append(value)
    for control in form.cssselect("textarea[name], input[name], select[name]"):
        name, kind = control.get("name"), control.get("type", "text")
        if any(data.get(name, [])):
            continue
        if control.tag == "select":
            data[name] = [option.get("value") for option in control.cssselect("option") if option.get("value")][:1] or data[name]
        elif kind in {"checkbox", "radio"}:
            data[name] = [control.get("value", "on")]
        elif kind == "date":
            data[name] = ["2026-12-21"]
        elif control.tag == "textarea" or kind in {"text", "email", "tel"}:
            data[name] = [TYPED.get(name, "Texte de l’essai")]
    return data | ({button.name: [button.value]} if button.name else {})


def sizes() -> dict[str, int]:
    """Return how many rows each table has, in one statement."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in UNCOUNTED]
    counts = union_all(*(select(literal(table.name), func.count()).select_from(table) for table in tables))
    with demo().database.reader() as session:
        return {row[0]: row[1] for row in session.execute(counts)}


def found_by(username: str) -> dict[tuple[Any, ...], Button]:
    """Return one button of each kind that a person meets: where it sends, and what it says there."""
    browser, found = demo().browser(username), dict[tuple[Any, ...], Button]()
    for address, answer in walk(browser, start="/assistance", limit=200, extra=DOORS).pages.items():
        at = endpoint_of(demo().app, address)
        if not at or not at[0].startswith("helpdesk.") or answer.mimetype != "text/html" or answer.status_code != 200:
            continue
        for button, _form in buttons(lxml_html.fromstring(answer.text), address):
            target = endpoint_of(demo().app, button.action, "POST")
            if target and target[0].startswith("helpdesk."):
                found.setdefault((target[0], target[1].get("verb"), button.name, button.value), button)
    return found


def test_a_double_click_on_any_button_acts_once() -> None:
    wrong, met = [], set()
    for username in ("nadia.benali", "marc.dubois"):
        browser = demo().browser(username)
        for key, button in sorted(found_by(username).items(), key=lambda item: item[0][1] is not None):  # what ends a ticket comes last
            if browser.get(button.page).status_code != 200:
                continue
            form = next((form for other, form in buttons(browser.tree, button.page) if other == button), None)
            if form is None:  # an earlier press took it away
                continue
            data = filled(form, button)
            first = browser.post(button.action, data=data)
            after = sizes()
            second = browser.post(button.action, data=data)
            grown = {name: number - after[name] for name, number in sizes().items() if number != after[name]}
            if (second.status_code, second.location) != (first.status_code, first.location) or grown:
                wrong.append(f"{username} {key} {first.status_code} {first.location} → {second.status_code} {second.location} {grown}")
            if first.status_code == 303:
                met.add(key[0].removeprefix("helpdesk."))
    assert not wrong, "\n".join(wrong)
    assert met >= MET, f"not met: {sorted(MET - met)}"
