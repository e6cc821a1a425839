"""The reference that the program carries says what the kept runs say, whatever is asked."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from harness.analysis.ask import ask, compact
from harness.analysis.ask.index import TABLES, Index
from harness.errors import HarnessError, InputError
from harness.report import ask_data

ROOT = Path(__file__).parents[3]
NAMES = sorted(path.name for path in (ROOT / "results").glob("reference*") if path.is_dir())
QUESTIONS = 60


@pytest.fixture(scope="module")
def kept() -> list[Index]:
    return [Index.from_run(ROOT / "results" / name) for name in NAMES]


@pytest.fixture(scope="module")
def carried(tmp_path_factory) -> list[Index]:
    return compact.reference(tmp_path_factory.mktemp("cache"))


def test_it_is_small_and_holds_what_the_kept_runs_hold(kept, carried) -> None:
    """If this fails, the runs, the rules of causes or the index have changed: `python -m harness keep --carried`."""
    assert compact.FILE.stat().st_size <= compact.MOST_BYTES
    assert [index.path.name for index in carried] == NAMES
    for one, other in zip(kept, carried, strict=True):
        for table in TABLES:
            assert one.rows(table) == other.rows(table), f"{one.path.name}, {table}"


def test_random_questions_have_the_same_answers(kept, carried) -> None:
    chance = random.Random(7)
    names = sorted({subject.name for index in kept for subject in index.subjects})
    releases = sorted(
        {held["scikit-learn"] for index in kept for held in index.holdings.values() if "scikit-learn" in held}
    )
    formats = [None, *sorted({name for index in kept for name in index.known("format")})]
    for _ in range(QUESTIONS):
        question = {
            "estimator": chance.choice(names),
            "producers": [chance.choice(releases)],
            "consumers": [chance.choice(releases)],
            "format_name": chance.choice(formats),
        }
        told = [answer(indexes, **question) for indexes in (kept, carried)]
        assert told[0] == told[1], question


def answer(indexes, estimator, **question):
    try:
        return without_commands(ask_data.as_data([ask(indexes, estimator, **question)]))
    except InputError as error:
        return str(error)


def without_commands(told):
    if isinstance(told, dict):
        return {name: without_commands(value) for name, value in told.items() if name != "again"}
    return [without_commands(one) for one in told] if isinstance(told, list | tuple) else told


def test_it_is_unpacked_once_and_again_where_it_was_changed(tmp_path, monkeypatch, carried) -> None:
    file = tmp_path / "reference.xz"
    file.write_bytes(compact.pack(carried[:1]))
    cache = tmp_path / "cache"
    first = compact.reference(cache, file)
    made = next(cache.rglob("*.sqlite"))
    with monkeypatch.context() as patch:
        patch.setattr(compact, "unpack", None)
        assert compact.reference(cache, file)[0].rows("cells") == first[0].rows("cells")
    content = bytearray(made.read_bytes())
    content[len(content) // 2] ^= 1
    made.write_bytes(content)
    assert compact.reference(cache, file)[0].rows("cells") == first[0].rows("cells")
    assert compact.reference(cache, tmp_path / "none.xz") == []


def test_a_damaged_reference_is_no_answer(tmp_path) -> None:
    file = tmp_path / "reference.xz"
    content = bytearray(compact.FILE.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(HarnessError, match="install it again"):
        compact.reference(tmp_path / "cache", file)


def test_values_that_compare_equal_stay_apart() -> None:
    import io

    planes = io.BytesIO()
    column = [1, 1.0, None, "1", float("inf"), *map(str, range(300)), 1]
    import json

    packed = json.loads(json.dumps(compact._packed(column, planes)))
    planes.seek(0)
    assert list(map(repr, compact._unpacked(packed, planes))) == list(map(repr, column))
