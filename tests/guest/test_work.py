"""Loading and dumping, with stub formats and stub models: NumPy is needed only where outputs travel."""

import hashlib
import json
import os
import shutil
import sys
import tempfile
import types
import unittest
import warnings

from guest import errors, fitting, work


class Channel:
    """Keeps what a child would send."""

    def __init__(self):
        self.begun = []
        self.sent = []

    def begin(self, identifier, step):
        self.begun.append((identifier, step))

    def send(self, message):
        self.sent.append(message)


class Model:
    def predict(self, inputs):
        return [len(text) for text in inputs]


def format_module(load=None, dump=None, partial=False):
    module = sys.modules["stub_format"] = types.ModuleType("stub_format")
    module.PARTIAL = partial
    module.load = lambda data, path, reader, options: load(data)
    module.dump = lambda model, options, fit: dump(model)


def loaded(load, partial=False, inputs=b'{"kind":"texts","items":["x","yy"]}', **changes):
    """The one event of a load."""
    format_module(load=load, partial=partial)
    folder = tempfile.mkdtemp()
    try:
        task = {"id": "a", "methods": ["predict"], "module": "stub_format", "options": {}, "reader": "stub"}
        task.update(probes=[], known=[], at="", main={})
        for name, data in [("artifact", b"bytes"), ("inputs", inputs)]:
            task[name] = os.path.join(folder, name)
            with open(task[name], "wb") as file:
                file.write(data)
            task["sha256" if name == "artifact" else name + "_sha256"] = hashlib.sha256(data).hexdigest()
        channel = Channel()
        work.load(dict(task, **changes), channel)
        (event,) = channel.sent
        return event
    finally:
        shutil.rmtree(folder)


def needs_numpy():
    try:
        import numpy
    except ImportError:
        raise unittest.SkipTest("no NumPy under this interpreter") from None


def test_a_load_that_goes_well():
    needs_numpy()
    event = loaded(lambda data: Model())
    assert event["step"] == "predict" and set(event["outputs"]) == {"predict"}
    assert event["load_seconds"] >= 0 and event["predict_seconds"] >= 0
    assert "error" not in event and event["warnings"] == []


def test_bytes_that_were_changed_are_refused_before_anything_loads_them():
    for changes in ({"sha256": "0" * 64}, {"inputs_sha256": "0" * 64}, {"artifact": "/nowhere"}):
        event = loaded(lambda data: 1 / 0, **changes)
        assert event["refused"] and "error" not in event and "outputs" not in event


class Scribbler:
    """Writes into its rows, and answers with what it was given."""

    def predict(self, inputs):
        given = inputs.copy()
        inputs += 1
        return given


def test_rows_that_are_kept_for_the_next_cell_are_what_they_were():
    needs_numpy()
    import numpy as np

    from guest.encoding import encode

    text = json.dumps(encode(np.arange(6.0).reshape(2, 3))).encode("ascii")
    outputs = [loaded(lambda data: Scribbler(), inputs=text)["outputs"] for _ in range(3)]
    assert outputs[0] == outputs[1] == outputs[2]
    assert list(work._DECODED) == [hashlib.sha256(text).hexdigest()]
    loaded(lambda data: Model())
    assert work._DECODED == {}  # texts are built anew for each


def test_a_class_of_the_script_is_there_before_the_file_is_loaded():
    needs_numpy()
    own = sys.modules["own_script"] = types.ModuleType("own_script")
    own.Own = Model
    event = loaded(lambda data: sys.modules["__main__"].Own(), main={"Own": "own_script"})
    assert set(event["outputs"]) == {"predict"}
    del sys.modules["__main__"].Own, sys.modules["own_script"]


def test_a_package_that_is_missing_is_unsupported():
    event = loaded(lambda data: errors.need("no_such_package"))
    assert "no_such_package" in event["unsupported"] and "error" not in event


def test_a_refusal_is_one():
    def load(data):
        raise errors.Refused("because")

    event = loaded(load)
    assert event["refused"] == "because" and "error" not in event


def test_a_format_that_lacks_methods_is_asked_for_those_it_has():
    needs_numpy()
    model = Model()
    model.methods = ["transform", "predict"]
    event = loaded(lambda data: model, partial=True, methods=["score_samples", "predict"])
    assert set(event["outputs"]) == {"predict"}


def test_a_format_that_has_none_of_the_methods_is_unsupported():
    model = Model()
    model.methods = []
    event = loaded(lambda data: model, partial=True)
    assert "none of predict" in event["unsupported"] and "outputs" not in event


def test_a_format_that_is_whole_is_asked_for_every_method():
    needs_numpy()
    event = loaded(lambda data: Model(), methods=["score_samples", "predict"])
    found = event["outputs"]["score_samples"]
    assert (found["kind"], found["type"]) == ("error", "AttributeError") and "Traceback" in found["traceback"]
    assert event["outputs"]["predict"]["kind"] == "objects" and event["step"] == "predict"  # one error ends nothing


def test_whatever_loading_raises_is_an_error_of_that_step():
    for error in (ValueError("no"), SystemExit(0), KeyboardInterrupt(), GeneratorExit()):

        def load(data, error=error):
            warnings.warn("before")
            raise error

        event = loaded(load)
        assert (event["step"], event["error"]["type"]) == ("load", type(error).__name__)
        assert "outputs" not in event and event["warnings"][0]["message"] == "before"


def raising(error):
    model = Model()

    def predict(inputs):
        raise error

    model.predict = predict
    return model


def test_whatever_predicting_raises_is_an_answer():
    for error in (ValueError("no"), SystemExit(0), KeyboardInterrupt(), GeneratorExit()):
        event = loaded(lambda data, error=error: raising(error))
        assert event["outputs"]["predict"]["type"] == type(error).__name__ and "error" not in event


def test_what_predicting_says_of_the_format_or_the_machine_is_no_answer():
    assert loaded(lambda data: raising(errors.Unsupported("why")))["unsupported"] == "why"
    assert loaded(lambda data: raising(errors.Refused("why")))["refused"] == "why"
    event = loaded(lambda data: raising(MemoryError()))
    assert event["error"]["memory"] and event["step"] == "predict" and "outputs" not in event


def dumped(dump, case=lambda seed: 1 / 0):
    module = sys.modules["stub_cases"] = types.ModuleType("stub_cases")
    module.case_stub = case
    format_module(dump=dump)
    folder = tempfile.mkdtemp()
    channel = Channel()
    try:
        formats = [{"id": name, "module": "stub_format", "options": {}} for name in ("p", "q")]
        case = {"module": "stub_cases", "function": "case_stub", "seed": 3}
        work.dump({"id": "d", "case": case, "spool": folder, "formats": formats}, channel)
        return channel, sorted(os.listdir(folder))
    finally:
        shutil.rmtree(folder)


class Estimator(Model):
    """Not one of scikit-learn's, and without its tags."""

    def fit(self, inputs, truth=None):
        return self


def case_texts(seed):
    return Estimator(), ["x" * i for i in range(60)], None, ["predict"]


def test_a_fit_that_raises_answers_for_all_formats():
    channel, files = dumped(lambda model: b"bytes")
    (event,) = channel.sent
    assert (event["event"], event["id"], event["step"], event["error"]["type"]) == (
        "artifact",
        "d",
        "fit",
        "ZeroDivisionError",
    )
    assert files == []


def test_a_dump_that_goes_well():
    needs_numpy()
    channel, files = dumped(lambda model: b"bytes", case_texts)
    assert [event["event"] for event in channel.sent] == ["fitted", "artifact", "artifact"]
    assert channel.begun == [("d", "fit"), ("p", "dump"), ("q", "dump")]
    assert files == [hashlib.sha256(b"bytes").hexdigest()]
    assert channel.sent[1]["size_bytes"] == 5


def test_a_dump_that_raises_answers_for_itself():
    needs_numpy()
    channel, files = dumped(lambda model: 1 / 0, case_texts)
    assert [event["id"] for event in channel.sent] == ["d", "p", "q"]
    assert {event["error"]["type"] for event in channel.sent[1:]} == {"ZeroDivisionError"}
    assert files == []


def test_an_estimator_that_scikit_learn_cannot_ask_has_no_score():
    base = types.ModuleType("sklearn.base")
    base.is_classifier = base.is_regressor = lambda model: model.__sklearn_tags__()
    before = {name: sys.modules.get(name) for name in ("sklearn", "sklearn.base")}
    sys.modules.update({"sklearn": types.ModuleType("sklearn"), "sklearn.base": base})
    try:
        assert fitting._score_kind(Estimator(), ["predict"], [1, 2]) is None
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def test_a_malformed_case_is_told_what_to_return():
    for made, words in (
        (Estimator(), "stub_cases.case_stub must return (estimator, X)"),
        (None, "must return (estimator, X)"),
        ((Estimator(), ["x"] * 60, None, "predict"), "methods must be a tuple"),
        ((Estimator(), ["x"] * 40), "X has 40 rows, and 40 are held out"),
    ):
        channel, _ = dumped(lambda model: b"bytes", lambda seed, made=made: made)
        assert words in channel.sent[0]["error"]["message"], channel.sent[0]["error"]["message"]


class Spoiler(Estimator):
    """Writes into its data, as ``copy_X=False`` allows."""

    def fit(self, rows, truth=None):
        rows.append("spoilt")
        return self


def test_what_is_stored_is_what_was_there_before_the_fit():
    needs_numpy()
    channel, _ = dumped(lambda model: b"bytes", lambda seed: (Spoiler(), ["x"] * 60, None, ["predict"]))
    fitted = channel.sent[0]
    assert fitted["data"]["train"] == {"kind": "texts", "items": ["x"] * 20}
