"""What environments are called that were given no name: after what they are. Pure."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.version import Version

from harness.environments import kinds

if TYPE_CHECKING:
    from harness.terms import Environment

_ARCH = {"386": "i386"}


def named(environments: list[Environment]) -> tuple[Environment, ...]:
    """Minor versions where they tell environments apart, the kind or full versions where they must, then numbers."""
    taken = {environment.name for environment in environments if environment.name}
    unnamed = [environment for environment in environments if not environment.name]
    held: dict[str, set[str]] = {}
    for environment in unnamed:
        held.setdefault(name_of(environment, full=False), set()).add(environment.kind)

    def short(environment: Environment) -> str:
        name = name_of(environment, full=False)
        first = min(held[name], key=list(kinds.OF).index)
        return name if environment.kind == first else with_kind(name, environment)

    count = Counter(map(short, unnamed))
    named = []
    for environment in environments:
        name = environment.name
        if not name:
            plain = short(environment)
            name = plain if count[plain] == 1 and plain not in taken else name_of(environment, full=True)
            numbered = (f"{name}-{number}" for number in itertools.count(2))
            name = next(option for option in itertools.chain([name], numbered) if option not in taken)
            taken.add(name)
        named.append(replace(environment, name=name))
    return tuple(named)


def with_kind(name: str, environment: Environment) -> str:
    """The name of an environment beside one of another kind with the same versions."""
    return f"{name}-{environment.kind}"


def name_of(environment: Environment, *, full: bool) -> str:
    """Its versions and architecture: ``sk1.5-py3.12-np2.1-amd64``, or with ``full`` those that were written."""

    def version(text: str) -> str:
        return text if full else ".".join(map(str, Version(text).release[:2]))

    versions = (("sk", environment.scikit_learn), ("py", environment.python), ("np", environment.numpy))
    parts = [label + version(text) for label, text in versions if text is not None]
    parts.append(_ARCH.get(environment.arch, environment.arch.replace("/", "")))
    return "-".join(parts)
