"""Lists of organisations and people, for who manages them."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Account, Membership, Organisation
from webapp.accounts.policies import is_administrator
from webapp.actor import Actor, OrganisationKind, Role
from webapp.db import Rows
from webapp.folding import like, words
from webapp.outbox.models import OutboxMessage
from webapp.web.lists import ListState

ORGANISATION_SORTS = {"nom": Organisation.name, "genre": Organisation.kind, "ville": Organisation.city, "creation": Organisation.created_at}
PERSON_SORTS = {"nom": Account.full_name, "identifiant": Account.username, "adresse": Account.email, "validite": Account.expires_on}
MAIL_STATES = ("attente", "partis", "abandonnes", "annules")


def _organisations(state: ListState) -> Select[Any]:
    people = select(func.count(Membership.account_id.distinct())).where(Membership.organisation_id == Organisation.id).scalar_subquery()
    query = select(
        Organisation.id,
        Organisation.name,
        Organisation.kind,
        Organisation.city,
        Organisation.region,
        Organisation.siret,
        Organisation.closed_at,
        people.label("people"),
    )
    if state.filters["genre"] in set(OrganisationKind):
        query = query.where(Organisation.kind == OrganisationKind(state.filters["genre"]))
    for word in words(state.filters["texte"]):
        query = query.where(Organisation.search_text.like(like(word), escape="\\"))
    if state.filters["etat"] == "fermees":
        query = query.where(Organisation.closed_at.is_not(None))
    elif state.filters["etat"] != "toutes":
        query = query.where(Organisation.closed_at.is_(None))
    return query


def organisations(session: Session, state: ListState) -> tuple[Rows, int]:
    """Return one page of organisations (with the number of their people), and how many there are in all."""
    query = _organisations(state)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(state.order(ORGANISATION_SORTS), Organisation.id).offset(state.offset).limit(state.size)
    return session.execute(ordered).all(), total


def _status(state: str, today: date) -> ColumnElement[bool] | None:
    conditions: dict[str, ColumnElement[bool]] = {
        "invites": Account.activated_at.is_(None) & Account.deactivated_at.is_(None),
        "fermes": Account.deactivated_at.is_not(None),
        "perimes": Account.expires_on < today,
    }
    return conditions.get(state)


def _people(actor: Actor, state: ListState, today: date) -> Any:
    query = select(
        Account.id, Account.full_name, Account.username, Account.email, Account.activated_at, Account.deactivated_at, Account.expires_on
    )
    memberships = select(Membership.id).where(Membership.account_id == Account.id)
    narrowed = memberships
    if not is_administrator(actor):
        narrowed = narrowed.where(Membership.organisation_id == actor.organisation_id)
    elif state.filters["organisation"].isascii() and state.filters["organisation"].isdigit():
        narrowed = narrowed.where(Membership.organisation_id == int(state.filters["organisation"][:9]))
    if state.filters["role"] in set(Role):
        narrowed = narrowed.where(Membership.role == Role(state.filters["role"]))
    if narrowed is not memberships:
        query = query.where(narrowed.exists())
    condition = _status(state.filters["etat"], today)
    if condition is not None:
        query = query.where(condition)
    for word in words(state.filters["texte"]):
        query = query.where(Account.search_text.like(like(word), escape="\\"))
    return query


def people(session: Session, actor: Actor, state: ListState, today: date) -> tuple[Rows, dict[int, list[Any]], int]:
    """Return one page of the people whom the actor manages, their roles by account, and how many there are in all."""
    query = _people(actor, state, today)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.execute(query.order_by(state.order(PERSON_SORTS), Account.id).offset(state.offset).limit(state.size)).all()
    return rows, roles_of(session, actor, [row.id for row in rows]), total


def roles_of(session: Session, actor: Actor, account_ids: list[int]) -> dict[int, list[Any]]:
    """Return the roles (id, role, region, organisation_id, organisation, kind, granted_at) of each account that the actor may know."""
    query = (
        select(
            Membership.id,
            Membership.account_id,
            Membership.role,
            Membership.region,
            Membership.granted_at,
            Membership.organisation_id,
            Organisation.name.label("organisation"),
            Organisation.kind,
        )
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.account_id.in_(account_ids))
        .order_by(Organisation.name, Membership.id)
    )
    if not is_administrator(actor):
        query = query.where(Membership.organisation_id == actor.organisation_id)
    found: dict[int, list[Any]] = {}
    for row in session.execute(query).all():
        found.setdefault(row.account_id, []).append(row)
    return found


def open_organisations(session: Session) -> Rows:
    """Return the open organisations (id, name, kind, region), by name: for choice lists."""
    return session.execute(
        select(Organisation.id, Organisation.name, Organisation.kind, Organisation.region)
        .where(Organisation.closed_at.is_(None))
        .order_by(Organisation.name, Organisation.id)
    ).all()


def mails(session: Session, state: ListState) -> tuple[Rows, int]:
    """Return one page of the outbox without the bodies, newest first, and how many mails there are in all."""
    query = select(
        OutboxMessage.id,
        OutboxMessage.recipient,
        OutboxMessage.subject,
        OutboxMessage.created_at,
        OutboxMessage.not_before,
        OutboxMessage.attempts,
        OutboxMessage.delivered_at,
        OutboxMessage.abandoned_at,
        OutboxMessage.cancelled_at,
        OutboxMessage.last_error,
    )
    waiting = OutboxMessage.delivered_at.is_(None) & OutboxMessage.abandoned_at.is_(None) & OutboxMessage.cancelled_at.is_(None)
    conditions = {
        "attente": waiting,
        "partis": OutboxMessage.delivered_at.is_not(None),
        "abandonnes": OutboxMessage.abandoned_at.is_not(None),
        "annules": OutboxMessage.cancelled_at.is_not(None),
    }
    if state.filters["etat"] in conditions:
        query = query.where(conditions[state.filters["etat"]])
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.execute(query.order_by(OutboxMessage.id.desc()).offset(state.offset).limit(state.size)).all()
    return rows, total


def people_of_organisation(session: Session, organisation_id: int) -> Rows:
    """Return the people of an organisation with one of their roles a row (id, full_name, email, role, region, states), by name."""
    return session.execute(
        select(
            Account.id,
            Account.full_name,
            Account.email,
            Account.activated_at,
            Account.deactivated_at,
            Account.expires_on,
            Membership.role,
            Membership.region,
        )
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.organisation_id == organisation_id)
        .order_by(Account.full_name, Account.id, Membership.id)
        .limit(500)
    ).all()
