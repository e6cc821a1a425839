"""Rules as they are written, made ready to be matched: one for each entry and each way across a release. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.analysis.causes.schema import PACKAGES, Example
from harness.analysis.causes.schema import Rule as Written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.analysis.causes.schema import CauseTable

#: What the producer and the consumer hold where a rule crosses its release.
_CROSSINGS = {"upwards": ("<", ">="), "downwards": (">=", "<")}
#: Keys of an entry of `each` that are not for the message.
_OWN = frozenset({"since", "upstream", "seen"})


class RulesError(ValueError):
    """A file of causes is wrong: a mistake of this project's, never of a user's."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One way to recognise a cause. An empty condition holds for every cell."""

    cause: str
    since: str
    upstream: str
    statuses: frozenset[str]
    message: re.Pattern[str] | None
    error_type: frozenset[str]
    findings: frozenset[str]
    outputs: re.Pattern[str] | None
    cases: frozenset[str]
    families: frozenset[str]
    estimators: frozenset[str]
    parameters: Mapping[str, re.Pattern[str]] = field(hash=False)
    formats: frozenset[str]
    readers: frozenset[str]
    producer: Mapping[str, str] = field(hash=False)  # specifiers by package
    consumer: Mapping[str, str] = field(hash=False)
    differs: tuple[str, ...]
    same: tuple[str, ...]
    elsewhere: bool
    example: Example = field(compare=False)
    counterexamples: tuple[Example, ...] = field(compare=False)


def ready(table: CauseTable) -> tuple[Rule, ...]:
    """Every rule of a cause. Raises RulesError."""
    return tuple(
        _rule(filled, table.name, way)
        for written in table.rule
        for filled in _filled(_completed(written, table))
        for way in _ways(filled)
    )


def release(since: str) -> tuple[str, str]:
    """``scikit-learn 1.3`` as a package's name and a version. Raises RulesError."""
    name, _, version = since.partition(" ")
    if name not in PACKAGES or not re.fullmatch(r"\d+(\.\d+)*", version):
        raise RulesError(f"{since!r} is no release: write one of {', '.join(PACKAGES)}, and a version")
    return PACKAGES[name], version


def _completed(written: Written, table: CauseTable) -> Written:
    """With what the cause says for all its rules."""
    values = {"since": written.since or table.since, "upstream": written.upstream or table.upstream}
    return written.model_copy(update=values)


def _filled(written: Written) -> Iterator[Written]:
    """A rule for each entry, with the entry's values in its message and its example; the rule itself without any."""
    for entry in written.each:
        words = {key: value for key, value in entry.items() if key not in _OWN}
        _check_used(written.message, words)
        own = {key: value for key, value in entry.items() if key in ("since", "upstream")}
        own["message"] = _put(written.message, {key: _alternatives(value) for key, value in words.items()})
        filled = written.model_copy(update=own)
        yield filled.model_copy(update={"example": _example(filled, words, entry.get("seen", ""))})
    if not written.each:
        yield written


def _check_used(message: str, words: Mapping[str, str]) -> None:
    unused = [word for word in words if f"{{{word}}}" not in message]
    if unused:
        raise RulesError(f"no {{{unused[0]}}} in the message {message!r}")


def _example(written: Written, words: Mapping[str, str], seen: str) -> Example:
    """An entry's example. ``seen = "1.7.2 > 1.8.0"`` is between which releases of the package of its `since`."""
    data = written.example.model_dump()
    first = {key: value.partition("|")[0] for key, value in words.items()}
    data["error_message"] = _put(data["error_message"] or "", first) or None
    if seen:
        package, _ = release(written.since or "")
        for side, version in zip(("producer", "consumer"), seen.split(" > "), strict=True):
            data[side]["packages"][package] = version
    return Example.model_validate(data)


def _put(text: str, words: Mapping[str, str]) -> str:
    for key, value in words.items():
        text = text.replace(f"{{{key}}}", value)
    return text


def _alternatives(value: str) -> str:
    """``A|B`` as an expression that finds either."""
    return f"(?:{'|'.join(re.escape(word) for word in value.split('|'))})"


def _ways(written: Written) -> tuple[str | None, ...]:
    return tuple(_CROSSINGS) if written.crosses == "either" else (written.crosses,)


def _rule(written: Written, cause: str, way: str | None) -> Rule:
    lists = ("statuses", "error_type", "findings", "cases", "families", "estimators", "formats", "readers")
    values: dict[str, Any] = {name: frozenset(map(str, getattr(written, name))) for name in lists}
    plain = ("since", "upstream", "differs", "same", "elsewhere", "example", "counterexamples")
    values |= {name: getattr(written, name) for name in plain}
    return Rule(
        cause=cause,
        message=re.compile(written.message) if written.message else None,
        outputs=re.compile(written.outputs) if written.outputs else None,
        parameters={name: re.compile(pattern) for name, pattern in written.parameters.items()},
        **(values | _sides(written, way)),
    )


def _sides(written: Written, way: str | None) -> dict[str, dict[str, str]]:
    """What the producer and the consumer must hold."""
    sides = {"producer": dict(written.producer), "consumer": dict(written.consumer)}
    if way is not None:
        package, version = release(written.since or "")
        for side, sign in zip(sides.values(), _CROSSINGS[way], strict=True):
            side[package] = ",".join(filter(None, (side.get(package), f"{sign}{version}")))
    return sides
