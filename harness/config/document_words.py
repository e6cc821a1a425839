"""What stands at a place of a document, whether or not it is sound: for checks that pass over what another refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.config.problems import Place
    from harness.config.yaml_document import Plain


def at(value: Plain, place: Place) -> Plain:
    """What stands at a place, None when nothing does."""
    for step in place:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int):
            value = value[step]
        else:
            return None
    return value


def words(value: Plain, place: Place) -> Iterator[tuple[Place, str]]:
    """The words of a list, each with its place; nothing where there is no list."""
    found = at(value, place)
    for index, item in enumerate(found if isinstance(found, list) else ()):
        if isinstance(item, str):
            yield (*place, index), item
