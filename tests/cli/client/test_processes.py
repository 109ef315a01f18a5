"""The command as a process of its own: a terminal that is asked, Ctrl-C, pipes, and the completion of shells."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time

import pytest
from tests.api import Taxpayer
from tests.cli.client.conftest import Ims
from tests.cli.client.test_acting import actions
from tests.client.conftest import Served, fill

from gst_ims.portal.access.service import TEST_OTP

IMS = [sys.executable, "-m", "gst_ims.cli"]


def on_terminal(*arguments: str, answers: dict[str, str]) -> tuple[int, str]:
    """Run a command on a terminal of its own, answer what it asks, and give its exit code and all that was seen."""
    terminal, inner = pty.openpty()
    seen, left = "", dict(answers)
    with subprocess.Popen(
        [*IMS, *arguments], stdin=inner, stdout=inner, stderr=inner, start_new_session=True
    ) as process:
        os.close(inner)
        while select.select([terminal], [], [], 120)[0]:
            try:
                seen += os.read(terminal, 65536).decode()
            except OSError:  # the other end is closed
                break
            for question in [question for question in left if question in seen]:
                os.write(terminal, f"{left.pop(question)}\n".encode())
        os.close(terminal)
    return process.returncode, seen


def test_on_a_terminal_it_is_asked_before_many_records_are_changed(ims: Ims, me: Taxpayer) -> None:
    question = "Accept 7 records with tax of 1,263.78? [y/N]"
    assert on_terminal("accept", "--section", "B2B", answers={question: "n"})[0] == 1
    assert actions(me) == "NNNNNNN"
    code, seen = on_terminal("accept", "--section", "B2B", answers={question: "y"})
    assert (code, "7 applied." in seen) == (0, True)
    assert actions(me) == "AAAAAAA"


def test_on_a_terminal_one_record_or_yes_is_not_asked_about(ims: Ims, me: Taxpayer) -> None:
    assert on_terminal("accept", "--section", "B2B", "--number", "INV-1", answers={})[0] == 0
    assert on_terminal("accept", "--section", "B2B", "--yes", answers={})[0] == 0
    assert actions(me) == "AAAAAAA"


def test_on_a_terminal_the_password_is_asked_for(ims: Ims, me: Taxpayer) -> None:
    code, seen = on_terminal("login", answers={"One-time password:": TEST_OTP})
    assert (code, f"Signed in as user.{me.gstin}" in seen) == (0, True)


def test_ctrl_c_says_how_the_wait_is_taken_up(ims: Ims, me: Taxpayer, served: Served) -> None:
    with served.api.portal.transaction() as db:
        db.execute("set local role none")
        db.execute("select 1 from record where rtin = %s for update", [me.gstin])
        command = [*IMS, "accept", "--section", "B2B"]
        waiting = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        with served.api.portal.transaction() as other:
            other.execute("set local role none")
            # Until the portal has taken it, there is nothing to wait for.
            while not other.execute("select 1 from action_request where rtin = %s", [me.gstin]).fetchone():
                time.sleep(0.05)
        time.sleep(0.5)
        waiting.send_signal(signal.SIGINT)
        out, err = waiting.communicate(timeout=60)
    assert (waiting.returncode, out) == (130, "")
    assert err.startswith("ims: The portal goes on with it. Take it up again with `ims status ")
    assert "Traceback" not in err
    assert ims("status", err.split("`")[1].split()[2]).out == "7 applied.\n"


def unread(*arguments: str, lines: int) -> tuple[int, bytes, bytes]:
    """Run a command whose reader has enough after some lines, as `head` has: its code, what was read, what was said."""
    with subprocess.Popen([*IMS, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        read = b"".join(process.stdout.readline() for _ in range(lines))
        process.stdout.close()
        said = process.stderr.read()
    return process.returncode, read, said


UNREAD = [("list", "B2B", "--json"), ("list", "B2B", "--csv"), ("list", "B2B"), ("counts",), ("profile", "list")]


@pytest.mark.parametrize("arguments", UNREAD, ids=" ".join)
def test_who_reads_nothing_ends_it_quietly(me: Taxpayer, arguments: tuple[str, ...]) -> None:
    code, _, said = unread(*arguments, lines=0)
    assert code == 141
    assert b"Traceback" not in said
    assert b"Broken" not in said
    assert b"Exception ignored" not in said


def test_who_reads_one_line_of_many_ends_it_quietly(me: Taxpayer, served: Served) -> None:
    fill(served.api, me.gstin, invoices=400, notes=0)
    code, read, said = unread("list", "B2B", "--json", lines=2)
    assert (code, read[:2], said) == (141, b"[\n", b"")
    assert json.loads(read[2:].rstrip(b",\n"))["section"] == "b2b"


def test_who_reads_all_has_all(me: Taxpayer) -> None:
    done = subprocess.run(
        f"{' '.join(IMS)} list B2B --csv | wc -l", shell=True, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "8"


def test_help_that_nobody_reads_to_its_end_is_no_fault() -> None:
    code, _, said = unread("--help", lines=0)
    assert (code, said) == (141, b"")


def test_a_complaint_is_made_though_nobody_reads_what_is_printed(me: Taxpayer) -> None:
    code, _, said = unread("list", "XYZ", lines=0)
    assert code == 2
    assert said.startswith(b"ims: Section 'XYZ' doesn't exist")


def test_data_is_on_stdout_and_nothing_else(me: Taxpayer) -> None:
    done = subprocess.run([*IMS, "list", "B2B", "--json"], capture_output=True, text=True, check=True)
    assert len(json.loads(done.stdout)) == 7
    assert done.stderr.startswith("7 records, tax ")


COMPLETIONS = {
    "a command": ("ims acc", ["accept"]),
    "a section": ("ims list CN", ["CN", "CNA"]),
    "a section of a filter": ("ims accept --section EC", ["ECOM", "ECOMA"]),
    "a status": ("ims list B2B --status re", ["rejected"]),
    "a profile": ("ims counts --profile m", ["me"]),
    "a profile to be removed": ("ims profile remove m", ["me"]),
}


@pytest.mark.parametrize(("line", "found"), COMPLETIONS.values(), ids=COMPLETIONS.keys())
@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_shells_complete(me: Taxpayer, shell: str, line: str, found: list[str]) -> None:
    words = line.split(" ")
    instruction = {
        "bash": {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)},
        "zsh": {"_TYPER_COMPLETE_ARGS": line},
    }
    environment = {**os.environ, "_IMS_COMPLETE": f"complete_{shell}", **instruction[shell]}
    code = "import sys; sys.argv[0] = 'ims'; from gst_ims.cli.main import main; main()"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert all(name in done.stdout for name in found), done
    assert "pending" not in done.stdout
