"""The parameters that decide how an estimator is stored and works, by class."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def deciding() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return class, then parameter, then its values."""
    return {}
