"""Runs that share a cache: an environment or a case more costs its own cells, and real guests agree with what was kept."""

from __future__ import annotations

from tests.live.conftest import BOTH, CASES, NEW, OLD, Bench

ALONE = '\n    - {scikit-learn: "1.5.2", python: "3.12", numpy: "2.1", name: sk1.5-py3.12-np2.1-amd64}'


def worked_out(bench: Bench) -> set[str]:
    """The cells of the newest run that no earlier run has worked out."""
    cells = bench.tables().cells
    return set(cells.loc[cells["reused_from"].isna(), "cell_id"])


def test_an_environment_and_a_case_more_cost_their_own_cells(bench: Bench) -> None:
    cache = {"PERSISTENCE_MATRIX_CACHE": str(bench.folder / "cache")}
    fewer = CASES.replace(", function_transformer_lambda", "")
    bench.write(ALONE, cases=fewer)
    bench.run(**cache)
    bench.write(BOTH, cases=fewer)
    bench.run(**cache)
    first = worked_out(bench)
    assert {one for one in first if OLD not in one} <= sampled(bench)
    assert len([one for one in first if OLD in one]) == 3 * len(bench.tables().cells) / 4
    bench.write(BOTH)
    bench.run(**cache)
    assert {one.split("/")[1] for one in worked_out(bench) - sampled(bench)} == {"function_transformer_lambda"}
    assert bench.tables().run["reuse"]["disagreeing"] == []


def sampled(bench: Bench) -> set[str]:
    """What was worked out all the same: of a run as small as this, all that one environment loads."""
    told = bench.tables().run["reuse"]["sampled"]
    return {
        one for one in bench.tables().cells["cell_id"] if any(f">{name}/" in one for name in told if name in (OLD, NEW))
    }
