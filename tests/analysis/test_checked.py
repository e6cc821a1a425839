"""The answer for a model file, from tables made by hand: never better than what was seen."""

from __future__ import annotations

import dataclasses
import io
import json

import pytest
from rich.console import Console

from harness.analysis import checked
from harness.guest import choosing
from harness.analysis.verdicts import Verdict, crossed
from harness.report import check as rendering

from tests.report.stored import cell, plan_of, tables_of

RELEASES = {"home": "1.2.2", "a": "1.3.2", "b": "1.4.2", "c": "1.5.2"}


def answered(tmp_path, outcomes, *, reach=None, home="ok", asked="abc", not_compared=None, called=None, stands_in=None,
             differing=None, compared=None):  # fmt: skip
    """The answer where the targets have statuses; ``reach`` is that of made rows."""
    plan = plan_of(tuple(RELEASES.items()), cases=("model",))
    plan = dataclasses.replace(plan, writer="home")
    statuses = {"home": home, **dict(zip(asked, outcomes, strict=True))}
    cells = [
        cell(f"home/model/pickle>{name}/pickle", "drift" if status == "≠" else status, reason=f"reason of {name}")
        for name, status in statuses.items()
    ]
    differs = {"differing": differing, "compared": compared}
    cells = [one | (differs if one["status"] == "drift" else {}) for one in cells]
    cells = [one | ({"parity": "close", "status": "ok"} if one["status"] == "close" else {}) for one in cells]
    raised = {"differing": differing, "compared": compared, "error_type": "AttributeError"}
    cells = [one | (raised if one["status"] == "predict-error" else {}) for one in cells]
    tables = tables_of(plan, tmp_path, cells=cells, environments=tuple(RELEASES), versions=RELEASES)
    artifacts = tables.artifacts.assign(
        manifest=json.dumps({"reach": reach, "data": {"n_samples": 64}, "not_compared": not_compared or {}})
    )
    tables = dataclasses.replace(tables, artifacts=artifacts)
    return checked.answer(tables, writer="home", asked=list(asked), called=called or {}, stands_in=stands_in)


def said(answer):
    return rendering.sentence(answer)


def shown(answer) -> str:
    console = Console(file=io.StringIO(), width=80, highlight=False)
    rendering.show(answer, console, written="scikit-learn 1.2.2", notes=(), run=None)
    return console.file.getvalue()


def test_all_the_same_is_safe_up_to_the_newest(tmp_path) -> None:
    found = answered(tmp_path, ["ok", "ok", "ok"])
    assert found.verdict is Verdict.SAFE and found.safe_range == "scikit-learn>=1.2.2,<1.6"
    assert said(found) == "the warning may be ignored up to 1.5"


def test_each_change_of_the_answer_is_told(tmp_path) -> None:
    found = answered(tmp_path, ["ok", "load-error", "≠"])
    assert found.verdict is Verdict.CHANGES and found.safe_range == "scikit-learn>=1.2.2,<1.4"
    assert said(found) == "breaks in 1.4, changes predictions in 1.5"
    assert rendering.strip(found) == "1.3 ✓  1.4 ✗  1.5 ≠"


def test_what_changes_for_unusual_rows_only_is_told_as_that(tmp_path) -> None:
    """An input that one release refuses and another takes is no other prediction of the rows that a user has."""
    names = ["transform(missing values)", "transform(sparse)"]
    found = answered(tmp_path, ["ok", "≠", "≠"], differing=names)
    assert found.verdict is Verdict.CHANGES
    assert said(found) == "changes predictions from 1.4 on (only for missing values and sparse rows)"
    assert "only in    transform(missing values), transform(sparse); the same for rows as" in shown(found)
    (tmp_path / "x").mkdir()
    found = answered(tmp_path / "x", ["ok", "≠", "≠"], differing=["transform", *names])
    assert said(found) == "changes predictions from 1.4 on" and "only in" not in shown(found)


def test_a_break_that_ends_is_no_break_from_there_on(tmp_path) -> None:
    found = answered(tmp_path, ["load-error", "load-error", "ok"])
    assert said(found) == "breaks in 1.3 to 1.4" and found.safe_range == "scikit-learn>=1.2.2,<1.3"
    (tmp_path / "x").mkdir()
    assert said(answered(tmp_path / "x", ["ok", "load-error", "load-error"])) == "breaks from 1.4 on"


@pytest.mark.parametrize("home", ["≠", "load-error", "not-run"])
def test_nothing_is_safe_for_a_model_that_differs_where_it_was_written(tmp_path, home) -> None:
    found = answered(tmp_path, ["ok", "close", "load-error"], home=home)
    assert [one.verdict for one in found.targets] == [Verdict.UNKNOWN, Verdict.UNKNOWN, Verdict.BREAKS]
    assert found.safe_range is None and "where it was written" in found.targets[0].why


def test_what_the_writer_cannot_answer_is_said_of_each_target(tmp_path) -> None:
    found = answered(tmp_path, ["not-run", "ok", "load-error"], home="not-run")
    assert all("where it was written" in one.why for one in found.targets[:2])


def test_nor_where_rows_reach_little_of_it(tmp_path) -> None:
    reach = [{"what": "leaves", "reached": 49, "of": 100}]
    found = answered(tmp_path, ["ok", "≠", "ok"], reach=reach)
    assert [one.verdict for one in found.targets] == [Verdict.UNKNOWN, Verdict.CHANGES, Verdict.UNKNOWN]
    assert "49 of its 100 leaves" in found.targets[0].why and found.safe_range is None


def test_nor_where_something_that_predicts_was_not_compared(tmp_path) -> None:
    found = answered(tmp_path, ["ok", "ok", "ok"], not_compared={"predict_proba": "too large", "coef_": "too large"})
    assert found.verdict is Verdict.UNKNOWN and "predict_proba was not compared: too large" in found.targets[0].why
    (tmp_path / "x").mkdir()
    assert answered(tmp_path / "x", ["ok"] * 3, not_compared={"coef_": "too large"}).verdict is Verdict.SAFE


def test_a_method_on_its_way_out_is_no_reason_to_doubt_and_is_told(tmp_path) -> None:
    found = answered(tmp_path, ["ok"] * 3, not_compared={"transform": choosing._DEPRECATED})
    assert found.verdict is Verdict.SAFE and found.deprecated == ("transform",)
    out = io.StringIO()
    rendering.show(
        dataclasses.replace(found, compared=("predict",)), Console(file=out, width=80), written="", notes=(), run="x"
    )
    assert "left out   transform: deprecated in the release" in out.getvalue()


def test_what_was_not_run_is_not_known(tmp_path) -> None:
    found = answered(tmp_path, ["ok", "not-run", "ok"])
    assert found.verdict is Verdict.UNKNOWN and said(found) == "not known in 1.4"


def test_targets_are_called_as_the_user_calls_them(tmp_path) -> None:
    called = {"c": ".venv"}
    found = answered(tmp_path, ["ok", "ok", "ok"], called=called)
    assert said(found) == "the warning may be ignored in 1.3, 1.4 and .venv"
    assert rendering.strip(found) == "1.3 ✓  1.4 ✓  .venv ✓"
    assert rendering.line(found, "c").plain == "  .venv ✓ safe"
    (tmp_path / "x").mkdir()
    found = answered(tmp_path / "x", ["ok", "load-error", "load-error"], called=called)
    assert said(found) == "breaks in 1.4 and .venv"
    out = io.StringIO()
    rendering.show(found, Console(file=out, width=80), written="1.2.2", notes=(), run="x")
    assert "\n  .venv      scikit-learn 1.5.2, NumPy " in out.getvalue()


def test_what_only_agrees_with_a_stand_in_is_never_safe(tmp_path) -> None:
    found = answered(tmp_path, ["ok", "close", "ok"], stands_in="scikit-learn 0.17, which wrote it, cannot be had")
    assert {one.verdict for one in (found.writer, *found.targets)} == {Verdict.UNSEEN} and found.safe_range is None
    assert said(found) == "no difference seen among 1.2, 1.3, 1.4, 1.5"
    (tmp_path / "x").mkdir()
    worse = answered(tmp_path / "x", ["ok", "≠", "load-error"], stands_in="...")
    assert [one.verdict for one in worse.targets] == [Verdict.UNSEEN, Verdict.CHANGES, Verdict.BREAKS]


def test_the_first_line_fits_however_many_changes_there_are(tmp_path) -> None:
    found = answered(tmp_path, ["≠", "load-error", "≠"])
    alternating = [dataclasses.replace(found.targets[n % 2], scikit_learn=f"1.{n}.0") for n in range(3, 20)]
    many = dataclasses.replace(found, targets=tuple(alternating))
    assert len(said(many)) <= 78 and said(many).endswith(" and more")


def test_a_target_is_told_in_the_words_of_the_strip(tmp_path) -> None:
    found = answered(tmp_path, ["ok", "load-error", "ok"])
    assert rendering.line(found, "a").plain == "  1.3 ✓ safe"
    assert rendering.line(found, "b").plain == "  1.4 ✗ breaks: reason of b"


def test_what_is_cut_of_a_reason_says_so(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(checked, "_REASON", 10)
    found = answered(tmp_path, ["ok", "load-error", "ok"])
    assert found.targets[1].why == "reason of…"


def test_a_range_is_safe_only_as_far_as_each_minor_was_tried(tmp_path) -> None:
    found = answered(tmp_path, ["ok"], asked="c")
    assert (found.safe_range, found.safe_apart) == ("scikit-learn>=1.2.2,<1.3", ("1.5.2",))
    (tmp_path / "every").mkdir()
    assert answered(tmp_path / "every", ["ok", "ok", "ok"]).safe_apart == ()


def test_gates(tmp_path) -> None:
    found = answered(tmp_path, ["ok", "not-run", "≠"])
    verdicts = {one.verdict for one in found.targets}
    assert crossed(["changes", "breaks", "not-known", "not-seen"], verdicts) == ["changes", "not-known"]


def test_the_terminal_fits_and_acts_on_nothing(tmp_path) -> None:
    found = answered(tmp_path, ["ok", "load-error", "≠"], reach=[{"what": "leaves", "reached": 9, "of": 9}])
    evil = dataclasses.replace(found.targets[1], why="[red]x[/] \x1b[2J" + "w" * 20)
    found = dataclasses.replace(found, targets=(found.targets[0], evil, found.targets[2]))
    from harness.report.console import SafeConsole

    console = SafeConsole(file=io.StringIO(), width=80, highlight=False)
    rendering.show(found, console, written="scikit-learn 1.2.2", notes=["a note"], run="results/x")
    text = console.file.getvalue()
    assert "\x1b[2J" not in text and "[red]x[/]" in text
    assert max(map(len, text.splitlines())) <= 80
    assert text.split("\n")[0] == "≠ breaks in 1.4, changes predictions in 1.5"


def test_the_data_says_the_same(tmp_path) -> None:
    found = answered(tmp_path, ["ok", "ok", "close"])
    data = json.loads(json.dumps(rendering.as_data(found, written="w", notes=(), run="r")))
    assert (
        data["sentence"] == said(found) and [one["verdict"] for one in data["targets"]][-1] == "safe (within tolerance)"
    )
    assert list(found.to_frame()["scikit_learn"]) == ["1.3.2", "1.4.2", "1.5.2"]


@pytest.mark.parametrize(
    ("outcomes", "message", "colour"),
    [
        (["ok", "ok", "ok"], ">=1.2.2,<1.6", "brightgreen"),
        (["load-error", "ok", "ok"], ">=1.2.2,<1.3", "brightgreen"),
    ],
)
def test_a_badge_says_where_it_is_safe(tmp_path, outcomes, message, colour) -> None:
    badge = rendering.badge(answered(tmp_path, outcomes))
    assert (badge["message"], badge["color"], badge["label"]) == (message, colour, "scikit-learn")


def test_a_badge_of_what_is_not_safe_is_not_green(tmp_path) -> None:
    assert rendering.badge(answered(tmp_path, ["≠", "ok", "ok"], home="≠"))["color"] == "red"
    (tmp_path / "x").mkdir()
    unknown = rendering.badge(answered(tmp_path / "x", ["ok", "ok", "ok"], home="load-error"))
    assert (unknown["message"], unknown["color"]) == ("not known", "lightgrey")


def test_a_method_that_raises_alone_is_named_and_predictions_are_the_same(tmp_path) -> None:
    names = {"differing": ["get_feature_names_out"], "compared": ["predict", "get_feature_names_out"]}
    found = answered(tmp_path / "a", ["ok", "predict-error", "predict-error"], **names)
    assert said(found) == "breaks from 1.4 on (only get_feature_names_out; predictions are the same)"
    assert found.verdict is Verdict.BREAKS and "error      reason of b" not in shown(found), "it is told once"
    for number, other in enumerate(
        (
            {**names, "compared": None},  # nobody knows of the others
            {**names, "differing": ["get_feature_names_out", "predict"]},
            {**names, "differing": ["predict"]},
            {**names, "reach": [{"what": "leaves", "reached": 1, "of": 9}]},
        )
    ):
        text = said(answered(tmp_path / str(number), ["ok"] + ["predict-error"] * 2, **other))
        assert text.endswith("breaks from 1.4 on"), other


def test_methods_that_differ_beside_the_labels_are_named(tmp_path) -> None:
    names = {
        "differing": ["predict_log_proba", "predict_log_proba(list)"],
        "compared": ["predict", "predict_log_proba"],
    }
    found = answered(tmp_path / "a", ["ok", "≠", "≠"], **names)
    assert said(found) == "changes predictions from 1.4 on (only predict_log_proba)"
    for number, other in enumerate(
        (
            {**names, "compared": None},
            {**names, "compared": ["predict_log_proba"]},  # its labels were not asked
            {**names, "differing": ["predict", "predict_log_proba"]},
            {**names, "differing": ["predict_log_proba", "coef_"]},
            {**names, "differing": ["predict_log_proba", "predict_proba", "decision_function"]},
        )
    ):
        assert said(answered(tmp_path / str(number), ["ok", "≠", "≠"], **other)).endswith("predictions from 1.4 on"), (
            other
        )


def test_what_was_raised_is_told_beside_its_cause(tmp_path) -> None:
    found = answered(tmp_path, ["ok", "ok", "predict-error"])
    because = dataclasses.replace(found.targets[-1], why="The release here has it elsewhere.")
    text = shown(dataclasses.replace(found, targets=(*found.targets[:-1], because)))
    assert "1.5        The release here has it elsewhere.\n  error      reason of c\n" in text
