"""Which other formats get over what breaks or changes, by the cells of the same run."""

from __future__ import annotations

import json

from harness.analysis.verdicts import Verdict
from harness.report import ask_data

from tests.analysis.ask.runs import asked, shown, stored
from tests.analysis.compare.common import cell

PLAIN = ("old", "new")
BAD = [
    cell(f"old/{case}/{name}>new/{name}", "load-error", parity=None)
    for case in ("forest", "spam")
    for name in ("pickle", "joblib")
]
CLOSE = [
    cell(f"old/{case}/onnx>new/onnx", parity="close", max_abs_diff=difference)
    for case, difference in (("forest", 6e-8), ("spam", 3e-8))
]


def run(*special, formats=("pickle", "joblib", "skops", "onnx")):
    return stored(*special, names=PLAIN, cases=("forest", "forest_plain", "spam"), formats=formats)


def test_the_cheapest_comes_first_with_how_exactly_it_carries() -> None:
    answer = asked(run(*BAD, *CLOSE), format_name="pickle")
    skops, onnx = answer.carriers
    assert (skops.format, skops.models, skops.of, skops.verdict) == ("skops", 2, 2, Verdict.SAFE)
    assert (onnx.format, onnx.verdict, onnx.max_abs_diff) == ("onnx", Verdict.TOLERABLE, 6e-8)
    assert answer.pairs[0].carriers == answer.carriers
    told = json.loads(json.dumps(ask_data.of_one(answer)))
    assert (
        [one["format"] for one in told["rescued_by"]]
        == ["skops", "onnx"]
        == [one["format"] for one in told["pairs"][0]["rescued_by"]]
    )
    assert "rescued   by skops (identical), onnx (predictions alone, 6e-08)" in shown(answer, width=80)


def test_a_format_that_gets_over_some_of_them_says_of_how_many() -> None:
    lost = cell("old/spam/skops>new/skops", "drift", parity="drift")
    (skops, *_) = asked(run(*BAD, lost), format_name="pickle").carriers
    assert (skops.models, skops.tried, skops.of) == (1, 2, 2)
    assert "skops (identical; 1 of 2 models tried)" in " ".join(
        shown(asked(run(*BAD, lost), format_name="pickle"), verbose=True).split()
    )
    assert "skops (identical" not in shown(asked(run(*BAD, lost), format_name="pickle")), "it is not sure"


def test_a_reader_that_refuses_shows_nothing_and_one_model_without_the_format_was_not_tried() -> None:
    refused = cell("old/forest/skops>new/other", "refused", parity=None)
    (skops, *_) = asked(run(*BAD, refused), format_name="pickle").carriers
    assert (skops.models, skops.tried) == (2, 2)
    narrow = stored(*BAD, names=PLAIN, cases=("forest", "forest_plain", "spam"), formats=("pickle",))
    wide = stored(
        *BAD, names=PLAIN, cases=("forest",), formats=("pickle", "skops"), started="2026-11-20T00:00:00+00:00"
    )
    (skops,) = asked(narrow, wide, format_name="pickle").carriers
    assert (skops.models, skops.tried, skops.of) == (1, 1, 2)
    told = " ".join(shown(asked(narrow, wide, format_name="pickle"), width=120).split())
    assert "skops (identical; tried with 1 of 2 models)" in told


def test_what_was_not_tried_gets_nothing_over() -> None:
    mute = [
        cell(f"old/{case}/{name}>new/{name}", "not-run", parity=None)
        for case in ("forest", "spam")
        for name in ("skops", "onnx")
    ]
    assert asked(run(*BAD, *mute), format_name="pickle").carriers == ()


def test_one_pair_that_it_does_not_get_over_is_enough_to_leave_a_model_out() -> None:
    special = [cell(f"old/forest/pickle>{name}/pickle", "load-error", parity=None) for name in ("new", "new2")]
    special.append(cell("old/forest/onnx>new2/onnx", "drift", parity="drift"))
    answer = asked(stored(*special, cases=("forest",), formats=("pickle", "onnx")), format_name="pickle")
    assert answer.carriers == ()
    assert [len(pair.carriers) for pair in sorted(answer.pairs, key=lambda one: one.consumer)] == [1, 0]


def test_one_environment_of_a_release_is_enough_where_it_was_not_tried_in_another() -> None:
    """The two environments hold the same release, with another NumPy."""
    special = [cell(f"old/forest/pickle>{name}/pickle", "load-error", parity=None) for name in ("new", "new2")]
    special.append(cell("old/forest/skops>new2/skops", "refused", parity=None))
    (skops,) = asked(stored(*special, cases=("forest",), formats=("pickle", "skops")), format_name="pickle").carriers
    assert (skops.format, skops.models, skops.of) == ("skops", 1, 1)


def test_where_nothing_fails_nothing_is_rescued() -> None:
    answer = asked(run())
    assert answer.carriers == () and "rescued" not in shown(answer)


def test_a_converted_model_that_was_not_asked_what_differs_gets_nothing_over() -> None:
    unusual = cell("old/forest/pickle>new/pickle", "drift", parity="drift", differing=["predict(integers)"])
    made = stored(unusual, names=PLAIN, cases=("forest",), formats=("pickle", "skops", "onnx"))
    assert [one.format for one in asked(made, format_name="pickle").carriers] == ["skops"]
    plain = cell("old/forest/pickle>new/pickle", "drift", parity="drift", differing=["predict", "predict(integers)"])
    made = stored(plain, names=PLAIN, cases=("forest",), formats=("pickle", "skops", "onnx"))
    assert [one.format for one in asked(made, format_name="pickle").carriers] == ["skops", "onnx"]


def test_rows_in_another_form_stand_in_no_way_unless_they_are_all_that_is_lost() -> None:
    forms = {"parity": "drift", "differing": ["predict(missing values)"], "max_abs_diff": 1e-16}
    over = [cell(f"old/{case}/skops>new/skops", "drift", **forms) for case in ("forest", "spam")]
    answer = asked(run(*BAD, *over), format_name="pickle")
    (skops, *_) = answer.carriers
    assert (skops.format, skops.models, skops.of, skops.in_other_rows) == ("skops", 2, 2, True)
    assert "skops (1e-16, but for other forms of rows)" in " ".join(shown(answer, width=120).split())
    changed = [
        cell(f"old/{case}/skops>new/skops", "drift", **{**forms, "differing": ["predict"]})
        for case in ("forest", "spam")
    ]
    assert "skops" not in {one.format for one in asked(run(*BAD, *changed), format_name="pickle").carriers}
    same = [cell(f"old/{case}/pickle>new/pickle", "drift", **forms) for case in ("forest", "spam")]
    assert "skops" not in {one.format for one in asked(run(*same, *over), format_name="pickle").carriers}
