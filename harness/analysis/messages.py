"""Messages that tell the same, though they come from other processes. Pure."""

from __future__ import annotations

import re

#: What differs from process to process: addresses, lines, where files lie.
_VARYING = re.compile(r"0x[0-9a-fA-F]+|(?<=line )\d+|(?<= from ')/[^']+")


def alike(text: object) -> str:
    """The message without what varies."""
    return _VARYING.sub("…", str(text))
