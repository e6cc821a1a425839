"""A profile, expanded: the artifacts to write and the cells to read. Pure; nothing planned is ever lost."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from harness.config import pairs
from harness.errors import InputError, unknown
from harness.terms import Artifact, Cell, Compare, Pairs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from harness.terms import Case, Environment, Format, Profile


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run is to do.

    ``matrix`` is the file that it was read from; ``impossible`` gives the reason for each environment that cannot be
    had; ``through`` says what environments are run through that the matrix has in roots; ``writer`` is the only one
    that produces, where the model is a user's. ``producing`` and ``consuming`` are the only environments that do, None
    for all that can.
    """

    profile: Profile
    matrix: Path | None = None
    impossible: Mapping[str, str] = field(default_factory=dict)
    through: str | None = None
    writer: str | None = None
    producing: frozenset[str] | None = None
    consuming: frozenset[str] | None = None

    @cached_property
    def environments(self) -> dict[str, Environment]:
        return {environment.name: environment for environment in self.profile.environments}

    @cached_property
    def producers(self) -> tuple[str, ...]:
        """The environments that can fit a model, or hand on a user's."""
        if self.writer is not None:
            return (self.writer,)
        able = (environment.name for environment in self.profile.environments if environment.produces)
        return tuple(name for name in able if self.producing is None or name in self.producing)

    @cached_property
    def consumers(self) -> tuple[str, ...]:
        """The environments that load."""
        return tuple(name for name in self.environments if self.consuming is None or name in self.consuming)

    @cached_property
    def loaded(self) -> Mapping[str, tuple[str, ...]]:
        """By consumer, the producers whose artifacts it loads."""
        consumers, producers = ([self.environments[name] for name in some] for some in (self.consumers, self.producers))
        return pairs.producers(consumers, producers, self.profile.pairs)

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
        """What a consumer is to load: every artifact of each of its producers, by every reader of its format."""
        for producer in self.loaded.get(consumer, ()):
            for case in self.profile.cases:
                for item in self.profile.formats:
                    artifact = Artifact(producer=producer, case=case.name, format=item.name)
                    for reader in item.readers:
                        yield Cell(artifact=artifact, consumer=consumer, reader=reader)

    def measured(self, consumer: str) -> Iterator[tuple[Cell, ...]]:
        """What is measured in a consumer: the cells of one case together, because they are measured in turn.

        Each loads what it wrote itself: across versions it is correctness that is asked for. A runtime wrote nothing,
        and loads what the last of its producers wrote.
        """
        measure = self.profile.measure
        there = self.loaded.get(consumer, ())
        if measure is None or consumer not in measure.environments or not there:
            return
        producer = consumer if consumer in there else there[-1]
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
        return self.cell_count_in(self.consumers)

    def cell_count_in(self, consumers: Iterable[str]) -> int:
        """How many cells some environments are to load."""
        readers = sum(len(item.readers) for item in self.profile.formats)
        found = sum(len(self.loaded.get(consumer, ())) for consumer in consumers)
        return found * len(self.profile.cases) * readers

    @property
    def digest(self) -> str:
        """The sha256 of what the results depend on: the same in every checkout of the same matrix, cases and formats.

        Where a file lies and why an environment is there are left out.
        """
        content = asdict(self.profile)
        for environment in content["environments"]:
            del environment["origin"], environment["folder"]
            for own in (*environment["wheels"], *environment["modules"]):
                del own["path"]
        for name, usual in (("compare", Compare.EVERYTHING), ("pairs", Pairs.EVERY)):
            if content[name] == usual:  # as when there was nothing else: old digests hold
                del content[name]
        if content["limits"]["rescue_share"] is None:  # likewise
            del content["limits"]["rescue_share"]
        measured = (content["measure"] or {}).get("formats", ())
        for case in content["cases"]:
            if case["given"] is None:
                del case["given"]
            else:
                del case["given"]["file"], case["given"]["format"]["file"]
                (case["given"]["carried"] or {}).pop("file", None)
        for declared in (*content["cases"], *content["formats"], *measured):
            del declared["file"]
            declared.pop("beside", None)
        return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def only(plan: Plan, cell_id: str) -> Plan:
    """The least plan that has a cell: its case, its format and reader, its two environments; nothing is measured.

    Raises InputError when the plan has no such cell.
    """
    try:
        cell = Cell.parse(cell_id)
    except ValueError as error:
        raise InputError(f"profile {plan.profile.name}: {error}") from error
    artifact = cell.artifact
    for noun, name, known in (
        ("producer", artifact.producer, plan.producers),
        ("consumer", cell.consumer, plan.environments),
        ("case", artifact.case, plan.cases),
        ("format", artifact.format, plan.formats),
        ("reader", cell.reader, plan.formats[artifact.format].readers if artifact.format in plan.formats else ()),
    ):
        if name not in known:
            form = "a cell's id is PRODUCER/CASE/FORMAT>CONSUMER/READER"
            raise InputError(f"profile {plan.profile.name}: {unknown(noun, name, known)}; {form}")
    if artifact.producer not in plan.loaded.get(cell.consumer, ()):
        message = f"{cell.consumer} does not load from {artifact.producer}: its pairs are {plan.profile.pairs}"
        raise InputError(f"profile {plan.profile.name}: {message}")
    profile = replace(
        plan.profile,
        environments=tuple(e for e in plan.profile.environments if e.name in {artifact.producer, cell.consumer}),
        cases=(plan.cases[artifact.case],),
        formats=(replace(plan.formats[artifact.format], readers=(cell.reader,)),),
        measure=None,
    )
    return replace(plan, profile=profile)
