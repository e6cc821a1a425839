"""The errors that end a command, each with its exit code. Every message says what, where and what to do next.

The functions below are for messages: how they show a value, and what they say of a name that is not known.
"""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_SHOWN = 60  # characters of a value that a message repeats


class HarnessError(Exception):
    """The harness itself failed."""

    exit_code = 4


class GateCrossed(HarnessError):  # noqa: N818  # a crossed gate is an answer, not an error
    """A gate given with ``--fail-on`` was crossed or not judged, or a run or a shard is not sound."""

    exit_code = 1


class InputError(HarnessError):
    """The input is wrong: matrix, arguments, a run that is not there."""

    exit_code = 2


class MachineError(HarnessError):
    """The machine lacks something needed: space, rights, an interpreter, a network."""

    exit_code = 3


def shown(text: object) -> str:
    """A value in quotes, on one line, and not longer than a message bears."""
    words = str(text)
    return json.dumps(words if len(words) <= _SHOWN else f"{words[:_SHOWN]}...", ensure_ascii=False)


def unknown(noun: str, word: str, known: Iterable[str]) -> str:
    """``no format "scops"; perhaps "skops"``."""
    options = sorted(set(known))
    close = difflib.get_close_matches(word, options, n=1)
    few = len(options) <= 12 and sum(map(len, options)) <= 120  # noqa: PLR2004  # what one line of a terminal bears
    hint = f"; perhaps {shown(close[0])}" if close else f"; there is {', '.join(options)}" if options and few else ""
    return f"no {noun} {shown(word)}{hint}"


def one_of(noun: str, known: Iterable[str]) -> Callable[[str], str]:
    """A check of a text that is one of few: it returns the text, or raises ValueError with what was perhaps meant."""
    words = tuple(known)

    def check(text: str) -> str:
        if text not in words:
            raise ValueError(unknown(noun, text, words))
        return text

    return check
