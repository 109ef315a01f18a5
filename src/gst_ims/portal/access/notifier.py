"""How one-time passwords reach people: by mail, or into the log of a portal that has no mail server."""

from __future__ import annotations

import re
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
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


class LogNotifier:
    """Writes the password to the portal's log: whoever runs the portal passes it on."""

    def send_otp(self, gstin: Gstin, username: str, code: str) -> None:
        log.info("one-time password", gstin=gstin, username=username, otp=code)


@dataclass(frozen=True)
class SmtpNotifier:
    """Mails the password to the username, which then is a mail address."""

    host: str
    port: int
    sender: str

    def send_otp(self, gstin: Gstin, username: str, code: str) -> None:
        if not ADDRESS.fullmatch(username):
            log.warning("mail not sent: the username isn't a mail address", gstin=gstin)
            raise OtpUndelivered
        message = EmailMessage()
        message["From"], message["To"] = self.sender, username
        message["Subject"] = f"One-time password for {gstin}"
        message.set_content(f"{code} is your one-time password for {gstin}. It is valid for 10 minutes.\n")
        try:
            with smtplib.SMTP(self.host, self.port, timeout=10) as server:
                server.send_message(message)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            log.warning("mail not sent", gstin=gstin, error=str(error))
            raise OtpUndelivered from error
