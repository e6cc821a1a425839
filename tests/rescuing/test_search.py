"""From a file to a target in a made-up world: the cheapest way that is proved is taken, and nothing else is written."""

from __future__ import annotations

import json
import types
from pathlib import Path

import pytest

from harness.analysis.checked import Target
from harness.analysis.rescued import Ending, Kept
from harness.analysis.verdicts import Verdict
from harness.checking.wanted import Wanted
from harness.errors import InputError, MachineError
from harness.inspection import Inspection
from harness.inspection.result import Call, Calls, Need
from harness.rescuing import handing, search
from harness.rescuing.search import Ask

from tests.rescuing.world import TARGET, WRITER, World

MIDDLE = Wanted(scikit_learn="1.5.2", python="3.12")
CLEAN = Inspection(path="", size=1, format="pickle")


@pytest.fixture
def rescued(tmp_path, monkeypatch):
    state = types.SimpleNamespace(verdict=Verdict.BREAKS, doubt=None, stands_in=None, inspection=CLEAN, release="1.9.1")

    def run(rule, *, out="out.pkl", between=(MIDDLE,), unproved=lambda _: None, is_search=False):
        world = World(tmp_path, rule, unproved=unproved)
        target = Target(
            name=TARGET.name,
            scikit_learn=state.release,
            python=None,
            numpy=None,
            verdict=state.verdict,
            why="it breaks",
        )
        monkeypatch.setattr(search.cells, "with_meaning", lambda _: None)
        monkeypatch.setattr(search.checked, "answer", lambda *_, **__: types.SimpleNamespace(targets=(target,)))
        monkeypatch.setattr(search.checked, "doubt", lambda *_, **__: state.doubt)
        monkeypatch.setattr(search.between, "environments", lambda *_: list(between))
        monkeypatch.setattr(handing, "is_search", lambda *_: is_search)
        monkeypatch.setattr(handing.inspection, "inspect", lambda _: state.inspection)
        trial = types.SimpleNamespace(
            tables=None,
            run=None, writer=WRITER.name, targets=(TARGET.name,), called={}, stands_in=state.stands_in, written="1.2.2",
            notes=(),
        )  # fmt: skip
        ask = Ask(file=world.file.ask, to="1.9", output=tmp_path / out)
        world.answer = search._Search(ask, world.file, trial, world, lambda _: None).answer()
        world.written = (tmp_path / out).read_bytes() if (tmp_path / out).exists() else None
        return world

    run.state = state
    return run


def only(*names):
    return lambda _, name, consumer: None if name in names or consumer != TARGET.name else f"{name} breaks"


def test_saved_again_in_the_wanted_format_is_what_is_handed_over(rescued, tmp_path) -> None:
    world = rescued(only("pickle-4", "portable"))
    assert world.answer.ending is Ending.RESCUED and world.written == f"pickle-4 of {WRITER.name}".encode()
    assert len(world.ran) == 1, "nothing dearer was tried"
    told = json.loads((tmp_path / "out.pkl.json").read_text())
    assert told["way"] == [{"environment": WRITER.name, "format": "pickle-4"}]
    assert told["output"]["sha256"] == world.answer.digests["output"] != told["file"]["sha256"]
    assert told["differences"] == {"predict": {"parity": "identical", "max_abs_diff": 0.0}}
    assert [one["name"] for one in told["environments"]] == [WRITER.name, TARGET.name]


def test_an_output_of_the_files_own_name_in_another_folder_is_another_file(rescued, tmp_path) -> None:
    (tmp_path / "new").mkdir()
    world = rescued(only("pickle-4"), out="new/model.pkl")
    told = json.loads((tmp_path / "new" / "model.pkl.json").read_text())
    assert told["file"]["name"] == told["output"]["name"] == "model.pkl" and world.written is not None
    assert told["file"]["sha256"] != told["output"]["sha256"]


def test_another_format_carries_it_and_the_target_saves_it_as_wanted(rescued) -> None:
    # The target's own pickle is loaded there, the writer's is not.
    world = rescued(lambda home, name, _: None if home == TARGET.name or name == "portable" else "breaks")
    assert world.written == f"pickle-4 of {TARGET.name}".encode()
    assert [one.format for one in world.answer.way.steps] == ["portable", "pickle-4"]
    assert {one.why for one in world.answer.tried} == {"it breaks", "breaks"}


def test_a_release_between_saves_it_again(rescued) -> None:
    def rule(home, name, consumer):
        good = {(WRITER.name, MIDDLE.name), (MIDDLE.name, TARGET.name), (TARGET.name, TARGET.name)}
        return None if (home, consumer) in good and name in {"pickle", "pickle-4"} else "breaks"

    world = rescued(rule)
    assert world.written == f"pickle-4 of {MIDDLE.name}".encode()
    assert [one.environment for one in world.answer.way.steps] == [MIDDLE.name], "it gets the file as it is"


def test_a_search_gives_its_best_estimator_and_says_so(rescued) -> None:
    calls = []

    def rule(home, name, consumer):
        calls.append(name)
        return None if name == "pickle-4" and calls.count("pickle-4") > 1 else "breaks"

    world = rescued(rule, between=(), is_search=True)
    assert world.answer.way.kept is Kept.PART and world.written is not None


def test_a_graph_is_no_pickle_and_is_named_where_a_pickle_is_wanted(rescued) -> None:
    world = rescued(only("onnx"))
    assert world.answer.ending is Ending.NOT_RESCUED and world.written is None
    assert "predictions alone" in world.answer.why and ".onnx" in world.answer.why
    graph = rescued(only("onnx"), out="out.onnx")
    assert graph.written == f"onnx of {WRITER.name}".encode() and graph.answer.way.kept is Kept.PREDICTIONS


def test_what_is_not_proved_is_not_written(rescued, tmp_path) -> None:
    world = rescued(lambda *_: None, unproved=lambda _: "predict: 3 of 90 labels differ")
    assert world.answer.ending is Ending.NOT_RESCUED and world.written is None
    assert "predict: 3 of 90 labels differ" in {one.why for one in world.answer.tried}
    assert not [path for path in tmp_path.iterdir() if path.name.startswith((".", "out"))]
    assert world.answer.serve == "pip install scikit-learn==1.2.2" and world.answer.python == "3.11"


def test_what_would_call_more_than_models_do_is_not_written(rescued) -> None:
    call = Call(name="os.system", called=True, offset=0)
    rescued.state.inspection = Inspection(path="", size=1, format="pickle", calls=Calls(outside=(call,)))
    world = rescued(lambda *_: None)
    assert world.written is None and any("os.system" in one.why for one in world.answer.tried)


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("numpy.testing._private.utils.runstring", False),
        ("pandas.read_pickle", False),
        ("joblib.numpy_pickle.load", False),
        ("pandas.core.frame.DataFrame", True),
        ("pandas._libs.internals._unpickle_block", True),
        ("pandas.core.indexes.base._new_Index", True),
    ],
)
def test_of_packages_that_a_model_needs_it_may_make_objects_and_nothing_else(name, may) -> None:
    needs = tuple(Need(module=one, package=one, names=()) for one in ("numpy", "pandas", "joblib"))
    original = Inspection(path="", size=1, format="pickle", needs=needs)
    calls = Calls(outside=(Call(name=name, called=True, offset=0),))
    found = Inspection(path="", size=1, format="pickle", calls=calls)
    assert handing._outside(found, original) == (() if may else (name,))


def test_a_file_that_is_changed_meanwhile_is_refused(rescued, tmp_path: Path) -> None:
    def changed(_: bytes) -> None:
        (tmp_path / "model.pkl").write_bytes(b"another")

    with pytest.raises(InputError, match="was changed"):
        rescued(lambda *_: None, unproved=changed)
    assert not (tmp_path / "out.pkl").exists() and not (tmp_path / "out.pkl.json").exists()


@pytest.mark.parametrize("verdict", [Verdict.SAFE, Verdict.TOLERABLE])
def test_where_it_works_as_it_is_nothing_is_written(rescued, verdict) -> None:
    rescued.state.verdict = verdict
    world = rescued(lambda *_: None)
    assert world.answer.ending is Ending.NEEDLESS and world.written is None and world.ran == []


@pytest.mark.parametrize("what", ["doubt", "stands_in"])
def test_what_cannot_be_compared_is_not_even_tried(rescued, what) -> None:
    setattr(rescued.state, what, "rows reach little")
    world = rescued(lambda *_: None)
    assert world.answer.ending is Ending.NOT_RESCUED and world.ran == [] and "rows reach little" in world.answer.why


def test_a_target_that_cannot_be_built_is_an_error_of_the_machine(rescued) -> None:
    rescued.state.release = None
    with pytest.raises(MachineError, match="cannot be had"):
        rescued(lambda *_: None)


def test_an_output_that_is_in_the_way_by_now_stays(rescued, tmp_path: Path) -> None:
    (tmp_path / "out.pkl").write_bytes(b"late")
    with pytest.raises(InputError, match="by now"):
        rescued(lambda *_: None)
    assert (tmp_path / "out.pkl").read_bytes() == b"late"


def test_a_format_that_the_suffix_does_not_say_is_told(rescued) -> None:
    assert rescued(lambda *_: None, out="out.bin").answer.fitting_suffix == ".pkl"
