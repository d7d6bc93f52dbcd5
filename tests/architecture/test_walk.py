"""Every page that links lead to: it answers, cheaply, in a fixed order, and shows no other organisation's objects."""

import re

import pytest

from tests.support.demo import demonstration, walked
from tests.support.statements import unordered_rows_reversed
from tests.support.walk import endpoint_of
from webapp.demonstration import sign_ins
from webapp.web.access import ACCESS

pytestmark = pytest.mark.xdist_group("demonstration")

USERNAMES = [*dict.fromkeys(row["username"] for row in sign_ins())]
#: Statements of a page, the two of authentication included.
MOST_STATEMENTS = 6
#: Pages that gather from several areas: one or two statements more for each.
GATHERING = {
    "desk.home": 12,
    "desk.search": 12,
    "declarations.overview": 7,  # figures, exchange, history, justifications
    "declarations.submission": 8,  # figures, justifications, sharing, who signs, who is there
    "declarations.table": 8,  # figures, marks, steps, comments, justifications, who is there
    "helpdesk.queue": 16,  # with the ticket of ?t= beside it
    "helpdesk.report": 8,
    "helpdesk.ticket": 10,
    "helpdesk.qualify": 8,
    "helpdesk.edit_report": 8,
    "helpdesk.review_report": 8,
    "helpdesk.report_preview": 8,
    "scopes.preview_import": 9,  # the draft, and what its lines are held to
    "scopes.corrected_file": 9,
    "scopes.edit": 7,  # the first time that a process needs the methods of a version; six from then on
    "scopes.publication": 8,
    "contracts.edit_contract": 9,
    "helpdesk.recommit": 8,
    "helpdesk.shift_day_removal": 9,
    "helpdesk.shift_level": 9,
    "administration.person": 8,
}
#: What differs between two showings of the same page.
CHANGING = re.compile(r'(name="(?:csrf_token|once)" value=")[^"]*|(X-CSRFToken[^,]*")[^"]*"')
#: Pages of no link: they are reached from a mail, or only when something went wrong.
FROM_MAIL = {
    "accounts.activation",
    "accounts.new_password",
    "accounts.confirm_address",
    "accounts.set_password",
    "helpdesk.confirm_report",
    "helpdesk.follow",
}
#: What only a page's script or picture asks for.
FROM_PAGE = {"helpdesk.measure", "helpdesk.preview"}

#: Pages that a form, a gate or a rare state of an object leads to.
FROM_FORM = {
    "accounts.forgotten_sent",
    "administration.choose_organisation",
    "administration.mailbox_message",
    "declarations.cell",
    "declarations.choose_cell",
    "declarations.comparison",  # of a return that was submitted twice
    "declarations.offline_preview",  # of a workbook that was sent
    "helpdesk.end_work",  # while accepted work is under way
    "helpdesk.look_up",
    "helpdesk.report_preview",
    "helpdesk.review_report",
    "helpdesk.shift_day",
    "scopes.chosen",
    "helpdesk.shift_site",
    "scopes.choose_comparison",
    "helpdesk.public_report_sent",
    "terms.acceptance",
}
#: Objects that belong to no organisation: the service levels are the operator's offer; the figures at one address
#: are each person's own.
OF_NOBODY = {"helpdesk.figures", "helpdesk.figure_image", "helpdesk.figure_csv", "helpdesk.figure_workbook", "contracts.level"}


@pytest.mark.parametrize("username", [None, *USERNAMES])
def test_every_link_leads_to_a_page_that_answers(username: str | None) -> None:
    wrong = {url: page.status_code for url, page in walked(username).pages.items() if page.status_code not in {200, 303}}
    assert not wrong


@pytest.mark.parametrize("username", [None, *USERNAMES])
def test_a_page_takes_few_statements(username: str | None) -> None:
    demo, wrong, seen = demonstration(), [], walked(username)
    for url, page in seen.pages.items():
        found = endpoint_of(demo.app, url)
        if page.status_code != 200 or found is None:
            continue
        if seen.statements[url] > GATHERING.get(found[0], MOST_STATEMENTS):
            wrong.append(f"{seen.statements[url]:3} {found[0]:32} {url}")
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("username", [None, *USERNAMES])
def test_no_page_depends_on_an_order_that_nobody_asked_for(username: str | None) -> None:
    demo, wrong = demonstration(), []
    if demo.database.engine.dialect.name != "sqlite":
        return
    browser = demo.browser(username)
    browser.get("/")
    comparable = {"text/html", "text/csv", "application/json"}
    pages = {url: page for url, page in walked(username).pages.items() if page.mimetype in comparable and page.status_code == 200}
    with unordered_rows_reversed(demo.database.engine):
        turned = {url: CHANGING.sub(r"\1", browser.get(url).text) for url in pages}
    for url, page in pages.items():
        # A page may also have changed since the walk saw it; then it is looked at again.
        if turned[url] != CHANGING.sub(r"\1", page.text) and turned[url] != CHANGING.sub(r"\1", browser.get(url).text):
            wrong.append(url)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("username", sorted({"claire.fontaine", "ines.garnier", "nadia.benali"}))
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "fragment"])
def test_another_organisation_s_objects_do_not_exist(username: str, headers: dict[str, str]) -> None:
    # FX-7b, FL-7.1
    demo = demonstration()
    other = demo.browser(demo.others[username])
    tried, wrong = 0, []
    for url in walked(username).pages:
        found = endpoint_of(demo.app, url)
        if found is None or not found[1] or ACCESS[found[0]].public or found[0].startswith("terms.") or found[0] in OF_NOBODY:
            continue
        tried += 1
        status = other.get(url, headers=headers).status_code
        if status not in {403, 404}:
            wrong.append(f"GET {url} ({found[0]}) → {status}")
    other.get("/plan-du-site")
    token = other.tree.cssselect("input[name=csrf_token]")[0].get("value")
    for form in walked(username).forms:
        found = endpoint_of(demo.app, form.action, "POST")
        if form.method != "post" or found is None or not found[1] or ACCESS[found[0]].public:
            continue
        tried += 1
        data = {**dict(form.fields), "csrf_token": token}
        status = other.post(form.action, data=data, headers=headers).status_code
        if status not in {403, 404}:
            wrong.append(f"POST {form.action} ({found[0]}) → {status}")
    assert tried >= 5
    assert not wrong, "\n".join(wrong)


def test_every_page_is_reached_by_somebody() -> None:
    demo = demonstration()
    reached = set().union(*(walked(username).endpoints for username in (None, *USERNAMES)))
    pages = {rule.endpoint for rule in demo.app.url_map.iter_rules() if "GET" in (rule.methods or set()) and rule.endpoint != "static"}
    fragments = {
        found[0] for username in USERNAMES for url in walked(username).fragments if (found := endpoint_of(demo.app, url)) is not None
    }
    assert pages - reached - fragments - FROM_MAIL - FROM_FORM - FROM_PAGE == set(), "no link leads there"


@pytest.mark.parametrize("username", USERNAMES)
def test_every_form_and_link_shown_is_one_that_the_person_may_use(username: str) -> None:
    demo = demonstration()
    browser = demo.browser(username)
    browser.get("/plan-du-site")
    wrong = []
    for form in walked(username).forms:
        found = endpoint_of(demo.app, form.action, form.method.upper())
        if found is None:
            wrong.append(f"{form.page}: {form.method} {form.action} leads nowhere")
            continue
        with demo.app.test_request_context():
            access = ACCESS[found[0]]
        with demo.database.reader() as session:
            from webapp.accounts.models import Account, Membership

            roles = session.query(Membership.role).join(Account).filter(Account.username == username).order_by(Membership.id).all()
        if not access.public and access.roles and not access.roles & {row.role for row in roles}:
            wrong.append(f"{form.page}: {form.method} {form.action} is not for {username}")
    assert not wrong, "\n".join(wrong)
