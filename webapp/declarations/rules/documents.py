"""Documents that go with a return (accounts, an auditor's attestation): what a form expects, and what is attached. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp.declarations.rules.form_models.parts import Document
from webapp.texts import mark as _m
from webapp.uploads.rules.kinds import BY_EXTENSION
from webapp.uploads.rules.names import extension_of

WRONG_TYPE = _m("« %(name)s » n’est pas d’un type accepté ici : %(types)s.")
TOO_HEAVY = _m("« %(name)s » est trop lourd : %(size)s au plus.")
TOO_MANY = _m("« %(label)s » : %(count)d fichier au plus. Retirez-en un avant d’en joindre un autre.")
TOO_MANY_OF_SEVERAL = _m("« %(label)s » : %(count)d fichiers au plus. Retirez-en avant d’en joindre d’autres.")


@dataclass(frozen=True, slots=True)
class Attached:
    """A file attached to a return, for one of the documents that its form expects."""

    id: int
    document: str
    name: str
    media_type: str
    size: int
    sha256: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FrozenDocument:
    """A file as a submission lists it. `label` is what the form calls the document."""

    code: str
    label: str
    name: str
    media_type: str
    size: int
    sha256: str


def fault_of(document: Document, name: str, size: int) -> str | None:
    """What is wrong with a file (a marked text that takes name, types and size), given its name, which was held against its content."""
    kind = BY_EXTENSION.get(extension_of(name))
    if kind is None or all(BY_EXTENSION[accepted.value] is not kind for accepted in document.types):
        return WRONG_TYPE
    return TOO_HEAVY if size > document.max_size else None


def too_many(document: Document) -> str:
    """What to say beyond the number of files of a document (a marked text that takes label and count)."""
    return TOO_MANY if document.max_count == 1 else TOO_MANY_OF_SEVERAL


def missing(expected: Iterable[Document], attached: Iterable[Attached]) -> list[Document]:
    """The compulsory documents, of those expected, that have no file."""
    held = {item.document for item in attached}
    return [document for document in expected if document.required and document.code not in held]


def listed(expected: Iterable[Document], attached: Sequence[Attached]) -> list[dict[str, Any]]:
    """What a snapshot says of the files of the documents expected, in the order of the form, then of their arrival."""
    return [
        {
            "code": document.code,
            "label": document.label,
            "name": item.name,
            "type": item.media_type,
            "size": item.size,
            "sha256": item.sha256,
        }
        for document in expected
        for item in attached
        if item.document == document.code
    ]


def frozen_documents(content: dict[str, Any]) -> list[FrozenDocument]:
    """The files that a snapshot lists; none in those of formats 1 and 2."""
    return [
        FrozenDocument(item["code"], item["label"], item["name"], item["type"], item["size"], item["sha256"])
        for item in content.get("documents", ())
    ]


def replaced(before: Sequence[FrozenDocument], after: Sequence[FrozenDocument]) -> tuple[list[FrozenDocument], list[FrozenDocument]]:
    """The files that a submission no longer lists, and those that it lists anew: a file is its document and its bytes, not its name."""
    old, new = {(item.code, item.sha256) for item in before}, {(item.code, item.sha256) for item in after}
    gone = [item for item in before if (item.code, item.sha256) not in new]
    return gone, [item for item in after if (item.code, item.sha256) not in old]


def seen(attached: Collection[Attached]) -> list[str]:
    """What tells one set of files from another, for who decides on a page."""
    return sorted(f"piece~{item.id}" for item in attached)
