"""`ims serve` where it is exposed: what its log says, TLS, how many it listens to, and its trail."""

from __future__ import annotations

import datetime as dt
import shutil
import signal
import socket
import ssl
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from litestar import Litestar
from tests.api import BASE, data, gstin, invoice

from gst_ims.cli import server
from gst_ims.database.embedded import EmbeddedServer

from .test_serve import Served, run, start

SELLER, BUYER = gstin("24", 71), gstin("27", 72)


@dataclass
class Exposed:
    """A portal in production, over TLS."""

    served: Served
    tls: ssl.SSLContext
    http: httpx.Client
    said: dict[str, str]

    def taxpayer(self, who: str) -> dict[str, str]:
        """Sign in with the password that the file has. Returns the headers of his calls."""
        headers = {"x-api-key": self.said["x-api-key"]}
        secret = {"x-api-secret": self.said["x-api-secret"]}
        token = self.http.post("/authenticate", headers=headers | secret).json()["data"]["access_token"]
        body = {"username": f"{who}@private.example", "gstin": who}
        data(self.http.post(f"{BASE}/otp", headers=headers | {"authorization": token}, json=body))
        line = (self.served.data_dir / "one-time-passwords").read_text().splitlines()[-1]
        code = line.removeprefix(f"{who} ")
        self.said[f"password of {who}"] = code
        answer = self.http.post(f"{BASE}/otp/verify?otp={code}", headers=headers | {"authorization": token}, json=body)
        self.said[f"token of {who}"] = data(answer)["access_token"]
        return headers | {"authorization": self.said[f"token of {who}"]}

    @property
    def log(self) -> str:
        """What was logged since the credentials were shown."""
        return (self.served.data_dir / "stderr").read_text().partition("shown this once.")[2]


def certificate(directory: Path) -> tuple[Path, Path]:
    """One that the machine itself has signed, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(__import__("ipaddress").ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = directory / "cert.pem", directory / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    key_file.write_bytes(key.private_bytes(*pem))
    return cert_file, key_file


@pytest.fixture(scope="module")
def exposed() -> Iterator[Exposed]:
    directory = Path(tempfile.mkdtemp(prefix="gst-ims-cli-"))
    cert, key = certificate(directory)
    served = start(directory, "--tls-cert", str(cert), "--tls-key", str(key))
    tls = ssl.create_default_context(cafile=str(cert))
    text = (directory / "stderr").read_text()
    said = {words[0]: words[1] for line in text.splitlines() if len(words := line.split()) == 2 and words[0][0] == "x"}
    with httpx.Client(base_url=served.address, verify=tls) as http:
        rows = [
            {
                "gstin": who,
                "username": f"{who}@private.example",
                "legal_name": "Private Legal",
                "trade_name": "Private Trade",
            }
            | {"filing_frequency": "monthly", "taxpayer_type": "Regular"}
            for who in (SELLER, BUYER)
        ]
        key_header = {"x-operator-key": said["x-operator-key"]}
        data(http.post("/operator/v1/taxpayers", headers=key_header, json={"taxpayers": rows}))
        yield Exposed(served, tls, http, said)
    served.end(signal.SIGTERM)
    shutil.rmtree(directory)
    shutil.rmtree(EmbeddedServer(directory).sockets, ignore_errors=True)


def test_it_says_that_it_speaks_tls(exposed: Exposed) -> None:
    assert exposed.served.ready.startswith("ready: https://127.0.0.1:")


def test_the_certificate_is_the_given_one(exposed: Exposed) -> None:
    with pytest.raises(httpx.ConnectError, match="certificate"):
        httpx.get(exposed.served.address)


def test_it_answers_nobody_who_speaks_plainly(exposed: Exposed) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.get(exposed.served.address.replace("https", "http"))


@pytest.mark.parametrize("given", [["--tls-cert", "x"], ["--tls-key", "x"]])
def test_certificate_and_key_belong_together(given: list[str]) -> None:
    ended = run("serve", *given)
    assert ended.returncode == 2
    assert "--tls-cert and" in ended.stderr


def test_a_certificate_that_is_none_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("none")
    with pytest.raises(server.BadCertificate, match="--tls-cert and --tls-key can't be used"):
        server.Server(Litestar(), 0, lambda: None, tmp_path / "none.pem", tmp_path / "none.pem")


def test_whose_word_a_proxy_gives_is_not_listened_to() -> None:
    assert server.Server(Litestar(), 0, lambda: None).config.proxy_headers is False


def story(exposed: Exposed) -> dict[str, Any]:
    """Sign in, file, fail in all the ways that are logged. Returns the answer's codes."""
    seller, buyer = exposed.taxpayer(SELLER), exposed.taxpayer(BUYER)
    today = dt.datetime.now(dt.timezone(dt.timedelta(hours=5, minutes=30)))
    document = invoice("PRIVATE-1", today.strftime("%d-%m-%Y"), taxable=987654.32)
    body = {"gstin": SELLER, "fp": today.strftime("%m%Y"), "b2b": [{"ctin": BUYER, "inv": [document]}]}
    period = today.strftime("%Y/%m")
    with psycopg.connect(EmbeddedServer(exposed.served.data_dir).url, autocommit=True) as db:
        # The error of this quotes the whole row.
        db.execute("alter table record add constraint nothing_goes check (false) not valid")
        reference = data(exposed.http.post(f"{BASE}/gstrs/gstr-1/{period}", headers=seller, json=body))["reference_id"]
        until = time.monotonic() + 30
        while "job failed" not in exposed.log and time.monotonic() < until:
            time.sleep(0.1)
        db.execute("alter table record drop constraint nothing_goes")
        db.execute("alter table taxpayer add constraint nobody_goes check (false) not valid")
        row = {"gstin": BUYER, "username": "x@private.example", "legal_name": "Private Legal", "trade_name": "T"}
        row |= {"filing_frequency": "monthly", "taxpayer_type": "Regular"}
        operator = {"x-operator-key": exposed.said["x-operator-key"]}
        bug = exposed.http.post("/operator/v1/taxpayers", headers=operator, json={"taxpayers": [row]})
        db.execute("alter table taxpayer drop constraint nobody_goes")
    value = exposed.http.get(f"{BASE}/invoices/status?reference_id=PRIVATE%00", headers=buyer)
    nothing = exposed.http.get(f"{BASE}/{SELLER}/PRIVATE", headers=seller)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        status = data(exposed.http.get(f"{BASE}/gstrs/{period}/status?reference_id={reference}", headers=seller))
        if status["status_cd"] != "REC":
            break
        time.sleep(0.2)
    return {
        "bug": bug.status_code,
        "value": value.status_code,
        "nothing": nothing.status_code,
        "save": status["status_cd"],
    }


def test_the_log_has_the_events_and_nothing_personal(exposed: Exposed) -> None:
    assert story(exposed) == {"bug": 500, "value": 422, "nothing": 404, "save": "P"}
    log = exposed.log
    for event in ("job failed", "unexpected error", "value not storable"):
        assert event in log
    assert "CheckViolation" in log  # what is needed to find the fault
    assert "service.py" in log
    secrets = {
        **exposed.said,
        "seller": SELLER,
        "buyer": BUYER,
        "user": "private.example",
        "name": "Private",
        "number": "PRIVATE",
    }
    secrets |= {"amount": "987654", "in paise": "98765432"}
    assert [name for name, text in secrets.items() if text in log] == []


def test_who_comes_when_too_many_are_there_is_told_so_and_welcome_later(exposed: Exposed) -> None:
    address = exposed.served.address.removeprefix("https://").split(":")
    with ExitStack() as crowd:
        for _ in range(server.CONNECTIONS):
            plain = crowd.enter_context(socket.create_connection((address[0], int(address[1])), timeout=20))
            crowd.enter_context(exposed.tls.wrap_socket(plain, server_hostname="127.0.0.1"))
        with httpx.Client(base_url=exposed.served.address, verify=exposed.tls) as late:
            assert late.get("/docs").status_code == 503
    until = time.monotonic() + 20
    while exposed.http.get("/docs").status_code != 200 and time.monotonic() < until:
        time.sleep(0.1)
    assert exposed.http.get("/docs").status_code == 200


def test_its_trail_can_be_verified_while_it_runs(exposed: Exposed) -> None:
    whole = run("audit", "verify", "--data-dir", str(exposed.served.data_dir))
    assert (whole.returncode, whole.stderr) == (0, "")
    assert whole.stdout.startswith("The audit trail is whole: ")
    with psycopg.connect(EmbeddedServer(exposed.served.data_dir).url, autocommit=True) as db:
        db.execute("set session_replication_role = replica")
        (entry,) = db.execute("delete from trail where rtin = %s returning id", [BUYER]).fetchone() or ("",)
    for which in ([], ["--gstin", BUYER]):
        broken = run("audit", "verify", *which, "--data-dir", str(exposed.served.data_dir))
        assert broken.returncode == 1
        assert f"{BUYER}: entry removed: entry {entry}" in broken.stderr
    assert run("audit", "verify", "--gstin", SELLER, "--data-dir", str(exposed.served.data_dir)).returncode == 0
    assert "27" in run("audit", "verify", "--gstin", "27", "--data-dir", str(exposed.served.data_dir)).stderr
