"""Files kept between two sendings of one form: stored, not yet in use, named in the form by a signed word.

Nothing is written to the database for them: when the form never comes back the sweeper takes the files away.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer

from webapp.uploads.rules.kinds import BY_EXTENSION, OCTETS
from webapp.uploads.rules.names import extension_of
from webapp.uploads.storage import Stored

#: Shorter than the time after which unused files are swept.
HELD_FOR = timedelta(hours=24)
_SALT = "held-file"


@dataclass(frozen=True, slots=True)
class Held:
    """A stored file that waits for the act it comes with."""

    stored: Stored
    name: str

    @property
    def media_type(self) -> str:
        """What a download declares: decided by the name, which was held against the content."""
        kind = BY_EXTENSION.get(extension_of(self.name))
        return kind.media_type if kind else OCTETS


def token_of(held: Held, owner: int, secret: str) -> str:
    """Return the word by which the form names the file; it serves its owner (an account) only, for a day."""
    value: list[Any] = [held.stored.key, held.stored.size, held.stored.sha256, held.name, owner]
    signed = URLSafeTimedSerializer(secret, salt=_SALT).dumps(value)
    return signed if isinstance(signed, str) else signed.decode()


def held_by(token: str, owner: int, secret: str) -> Held | None:
    """Return the file that a form names, or None when the word is not ours, not for this account, or too old."""
    try:
        key, size, sha256, name, whose = URLSafeTimedSerializer(secret, salt=_SALT).loads(token, max_age=int(HELD_FOR.total_seconds()))
    except (BadData, ValueError, TypeError):
        return None
    return Held(Stored(key, size, sha256), name) if whose == owner else None
