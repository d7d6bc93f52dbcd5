"""The tables of the declarations counter."""

from webapp.declarations.models.body_record import BodyRecord
from webapp.declarations.models.campaign import Campaign, ControlOverride
from webapp.declarations.models.documents import ReturnDocument
from webapp.declarations.models.exchange import CellMark, ReturnMessage
from webapp.declarations.models.offline import DeclarationImport
from webapp.declarations.models.returns import CellValue, Return, ReturnEvent, Submission
from webapp.declarations.models.sharing import ControlJustification, ReturnPresence, SectionShare
from webapp.declarations.models.steps import CellComment, EntryChange, EntryStep

__all__ = [
    "BodyRecord",
    "Campaign",
    "CellComment",
    "CellMark",
    "CellValue",
    "ControlJustification",
    "ControlOverride",
    "DeclarationImport",
    "EntryChange",
    "EntryStep",
    "Return",
    "ReturnDocument",
    "ReturnEvent",
    "ReturnMessage",
    "ReturnPresence",
    "SectionShare",
    "Submission",
]
