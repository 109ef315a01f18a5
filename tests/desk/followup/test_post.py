"""The ways out: a mail server with and without TLS, and a webhook's server that fails, hangs and leads elsewhere."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook
from tests.desk.followup.conftest import SECRET, Mailbox, Receiver, free_port

from gst_ims.core.clock import IST, SystemClock
from gst_ims.core.errors import Invalid
from gst_ims.desk.followup import post as posting
from gst_ims.desk.followup.post import Letter, Mail, Post, Undelivered, is_public

AT = datetime(2025, 11, 5, 10, tzinfo=IST)
BODY = json.dumps({"type": "ims.documents.asked", "text": "₹ 1,23,456.00 – नमस्ते"}, ensure_ascii=False)
LETTER = Letter("ims.27X.7", "accounts@pune.example.in", "Please look: ₹", "Dear Sir,\n", AT, b"PK xlsx")


def letter(receiver: Receiver, path: str = "/hook", **more: Any) -> Letter:
    return replace(LETTER, address=f"{receiver.url}{path}", body=BODY, secret=SECRET, **more)


def test_a_mail_is_text_with_the_documents_attached(post: Post, mailbox: Mailbox) -> None:
    post.send("email", LETTER)
    (mail,) = mailbox.mails
    (attached,) = mail.iter_attachments()
    assert (mail["Subject"], mail["From"], mail["To"]) == (LETTER.subject, "desk@konkan.example.in", LETTER.address)
    assert (mail["Message-ID"], mail["Date"].datetime) == ("<ims.27X.7@konkan.example.in>", AT)
    assert (attached.get_filename(), attached.get_content()) == ("documents.xlsx", b"PK xlsx")
    assert mail.get_body(("plain",)).get_content().splitlines() == ["Dear Sir,"]  # type: ignore[union-attr]


def test_a_refused_address_is_final(post: Post, mailbox: Mailbox) -> None:
    with pytest.raises(Undelivered, match="550") as refused:
        post.send("email", replace(LETTER, address="refused@example.in"))
    assert refused.value.final
    assert "refused@" not in str(refused.value)


def test_a_busy_server_is_not_final(post: Post, mailbox: Mailbox) -> None:
    mailbox.busy = 1
    with pytest.raises(Undelivered, match="451") as busy:
        post.send("email", LETTER)
    assert not busy.value.final


def test_a_server_that_is_not_there_is_not_final() -> None:
    with pytest.raises(Undelivered, match="isn't there") as gone:
        Post(Mail("127.0.0.1", free_port())).send("email", LETTER)
    assert not gone.value.final


def test_without_a_mail_server_mail_waits() -> None:
    with pytest.raises(Undelivered, match="IMS_SMTP_HOST") as waits:
        Post().send("email", LETTER)
    assert not waits.value.final


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of localhost, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[Controller]:
    """A mail server that takes mail of those only who sign in, after STARTTLS."""

    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"desk", b"open sesame")
        return AuthResult(success=right, handled=False)

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    controller = Controller(
        Mailbox(),
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=authenticate,
    )
    controller.start()
    yield controller
    controller.stop()


def test_with_a_user_mail_goes_over_tls(secure: Controller, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    Mail("localhost", secure.port, "desk@x.in", "desk", "open sesame", starttls=True).send(LETTER)
    assert len(secure.handler.envelopes) == 1


def test_a_wrong_password_is_said_without_it(
    secure: Controller, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    mail = Mail("localhost", secure.port, "desk@x.in", "desk", "close sesame", starttls=True)
    with pytest.raises(Undelivered, match="535") as wrong:
        mail.send(LETTER)
    assert "sesame" not in f"{wrong.value!r} {mail!r} {LETTER!r}"


def test_a_certificate_of_somebody_else_is_not_trusted(secure: Controller) -> None:
    with pytest.raises(Undelivered, match="SSL"):
        Mail("localhost", secure.port, "desk@x.in", "desk", "open sesame", starttls=True).send(LETTER)
    assert secure.handler.envelopes == []


def test_a_password_never_goes_in_the_clear() -> None:
    with pytest.raises(Invalid, match="IMS_SMTP_STARTTLS"):
        Mail("localhost", user="desk", password="open sesame")


def test_the_environment_says_how_mail_goes() -> None:
    told = {"HOST": "mail.example.in", "PORT": "587", "SENDER": "a@b.in", "USER": "u", "PASSWORD": "p", "STARTTLS": "1"}
    made = Post.from_environment({f"IMS_SMTP_{name}": value for name, value in told.items()})
    assert made == Post(Mail("mail.example.in", 587, "a@b.in", "u", "p", starttls=True), private=False)
    assert Post.from_environment({"IMS_WEBHOOK_PRIVATE": "1"}) == Post(None, private=True)


@pytest.mark.parametrize("port", ["smtp", "0", "70000", "-1"])
def test_a_wrong_port_is_said(port: str) -> None:
    with pytest.raises(Invalid, match="IMS_SMTP_PORT"):
        Post.from_environment({"IMS_SMTP_HOST": "x", "IMS_SMTP_PORT": port})


def test_a_webhook_is_signed_as_standard_webhooks_has_it(post: Post, receiver: Receiver) -> None:
    post.send("webhook", letter(receiver, at=SystemClock().now()))
    ((path, headers, body),) = receiver.calls
    assert Webhook(SECRET).verify(body, headers) == json.loads(BODY)
    assert (path, headers["webhook-id"], headers["content-type"]) == ("/hook", "ims.27X.7", "application/json")
    assert headers["host"] == receiver.url.removeprefix("http://")


def test_the_signature_is_of_the_moment_not_of_its_zone(post: Post, receiver: Receiver) -> None:
    post.send("webhook", letter(receiver))
    ((_, headers, _),) = receiver.calls
    assert headers["webhook-timestamp"] == str(int(AT.timestamp()))
    assert headers["webhook-signature"] == Webhook(SECRET).sign("ims.27X.7", AT.astimezone(UTC), BODY)


@pytest.mark.parametrize(("status", "final"), [(500, False), (404, False), (429, False), (410, True), (302, False)])
def test_any_other_answer_than_yes_is_a_failure(post: Post, receiver: Receiver, status: int, final: bool) -> None:
    receiver.answers = [status]
    with pytest.raises(Undelivered, match=str(status)) as failed:
        post.send("webhook", letter(receiver))
    assert failed.value.final == final
    assert len(receiver.calls) == 1  # nobody is led elsewhere


def test_a_server_that_hangs_is_left(post: Post, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "TIMEOUT", 0.2)
    receiver.answers = [None]
    with pytest.raises(Undelivered, match=r"in time|breaks off"):
        post.send("webhook", letter(receiver))


def test_a_server_that_sends_byte_by_byte_is_left(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time, and all of them don't."""
    monkeypatch.setattr(posting, "TIMEOUT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                try:
                    while True:
                        connection.sendall(b"H")
                        time.sleep(0.05)
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        with pytest.raises(Undelivered):
            post.send("webhook", replace(LETTER, address=f"http://127.0.0.1:{port}/", secret=SECRET, attachment=None))
        thread.join(10)
        assert not thread.is_alive()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"])
def test_no_webhook_leads_into_the_house(receiver: Receiver, host: str) -> None:
    port = receiver.url.rpartition(":")[2]
    with pytest.raises(Undelivered) as refused:
        Post().send("webhook", replace(letter(receiver), address=f"http://{host}:{port}/"))
    assert refused.value.final or "isn't there" in str(refused.value)
    assert receiver.calls == []


NOT_PUBLIC = [
    *("10.0.0.1", "172.16.3.4", "192.168.1.1", "127.1.2.3", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
    *("::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "ff0e::1", "::"),
    *("::127.0.0.1", "::ffff:0:127.0.0.1", "fec0::1", "64:ff9b:1::a00:1", "4000::1"),
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_what_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_address_in_other_clothes_is_what_it_is(address: Any) -> None:
    for dressed in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert is_public(ip_address(dressed)) == is_public(address)
