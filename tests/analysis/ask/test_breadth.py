"""How much a "safe" must stand on, and which parameters decide."""

from __future__ import annotations

import pytest

from harness.analysis.ask import Verdict, breadth, separating
from tests.analysis.ask.runs import MODELS, asked, manifest, part, shown, stored
from tests.analysis.compare.common import cell

THREE = ("forest", "forest_entropy", "forest_plain")


@pytest.fixture
def criteria(monkeypatch):
    """The criterion decides."""

    def values(*names):
        for module in (breadth, separating):
            monkeypatch.setattr(module, "deciding", lambda: {"Forest": {"criterion": tuple(map(repr, names))}})

    return values


def test_safe_needs_three_models() -> None:
    assert asked(stored(cases=THREE)).verdict == Verdict.SAFE
    answer = asked(stored(cases=THREE[:2]))
    assert answer.verdict == Verdict.UNSEEN
    text = shown(answer)
    assert "○ Forest 1.2 → 1.5: no difference seen in 2 models" in text
    assert "in 2 models only; safe needs 3" in text


def test_safe_needs_every_value_of_what_decides(criteria) -> None:
    criteria("gini", "entropy")
    assert asked(stored(cases=THREE)).verdict == Verdict.SAFE
    criteria("gini", "entropy", "log_loss")
    answer = asked(stored(cases=THREE))
    assert (answer.verdict, answer.breadth.untested) == (Verdict.UNSEEN, ("criterion='log_loss'",))
    assert "no model had criterion='log_loss'" in shown(answer)


def test_a_value_that_no_release_of_the_producer_knows_is_not_needed(criteria) -> None:
    criteria("gini", "entropy", "log_loss")
    models = {**MODELS, "forest_log": manifest(part("Forest", criterion="log_loss"))}
    cases = (*THREE, "forest_log")
    assert asked(stored(cases=cases, models=models, unfitted={("old", "forest_log")})).verdict == Verdict.SAFE
    not_run = cell("old/forest_log/pickle>new/pickle", "not-run", parity=None)
    assert asked(stored(not_run, cases=cases, models=models)).verdict == Verdict.UNKNOWN


def test_a_parameter_narrows_and_must_hold_of_the_class_itself(criteria) -> None:
    criteria("gini", "entropy")
    bad = cell("old/forest_entropy/pickle>new/pickle", "load-error", reason="no")
    assert asked(stored(bad)).verdict == Verdict.BREAKS
    narrowed = asked(stored(bad), settings=("criterion=gini",))
    assert (narrowed.verdict, narrowed.breadth.models) == (Verdict.SAFE, ("forest", "forest_plain", "spam"))
    assert asked(stored(bad), settings=("criterion='entropy'",)).verdict == Verdict.BREAKS
    nothing = asked(stored(bad), settings=("criterion=squared",))
    assert (nothing.verdict, nothing.pairs) == (Verdict.UNKNOWN, ())
    assert 'no model that was tested there has "criterion=squared"' in shown(nothing)


def test_what_the_training_rows_are_narrows_as_well() -> None:
    models = {
        name: {
            **MODELS[name],
            "input": {"container": "csr" if name == "forest" else "array", "missing": name == "forest"},
        }
        for name in THREE
    }
    for setting in ("input=csr", "input=sparse", "missing=yes"):
        assert asked(stored(cases=THREE, models=models), settings=(setting,)).breadth.models == ("forest",)


def test_the_parameter_that_decides_is_named(criteria) -> None:
    criteria("gini", "entropy")
    bad = cell("old/forest_entropy/pickle>new/pickle", "load-error", reason="no")
    answer = asked(stored(bad))
    assert [(one.name, one.bad, one.good) for failing in answer.sides.failing for one in failing.separations] == [
        ("criterion", ("'entropy'",), ("'gini'",))
    ]
    assert "forest_entropy: those with criterion=entropy; the same with gini" in shown(answer)


def test_models_that_fail_in_different_ways_are_told_apart(criteria) -> None:
    """One pipeline fails by its other step; the parameter that decides must still be named."""
    criteria("gini", "entropy")
    moved = cell("old/forest_entropy/pickle>new/pickle", "load-error", reason="the class is gone")
    renamed = cell("old/spam/pickle>new/pickle", "predict-error", reason="no weights")
    answer = asked(stored(moved, renamed))
    told = {one.cases: [(sep.name, sep.bad, sep.good) for sep in one.separations] for one in answer.sides.failing}
    assert told == {("forest_entropy",): [("criterion", ("'entropy'",), ("'gini'",))], ("spam",): []}
    assert "forest_entropy: those with criterion=entropy; the same with gini" in shown(answer)
    assert answer.sides.bad == ("forest_entropy", "spam")


def test_a_class_within_is_named_if_it_tells_several_models_apart() -> None:
    models = {**MODELS, "spam2": MODELS["spam"]}
    bad = [cell(f"old/{case}/pickle>new/pickle", "load-error", reason="no") for case in ("spam", "spam2")]
    answer = asked(stored(*bad, cases=(*THREE, "spam", "spam2"), models=models))
    assert ("within", ("Counter",)) in [
        (one.name, one.bad) for failing in answer.sides.failing for one in failing.separations
    ]


@pytest.mark.parametrize(
    ("not_compared", "verdict"),
    [
        ({"inverse_transform": "needs more"}, Verdict.UNSEEN),
        ({"staged_predict": "too large"}, Verdict.UNSEEN),
        ({"estimators_": "no array", "path": "needs arguments"}, Verdict.SAFE),
        (None, Verdict.UNSEEN),  # an older run does not tell
    ],
)
def test_safe_needs_every_method_that_predicts(not_compared, verdict) -> None:
    models = {**MODELS, "forest": {**MODELS["forest"], "not_compared": not_compared}}
    answer = asked(stored(cases=THREE, models=models))
    assert answer.verdict == verdict
    if not_compared and verdict is Verdict.UNSEEN:
        assert f"{next(iter(not_compared))} predict, and were not compared" in shown(answer)
    for name in not_compared or {}:
        text = shown(answer, verbose=True)
        assert "left out" in text and name in text


def test_a_case_or_a_family_stands_for_no_other_model() -> None:
    assert asked(stored(), estimator="forest_plain").verdict == Verdict.UNSEEN
    assert asked(stored(), estimator="family:linear").verdict == Verdict.UNSEEN


def test_a_format_that_is_safe_instead_needs_breadth_too() -> None:
    bad = [cell(f"old/{case}/pickle>{to}/pickle", "load-error") for case in THREE for to in ("new", "new2")]
    assert "joblib: safe" in shown(asked(stored(*bad, cases=THREE), format_name="pickle"), verbose=True)
    few = asked(stored(*bad[:4], cases=THREE[:2]), format_name="pickle")
    assert "joblib: no difference seen" in shown(few, verbose=True)
    assert "which was safe" not in shown(few)


def test_outputs_that_differ_are_named_and_so_is_that_only_unusual_rows_do() -> None:
    reason = "predict(missing values): raised ValueError in the producer, answers here"
    bad = cell(
        "old/forest/pickle>new/pickle", "drift", parity="drift", reason=reason, differing=["predict(missing values)"]
    )
    text = shown(asked(stored(bad)))
    assert "only in   predict(missing values); the same for rows as it was fitted on" in text
    both = {**bad, "differing": ["predict", "predict(missing values)"]}
    assert "the same for rows" not in shown(asked(stored(both)))
    older = cell("old/forest/joblib>new/joblib", "drift", parity="drift", reason="predict differs")  # tells no names
    assert "  differs" not in shown(asked(stored(bad, older)))
