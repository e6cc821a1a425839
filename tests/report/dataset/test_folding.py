"""The dataset: what is folded unfolds to the same, it fits its schema, and its changelog says what changed."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from harness.analysis import dataset as asking
from harness.analysis.ask.index import Index
from harness.analysis.dataset import Statement, Told
from harness.errors import InputError
from harness.report import dataset
from harness.report.dataset import changelog, folding, packages

ROOT = Path(__file__).resolve().parents[3]
RELEASES = ["0.24", "1.2", "1.9", "1.10"]
BAD = Told("breaks", "breaks in 1 of 3 models (does not load)", "tree-node-layout", 3, 1)
GOOD = Told("safe", "safe in 3 models", None, 3, 0)
UNEXPLAINED = Told("changes predictions", "changes predictions (without an error)", None, 1, 1)

keys = some.tuples(
    some.sampled_from(["Ridge", "SVC"]),
    some.sampled_from(["", "solver=svd"]),
    some.sampled_from(["", "pickle"]),
    some.sampled_from(RELEASES),
    some.sampled_from(RELEASES),
)


def edition(statements, day: str = "2026.1130.0"):
    run = {"run_id": "a-run", "profile": "p", "started": "2026-11-30T00:00:00", "harness_version": "0.1.0"}
    head = {"$schema": "./dataset.schema.json", "format_version": 1, "edition": day, "harness_version": "0.1.0"}
    return {**head, "runs": [run], **folding.folded(statements)}


def checked(made) -> None:
    jsonschema.validate(made, json.loads(packages.template(packages.SCHEMA)))


@settings(deadline=None)  # a busy machine is no error
@given(some.dictionaries(keys, some.sampled_from([BAD, GOOD, UNEXPLAINED]), max_size=40))
def test_what_is_folded_unfolds_to_the_same(told) -> None:
    statements = [Statement(*key, value) for key, value in told.items()]
    made = json.loads(json.dumps(edition(statements)))
    checked(made)
    assert sorted(folding.unfolded(made)) == sorted(statements) and made["statements"] == len(statements)
    assert made["releases"] == [one for one in RELEASES if any(one in key for key in told)]  # 1.10 after 1.9


def test_neighbours_with_one_answer_are_one_rectangle_and_the_same_grid_is_stored_once() -> None:
    whole = [
        Statement(name, "", "", saved, loaded, GOOD) for name in ("A", "B") for saved in RELEASES for loaded in RELEASES
    ]
    made = edition(whole)
    assert (made["grids"], made["answers"]) == ([[[0, 3, 0, 3, 0]]], [[5, 0, None, 3, 0]])
    assert made["estimators"] == {"A": {"": {"": 0}}, "B": {"": {"": 0}}}
    hole = edition([one for one in whole if (one.saved, one.loaded) != ("1.2", "1.9")])
    assert "1.9" not in [one.loaded for one in folding.unfolded(hole) if one.saved == "1.2"]


@pytest.mark.parametrize(
    "broken",
    [
        lambda made: made.pop("releases"),
        lambda made: made.update(inferred=True),
        lambda made: made["answers"][0].append(1),
        lambda made: made["grids"][0][0].pop(),
        lambda made: made["verdicts"].reverse(),
    ],
)
def test_the_schema_refuses_what_is_none(broken) -> None:
    made = edition([Statement("Ridge", "", "", "1.2", "1.9", BAD)])
    checked(made)
    broken(made)
    with pytest.raises(jsonschema.ValidationError):
        checked(made)


def test_the_changelog_says_what_became_worse_first() -> None:
    old = edition(
        [Statement("Ridge", "", "", "1.2", "1.2", GOOD), Statement("SVC", "", "", "1.2", "1.2", BAD)], "2026.901.0"
    )
    new = edition([Statement("Ridge", "", "", "1.2", "1.2", BAD), Statement("SVC", "", "", "1.2", "1.9", BAD)])
    text = changelog.told(old, new)
    assert "- Worse than before: 1 statement.\n  - `Ridge`: safe → breaks (1 statement)" in text
    assert "New releases: 1.9." in text and "- New: 1 statement. Gone: 1 statement." in text
    assert "The first edition" in changelog.told(None, new)


def _of(**others: object) -> str:
    """An edition of one statement, with something else in it."""
    answers = {"verdicts": ["safe"], "sentences": ["safe"], "causes": [], "answers": [[0, 0, None, 1, 0]]}
    held = {"releases": ["1.8"], "grids": [[[0, 0, 0, 0, 0]]], "estimators": {"Ridge": {"": {"": 0}}}, **answers}
    return json.dumps({"format_version": 1, "edition": "2026.1130.0", **held, **others})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no JSON", "is no dataset"),
        ("[]", "no dataset of format 1"),
        ('{"format_version": 2}', "no dataset of format 1"),
        ('{"format_version": 1, "releases": []}', "is damaged"),
        ("[" * 100_000, "is no dataset"),
        (_of(edition=["2026.1130.0"]), "is damaged"),
        (_of(edition=f"2026.1130.{'9' * 5000}"), "is damaged"),
        (_of(estimators=[]), "is damaged"),
        (_of(verdicts=["great"]), "is damaged"),
    ],
)
def test_an_edition_that_cannot_be_read_is_told(tmp_path, text, message) -> None:
    (tmp_path / "old.json").write_text(text)
    with pytest.raises(InputError, match=message):
        dataset.read(tmp_path / "old.json")


def test_a_dataset_of_the_reference_fits_the_schema_and_its_changelog_goes_on(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(asking, "estimators", lambda _: ["MinMaxScaler", "TfidfTransformer"])
    index = Index.from_run(ROOT / "results/reference-parameters")
    made = dataset.write([index], tmp_path / "first")
    checked(json.loads((tmp_path / "first/dataset.json").read_text()))
    found = {one[:5]: one.told for one in folding.unfolded(made)}
    assert found["TfidfTransformer", "", "", "1.4", "1.5"].cause == "tfidf-idf-lost"
    assert made["statements"] > 500 and len((tmp_path / "first/dataset.json").read_bytes()) < 20_000
    dataset.write([index], tmp_path / "second", since=tmp_path / "first/dataset.json")
    text = (tmp_path / "second/CHANGELOG.md").read_text()
    assert [line for line in text.splitlines() if line.startswith("## ")][1] == f"## {made['edition']}"
    assert "Worse than before: 0 statements." in text and "The first edition" in text and text.count("# Changes") == 1


def test_an_edition_of_the_same_day_has_a_higher_number() -> None:
    day = dt.date(2026, 1, 5)
    assert folding.edition(day) == "2026.105.0"
    assert folding.edition(day, "2026.105.0") == "2026.105.1"
    assert folding.edition(day, "2026.1130.3") == folding.edition(day, "2025.105.4") == "2026.105.0"


def test_an_edition_that_is_sound_is_read(tmp_path) -> None:
    (tmp_path / "old.json").write_text(_of())
    assert dataset.read(tmp_path / "old.json")["edition"] == "2026.1130.0"
