"""All answers at once are those that are given one by one."""

import random

import pytest

from harness.analysis import ask
from harness.analysis.ask import tabulating
from harness.analysis.ask.index import Index
from harness.analysis.verdicts import Verdict

from tests.report.stored import all_cells, cell, plan_of, tables_of

VERSIONS = {"a": "1.4.2", "b": "1.5.1", "c": "1.5.2"}
STATUSES = ("ok", "ok", "drift", "load-error", "refused", "unsupported", "crash", None)


@pytest.mark.parametrize("seed", range(4))
def test_random_outcomes_are_answered_alike(tmp_path, seed):
    chance = random.Random(seed)
    plan = plan_of(environments=tuple(VERSIONS.items()), formats=("pickle", "joblib", "onnx"))
    statuses = ((one.id, chance.choice(STATUSES)) for name in VERSIONS for one in plan.cells(name))
    rows = [cell(name, status, version_warning=chance.random() < 0.3) for name, status in statuses if status]
    tables = tables_of(plan, tmp_path, cells=rows, environments=tuple(VERSIONS), versions=VERSIONS)
    found, index = tabulating.tabulate(tables), Index.from_tables(tables)
    assert set(found.saved.names) == {"a", "b", "c", "1.4", "1.4.2", "1.5", "1.5.1", "1.5.2"}
    for s, subject in enumerate(found.subjects):
        for name, way in found.formats.items():
            for source in ("1.4", "1.5", "1.5.1"):
                for target in ("1.4.2", "1.5", "1.5.2"):
                    at = (s, way, found.saved.names[source], found.loaded.names[target])
                    given = [index], f"{subject.kind}:{subject.name}"
                    answer = ask.ask(*given, producers=[source], consumers=[target], format_name=name or None)
                    assert found.verdict_at(*at) == (answer.verdict if answer.pairs else None)
                    assert found.models[at] == len(answer.breadth.models)
                    assert found.changes[at] + found.breaks[at] == len(answer.sides.bad)
                    assert found.warned[at] == answer.warned


def test_only_bad_answers_have_a_cause_and_it_is_that_of_the_worst_cells(tmp_path):
    plan = plan_of(cases=("one", "two", "three"))
    moved = {"error_type": "ModuleNotFoundError", "reason": "ModuleNotFoundError: No module named 'numpy._core'"}
    rows = [cell("new/one/pickle>old/pickle", "load-error", error_message="No module named 'numpy._core'", **moved)]
    found = tabulating.tabulate(tables_of(plan, tmp_path, cells=all_cells(plan, rows)))
    family = next(place for place, one in enumerate(found.subjects) if one.name == "linear")
    bad = (family, 0, found.saved.names["1.5"], found.loaded.names["1.4"])
    good = (family, 0, found.saved.names["1.4"], found.loaded.names["1.5"])
    assert (found.verdict_at(*bad), int(found.breaks[bad]), int(found.models[bad])) == (Verdict.BREAKS, 1, 3)
    assert found.cause[bad] > 0
    assert (found.verdict_at(*good), found.cause[good]) == (Verdict.UNSEEN, 0)
