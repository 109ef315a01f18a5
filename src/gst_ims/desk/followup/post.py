"""How messages leave: by mail, and by webhooks that are signed as Standard Webhooks has it.

Each is tried once here; the job queue tries again. What a person or a log gets to see of a failure names no address and
no secret.
"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import SOCK_STREAM
from urllib.parse import urlsplit

import httpx2
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from gst_ims import __version__
from gst_ims.core.errors import ImsError, Invalid

#: A server that hasn't answered after so many seconds is taken for dead.
TIMEOUT = 20.0

_XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# An IPv4 address in the clothes of IPv6: NAT64.
_NAT64 = IPv6Network("64:ff9b::/96")
# All of IPv6 that has been given out (RFC 4291): what lies outside isn't anybody's, or an old form of something inside.
_GIVEN_OUT = IPv6Network("2000::/3")


class Undelivered(ImsError):
    """The message couldn't be delivered."""

    def __init__(self, message: str, *, final: bool = False) -> None:
        """`final`: trying again can't help."""
        super().__init__(message)
        self.final = final


@dataclass(frozen=True)
class Letter:
    """What goes out. `name` is the same each time it is tried, so that a receiver knows what he has already."""

    name: str
    address: str
    subject: str
    body: str
    at: datetime
    attachment: bytes | None = None
    #: Of a webhook's signature.
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Mail:
    """The mail server that takes our mail. With a user it must speak TLS: a password never goes in the clear."""

    host: str
    port: int = 25
    sender: str = "ims@localhost"
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = False

    def __post_init__(self) -> None:
        """Raises Invalid for a password that would go in the clear."""
        if self.user and not self.starttls:
            raise Invalid("IMS_SMTP_USER needs IMS_SMTP_STARTTLS=1: a password doesn't go over the wire in the clear.")

    def send(self, letter: Letter) -> None:
        """Hand a letter to the server. Raises Undelivered."""
        try:
            with smtplib.SMTP(self.host, self.port, timeout=TIMEOUT) as server:
                if self.starttls:
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(self._message(letter))
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            words = f"The mail server refuses the address ({', '.join(map(str, codes))})."
            raise Undelivered(words, final=all(code >= 500 for code in codes)) from None
        except smtplib.SMTPResponseException as error:
            raise Undelivered(f"The mail server says {error.smtp_code} ({type(error).__name__}).") from None
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise Undelivered(f"The mail server isn't there, or breaks off ({type(error).__name__}).") from None

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, letter.address, letter.subject
        message["Message-ID"] = f"<{letter.name}@{self.sender.rpartition('@')[2]}>"
        message["Date"] = format_datetime(letter.at)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.body)
        if letter.attachment is not None:
            message.add_attachment(letter.attachment, maintype="application", subtype=_XLSX, filename="documents.xlsx")
        return message


@dataclass(frozen=True)
class Post:
    """The ways out. Without a mail server mail waits; `private` lets webhooks go to addresses that aren't public."""

    mail: Mail | None = None
    private: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Post:
        """As IMS_SMTP_* and IMS_WEBHOOK_PRIVATE say. Raises Invalid."""
        host = environment.get("IMS_SMTP_HOST", "")
        told = environment.get("IMS_SMTP_PORT", "")
        if told and not (told.isdecimal() and 0 < int(told) < 65536):
            raise Invalid(f"IMS_SMTP_PORT is {told!r}: give a port, such as 587.")
        mail = Mail(
            host,
            int(told or 25),
            environment.get("IMS_SMTP_SENDER", "ims@localhost"),
            environment.get("IMS_SMTP_USER", ""),
            environment.get("IMS_SMTP_PASSWORD", ""),
            environment.get("IMS_SMTP_STARTTLS", "") == "1",
        )
        return cls(mail if host else None, environment.get("IMS_WEBHOOK_PRIVATE", "") == "1")

    def send(self, channel: str, letter: Letter) -> None:
        """Try once. Raises Undelivered."""
        if channel == "webhook":
            asyncio.run(_call(letter, private=self.private))
        elif self.mail is None:
            raise Undelivered("There is no mail server: set IMS_SMTP_HOST.")
        else:
            self.mail.send(letter)


async def _call(letter: Letter, *, private: bool) -> None:
    parts = urlsplit(letter.address)
    try:
        async with asyncio.timeout(TIMEOUT):  # of all of it: one who sends byte by byte has no more
            host, port = parts.hostname or "", parts.port or {"https": 443}.get(parts.scheme, 80)
            await _post(letter, host, await _resolve(host, port, private))
    except TimeoutError:
        raise Undelivered("The webhook's server doesn't answer in time.") from None
    except EmptyWebhookSecretError:
        words = "The contact has another webhook by now, or none: ask anew."
        raise Undelivered(words, final=True) from None
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
        raise Undelivered(f"The webhook's server isn't there, or breaks off ({type(error).__name__}).") from None


async def _resolve(host: str, port: int, private: bool) -> str:
    """The address that is called. All of a name's addresses must be public, else one of them might be taken."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=SOCK_STREAM)
    addresses = [ip_address(str(it[4][0]).partition("%")[0]) for it in found]
    if not private and not all(map(is_public, addresses)):
        raise Undelivered("The webhook's address isn't public: set IMS_WEBHOOK_PRIVATE=1 to allow it.", final=True)
    return str(addresses[0])


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is an address of the public internet, whatever it is dressed as."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner:
            return is_public(inner)
        if address not in _GIVEN_OUT:
            return False
    return address.is_global and not address.is_multicast


async def _post(letter: Letter, host: str, address: str) -> None:
    # By the address that was looked at, not by the name: it could lead elsewhere by now. TLS still asks for the name.
    url = httpx2.URL(letter.address)
    signed = Webhook(letter.secret).sign(letter.name, letter.at.astimezone(UTC), letter.body)
    headers = {
        **{"host": url.netloc.decode(), "content-type": "application/json", "user-agent": f"gst-ims/{__version__}"},
        **{"webhook-id": letter.name, "webhook-timestamp": str(int(letter.at.timestamp()))},
        "webhook-signature": signed,
    }
    async with httpx2.AsyncClient(trust_env=False, timeout=TIMEOUT) as client:
        request = client.build_request(
            "POST",
            url.copy_with(host=address),
            content=letter.body.encode(),
            headers=headers,
            extensions={"sni_hostname": host},
        )
        # What it answers beside the status is its own affair.
        answer = await client.send(request, stream=True, follow_redirects=False)
        await answer.aclose()
    if not answer.is_success:
        raise Undelivered(f"The webhook's server says {answer.status_code}.", final=answer.status_code == 410)
