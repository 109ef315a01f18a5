"""Opening and installing a portal."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gst_ims.core.clock import IST, SystemClock
from gst_ims.portal.access import service as access
from gst_ims.portal.context import Settings, VirtualClock
from gst_ims.portal.context import queries as installation
from gst_ims.portal.start import Credentials, WrongMode, install, open_portal

TEST, PRODUCTION = Settings(test_mode=True), Settings()


def first_start(url: str, settings: Settings) -> Credentials | None:
    with open_portal(url, settings, pool_size=2) as portal:
        return install(portal)


def test_the_first_start_gives_credentials(database_url: str) -> None:
    made = first_start(database_url, PRODUCTION)
    assert made is not None
    assert made.api_key.startswith("key_live_")
    assert made.api_secret.startswith("secret_live_")


def test_credentials_are_shown_once(database_url: str) -> None:
    first_start(database_url, PRODUCTION)
    assert first_start(database_url, PRODUCTION) is None


def test_credentials_are_random(database_url: str) -> None:
    with open_portal(database_url, PRODUCTION, pool_size=2) as portal, portal.transaction() as db:
        made = [access.create_api_key(db, portal.clock.now(), "x") for _ in range(3)]
        keys = {access.create_operator_key(db, portal.clock.now()) for _ in range(3)}
    assert len({text for pair in made for text in pair} | keys) == 9


@pytest.mark.parametrize("credential", ["api_secret", "operator_key"])
def test_a_secret_has_enough_of_chance(database_url: str, credential: str) -> None:
    made = first_start(database_url, PRODUCTION)
    random = getattr(made, credential).rpartition("_live_")[2].removeprefix("operator_")
    assert len(random) >= 32


def test_they_are_good_for_what_they_are_for(database_url: str) -> None:
    with open_portal(database_url, PRODUCTION, pool_size=2) as portal:
        made = install(portal)
        assert made is not None
        with portal.transaction() as db:
            access.check_operator(db, made.operator_key)
            assert access.authenticate(db, made.api_key, made.api_secret, portal.clock.now()).access_token


def test_test_mode_s_credentials_are_known(database_url: str) -> None:
    made = first_start(database_url, TEST)
    assert made == Credentials("key_test_local", "secret_test_local", "operator_test_local")


@pytest.mark.parametrize(("made", "opened"), [(TEST, PRODUCTION), (PRODUCTION, TEST)])
def test_data_of_one_mode_is_not_opened_in_the_other(database_url: str, made: Settings, opened: Settings) -> None:
    """Test mode's known keys must not guard real data."""
    first_start(database_url, made)
    with pytest.raises(WrongMode, match="--test-mode"), open_portal(database_url, opened, pool_size=2):
        pass


@pytest.mark.parametrize("settings", [TEST, PRODUCTION])
def test_data_is_opened_again_in_its_own_mode(database_url: str, settings: Settings) -> None:
    for _ in range(2):
        with open_portal(database_url, settings, pool_size=2) as portal:
            assert portal.settings is settings


def test_a_refused_opening_changes_nothing(database_url: str) -> None:
    first_start(database_url, PRODUCTION)
    with pytest.raises(WrongMode), open_portal(database_url, TEST, pool_size=2):
        pass
    assert first_start(database_url, PRODUCTION) is None


def test_the_clock_of_production_is_the_real_one(database_url: str) -> None:
    with open_portal(database_url, PRODUCTION, pool_size=2) as portal:
        assert isinstance(portal.clock, SystemClock)


@pytest.mark.parametrize("days", [-400, 0, 400])
def test_the_virtual_clock_is_as_far_from_the_real_one_as_it_was_moved(database_url: str, days: int) -> None:
    with open_portal(database_url, TEST, pool_size=2) as portal:
        with portal.transaction() as db:
            installation.move_clock(db, clock_offset=timedelta(days=days))
        distance = portal.clock.now() - datetime.now(IST)
    assert abs(distance - timedelta(days=days)) < timedelta(seconds=5)


def test_a_moved_clock_is_kept_for_the_next_start(database_url: str) -> None:
    with open_portal(database_url, TEST, pool_size=2) as portal, portal.transaction() as db:
        installation.move_clock(db, clock_offset=timedelta(days=100))
    with open_portal(database_url, TEST, pool_size=2) as portal:
        assert portal.clock.now() - datetime.now(IST) > timedelta(days=99)


def test_two_processes_read_the_same_virtual_clock(database_url: str) -> None:
    with open_portal(database_url, TEST, pool_size=2) as one, open_portal(database_url, TEST, pool_size=2) as other:
        with one.transaction() as db:
            installation.move_clock(db, clock_offset=timedelta(days=100))
        assert abs(one.clock.now() - other.clock.now()) < timedelta(seconds=5)


def test_the_virtual_clock_speaks_indian_time(database_url: str) -> None:
    with open_portal(database_url, TEST, pool_size=2) as portal:
        assert isinstance(portal.clock, VirtualClock)
        assert portal.clock.now().utcoffset() == timedelta(hours=5, minutes=30)


def test_the_settings_are_those_of_production_unless_said_otherwise() -> None:
    assert Settings() == Settings(test_mode=False, status_dialect="overview", rate_limit=100)
