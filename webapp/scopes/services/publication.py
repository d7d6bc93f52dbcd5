"""Asking for a publication, taking the request back, and telling the body once that its version is online (FX-8a)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from webapp.accounts.models import Organisation
from webapp.actor import Actor
from webapp.clock import PARIS, Clock
from webapp.errors import Conflict, Invalid
from webapp.evidence.services import record
from webapp.folding import fold
from webapp.scopes import queries
from webapp.scopes.models import Dossier, PublishedLine, PublishedVersion
from webapp.scopes.rules import snapshot
from webapp.scopes.rules.activities import ColumnRole, activity, public_cells
from webapp.scopes.rules.check import Finding, blocks, check_scope
from webapp.scopes.rules.flexibility import RuleSet, in_force
from webapp.scopes.rules.lines import Difference, Line, difference, fingerprint
from webapp.scopes.rules.publication import effective_instant
from webapp.scopes.rules.states import EVIDENCE, Act, after
from webapp.scopes.rules.values import clean_text
from webapp.scopes.services.files import open_file, require, subject, why_not

#: Characters of the name of a version or of a draft.
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Review:
    """What a person reads before asking: the findings, what changes online, and a fingerprint of exactly what would be frozen."""

    lines: Sequence[Line]
    generals: Sequence[snapshot.GeneralTitle]
    findings: Sequence[Finding]
    changes: Difference
    fingerprint: str
    effective_at: datetime
    baseline_version: int
    rules: RuleSet

    @property
    def may_be_asked(self) -> bool:
        """Tell whether nothing blocks the publication."""
        return not blocks(self.findings)


def review(session: Session, clock: Clock, dossier_id: int, activity_code: str) -> Review:
    """Check the draft of a file that the caller has loaded and authorised, as it stands now."""
    now = clock.now()
    lines = queries.draft_lines(session, dossier_id)
    last = queries.last_effective(session, dossier_id, now)
    baseline = queries.version_lines(session, last.id) if last is not None else None
    since = last.requested_at if last is not None else None
    scope = queries.general_scope(session, dossier_id)
    generals, titles = [queries.facts_of(row, since) for row in scope], queries.titles_of(scope)
    of, today = activity(activity_code), now.astimezone(PARIS).date()
    site = of.column_of(ColumnRole.SITE)
    asked = site is not None and any(line.cells.get(site.key) for line in lines)
    sites = queries.site_names(session, dossier_id) if asked else None
    findings = check_scope(of, lines, generals, baseline, last.number if last else None, today=today, sites=sites)
    return Review(
        lines,
        titles,
        findings,
        difference(baseline or (), lines),
        fingerprint(lines, *(asdict(title) for title in titles)),
        effective_instant(now),
        last.number if last is not None else 0,
        in_force(of.reference, today),
    )


def request_publication(session: Session, actor: Actor, clock: Clock, number: str, reviewed: str, name: str = "") -> PublishedVersion:
    """Freeze the draft that was reviewed as the next version, public at the next 00:00 in Paris.

    ``reviewed`` is the fingerprint of the review; ``name`` is for the body's own use and is never published.
    :class:`Conflict` when the draft is no longer the one that was reviewed; :class:`Invalid` when the control blocks it.
    """
    file = open_file(session, actor, clock, number)
    require(actor, Act.REQUEST, file)
    seen = review(session, clock, file.id, file.activity)
    if seen.fingerprint != reviewed:
        raise Conflict(_("Le brouillon a changé depuis votre relecture : relisez la demande avant de la confirmer."))
    if not seen.may_be_asked:
        raise Invalid({"publication": _("Corrigez les lignes signalées avant de demander la publication.")})
    version = _freeze(session, actor, clock, file, seen, checked_name(name))
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


def _freeze(session: Session, actor: Actor, clock: Clock, file: Dossier, seen: Review, name: str) -> PublishedVersion:
    organisation = session.get_one(Organisation, file.organisation_id).name
    # A clock that was set back does not make a version older than the one before it.
    effective_at = effective_instant(max(clock.now(), file.effective_at or clock.now()))
    head = snapshot.VersionHead(file.number, organisation, file.version_number + 1, clock.now(), effective_at)
    image = snapshot.build(head, activity(file.activity), seen.generals, seen.lines, seen.rules)
    text = snapshot.canonical(image)
    version = PublishedVersion(
        organisation_id=file.organisation_id,
        dossier_id=file.id,
        number=head.version,
        organisation_name=organisation,
        name=name,
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


def checked_name(name: str) -> str:
    """Return the name of a version or of a draft, on one line; :class:`Invalid` when it is too long."""
    clean = clean_text(name)
    if len(clean) > LONGEST_NAME:
        raise Invalid({"nom": _("Raccourcissez le nom : %(limit)d caractères au plus.", limit=LONGEST_NAME)})
    return clean


def published_rows(organisation_id: int, version_id: int, lines: Sequence[Line]) -> list[dict[str, object]]:
    """Return the rows that let the register page and search a version without reading its snapshot; private cells stay out."""
    shown = [(line, public_cells(line.cells)) for line in lines]
    return [
        {
            "organisation_id": organisation_id,
            "version_id": version_id,
            "position": position,
            "number": line.number,
            "general_code": line.general,
            "cells": cells,
            "search_text": fold(" ".join(value for value in cells.values() if value)),
        }
        for position, (line, cells) in enumerate(shown, start=1)
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
    asked, effective_at = file.version_number, file.effective_at
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
    session.flush()
    if effective_at is not None and clock.now() >= effective_at:  # midnight has passed while we worked: the register has shown it
        raise Conflict(why_not(Act.WITHDRAW_REQUEST, file.stored, asked))
    return file
