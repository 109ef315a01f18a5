"""Suppliers file and edit, recipients decide, time passes, in any order: the portal is always what the rules say.

Hypothesis makes up the stories; `tests/model` says what must come of them. IMS_EXAMPLES=300 makes many more of them.
"""

from __future__ import annotations

import os
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.api import Api
from tests.portal.machine import Machine
from tests.portal.stories import EVERYBODY, MOMENTS, QUARTERLY

from gst_ims.portal.access import service as access


def test_the_portal_is_always_what_the_rules_say(api: Api) -> None:
    for who in EVERYBODY:
        taxpayer = api.taxpayer(who, "quarterly" if who in QUARTERLY else "monthly")
        with api.portal.transaction() as db:  # for all of time, so that moving it ends no session
            at, years = MOMENTS[0], timedelta(days=3650)
            taxpayer.token = access._open_session(db, access.TEST_KEY, who, at, years).access_token
    run_state_machine_as_test(
        lambda: Machine(api),
        settings=settings(
            max_examples=int(os.environ.get("IMS_EXAMPLES", "25")),
            stateful_step_count=35,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
