"""A profile, expanded: the artifacts to write and the cells to read. Pure; nothing planned is ever lost."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from harness.errors import InputError
from harness.model import Artifact, Cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.model import Case, Environment, Format, Profile

_CELL_ID = re.compile(
    r"(?P<producer>[^/>]+)/(?P<case>[^>]+)/(?P<format>[^/>]+)>(?P<consumer>[^/>]+)/(?P<reader>[^/>]+)"
)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run is to do. ``impossible`` gives the reason for each environment that cannot be had."""

    profile: Profile
    impossible: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def environments(self) -> dict[str, Environment]:
        return {environment.name: environment for environment in self.profile.environments}

    @cached_property
    def producers(self) -> tuple[str, ...]:
        """The environments that can fit a model."""
        return tuple(environment.name for environment in self.profile.environments if environment.produces)

    @cached_property
    def cases(self) -> dict[str, Case]:
        return {case.name: case for case in self.profile.cases}

    @cached_property
    def formats(self) -> dict[str, Format]:
        return {item.name: item for item in self.profile.formats}

    def artifacts(self, producer: str) -> Iterator[Artifact]:
        """What a producer is to write, case by case; nothing for an environment that cannot fit."""
        if producer not in self.producers:
            return
        for case in self.profile.cases:
            for item in self.profile.formats:
                yield Artifact(producer=producer, case=case.name, format=item.name)

    def cells(self, consumer: str) -> Iterator[Cell]:
        """What a consumer is to load: every artifact of every producer, by every reader of its format."""
        for producer in self.producers:
            for case in self.profile.cases:
                for item in self.profile.formats:
                    artifact = Artifact(producer=producer, case=case.name, format=item.name)
                    for reader in item.readers:
                        yield Cell(artifact=artifact, consumer=consumer, reader=reader)

    def measured(self, consumer: str) -> Iterator[tuple[Cell, ...]]:
        """What is measured in a consumer: the cells of one case together, because they are measured in turn.

        Each loads what it wrote itself: across versions it is correctness that is asked for. A runtime wrote nothing,
        and loads what the last producer of the profile wrote.
        """
        measure = self.profile.measure
        if measure is None or consumer not in measure.environments or not self.producers:
            return
        producer = consumer if consumer in self.producers else self.producers[-1]
        for case in measure.cases:
            yield tuple(
                Cell(
                    artifact=Artifact(producer=producer, case=case, format=item.name), consumer=consumer, reader=reader
                )
                for item in measure.formats
                for reader in item.readers
            )

    @cached_property
    def measured_count(self) -> int:
        """Cells, not figures."""
        return sum(len(cells) for name in self.environments for cells in self.measured(name))

    @property
    def artifact_count(self) -> int:
        return len(self.producers) * len(self.profile.cases) * len(self.profile.formats)

    @property
    def cell_count(self) -> int:
        readers = sum(len(item.readers) for item in self.profile.formats)
        return len(self.producers) * len(self.profile.environments) * len(self.profile.cases) * readers

    @property
    def digest(self) -> str:
        """Changes when anything that a result depends on changes in the matrix or in the cases."""
        return hashlib.sha256(repr(self.profile).encode()).hexdigest()


def around(cell_id: str, profile: Profile) -> Profile:
    """So much of a profile as one cell needs: its two environments, its case, its format, its reader; nothing measured.

    The consumer writes an artifact of its own, too: it is the control by which the cell is believed. Raises InputError.
    """
    found = _CELL_ID.fullmatch(cell_id)
    if found is None:
        raise InputError(f"{cell_id}: no cell's id: one is PRODUCER/CASE/FORMAT>CONSUMER/READER, in quotation marks")
    sides = {found["producer"], found["consumer"]}
    formats = [
        replace(item, readers=(found["reader"],))
        for item in profile.formats
        if item.name == found["format"] and found["reader"] in item.readers
    ]
    one = replace(
        profile,
        name=f"{profile.name}-cell",
        environments=tuple(environment for environment in profile.environments if environment.name in sides),
        cases=tuple(case for case in profile.cases if case.name == found["case"]),
        formats=tuple(formats),
        measure=None,
    )
    if {environment.name for environment in one.environments} != sides or not one.cases or not one.formats:
        raise InputError(f"{cell_id}: the profile {profile.name} plans no such cell: `python -m harness plan` shows it")
    return one
