"""What happens to models that move between architectures, with the same scikit-learn on both sides. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.analysis import environment_facts, groups, sides
from harness.analysis.cells import is_at_home, is_in
from harness.analysis.meanings import BAD, INCONCLUSIVE, SOUND, Meaning

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.groups import OutcomeGroup
    from harness.store import RunTables


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """Models that move from one architecture to another, in numbers of cells."""

    producer: str
    consumer: str
    ok: int
    drift: int
    broken: int
    untried: int


@dataclass(frozen=True, kw_only=True)
class ArchitectureFacts:
    """One architecture of the run."""

    arch: str
    bits: int | None
    byteorder: str | None
    environments: tuple[str, ...]
    emulated: tuple[str, ...]  # of them


@dataclass(frozen=True, kw_only=True)
class Architectures:
    machines: tuple[ArchitectureFacts, ...]
    ways: tuple[Crossing, ...]
    findings: tuple[OutcomeGroup, ...]  # cells that work in their own producer, but not here

    def way(self, producer: str, consumer: str) -> Crossing | None:
        return next((way for way in self.ways if (way.producer, way.consumer) == (producer, consumer)), None)


def compare_architectures(tables: RunTables) -> Architectures:
    """Compare the architectures of a run. Without a second one there are no ways and no findings."""
    machines = _machines(tables)
    if len(machines) < 2:  # noqa: PLR2004
        return Architectures(machines=machines, ways=(), findings=())
    cells = tables.cells
    alike = cells[cells["producer_sklearn"].notna() & (cells["producer_sklearn"] == cells["consumer_sklearn"])]
    crossing = alike[alike["producer_arch"] != alike["consumer_arch"]]
    home = alike[is_at_home(alike)]
    sound = set(home.loc[is_in(home["meaning"], SOUND), "artifact_id"])
    bad = crossing[is_in(crossing["meaning"], BAD | {Meaning.REFUSED}) & crossing["artifact_id"].isin(sound)]
    return Architectures(
        machines=machines,
        ways=tuple(_ways(alike)),
        findings=groups.group_cells(bad, cells, sides.held_by(tables.environments), by_case=True),
    )


def _machines(tables: RunTables) -> tuple[ArchitectureFacts, ...]:
    by_arch: dict[str, list[environment_facts.EnvironmentFacts]] = {}
    for row in environment_facts.list_environments(tables):
        by_arch.setdefault(row.arch, []).append(row)
    return tuple(
        ArchitectureFacts(
            arch=arch,
            bits=next((row.bits for row in rows if row.bits is not None), None),
            byteorder=next((row.byteorder for row in rows if row.byteorder is not None), None),
            environments=tuple(row.name for row in rows),
            emulated=tuple(row.name for row in rows if row.emulated),
        )
        for arch, rows in by_arch.items()
    )


def _ways(cells: pd.DataFrame) -> list[Crossing]:
    meaning = cells["meaning"]
    flags = cells[["producer_arch", "consumer_arch"]].assign(
        ok=is_in(meaning, SOUND),
        drift=meaning == Meaning.CHANGED,
        untried=is_in(meaning, INCONCLUSIVE),
        broken=meaning == Meaning.BROKEN,
    )
    sums = flags.groupby(["producer_arch", "consumer_arch"], sort=False).sum()
    return [
        Crossing(
            producer=str(producer), consumer=str(consumer), **{str(name): int(count) for name, count in row.items()}
        )
        for (producer, consumer), row in zip(sums.index, sums.to_dict("records"), strict=True)
    ]
