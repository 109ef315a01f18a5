"""How one-time passwords reach people: by mail, or into a file of a portal that has no mail server. Never the log."""

from __future__ import annotations

import os
import re
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

import structlog

from gst_ims.core.errors import OtpUndelivered
from gst_ims.core.gstin import Gstin

log = structlog.get_logger()

# One plain address: the mail parser of the standard library stumbles over broken ones.
ADDRESS = re.compile(r"[^@\s,;:<>()\[\]\"\\]+@[^@\s,;:<>()\[\]\"\\]+")


class Notifier(Protocol):
    """Delivers a one-time password to the taxpayer's user."""

    def send_otp(self, gstin: Gstin, username: str, code: str) -> None:
        """Raises OtpUndelivered."""
        ...


class NoNotifier:
    """Of a portal that signs nobody in."""

    def send_otp(self, gstin: Gstin, username: str, code: str) -> None:
        raise OtpUndelivered


@dataclass(frozen=True)
class FileNotifier:
    """Adds the password to a file that no other user can read: whoever runs the portal passes it on."""

    path: Path

    def send_otp(self, gstin: Gstin, username: str, code: str) -> None:
        try:
            with open(self.path, "a", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                file.write(f"{gstin} {code}\n")
        except OSError as error:
            log.warning("one-time password not written", error=error.strerror)
            raise OtpUndelivered from error


@dataclass(frozen=True)
class SmtpNotifier:
    """Mails the password to the username, which then is a mail address."""

    host: str
    port: int
    sender: str

    def send_otp(self, gstin: Gstin, username: str, code: str) -> None:
        if not ADDRESS.fullmatch(username):
            log.warning("mail not sent: the username isn't a mail address")
            raise OtpUndelivered
        message = EmailMessage()
        message["From"], message["To"] = self.sender, username
        message["Subject"] = f"One-time password for {gstin}"
        message.set_content(f"{code} is your one-time password for {gstin}. It is valid for 10 minutes.\n")
        try:
            with smtplib.SMTP(self.host, self.port, timeout=10) as server:
                server.send_message(message)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            # A refusal names the address.
            log.warning("mail not sent", error=type(error).__name__)
            raise OtpUndelivered from error
