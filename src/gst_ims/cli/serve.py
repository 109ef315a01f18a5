"""`ims serve` and what belongs to it: the server in this process, the worker in one of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog
from psycopg import Error as PsycopgError
from psycopg.errors import UndefinedTable

from gst_ims.cli.logs import configure_logging
from gst_ims.cli.server import Server
from gst_ims.core.errors import ImsError
from gst_ims.database.connection import connect
from gst_ims.database.distribute import distribute
from gst_ims.database.embedded import EmbeddedServer, ServerFailed
from gst_ims.database.migrate import upgrade
from gst_ims.database.queue import STOP_SECONDS
from gst_ims.portal import jobs
from gst_ims.portal.access.notifier import FileNotifier, Notifier, SmtpNotifier
from gst_ims.portal.context import Portal, Settings, queries
from gst_ims.portal.start import Credentials, install, open_portal

log = structlog.get_logger()

WORKER_SECONDS = 30
# A job that takes longer when we are told to stop is left to another worker.
WORKER_STOP_SECONDS = STOP_SECONDS + 5


class CannotStart(ImsError):
    """The portal can't start."""


@dataclass(frozen=True)
class Serving:
    """What `ims serve` was asked for."""

    host: str
    port: int
    data_dir: Path
    database_url: str
    settings: Settings
    demo: bool
    drain: float
    config: Path
    certificate: Path | None = None
    key: Path | None = None


def serve(asked: Serving) -> None:
    """Run the portal until it is told to stop."""
    # Workers and other commands, which need none of it, import this module too.
    from gst_ims.cli.beside import Beside
    from gst_ims.cli.desk.demo import config_in, filling, found
    from gst_ims.cli.desk.ways import ways_of
    from gst_ims.desk.desk import Desk
    from gst_ims.portal.app import create_app
    from gst_ims.synthetic import demo
    from gst_ims.synthetic.play import play
    from gst_ims.web.app import create_app as create_workbench

    configure_logging()
    with ExitStack() as stack:
        stack.enter_context(_stop_on_sigterm())
        listener = stack.enter_context(_listen(asked.host, asked.port))
        _say("starting the database …")
        url = stack.enter_context(_database(asked.data_dir, asked.database_url))
        upgrade(url)
        portal = stack.enter_context(open_portal(url, asked.settings, _notifier(asked.data_dir)))
        credentials = install(portal)
        if asked.demo:
            _say("loading the demo, where it isn't there yet …")
            play(portal, demo())
        with portal.transaction() as db:
            started = queries.database_time(db)
        stack.enter_context(_worker(url, asked.settings))
        _wait_for_worker(portal, started)
        address = _address(listener, "https" if asked.certificate else "http")
        demo_dir = asked.data_dir / "demo" if asked.demo and asked.settings.test_mode else None
        config = config_in(demo_dir) if demo_dir else asked.config
        desk = Desk(portal.pool, portal.clock, ways_of(config))
        hint = found(desk, address, demo_dir) if demo_dir else ""
        stack.enter_context(_kept_running(url, "desk", "worker", f"--config={config}"))
        announce = partial(_announce, address, portal, credentials, demo=asked.demo)
        if demo_dir:
            announce = stack.enter_context(filling(desk, demo_dir, announce))
        web = create_workbench(desk, secure=asked.certificate is not None, hint=hint)
        server = Server(Beside(create_app(portal), web), asked.drain, announce, asked.certificate, asked.key)
        server.run(sockets=[listener])
        _say("stopping …")


def work(data_dir: Path, database_url: str, settings: Settings, concurrency: int) -> None:
    """Run a worker until it is told to stop, or whoever started it as a part of `ims serve` is gone."""
    configure_logging()
    end_with_parent()
    url = database_url or EmbeddedServer(data_dir).url
    must_answer(url, "Start `ims serve` on this data directory first.")
    with ExitStack() as stack:
        try:
            portal = stack.enter_context(open_portal(url, settings, pool_size=concurrency + 1))
        except UndefinedTable as error:
            raise CannotStart("The database has no tables yet: run `ims db upgrade` on it first.") from error
        asyncio.run(jobs.run_worker(portal, url, concurrency))


def end_with_parent() -> None:
    """End when whoever started this worker as a part of `ims serve` is gone."""
    if os.environ.get("IMS_PARENT"):
        threading.Thread(target=_end_with, args=(int(os.environ["IMS_PARENT"]),), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def upgrade_database(data_dir: Path, database_url: str) -> None:
    """Migrate, and start the embedded server for it where that isn't running."""
    with _database(data_dir, database_url) as url:
        upgrade(url)
    sys.stdout.write("The database is up to date.\n")


def distribute_database(database_url: str) -> str:
    """Spread the database's tables over its cluster. Returns what was done. Raises CannotStart, CannotDistribute."""
    must_answer(database_url, "Check --database-url.")
    tables = distribute(database_url)
    return f"Distributed: {', '.join(tables)}." if tables else "Everything is distributed already."


def _say(what: str) -> None:
    """Tell the person at the terminal what takes its time."""
    if sys.stderr.isatty():
        sys.stderr.write(f"  {what}\n")


def _wait_for_worker(portal: Portal, since: datetime) -> None:
    """A portal that is ready works on what it is sent. Should the worker be slow, it is ready nevertheless."""
    until = time.monotonic() + WORKER_SECONDS
    while time.monotonic() < until:
        with portal.transaction() as db:
            if queries.living_worker(db, since=since):
                return
        time.sleep(0.1)
    log.warning("the worker shows no sign of life yet")


def _announce(address: str, portal: Portal, credentials: Credentials | None, *, demo: bool) -> None:
    from gst_ims.cli.welcome import welcome

    if credentials or demo or portal.settings.test_mode:
        sys.stderr.write(welcome(address, portal.settings.test_mode, credentials, demo=demo))
    # The one line on stdout: programs wait for it.
    sys.stdout.write(f"ready: {address}\n")
    sys.stdout.flush()


def _address(listener: socket.socket, scheme: str) -> str:
    host, port = listener.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


@contextmanager
def _listen(host: str, port: int) -> Generator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named: asyncio sends small answers at once (TCP_NODELAY) only where it sees that it is TCP.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise CannotStart(f"Can't listen on {host}:{port}: {error.strerror}. Choose another --port.") from error
        yield listener


def must_answer(url: str, hint: str) -> None:
    try:
        connect(url).close()
    except PsycopgError as error:
        raise CannotStart(f"No database answers. {hint} ({' '.join(str(error).split())})") from error


@contextmanager
def standing_portal(data_dir: Path, database_url: str) -> Generator[Portal]:
    """The portal that others serve, in its own mode, for a command beside it. Raises CannotStart."""
    url = database_url or EmbeddedServer(data_dir).url
    must_answer(url, "Start `ims serve` on this data directory first.")
    try:
        with connect(url) as db:
            test_mode = queries.installation(db).test_mode
    except UndefinedTable as error:
        raise CannotStart("The database has no tables yet: run `ims db upgrade` on it first.") from error
    with open_portal(url, Settings(test_mode), pool_size=1) as portal:
        yield portal


@contextmanager
def _database(data_dir: Path, database_url: str) -> Generator[str]:
    if database_url:
        must_answer(database_url, "Check --database-url.")
        yield database_url
        return
    with EmbeddedServer(data_dir) as server, _watched(server):
        yield server.url


@contextmanager
def _watched(server: EmbeddedServer) -> Generator[None]:
    """Start the embedded server anew should it die: it has the only copy of everything."""
    stopping = threading.Event()

    def watch() -> None:
        while not stopping.wait(1):
            try:
                if server.revive():
                    log.warning("the database had died and is started anew")
            except ServerFailed as error:
                log.error("the database has died", error=str(error))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stopping.set()
        watcher.join()


def _worker(url: str, settings: Settings) -> AbstractContextManager[None]:
    """The portal's worker."""
    mode = ["--test-mode"] if settings.test_mode else []
    return _kept_running(url, "worker", f"--retention-days={settings.retention_days}", *mode)


@contextmanager
def _kept_running(url: str, *arguments: str) -> Generator[None]:
    """A command of ours in a process of its own, started anew if it dies, stopped at the end."""
    command = [sys.executable, "-m", "gst_ims.cli", *arguments]
    stopping = threading.Event()
    running: list[subprocess.Popen[bytes]] = []

    def keep_running() -> None:
        while not stopping.is_set():
            # In the environment, not among the arguments: those are for everybody to see. In a session of its own: a
            # Ctrl-C in the terminal is for us to pass on.
            environment = os.environ | {"IMS_DATABASE_URL": url, "IMS_PARENT": str(os.getpid())}
            running[:] = [subprocess.Popen(command, env=environment, start_new_session=True)]  # noqa: S603
            running[0].wait()
            if not stopping.wait(1):
                log.warning("the worker ended and is started anew", code=running[0].returncode)

    keeper = threading.Thread(target=keep_running, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stopping.set()
        for process in running:
            process.terminate()
        keeper.join(WORKER_STOP_SECONDS)
        for process in running:
            # What it was at is rolled back, and done by another worker.
            process.kill()
        keeper.join()


@contextmanager
def _stop_on_sigterm() -> Generator[None]:
    """Before the server runs, and after it, SIGTERM unwinds like Ctrl-C: the embedded database is stopped in order."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGTERM, stop)
    with contextlib.suppress(KeyboardInterrupt):
        yield
    signal.signal(signal.SIGTERM, previous)


def _notifier(data_dir: Path) -> Notifier:
    """Mail where IMS_SMTP_HOST says through which server, else a file beside the data."""
    host = os.environ.get("IMS_SMTP_HOST")
    if not host:
        return FileNotifier(data_dir / "one-time-passwords")
    return SmtpNotifier(
        host, int(os.environ.get("IMS_SMTP_PORT", "25")), os.environ.get("IMS_SMTP_SENDER", "ims@localhost")
    )
