"""Messages that mean the same, though they come from different processes. Pure."""

from __future__ import annotations

import re

#: What differs from process to process: addresses, line numbers, paths.
_VARYING = re.compile(r"0x[0-9a-fA-F]+|(?<=line )\d+|(?<= from ')/[^']+")


def alike(text: object) -> str:
    """Remove what varies from process to process."""
    return _VARYING.sub("…", str(text))
