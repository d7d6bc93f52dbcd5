"""Asking for a publication, taking the request back, and telling the body once that its version is online (FX-8a)."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Organisation
from webapp.accounts.queries import people_to_notify
from webapp.actor import SYSTEM, Actor, Role
from webapp.clock import Clock
from webapp.errors import Conflict, Invalid
from webapp.evidence.services import record
from webapp.folding import fold
from webapp.outbox.services import enqueue
from webapp.scopes import mails, queries
from webapp.scopes.models import Dossier, PublishedLine, PublishedVersion
from webapp.scopes.rules import snapshot
from webapp.scopes.rules.activities import activity
from webapp.scopes.rules.check import Finding, blocks, check_scope
from webapp.scopes.rules.lines import Difference, Line, difference, digest
from webapp.scopes.rules.publication import effective_instant
from webapp.scopes.rules.states import EVIDENCE, Act, after
from webapp.scopes.services.files import open_file, require, settle, subject


@dataclass(frozen=True, slots=True)
class Review:
    """What a person reads before asking: the findings, what changes online, and a fingerprint of exactly that draft."""

    lines: Sequence[Line]
    findings: Sequence[Finding]
    changes: Difference
    fingerprint: str
    effective_at: datetime
    baseline_version: int

    @property
    def may_be_asked(self) -> bool:
        """Tell whether nothing blocks the publication."""
        return not blocks(self.findings)


def _fingerprint(lines: Sequence[Line]) -> str:
    parts = [[line.number, digest(line.general, line.cells)] for line in lines]
    return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()


def review(session: Session, clock: Clock, dossier_id: int, activity_code: str) -> Review:
    """Check the draft of a file that the caller has loaded and authorised, as it stands now."""
    now = clock.now()
    lines = queries.draft_lines(session, dossier_id)
    last = queries.last_effective(session, dossier_id, now)
    baseline = queries.version_lines(session, last.id) if last is not None else None
    since = last.requested_at if last is not None else None
    generals = [queries.facts_of(row, since) for row in queries.general_scope(session, dossier_id)]
    findings = check_scope(activity(activity_code), lines, generals, baseline, last.number if last else None)
    return Review(
        lines,
        findings,
        difference(baseline or (), lines),
        _fingerprint(lines),
        effective_instant(now),
        last.number if last is not None else 0,
    )


def request_publication(session: Session, actor: Actor, clock: Clock, number: str, fingerprint: str) -> PublishedVersion:
    """Freeze the draft that was reviewed as the next version, public at the next 00:00 in Paris.

    :class:`Conflict` when the draft is no longer the one that was reviewed; :class:`Invalid` when the control blocks it.
    """
    file = open_file(session, actor, clock, number)
    require(actor, Act.REQUEST, file)
    seen = review(session, clock, file.id, file.activity)
    if seen.fingerprint != fingerprint:
        raise Conflict(_("Le brouillon a changé depuis votre relecture : relisez la demande avant de la confirmer."))
    if not seen.may_be_asked:
        raise Invalid({"publication": _("Corrigez les lignes signalées avant de demander la publication.")})
    version = _freeze(session, actor, clock, file, seen)
    file.stored = after(Act.REQUEST, file.stored)
    file.version_number = version.number
    file.effective_at, file.requested_at, file.requested_by = version.effective_at, version.requested_at, actor.account_id
    file.updated_at = clock.now()
    record(
        session,
        actor,
        clock,
        action=EVIDENCE[Act.REQUEST] or "",
        subject=subject(file),
        organisation_id=file.organisation_id,
        detail={
            "version": version.number,
            "sha256": version.sha256,
            "lines": version.line_count,
            "effective_at": version.effective_at.isoformat(),
        },
    )
    return version


def _freeze(session: Session, actor: Actor, clock: Clock, file: Dossier, seen: Review) -> PublishedVersion:
    name = session.get_one(Organisation, file.organisation_id).name
    head = snapshot.VersionHead(file.number, name, file.version_number + 1, clock.now(), seen.effective_at)
    generals = [
        snapshot.GeneralTitle(row.code, row.title, row.flexibility.value, row.status.value)
        for row in queries.general_scope(session, file.id)
    ]
    image = snapshot.build(head, activity(file.activity), generals, seen.lines)
    text = snapshot.canonical(image)
    version = PublishedVersion(
        organisation_id=file.organisation_id,
        dossier_id=file.id,
        number=head.version,
        organisation_name=name,
        requested_at=head.requested_at,
        requested_by=actor.account_id,
        effective_at=head.effective_at,
        snapshot=text,
        snapshot_head=snapshot.read_head(image),
        sha256=snapshot.sha256(text),
        line_count=len(seen.lines),
    )
    session.add(version)
    session.flush()
    if seen.lines:
        session.execute(insert(PublishedLine), published_rows(version.organisation_id, version.id, seen.lines))
    return version


def published_rows(organisation_id: int, version_id: int, lines: Sequence[Line]) -> list[dict[str, object]]:
    """Return the rows that let the register page and search a version without reading its snapshot."""
    return [
        {
            "organisation_id": organisation_id,
            "version_id": version_id,
            "position": position,
            "number": line.number,
            "general_code": line.general,
            "cells": dict(line.cells),
            "search_text": fold(" ".join(value for value in line.cells.values() if value)),
        }
        for position, line in enumerate(lines, start=1)
    ]


def drop_pending(session: Session, file: Dossier) -> str:
    """Forget the version that was asked for and is not yet in effect; return its digest. It never was public."""
    version = session.scalars(
        select(PublishedVersion).where(PublishedVersion.dossier_id == file.id, PublishedVersion.number == file.version_number)
    ).one()
    digest_of_version = version.sha256
    session.execute(delete(PublishedLine).where(PublishedLine.version_id == version.id))
    session.delete(version)
    session.flush()
    file.version_number -= 1
    previous = session.scalar(
        select(PublishedVersion).where(PublishedVersion.dossier_id == file.id, PublishedVersion.number == file.version_number)
    )
    file.effective_at = previous.effective_at if previous else None
    file.requested_at = previous.requested_at if previous else None
    file.requested_by = previous.requested_by if previous else None
    return digest_of_version


def withdraw_request(session: Session, actor: Actor, clock: Clock, number: str) -> Dossier:
    """Take a request back before it takes effect; :class:`Conflict` from the very instant of its effect."""
    file = open_file(session, actor, clock, number)
    require(actor, Act.WITHDRAW_REQUEST, file)
    asked = file.version_number
    digest_of_version = drop_pending(session, file)
    file.stored = after(Act.WITHDRAW_REQUEST, file.stored)
    file.updated_at = clock.now()
    record(
        session,
        actor,
        clock,
        action=EVIDENCE[Act.WITHDRAW_REQUEST] or "",
        subject=subject(file),
        organisation_id=file.organisation_id,
        detail={"version": asked, "sha256": digest_of_version},
    )
    return file


def notify_published(session: Session, clock: Clock, public_url: str) -> int:
    """Record each publication that has taken effect and mail its body's editors, once; return how many were new.

    Run twice or by two machines at once, it notifies once: the version is locked, marked in the same transaction, and the
    mail's key is the version's.
    """
    due = session.execute(
        select(PublishedVersion, Dossier)
        .join(Dossier, Dossier.id == PublishedVersion.dossier_id)
        .where(PublishedVersion.notified_at.is_(None), PublishedVersion.effective_at <= clock.now())
        .order_by(PublishedVersion.id)
        .with_for_update()
    ).all()
    for version, file in due:
        settle(session, clock, file)
        version.notified_at = clock.now()
        record(
            session,
            SYSTEM,
            clock,
            action=EVIDENCE[Act.TAKE_EFFECT] or "",
            subject=subject(file),
            organisation_id=file.organisation_id,
            detail={"version": version.number, "sha256": version.sha256, "effective_at": version.effective_at.isoformat()},
        )
        if version.withdrawn_at is None:
            _mail(session, clock, version, file, f"{public_url}/registre/{file.number}")
    return len(due)


def _mail(session: Session, clock: Clock, version: PublishedVersion, file: Dossier, link: str) -> None:
    title, body = mails.published(file.number, version.number, version.effective_at, link)
    for person in people_to_notify(session, file.organisation_id, Role.SCOPE_EDITOR):
        key = f"scope-published:{version.id}:{person.account_id}"
        enqueue(session, clock, to=person.email, subject=title, body=body, key=key)
