"""How one-time passwords reach people: a file, and mail through a real SMTP server on this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from gst_ims.core.errors import OtpUndelivered
from gst_ims.core.gstin import Gstin
from gst_ims.portal.access.notifier import FileNotifier, NoNotifier, SmtpNotifier

GSTIN = Gstin("27AAPFU0939F1ZV")


class Mailbox:
    """An SMTP server's handler that keeps mails, and refuses those to refused@example.com."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if address == "refused@example.com":
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        return "250 OK"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.fixture(scope="module")
def running() -> Iterator[Controller]:
    controller = Controller(Mailbox(), hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture
def mailbox(running: Controller) -> Mailbox:
    running.handler.envelopes.clear()
    return running.handler


@pytest.fixture
def notifier(running: Controller) -> SmtpNotifier:
    return SmtpNotifier("127.0.0.1", running.port, "ims@example.com")


def test_the_mail_goes_to_the_username(mailbox: Mailbox, notifier: SmtpNotifier) -> None:
    notifier.send_otp(GSTIN, "tax.team@example.com", "012345")
    (envelope,) = mailbox.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("ims@example.com", ["tax.team@example.com"])


@pytest.mark.parametrize("word", ["012345", GSTIN, "10 minutes"])
def test_the_mail_says_what_it_is_about(mailbox: Mailbox, notifier: SmtpNotifier, word: str) -> None:
    notifier.send_otp(GSTIN, "tax.team@example.com", "012345")
    assert word.encode() in message_from_bytes(mailbox.envelopes[0].content).get_payload(decode=True)


def test_the_password_is_not_in_the_subject(mailbox: Mailbox, notifier: SmtpNotifier) -> None:
    """Subjects are shown on locked screens."""
    notifier.send_otp(GSTIN, "tax.team@example.com", "012345")
    assert "012345" not in message_from_bytes(mailbox.envelopes[0].content)["Subject"]


def test_a_mail_that_the_server_refuses_is_undelivered(mailbox: Mailbox, notifier: SmtpNotifier) -> None:
    with pytest.raises(OtpUndelivered):
        notifier.send_otp(GSTIN, "refused@example.com", "012345")


@pytest.mark.parametrize(
    "username",
    [
        *("acme.com", "", "@", "a@", "@b", '"', "<>", "[]", "a@[", "a b@c.d", "(", "a:b@c;"),
        *("a@b.c\r\nBcc: x@y.z", "a@b.c\nx", "a@b.c,d@e.f", "a@b.c, d@e.f"),
    ],
)
def test_a_username_that_is_no_mail_address_is_undelivered(
    mailbox: Mailbox, notifier: SmtpNotifier, username: str
) -> None:
    with pytest.raises(OtpUndelivered):
        notifier.send_otp(GSTIN, username, "012345")
    assert mailbox.envelopes == []


def test_a_mail_server_that_is_down_is_undelivered() -> None:
    with pytest.raises(OtpUndelivered):
        SmtpNotifier("127.0.0.1", free_port(), "ims@example.com").send_otp(GSTIN, "a@example.com", "012345")


def test_a_mail_server_that_does_not_exist_is_undelivered() -> None:
    with pytest.raises(OtpUndelivered):
        SmtpNotifier("mail.invalid", 25, "ims@example.com").send_otp(GSTIN, "a@example.com", "012345")


def test_a_server_that_speaks_something_else_is_undelivered() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        client = SmtpNotifier(address[0], address[1], "ims@example.com")
        listener.listen()

        def hang_up() -> None:
            connection, _ = listener.accept()
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(OtpUndelivered):
            client.send_otp(GSTIN, "a@example.com", "012345")
        thread.join()


def test_without_a_mail_server_a_file_has_the_passwords_and_the_log_has_not(tmp_path: Path) -> None:
    notifier = FileNotifier(tmp_path / "passwords")
    with structlog.testing.capture_logs() as logs:
        notifier.send_otp(GSTIN, "acme.com", "012345")
        notifier.send_otp(GSTIN, "acme.com", "543210")
    assert notifier.path.read_text() == f"{GSTIN} 012345\n{GSTIN} 543210\n"
    assert logs == []


def test_nobody_else_reads_the_file_of_passwords(tmp_path: Path) -> None:
    notifier = FileNotifier(tmp_path / "passwords")
    notifier.send_otp(GSTIN, "acme.com", "012345")
    assert notifier.path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as logs, pytest.raises(OtpUndelivered):
        FileNotifier(tmp_path / "nowhere" / "passwords").send_otp(GSTIN, "acme.com", "012345")
    assert "012345" not in str(logs)


def test_a_portal_that_signs_nobody_in_delivers_nothing() -> None:
    with pytest.raises(OtpUndelivered):
        NoNotifier().send_otp(GSTIN, "acme.com", "012345")


def test_a_failed_mail_s_log_line_has_no_password() -> None:
    with structlog.testing.capture_logs() as logs, pytest.raises(OtpUndelivered):
        SmtpNotifier("127.0.0.1", free_port(), "ims@example.com").send_otp(GSTIN, "a@example.com", "012345")
    assert "012345" not in str(logs)
