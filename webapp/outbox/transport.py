"""The two ways out for mail: an SMTP server, or files in a folder that a demonstration can read."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from webapp.config import Settings
from webapp.outbox.models import OutboxMessage

SMTP_TIMEOUT_SECONDS = 20


class Transport(Protocol):
    """Sends one message or raises ``OSError`` (of which ``smtplib.SMTPException`` is a kind)."""

    def send(self, message: OutboxMessage) -> None:
        """Hand the message over."""
        ...


def as_email(message: OutboxMessage, sender: str) -> EmailMessage:
    """Return the message in the form of RFC 5322, marked as sent by a machine (RFC 3834)."""
    email = EmailMessage()
    email["From"] = sender
    email["To"] = message.recipient
    email["Subject"] = message.subject
    email["Date"] = format_datetime(message.created_at)
    email["Message-ID"] = message.message_id
    email["Auto-Submitted"] = "auto-generated"
    email.set_content(message.body, cte="8bit")
    return email


class FolderTransport:
    """Writes each mail as an ``.eml`` file named by its Message-ID, so that a second try replaces the first."""

    def __init__(self, folder: Path, sender: str) -> None:
        self.folder = folder
        self.sender = sender

    def send(self, message: OutboxMessage) -> None:
        """Write the file beside its final name, then rename it: a reader never sees half a mail."""
        self.folder.mkdir(parents=True, exist_ok=True)
        final = self.folder / f"{message.created_at:%Y%m%dT%H%M%S}-{message.message_id[1:17]}.eml"
        partial = final.with_suffix(".part")
        partial.write_bytes(as_email(message, self.sender).as_bytes())
        partial.replace(final)


class SmtpTransport:
    """Hands each mail to the server of ``MAIL_URL`` (smtp, smtp+starttls or smtps)."""

    def __init__(self, url: str, sender: str) -> None:
        self.url = urlsplit(url)
        self.sender = sender

    def send(self, message: OutboxMessage) -> None:
        """Open a connection, authenticate when the address has a user, and send."""
        with self._connect() as server:
            if self.url.scheme == "smtp+starttls":
                server.starttls(context=ssl.create_default_context())
            if self.url.username:
                server.login(unquote(self.url.username), unquote(self.url.password or ""))
            server.send_message(as_email(message, self.sender))

    def _connect(self) -> smtplib.SMTP:
        host = self.url.hostname or "localhost"
        if self.url.scheme == "smtps":
            return smtplib.SMTP_SSL(host, self.url.port or 465, timeout=SMTP_TIMEOUT_SECONDS, context=ssl.create_default_context())
        return smtplib.SMTP(host, self.url.port or 25, timeout=SMTP_TIMEOUT_SECONDS)


def transport_for(settings: Settings) -> Transport:
    """Return the way out that the settings ask for."""
    if settings.mail_url:
        return SmtpTransport(settings.mail_url, settings.mail_from)
    return FolderTransport(settings.mail_dir, settings.mail_from)
