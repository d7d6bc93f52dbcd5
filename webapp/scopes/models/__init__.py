"""The tables of the scopes counter."""

from webapp.scopes.models.draft import DraftLine, NamedDraft, ScopeChange, ScopeImport, ScopePresence, ScopeStep
from webapp.scopes.models.file import Decision, Dossier, DossierAccess, DossierSite, GeneralLine
from webapp.scopes.models.published import FrozenVersionError, PublishedLine, PublishedVersion, VersionAnnex

__all__ = [
    "Decision",
    "Dossier",
    "DossierAccess",
    "DossierSite",
    "DraftLine",
    "FrozenVersionError",
    "GeneralLine",
    "NamedDraft",
    "PublishedLine",
    "PublishedVersion",
    "ScopeChange",
    "ScopeImport",
    "ScopePresence",
    "ScopeStep",
    "VersionAnnex",
]
