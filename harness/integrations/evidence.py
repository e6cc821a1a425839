"""The evidence that a warning is explained from: the reference that the program carries."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.analysis.ask.index import Index


@functools.cache
def stored() -> Sequence[Index]:
    """The indexes of the carried reference. A folder of runs nearby is no part of it: it may be somebody else's."""
    from harness.analysis.ask import compact
    from harness.machine import tools

    return compact.reference(tools.cache())
