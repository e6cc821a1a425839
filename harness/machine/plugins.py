"""What installed packages offer to this program: their entry points of a group, and how to complain of one."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

from harness.errors import shown

if TYPE_CHECKING:
    from collections.abc import Iterable


def offered(group: str) -> tuple[metadata.EntryPoint, ...]:
    """The entry points of a group, by name: the same order on every machine."""
    return tuple(sorted(metadata.entry_points(group=group), key=lambda entry: (entry.name, entry.value)))


def complaint(noun: str, entry: metadata.EntryPoint, reasons: Iterable[str]) -> str:
    """What is wrong with an entry point, whose it is, and what to do."""
    package = entry.dist
    whose = "an installed package" if package is None else f"the installed package {package.name} {package.version}"
    remedy = "mend it" if package is None else f"mend it, or take it away: `pip uninstall {package.name}`"
    return f"{whose} offers the {noun} {shown(entry.name)} ({entry.value}): {'; '.join(reasons)}; {remedy}"
