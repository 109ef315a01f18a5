"""A portal as people run it, of real processes that can be killed: API, workers and database."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import httpx
import psutil
import psycopg

from gst_ims.database.connection import Connection, connect
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.database.queue import retry_forsaken
from gst_ims.portal.access.service import TEST_OPERATOR_KEY

Victim = Literal["api", "worker", "database"]
OPERATOR = {"x-operator-key": TEST_OPERATOR_KEY}
PATIENCE_SECONDS = 180


def wait_until(true: Callable[[], bool], what: str, every: float = 0.1) -> None:
    """Raises TimeoutError where that takes minutes."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not true():
        if time.monotonic() > until:
            raise TimeoutError(f"no {what} in {PATIENCE_SECONDS} seconds")
        time.sleep(every)


class Running:
    """`ims serve --test-mode` with its embedded database and its worker, and an `ims worker` beside it."""

    def __init__(self) -> None:
        self.data_dir = Path(tempfile.mkdtemp(prefix="gst-ims-faults-"))
        self.server = EmbeddedServer(self.data_dir)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._log = (self.data_dir / "ims.log").open("ab")
        self._ending = threading.Event()
        self._serve: subprocess.Popen[bytes] | None = None
        self._worker: subprocess.Popen[bytes] | None = None
        self._keeper = threading.Thread(target=self._keep_worker, daemon=True)

    def __enter__(self) -> Self:
        self._start_serve()
        self._keeper.start()
        # The order in which things happened is that of their commits; PostgreSQL notes it from its next start on.
        with psycopg.connect(self.server.url, autocommit=True) as db:
            db.execute("alter system set track_commit_timestamp = on")
        self.kill("database")

        def noted() -> bool:
            try:
                with psycopg.connect(self.server.url) as db:
                    return db.execute("show track_commit_timestamp").fetchone() == ("on",)
            except psycopg.OperationalError:
                return False

        wait_until(noted, "restart of the database")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._ending.set()
        for process in (self._worker, self._serve):
            if process is not None:
                process.terminate()
                process.wait(timeout=60)
        self._keeper.join(timeout=60)
        self._log.close()
        if error is None:
            shutil.rmtree(self.data_dir)
        else:
            sys.stderr.write(f"left for you to look at: {self.data_dir}\n")
        shutil.rmtree(self.server.sockets, ignore_errors=True)

    def kill(self, victim: Victim, which: float = 0) -> None:
        """SIGKILL, and a restart where nobody else starts it anew. `which`, from 0 to 1, chooses among workers."""
        if victim == "database":
            with suppress(OSError, ValueError):
                os.kill(int((self.server.cluster / "postmaster.pid").read_text().partition("\n")[0]), signal.SIGKILL)
        elif victim == "worker":
            workers = self.workers()
            if workers:
                with suppress(psutil.NoSuchProcess):
                    workers[int(which * len(workers)) % len(workers)].kill()
        elif self._serve is not None:
            self._serve.kill()
            self._serve.wait()
            self._start_serve()

    def workers(self) -> list[psutil.Process]:
        """Those that live."""
        found: list[psutil.Process] = []
        for process in (self._serve, self._worker):
            with suppress(psutil.NoSuchProcess):
                if process is not None:
                    top = psutil.Process(process.pid)
                    found += [p for p in (top, *top.children()) if "worker" in p.cmdline()]
        return found

    def processes(self) -> dict[str, list[psutil.Process]]:
        """All that live, by what they are."""
        assert self._serve is not None
        postmaster = psutil.Process(int((self.server.cluster / "postmaster.pid").read_text().partition("\n")[0]))
        return {"API": [psutil.Process(self._serve.pid)], "workers": self.workers(), "database": [postmaster]}

    def answers(self) -> bool:
        """Whether the API and its database are there."""
        try:
            return httpx.get(f"{self.address}/operator/v1/health", headers=OPERATOR, timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def connect(self) -> Connection:
        """A connection to its database."""
        return connect(self.server.url)

    def hurry(self) -> None:
        """Take work from whoever gave no sign of life for three seconds: a short test has no minutes.

        Living workers are hit as well, as if they hung: that must do no harm either.
        """
        with suppress(psycopg.Error), self.connect() as db:
            retry_forsaken(db, "portal", seconds=3)

    def wait_for_quiet(self, *, hurried: bool = False) -> None:
        """Until every job is done, also those of the dead, which takes up to two minutes unless hurried."""

        def quiet() -> bool:
            if hurried:
                self.hurry()
            with self.connect() as db:
                row = db.execute(
                    "select count(*) as open from procrastinate_jobs"
                    " where status in ('todo', 'doing') and task_name not in ('retry_stalled', 'nightly')"
                ).fetchone()
                return row is not None and row.open == 0

        wait_until(self.answers, "answer")
        wait_until(quiet, "quiet", every=1)

    def _start_serve(self) -> None:
        command = ["serve", "--test-mode", "--port", str(self.port), "--data-dir", str(self.data_dir)]
        self._serve = self._run(*command)
        serving = self._serve

        def ready() -> bool:
            if serving.poll() is not None:
                raise RuntimeError(f"ims serve ended with {serving.returncode}: see {self._log.name}")
            return self.answers()

        wait_until(ready, "start")

    def _keep_worker(self) -> None:
        """As whoever runs a service does it: what has ended is started anew."""
        while not self._ending.wait(0.3):
            self._worker = self._run("worker", "--test-mode", "--data-dir", str(self.data_dir))
            self._worker.wait()

    def _run(self, *arguments: str) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("IMS_")}
        command = [sys.executable, "-m", "gst_ims.cli", *arguments]
        return subprocess.Popen(command, stdout=self._log, stderr=self._log, env=environment, start_new_session=True)
