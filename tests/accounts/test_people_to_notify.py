"""Who is mailed when something awaits them."""

from sqlalchemy import update

from tests.conftest import People
from webapp.accounts.models import Account
from webapp.accounts.queries import people_to_notify, people_with_role
from webapp.actor import Role
from webapp.db import GuichetSession


def test_who_gave_up_notices_is_left_out_of_them_but_keeps_the_role(session: GuichetSession, people: People) -> None:
    # SO-31
    organisation = people.organisations["laboratoire"].id
    assert [row.full_name for row in people_to_notify(session, organisation, Role.SCOPE_EDITOR)] == ["Editrice"]
    session.execute(update(Account).where(Account.username == "editrice").values(mail_notices=False))
    assert not people_to_notify(session, organisation, Role.SCOPE_EDITOR)
    assert len(people_with_role(session, organisation, Role.SCOPE_EDITOR)) == 1
