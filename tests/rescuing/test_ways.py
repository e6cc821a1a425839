"""The ways to a target, the cheapest first."""

from __future__ import annotations

from pathlib import PurePath

import pytest

from harness.analysis.rescued import Kept
from harness.rescuing import ways

KNOWN = {"pickle", "pickle-4", "joblib", "portable", "skops", "cloudpickle", "onnx", "onnx-float64"}


def stages(wanted="pickle", own="pickle", known=KNOWN, between=(), is_search=False):
    return list(ways.stages(wanted, own, known, between=list(between), is_search=is_search))


def test_what_needs_no_further_package_comes_first_and_predictions_alone_last() -> None:
    near, far, through, predictions = stages(between=["sk1.5"])
    assert near.carriers == ("pickle-4", "joblib", "portable") and near.tools == ()
    assert far.carriers == ("skops", "cloudpickle") and far.tools == ("skops", "cloudpickle")
    assert through.through == "sk1.5" and through.carriers == near.carriers
    assert predictions.kept is Kept.PREDICTIONS and predictions.carriers == ("onnx-float64", "onnx")


def test_a_part_is_handed_over_only_where_the_whole_cannot_be() -> None:
    kept = [one.kept for one in stages(between=["sk1.5"], is_search=True)]
    assert kept == [Kept.MODEL] * 3 + [Kept.PART] * 2 + [Kept.PREDICTIONS]
    assert Kept.PART not in {one.kept for one in stages()}


def test_the_wanted_format_is_tried_before_what_the_target_has_to_save_again() -> None:
    first = stages("joblib")[0]
    assert first.carriers[0] == "joblib" and first.final == "joblib"
    assert first.is_handed_over("joblib") and not first.is_handed_over("portable")
    assert stages("pickle")[0].is_handed_over("pickle-4")
    skops = stages("skops")[0]
    assert skops.carriers == ("skops", "pickle-4", "joblib", "portable") and skops.tools == ("skops",)


def test_the_own_format_is_not_tried_again_and_no_suffix_means_it() -> None:
    assert "joblib" not in stages("pickle", own="joblib")[0].carriers
    assert stages(None, own="joblib")[0].final == "joblib" and stages(None, own="pickle")[0].final == "pickle-4"


def test_a_graph_is_wanted_alone_and_a_format_that_is_not_there_gives_no_way() -> None:
    (only,) = stages("onnx")
    assert only.kept is Kept.PREDICTIONS
    assert stages("portable", known=KNOWN - {"portable"}) == []
    assert "portable" not in stages(known=KNOWN - {"portable"})[0].carriers


def test_a_document_comes_last_as_it_needs_java_and_is_wanted_alone() -> None:
    known = KNOWN | {"pmml"}
    assert stages(None, known=known)[-1].carriers == ("pmml",)
    assert all("pmml" not in one.carriers for one in stages("pickle", known=known))
    (only,) = stages("pmml", known=known)
    assert only.kept is Kept.PREDICTIONS and only.tools == ("sklearn2pmml", "jpmml-evaluator")
    assert ways.of_suffix(PurePath("a.pmml")) == "pmml" and ways.suffix_of("pmml") == ".pmml"


@pytest.mark.parametrize(
    ("name", "kind"), [("a.pkl", "pickle"), ("a.PICKLE", "pickle"), ("a.tar.joblib", "joblib"), ("a.bin", None)]
)
def test_a_suffix_says_a_kind(name, kind) -> None:
    assert ways.of_suffix(PurePath(name)) == kind
    assert kind is None or ways.of_suffix(PurePath(f"b{ways.suffix_of(kind)}")) == kind


def test_the_steps_of_a_way_are_what_is_saved_on_it() -> None:
    near, _, through, _ = stages(between=["middle"])
    direct = ways.way(near, "pickle-4", writer="old", target="new")
    assert [(one.environment, one.format) for one in direct.steps] == [("old", "pickle-4")]
    again = ways.way(near, "portable", writer="old", target="new")
    assert [(one.environment, one.format) for one in again.steps] == [("old", "portable"), ("new", "pickle-4")]
    passing = ways.way(through, "joblib", writer="old", target="new")
    assert [one.environment for one in passing.steps] == ["middle", "new"]
    twice = ways.way(through, "pickle-4", writer="old", target="new", first="joblib")
    assert [one.format for one in twice.steps] == ["joblib", "pickle-4"]
