"""The groups of commands in `ims --help`."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from typer.core import TyperGroup


class Panel(StrEnum):
    """The headings, in their order."""

    DECIDE = "Decide"
    READ = "Look"
    SUPPLY = "As a supplier"
    SIGN = "Profiles, and signing in"
    DESK = "A tax team's desk"
    PORTAL = "A portal of your own"


class Panelled(TyperGroup):
    """Commands by their panels: Typer itself has groups of commands behind all others."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, panel by panel."""
        panels = list[str](Panel)
        of = {name: panels.index(getattr(command, "rich_help_panel", "")) for name, command in self.commands.items()}
        return sorted(super().list_commands(ctx), key=lambda name: of[name])
