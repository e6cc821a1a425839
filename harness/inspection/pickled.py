"""Pickles, those of joblib and cloudpickle among them: one after the other to the end of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.inspection import arrays, evidence, known_names, packages, parts
from harness.inspection.beside import with_files_beside
from harness.inspection.graph import Graph
from harness.inspection.limits import Ended, TooLarge
from harness.inspection.nodes import Long
from harness.inspection.result import Damage, Inspection, Trouble
from harness.inspection.walker import Budget, Findings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.inspection.limits import Limits
    from harness.inspection.parts import Estimator
    from harness.inspection.result import Evidence
    from harness.inspection.streams import Window

_MOST_PICKLES = 1_000
#: Attributes that no prediction needs, with the reason.
_DROPPABLE = {
    "stop_words_": "only for looking at; documented as safe to delete",
    "cv_results_": "the record of a search",
    "oob_prediction_": "the record of a fit",
    "oob_decision_function_": "the record of a fit",
    "evals_result_": "the record of a fit",
    "_evals_result": "the record of a fit",
    "loss_curve_": "the record of a fit",
    "validation_scores_": "the record of a fit",
    "train_score_": "the record of a fit",
}
_WORTH = 0.01  # of the whole, from which on it is told


def trouble_of(error: Ended) -> Trouble:
    """Why a reading ended, as a value."""
    if isinstance(error, TooLarge):
        return Trouble(kind=Damage.TOO_LARGE, what=error.what, offset=error.offset, limit=error.limit)
    return Trouble(kind=Damage.DAMAGED, what=error.what, offset=error.offset)


def read(window: Window, limits: Limits, folder: Path | None = None, budget: Budget | None = None) -> Inspection:
    """Inspect the pickles that a window is at the beginning of.

    Parameters
    ----------
    folder : where files of arrays beside it would be; None where there is none, as within an archive
    budget : what is left of the limits, if pickles were read before
    """
    found, budget = Findings(), budget or Budget(limits)
    values: list[object] = []
    trouble = None
    notes: list[str] = []
    try:
        while not values or window.peek(1):
            if values and not _begins(window):
                notes.append(f"bytes that are no pickle follow its end at byte {window.offset:,}")
                break
            if len(values) >= _MOST_PICKLES:
                raise TooLarge("members", _MOST_PICKLES, window.offset)
            values.append(arrays.walk(window, found, budget))
    except Ended as error:
        trouble = trouble_of(error)
        values += found.left
    if len(values) > 1 and trouble is None:
        notes.append(f"{len(values)} pickles one after the other; loading reads the first only")
    if folder is not None:
        notes += with_files_beside(found.arrays, folder)
    return _told(values, found, trouble, notes, window.offset)


def _begins(window: Window) -> bool:
    """Whether another pickle follows: of protocol 2 or newer; what else follows cannot be told from other bytes."""
    head = window.peek(2)
    return len(head) == 2 and head[0] == 0x80 and head[1] <= 5


def _told(
    values: list[object], found: Findings, trouble: Trouble | None, notes: list[str], unpacked: int
) -> Inspection:
    graph = Graph(values[0] if len(values) == 1 else values)
    named = {one.full: one.offset for one in found.globals.values()}
    estimators = parts.estimators(graph)
    format_name = _format(found)
    versions = dict.fromkeys(one.version for one in estimators.values() if one.version)
    if not graph.is_whole:
        notes.append("it holds so much that sizes are of a part of it")
    if found.persistent is not None:
        notes.append(f"its reader must supply objects by id (byte {found.persistent:,}): plain pickle cannot load it")
    if found.buffers:
        notes.append(f"{found.buffers:,} buffers lie outside the file")
    return Inspection(
        path="",
        size=0,
        format=format_name,
        unpacked=unpacked,
        protocols=tuple(sorted(found.protocols)) or (0,),
        evidence=evidence.told([*evidence.of_pickle(graph, estimators, found), *_boosters(graph)]),
        content=parts.tree(graph, estimators) if values else None,
        classes=parts.classes(estimators),
        needs=packages.needs(found.globals.values()),
        own=packages.own_names(found.globals.values()),
        names=tuple({**named, **found.called}),
        calls=known_names.compare(named, found.called, versions=versions, format_name=format_name),
        large=parts.largest(graph),
        droppable=tuple(_droppable(graph, estimators)),
        can_map=any(one.can_map for one in found.arrays) if found.arrays else None,
        notes=tuple(notes),
        trouble=trouble,
    )


def _format(found: Findings) -> str:
    tops = {module.partition(".")[0] for module, _ in found.globals}
    if found.wrappers:
        return "joblib"
    return "cloudpickle" if "cloudpickle" in tops else "pickle"


def _droppable(graph: Graph, estimators: dict[int, Estimator]) -> Iterator[tuple[str, int, str]]:
    for number, one in estimators.items():
        for name in _DROPPABLE.keys() & one.state.keys():
            size = graph.size(one.state[name])
            if size >= max(_WORTH * graph.sizes[0], 1_000):
                yield f"{graph.path(number)}.{name}", size, _DROPPABLE[name]


def _boosters(graph: Graph) -> Iterator[Evidence]:
    """What the models of other libraries tell that lie in the pickle as text or bytes."""
    from harness.inspection import boosters  # noqa: PLC0415  # few files have one

    for node in graph.nodes:
        if isinstance(node, Long):
            yield from boosters.embedded(node.head, node.tail)
