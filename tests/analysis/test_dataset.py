"""The dataset says what `ask` says: the same verdict, sentence and cause, for random questions to the reference."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from harness.analysis import dataset
from harness.analysis.ask import ask
from harness.analysis.ask.index import Index
from harness.analysis.verdicts import Verdict
from harness.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
CHANCE = random.Random(20261130)
#: Some with parameters, within pipelines and in several formats; and some by chance.
CHOSEN = ("AdaBoostClassifier", "TfidfTransformer", "SplineTransformer", "DecisionTreeRegressor", "MinMaxScaler")
RELEASES = ("0.24", "1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9")


@pytest.fixture(scope="module")
def indexes():
    folders = sorted(path.parent for path in (ROOT / "results").glob("reference*/run.json"))
    found = [Index.from_run(folder) for folder in folders]
    return sorted(found, key=lambda index: str(index.run["started"]), reverse=True)


def asked(indexes, one: dataset.Statement):
    return ask(
        indexes,
        one.estimator,
        producers=[one.saved],
        consumers=[one.loaded],
        settings=[one.setting] if one.setting else (),
        format_name=one.format or None,
    )


def test_a_statement_is_what_ask_answers(indexes) -> None:
    names = [*CHOSEN, *CHANCE.sample(dataset.estimators(indexes), 4)]
    for name in names:
        made = list(dataset.of_estimator(indexes, name))
        assert len({one[:5] for one in made}) == len(made) > 0
        for one in CHANCE.sample(made, min(12, len(made))):
            answer = asked(indexes, one)
            assert (one.told.verdict, one.told.sentence) == (str(answer.verdict), str(answer.sentence)), one
            assert one.told.models == len(answer.breadth.models)
            way = answer.worst_way
            assert way is not None and one.told.cause in {way.cause, None}
            assert one.told.cause is not None or way.cause not in answer.causes


def test_where_there_is_no_statement_ask_knows_nothing(indexes) -> None:
    absent = 0
    for name in CHOSEN:
        there = {one[:5] for one in dataset.of_estimator(indexes, name)}
        pairs = [(saved, loaded) for saved in RELEASES for loaded in RELEASES]
        settings = ["", *dataset.settings(name)]
        for saved, loaded in CHANCE.sample(pairs, 12):
            setting, format_name = CHANCE.choice(settings), CHANCE.choice(["", "skops", "pickle", "onnx"])
            one = dataset.Statement(name, setting, format_name, saved, loaded, dataset.Told("", "", None, 0, 0))
            if one[:5] not in there:
                absent += 1
                try:
                    assert asked(indexes, one).verdict is Verdict.UNKNOWN, one
                except InputError:
                    continue  # no model has such a parameter
    assert absent


def test_settings_are_written_as_people_write_them() -> None:
    assert "criterion=log_loss" in dataset.settings("DecisionTreeClassifier")
    assert all("=" in one for name in ("Ridge", "SVC", "OneHotEncoder") for one in dataset.settings(name))
