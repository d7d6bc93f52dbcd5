"""What happened to each invented return: filled in, submitted, justified, sent back, corrected, accepted, rectified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from webapp.accounts.models import Organisation
from webapp.actor import Actor, Role
from webapp.declarations.models import (
    Campaign,
    CellMark,
    ControlJustification,
    Return,
    ReturnDocument,
    ReturnEvent,
    ReturnMessage,
    Submission,
)
from webapp.declarations.rules import documents, workflow
from webapp.declarations.rules.form_models.registry import get_model
from webapp.declarations.rules.justifications import Justification, needs_justification, write
from webapp.declarations.rules.language.formula import CellKey
from webapp.declarations.rules.sheet import Sheet
from webapp.declarations.rules.snapshots import take_snapshot
from webapp.declarations.rules.values import Entry, ValueKind
from webapp.declarations.rules.workflow import Act, Audience, Kind
from webapp.demonstration.declaration_figures import entry_of, invent
from webapp.demonstration.declaration_files import accounts
from webapp.demonstration.world import World
from webapp.evidence.services import record

DECLARANTS = (
    "Agnès Thibault", "Karim Haddad", "Luce Perrin", "Benoît Caradec", "Mireille Santini", "Yann Prigent", "Odile Schmitt", "Samir Lopez",
    "Estelle Vasseur", "Gilles Fournier", "Maëlle Durand", "Théo Baptiste", "Rachel Lemoine",
)  # fmt: skip
REASONS = (
    "Le tableau A2 ne reprend pas les contrats de niveau 5 signés en décembre. Merci de compléter, puis de déposer à nouveau.",
    "Les charges de l’exercice précédent ne correspondent pas aux comptes certifiés. Revoir la colonne « Exercice précédent ».",
    "Une valeur paraît saisie en milliers d’euros. Merci de vérifier les montants du compte de résultat.",
)
NOTES = (
    "Ce montant ne correspond pas aux comptes certifiés joints.",
    "L’effectif a doublé en un an : merci de vérifier, ou d’expliquer.",
)
WHY = "Écart constaté et vérifié avec le commissaire aux comptes : il tient à un changement de périmètre de l’exercice."
LOW = ("demandes", "ouvriers", "engagements")
"""A figure of Transitions Pro that a warning reads: some submit it far too low, and justify it."""
RECTIFIED = {3: "rectified", 7: "rectifying"}
"""Declarants of the older year who found a mistake after the acceptance."""
UNATTACHED = ("mixed", "partial", "empty", "unfiled")
"""Returns whose accounts are still to be attached."""
EXTRA_STATES = ("accepted", "submitted", "late", "returned", "partial", "ready", "submitted", "empty", "wrong")


def at_hour(day: date, hour: int = 10) -> datetime:
    """The instant of that hour and twelve minutes (UTC) of a day."""
    return datetime.combine(day, time(hour, 12), UTC)


class Story:
    """What happened to one return."""

    def __init__(self, world: World, campaign: Campaign, file: Return, organisation: Organisation, index: int) -> None:
        self.world, self.campaign, self.file, self.organisation = world, campaign, file, organisation
        self.now = world.clock.now()
        self.random = Random(file.number)  # noqa: S311 -- invented content, not secrets
        self.plot = self._plot(index)
        self.model = get_model(campaign.model_code, campaign.model_version)
        scale = Random(organisation.name).uniform(0.35, 2.2)  # noqa: S311 -- invented content, not secrets
        self.entries: dict[CellKey, Entry] = invent(self.model, file.number, scale)
        self.person = DECLARANTS[index % len(DECLARANTS)]
        self.submissions = 0
        if index and self.plot == "submitted" and LOW in self.entries:
            self.entries[LOW] = entry_of(Decimal(1))
        self.attached: list[ReturnDocument] = []

    def _plot(self, index: int) -> str:
        if self.campaign.year == 2024:
            if index in RECTIFIED:
                return RECTIFIED[index]
            return "unfiled" if index == 9 else ("twice" if index % 4 == 2 else ("late" if index % 6 == 5 else "accepted"))
        if index == 0 and self.campaign.audience is Audience.OPCO:
            return "mixed" if self.campaign.kind is Kind.ESF else "ready"
        if index == 0 and self.campaign.audience is Audience.ATPRO:
            return "submitted"
        return EXTRA_STATES[index % len(EXTRA_STATES)]

    def tell(self) -> None:
        """Leave the return as its plot says."""
        opened = self.campaign.opens_on
        self._attach()
        match self.plot:
            case "accepted" | "late" | "submitted" | "returned" | "twice" | "rectified" | "rectifying":
                day = self.campaign.deadline + timedelta(days=4) if self.plot == "late" and self.campaign.year == 2024 else opened
                self._submit(at_hour(day + timedelta(days=0 if day != opened else self.random.randint(20, 50)), 15))
            case "partial":
                self._keep(0.45)
            case "empty" | "unfiled":
                self._keep(0.0 if self.plot == "empty" else 0.2)
            case "wrong":
                self._spoil()
            case "mixed":
                self._keep(0.8)
                self._spoil()
        if self.plot in ("returned", "twice"):
            self._decide(Act.SEND_BACK, self.random.choice(REASONS))
            self._mark()
        if self.plot == "twice":
            self._correct(2)
            self._submit(self.world.clock.now() + timedelta(days=3))
        if self.plot in ("accepted", "twice", "rectified", "rectifying") or (self.plot == "late" and self.campaign.year == 2024):
            self._decide(Act.ACCEPT, "")
        if self.plot in ("rectified", "rectifying"):
            self._rectify()

    def _attach(self) -> None:
        if self.model.documents and self.plot not in UNATTACHED:
            at = at_hour(self.campaign.opens_on + timedelta(days=12), 9)
            self.attached = [accounts(self.world, self.file, self.organisation, self.person, at)]

    def _rectify(self) -> None:
        """A figure found wrong after the acceptance; the declarant opens the return again."""
        self.world.clock.set(min(self.world.clock.now() + timedelta(days=20), self.now - timedelta(hours=4)))
        self._move(Act.RECTIFY, self._declarant(), reason="Une convention de décembre a été comptée deux fois dans les charges.")
        self._correct(1)
        if self.plot == "rectified":
            self._submit(self.world.clock.now() + timedelta(days=1))
            self._decide(Act.ACCEPT, "")

    def _mark(self) -> None:
        """Two cells asked for one by one, and a question about the first."""
        for index, (key, note) in enumerate(zip(self._marked(), NOTES, strict=True)):
            at = self.world.clock.now()
            mark = CellMark(
                organisation_id=self.organisation.id,
                return_id=self.file.id,
                rank=self.submissions,
                table_code=key[0],
                row_code=key[1],
                column_code=key[2],
                label=self.model.label(key)[:600],
                note=note,
                by=self._agent().account_id,
                by_name=self._agent().name,
                at=at,
                sent_at=at,
                settled_at=at if self.plot == "twice" else None,
                settled_by_name=self._agent().name if self.plot == "twice" else "",
            )
            self.world.session.add(mark)
            if index == 0 and self.plot == "returned":
                self.world.session.flush()
                self._ask(mark)

    def _ask(self, mark: CellMark) -> None:
        at = min(self.world.clock.now() + timedelta(hours=5), self.now - timedelta(minutes=30))
        self.file.question_at = at
        self.world.session.add(
            ReturnMessage(
                organisation_id=self.organisation.id,
                return_id=self.file.id,
                mark_id=mark.id,
                body="Faut-il retenir la date de signature ou celle du premier versement ?",
                by=None,
                by_name=self.person,
                from_agent=False,
                at=at,
            )
        )

    def _marked(self) -> list[CellKey]:
        figures = [key for key, entry in self.entries.items() if entry.value is not None]
        return [figures[len(figures) // 3], figures[len(figures) // 2]]

    def _correct(self, part: int) -> None:
        """Change figures that no control reads, so that a comparison has something to show."""
        read = {key for control in self.model.controls for key in control.reads}
        read |= {key for cell in self.model.cells.values() for key in cell.reads}
        free = [(key, entry.value) for key, entry in self.entries.items() if entry.value is not None and key not in read]
        for key, value in free[:part]:
            self.entries[key] = entry_of(value + 1)

    def rows(self) -> list[dict[str, object]]:
        """The cells, for one bulk insert."""
        at = min(self.world.clock.now(), at_hour(self.campaign.opens_on + timedelta(days=self.random.randint(2, 19)), 14))
        if self.entries:
            self.file.figures_at = at
        return [
            {
                "organisation_id": self.organisation.id,
                "return_id": self.file.id,
                "table_code": key[0],
                "row_code": key[1],
                "column_code": key[2],
                "kind": entry.kind,
                "raw": entry.raw,
                "value": entry.value,
                "version": 1,
                "edited_by_name": self.person,
                "edited_at": at,
            }
            for key, entry in self.entries.items()
        ]

    def _keep(self, part: float) -> None:
        tables = list(self.model.tables)
        kept = set(tables[: round(len(tables) * part)])
        self.entries = {key: entry for key, entry in self.entries.items() if key[0] in kept}

    def _spoil(self) -> None:
        """One unreadable text, one "non communiqué", and one figure that no longer adds up."""
        keys = [key for key in self.entries if self.model.cells[key].unit.is_figure]
        cell = self.model.cells[keys[len(keys) // 3]]
        self.entries[cell.key] = cell.read("12 345,6 environ")
        self.entries[keys[len(keys) // 5]] = Entry(ValueKind.NOT_COMMUNICATED, "NC")
        first = self.model.controls[0].cells[0]
        for key in (first, *keys):
            value = self.entries[key].value if key in self.entries else None
            if value is not None and key in self.model.controls[0].cells:
                self.entries[key] = entry_of(value + 12)
                return

    def _declarant(self) -> Actor:
        return Actor(
            None, self.person, self.organisation.id, self.organisation.name, self.organisation.kind, frozenset({Role.DECLARANT}), None
        )

    def _agent(self) -> Actor:
        if self.file.region == "Bretagne":
            return self.world.actor("soizic.legoff", "ministere")
        return self.world.actor("paul.lambert", "ministere")

    def _submit(self, at: datetime) -> None:
        at = min(at, self.now - timedelta(hours=2))
        self.world.clock.set(at)
        self.submissions += 1
        receipt = workflow.receipt_number(self.file.number, self.submissions)
        declarant = {
            "name": self.organisation.name,
            "siret": self.organisation.siret or "",
            "region": self.organisation.region or "",
        }
        sheet = Sheet(self.model, self.entries)
        warned = [found for found in sheet.findings() if needs_justification(found)]
        justified = {found.control.code: replace(write(found, WHY, sheet), by=self.person, at=at) for found in warned}
        self._justify(justified, at)
        text = workflow.canonical(
            take_snapshot(
                sheet,
                receipt=receipt,
                number=self.file.number,
                declarant=declarant,
                by=self.person,
                at=at,
                justified=justified,
                documents=self._freeze(sheet),
            )
        )
        late = workflow.timing(self.campaign.deadline, at) is workflow.Timing.LATE
        self.world.session.add(
            Submission(
                organisation_id=self.organisation.id,
                return_id=self.file.id,
                rank=self.submissions,
                receipt=receipt,
                submitted_at=at,
                submitted_by=None,
                submitted_by_name=self.person,
                late=late,
                snapshot=text,
                sha256=workflow.digest(text),
            )
        )
        self.file.submitted_at = at
        self._move(Act.SUBMIT, self._declarant(), receipt=receipt, detail={"sha256": workflow.digest(text), "late": late})

    def _freeze(self, sheet: Sheet) -> list[dict[str, object]]:
        """The files of a submission, which keeps them."""
        for row in self.attached:
            row.last_rank = self.submissions
        known = [
            documents.Attached(row.id, row.document_code, row.name, row.media_type, row.size, row.sha256, row.by_name, row.at)
            for row in self.attached
        ]
        return documents.listed(sheet.expected_documents(), known)

    def _justify(self, justified: Mapping[str, Justification], at: datetime) -> None:
        """What the declarant wrote of its warnings; a later submission justifies its own figures."""
        for code, explained in justified.items():
            self.world.session.merge(
                ControlJustification(
                    organisation_id=self.organisation.id,
                    return_id=self.file.id,
                    control_code=code,
                    text=explained.text,
                    covers=explained.covers,
                    opinion=explained.opinion,
                    by_name=self.person,
                    at=at,
                    submitted=True,
                )
            )

    def _decide(self, act: Act, reason: str) -> None:
        at = min(self.world.clock.now() + timedelta(days=self.random.randint(2, 9)), self.now - timedelta(hours=1))
        self.world.clock.set(at)
        self._move(act, self._agent(), reason=reason)

    def _move(
        self, act: Act, actor: Actor, *, reason: str = "", receipt: str | None = None, detail: dict[str, object] | None = None
    ) -> None:
        now = self.world.clock.now()
        transition = workflow.TRANSITIONS[act]
        if act is Act.ACCEPT:
            self.file.acceptances, self.file.accepted_rank = self.file.acceptances + 1, self.submissions
        self.file.state, self.file.changed_at = workflow.arrival(act, self.file.state, self.file.acceptances), now
        self.world.session.add(
            ReturnEvent(
                organisation_id=self.organisation.id,
                return_id=self.file.id,
                act=act,
                at=now,
                by_name=actor.name,
                reason=reason,
                receipt=receipt,
            )
        )
        facts = {key: value for key, value in {"receipt": receipt, "reason": reason, **(detail or {})}.items() if value not in (None, "")}
        record(
            self.world.session,
            actor,
            self.world.clock,
            action=transition.evidence,
            subject=f"déclaration {self.file.number}",
            organisation_id=self.organisation.id,
            detail=facts,
        )
