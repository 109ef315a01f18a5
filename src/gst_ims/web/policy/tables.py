"""Versions of policies as a file."""

from __future__ import annotations

from gst_ims.desk.policy import service as policies
from gst_ims.desk.policy.service import Version
from gst_ims.web.tables.asked import Asked, Made, Told, count, made, moment
from gst_ims.web.words import N_

_VERSIONS: tuple[Told[Version], ...] = (
    Told(N_("Policy"), lambda it, _: it.name, width=20),
    count(N_("Version"), lambda it, _: it.version),
    Told(N_("By"), lambda it, _: it.person),
    moment(N_("When"), lambda it, _: it.at),
    Told(N_("Why"), lambda it, _: it.why, width=40),
    Told(N_("Approved by"), lambda it, _: it.approved_by),
    moment(N_("Approved"), lambda it, _: it.approved_at),
)


def versions(asked: Asked) -> Made:
    """All versions."""
    return made(asked, N_("Versions"), _VERSIONS, policies.versions(asked.desk, asked.person, asked.one), frozen=2)
