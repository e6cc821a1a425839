"""Answers over small runs made by hand: which cases are meant, which environments, and what outweighs what."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from harness.analysis.ask import Verdict
from harness.errors import InputError
from harness.report import ask_data
from tests.analysis.ask.runs import MODELS, asked, environment, shown, stored
from tests.analysis.compare.common import cell, grid

EVIL = "<script>alert(1)</script> [red]x[/]"
ALL = ("forest", "forest_entropy", "forest_plain", "spam")


@pytest.mark.parametrize(
    ("word", "name", "cases", "alone"),
    [
        ("Ridge", "Ridge", ("ridge",), ("ridge",)),
        ("FOREST", "Forest", ALL, ALL[:3]),  # a class before a case of the same name
        ("case:forest", "forest", ("forest",), ()),
        ("sklearn.Forest", "Forest", ALL, ALL[:3]),
        ("forest_plain", "forest_plain", ("forest_plain",), ()),
        ("family:linear", "linear", tuple(MODELS), ()),
        ("linear", "linear", tuple(MODELS), ()),
        ("counter", "Counter", ("spam",), ()),
        ("Pipeline", "Pipeline", ("spam",), ("spam",)),
    ],
)
def test_a_class_a_case_or_a_family_is_meant_in_any_letters(word, name, cases, alone) -> None:
    subject = asked(stored(), estimator=word).question.subject
    assert (subject.name, subject.cases, subject.alone) == (name, cases, alone)


def test_a_folded_name_of_a_case_never_hides_a_class_within_pipelines() -> None:
    models = {
        **MODELS,
        "spam": {**MODELS["spam"], "parts": [*MODELS["spam"]["parts"], {"class": "a.ForestCut", "parameters": {}}]},
    }
    run = stored(cases=(*MODELS, "forest_cut"), models=models)  # nobody could fit the case forest_cut
    assert asked(run, estimator="ForestCut").question.subject.cases == ("spam",)
    assert asked(stored(cases=("forest_cut",)), estimator="ForestCut").question.subject.cases == ("forest_cut",)


def test_an_unknown_name_is_refused_with_what_was_perhaps_meant() -> None:
    with pytest.raises(InputError, match='no stored run has an estimator, case or family "Forrest"; perhaps "'):
        asked(stored(), estimator="Forrest")
    with pytest.raises(InputError, match='no format "joblob"; perhaps "joblib"'):
        asked(stored(), format_name="joblob")
    with pytest.raises(InputError, match='"one.5" is no version'):
        asked(stored(), consumers=("one.5",))
    with pytest.raises(InputError, match='Forest: no parameter "criterium"; perhaps "criterion"'):
        asked(stored(), settings=("criterium=gini",))
    with pytest.raises(InputError, match="write loss=log_loss"):
        asked(stored(), settings=("gini",))


def test_each_pair_of_environments_that_fits_has_its_answer_the_worst_first() -> None:
    bad = cell("old/forest/joblib>new2/joblib", "drift", parity="drift", max_abs_diff=0.5, label_mismatch=0.1)
    answer = asked(stored(bad))
    assert [(pair.producer, pair.consumer, pair.verdict) for pair in answer.pairs] == [
        ("old", "new2", Verdict.CHANGES),
        ("old", "new", Verdict.SAFE),
    ]
    assert answer.verdict == Verdict.CHANGES
    worst = answer.pairs[0].ways[0]
    assert (worst.name, worst.example, worst.max_abs_diff) == ("joblib/joblib", bad["cell_id"], 0.5)
    assert [way.format for way in answer.pairs[0].instead] == ["pickle", "onnx"]
    assert answer.pairs[1].instead == ()


def test_a_model_that_only_contains_the_class_counts_and_is_told_apart() -> None:
    bad = cell("old/spam/pickle>new/pickle", "load-error", reason="no")
    answer = asked(stored(bad))
    assert (answer.verdict, answer.alone) == (Verdict.BREAKS, Verdict.SAFE)
    text = shown(answer)
    assert "✗ Forest 1.2 → 1.5: breaks in 1 of 4 models" in text
    assert "4 models (1 contain one)" in text
    assert "by itself safe (forest, forest_entropy, forest_plain; the same in 1.2 to 1.5)" in text


def test_a_strip_has_a_line_for_the_class_by_itself_where_it_says_something_else() -> None:
    bad = cell("old/spam/pickle>new/pickle", "load-error", reason="no")
    lines = shown(asked(stored(bad), consumers=())).splitlines()
    first = next(number for number, line in enumerate(lines) if line.split() == ["1.2", "1.5"])
    assert [line.split() for line in lines[first + 1 : first + 3]] == [["✓", "✗"], ["by", "itself", "✓", "✓"]]
    everywhere = [cell(f"old/{name}/pickle>new/pickle", "load-error", reason="no") for name in ALL]
    assert "by itself" not in shown(asked(stored(*everywhere), consumers=()))


def test_the_direction_matters_and_so_does_every_package_named() -> None:
    bad = cell("new/forest/pickle>old/pickle", "load-error")
    assert asked(stored(bad)).verdict == Verdict.SAFE
    assert asked(stored(bad), producers=("1.5",), consumers=("1.2.2",)).verdict == Verdict.BREAKS
    (pair,) = asked(stored(bad), producers=("1.5", "numpy=2.1"), consumers=("1.2",)).pairs
    assert (pair.producer, pair.verdict) == ("new2", Verdict.SAFE)
    (pair,) = asked(stored(), consumers=("numpy=2",)).pairs
    assert pair.consumer == "new2"


def test_what_did_not_run_is_not_known_however_much_else_is_safe() -> None:
    lost = cell("old/forest/pickle>new/pickle", "not-run", parity=None, reason="cut short")
    orphan = cell("old/forest/joblib>new/joblib", "no-artifact", parity=None, reason="not-run: no wheels")
    answer = asked(stored(lost, orphan))
    pair = answer.pairs[0]
    assert (pair.consumer, pair.verdict, pair.never_tried) == ("new", Verdict.UNKNOWN, 2)
    assert "2 of 16 cells did not run; they never count as passing" in shown(answer)


def test_what_cannot_be_there_says_nothing_beside_what_can() -> None:
    absent = cell("old/ridge/pickle>new/pickle", "no-artifact", parity=None, reason="dump-error: a lambda")
    here = {"estimator": "ridge", "consumers": ("1.5", "numpy=1.26")}
    assert asked(stored(absent), **here).verdict == Verdict.UNSEEN
    assert asked(stored(absent), **here, format_name="pickle").verdict == Verdict.UNKNOWN
    refused = cell("old/ridge/pickle>new/pickle", "refused", parity=None, reason="untrusted types")
    assert asked(stored(refused), **here, format_name="pickle").verdict == Verdict.UNKNOWN


def test_formats_that_convert_are_answered_for_when_they_are_asked_for() -> None:
    onnx = [cell(f"old/forest/onnx>{name}/onnx", "drift", parity="drift") for name in ("new", "new2")]
    assert asked(stored(*onnx)).verdict == Verdict.SAFE
    assert asked(stored(*onnx), format_name="onnx").verdict == Verdict.CHANGES
    assert asked(stored(*onnx), reader="onnx").verdict == Verdict.CHANGES


def test_portable_which_is_for_the_way_over_is_answered_for_when_it_is_asked_for() -> None:
    run = stored(cell("old/forest/portable>new/portable", "drift", parity="drift"), formats=("pickle", "portable"))
    assert asked(run).verdict == Verdict.SAFE
    assert asked(run, format_name="portable").verdict == Verdict.CHANGES


def test_versions_that_no_environment_has_are_not_known_and_told() -> None:
    answer = asked(stored(), consumers=("1.6",))
    assert (answer.verdict, answer.pairs) == (Verdict.UNKNOWN, ())
    assert "no environment that loads has scikit-learn 1.6; there are scikit-learn 1.2.2, 1.5.2" in " ".join(
        shown(answer).split()
    )


def test_an_environment_that_could_not_be_had_is_a_pair_all_the_same() -> None:
    run = stored(
        *(cell(one, "not-run", parity=None) for one in grid(("old",), ("new",), ("ridge",), ("pickle", "joblib")))
    )
    run.environments = pd.DataFrame([environment("old"), environment("new", "not-run"), environment("new2")])
    pair = asked(run, estimator="ridge").pairs[0]
    assert (pair.verdict, pair.consumer) == (Verdict.UNKNOWN, "new")


def test_whether_the_warning_may_be_ignored_is_said() -> None:
    warned = cell("old/forest/pickle>new/pickle", parity="close", version_warning=True, max_abs_diff=1e-12)
    text = " ".join(shown(asked(stored(warned), consumers=("1.5", "numpy=1.26"))).split())
    assert "the warning may be ignored: only rounding differs, and no label" in text
    bad = cell("old/forest/pickle>new/pickle", "drift", parity="drift", version_warning=True)
    text = shown(asked(stored(bad), consumers=("1.5", "numpy=1.26")), verbose=True)
    assert "changes predictions in 1 of 4 models (without an error)" in text
    assert "for the same models and environments: joblib: safe, onnx: safe" in text
    assert "again " in text and "'old/forest/pickle>new/pickle'" in text


def test_what_fails_at_home_too_is_no_versions_fault() -> None:
    both = [cell(f"old/forest/pickle>{name}/pickle", "load-error") for name in ("old", "new")]
    assert asked(stored(*both)).pairs[0].ways[0].at_home == 1
    assert asked(stored(both[1])).pairs[0].ways[0].at_home == 0
    assert "forest (in its own producer, too: the version is not the reason)" in shown(asked(stored(*both)))
    assert "own producer" not in shown(asked(stored(both[1])))


def test_text_of_models_is_shown_as_it_is() -> None:
    evil = cell("old/forest/pickle>new/pickle", "load-error", reason=EVIL)
    assert "[red]x[/]" in shown(asked(stored(evil)))


def test_data_for_programs_has_the_verdict_its_breadth_and_the_evidence() -> None:
    data = json.loads(json.dumps(ask_data.as_data([asked(stored())])))
    assert (data["verdict"], data["sentence"]) == ("safe", "safe in 4 models")
    assert {pair["verdict"] for pair in data["pairs"]} == {"safe"}
    assert data["pairs"][0]["cells"] == 8
    assert data["breadth"]["models"] == list(ALL) and data["breadth"]["is_enough"]
    assert [run["started"][:10] for run in data["runs"]] == ["2026-11-21"]


def test_a_known_cause_is_explained_once() -> None:
    damaged = [
        cell(f"old/ridge/{name}>new/{name}", "refused", parity=None, reason=f"{name}: (sha256 differs)")
        for name in ("pickle", "joblib")
    ]
    answer = asked(stored(*damaged), estimator="ridge")
    assert {way.cause for pair in answer.pairs for way in pair.ways} == {"artifact-damaged", None}
    assert shown(answer).count("why       A stored file is missing") == 1


def test_eighty_columns_are_enough() -> None:
    bad = [
        cell(f"old/{case}/pickle>{to}/pickle", "load-error", reason="x " * 200)
        for case in ALL
        for to in ("new", "new2")
    ]
    lines = shown(asked(stored(*bad)), width=80).splitlines()
    assert max(len(line) for line in lines if "harness run" not in line) <= 80
    assert lines[1] == "✗ Forest 1.2 → 1.5: breaks (does not load)"


def test_pairs_with_the_same_evidence_are_shown_together() -> None:
    bad = [
        cell(f"old/forest/{form}>{to}/{form}", "load-error", reason="no")
        for form in ("pickle", "joblib")
        for to in ("new", "new2")
    ]
    assert shown(asked(stored(*bad)), verbose=True).count("pickle, joblib: breaks (forest)") == 1
