"""The errors that end a command, each with its exit code. Every message says what, where and what to do next.

The functions below are for messages: how they show a value, and what they say of a name that is not known.
"""

from __future__ import annotations

import difflib
import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_SHOWN = 60  # characters of a value that a message repeats
_LINES = 3  # of an exception's message; what decides may stand in the second or third
_REASON = 1000  # characters of them
#: What acts on a terminal instead of being shown: control characters, and those that turn the direction of writing.
_ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class HarnessError(Exception):
    """The harness itself failed."""

    exit_code = 4


class GateCrossed(HarnessError):  # noqa: N818  # a crossed gate is an answer, not an error
    """A gate given with ``--fail-on`` was crossed or not judged, a run is not sound, or nothing was rescued."""

    exit_code = 1


class InputError(HarnessError):
    """The input is wrong: matrix, arguments, a run that is not there."""

    exit_code = 2


class MachineError(HarnessError):
    """The machine lacks something needed: space, rights, an interpreter, a network."""

    exit_code = 3


def cut(text: str, most: int) -> str:
    """A text of at most so many characters; where some are left out, the last one says so."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def shown(text: object) -> str:
    """A value in quotes, on one line, and not longer than a message bears."""
    words = str(text)
    return json.dumps(words if len(words) <= _SHOWN else f"{words[:_SHOWN]}...", ensure_ascii=False)


def printable(text: str) -> str:
    r"""A text in which control characters are escapes such as ``\x1b``; lines and tabs stay."""
    return _ACTS.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def one_line(kind: str, message: str) -> str:
    """An exception on one line: its type and the first lines of its message, since the second may hold the facts."""
    lines = [words for line in message.splitlines() if (words := " ".join(line.split()))]
    more = " ..." if len(lines) > _LINES else ""
    text = f"{kind}: {' '.join(lines[:_LINES])}{more}"
    return text if len(text) <= _REASON else f"{text[: _REASON - 4]} ..."


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
