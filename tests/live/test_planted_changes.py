"""A few of the changes that `benchmarks.planted_changes` plants in a private scikit-learn: each is found and named."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import planted_changes

#: One of each kind at least: another formula, another name, a default for old models, errors, one kind of input, no change.
CHOSEN = (
    "pca_inverse_transform",
    "svc_coef",
    "tree_apply",
    "neighbors_targets",
    "robust_scaler_shift",
    "bayes_takes_missing_values",
    "encoders_ignore_unknown_categories",
    "pls_predict_of_float32",
    "default_of_no_effect",
    "tree_max_depth",
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, workspace: Path) -> dict[str, planted_changes.Found]:
    chosen = tuple(change for change in planted_changes.changes() if change.name in CHOSEN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NOXENVDIR", str(workspace))
        patch.delenv("HARNESS_MATRIX", raising=False)
        cells = planted_changes.run(chosen, tmp_path_factory.mktemp("planted"), Console(quiet=True), others=2)
    assert not [cell for rows in cells.values() for cell in rows.to_dict("records") if planted_changes.at_home(cell)]
    return {change.name: planted_changes.judged(change, cells) for change in chosen}


@pytest.mark.parametrize("name", CHOSEN)
def test_a_planted_change_is_found_and_named_and_nothing_else_is(found, name) -> None:
    one = found[name]
    assert (one.missed, one.unnamed, one.alarms) == ((), (), ())
    assert (one.seen == "") == (one.change.kind == "control")
