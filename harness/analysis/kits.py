"""The environments of a run whose rows a kit brought: they weigh less than those that were measured in guests. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def notes(run: Mapping[str, Any]) -> dict[str, str]:
    """By environment, what is to be told beside it: ``one process, no isolation``. ``run`` is ``run.json``."""
    kits = run.get("kits")
    found = [one for one in kits if isinstance(one, dict)] if isinstance(kits, list) else []
    return {str(one.get("environment")): str(one.get("note")) for one in found}


def sentences(run: Mapping[str, Any]) -> list[str]:
    """The same for people."""
    return [f"{name} is of a kit: {note}" for name, note in notes(run).items()]
