"""What a model is asked, with stub models: fresh rows, errors as answers, attributes, forms of the rows."""

import unittest

try:
    import numpy as np
except ImportError:
    raise unittest.SkipTest("no NumPy under this interpreter") from None

import warnings

from guest import choosing, errors, probes, variants

ROWS = np.arange(40.0).reshape(10, 4)


class Model:
    """Answers with sums of rows, and does not take what is missing or of another width."""

    def __init__(self):
        self.coef_ = np.ones(4)
        self.trees_ = [object()]
        self.table_ = np.zeros(probes.STAGES * 20_000)
        self._hidden_ = 1

    @property
    def old_(self):
        warnings.warn("on its way out", DeprecationWarning, stacklevel=2)
        return 3

    @property
    def lost_(self):
        raise AttributeError("nothing to tell")

    @property
    def broken_(self):
        raise ValueError("no")

    def predict(self, rows):
        rows = np.asarray(rows, dtype=float)
        if rows.shape[1] != 4 or np.isnan(rows).any():
            raise ValueError("not these")
        return rows.sum(axis=1)

    def transform(self, rows):
        return np.asarray(rows) * 2

    def inverse_transform(self, rows):
        return rows / 2

    def staged_predict(self, rows):
        for stage in range(20):
            yield np.full(len(rows), stage)

    def get_support(self):
        return np.array([True, False])

    def radius_neighbors(self, rows):
        return 1 / 0


def choice(model=None, named=None, small=True):
    return choosing.Choice(model or Model(), ROWS, named, small)


def test_a_profile_that_compares_methods_asks_nothing_else_and_says_what_it_leaves_out():
    found = choosing.Choice(Model(), ROWS, None, True, True)
    assert set(found.reference) == {"predict", "transform"} and found.probes == []
    assert found.not_compared["get_support"] == found.not_compared["radius_neighbors"]
    assert "nothing but methods" in found.not_compared["get_support"]


def test_the_producer_asks_for_all_that_it_knows_and_says_what_it_leaves_out():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = choice()
    assert found.methods == ["predict", "transform"] and caught == []
    forms = {"float32", "integers", "list", "missing values", "one column less", "no rows"}
    forms |= {
        name for name in ("frame", "sparse") if "predict(%s)" % name in found.reference
    }  # if there is what makes them
    assert set(found.probes) == {
        "inverse_transform", "staged_predict", "get_support", "coef_", "old_",
        *("%s(%s)" % (method, form) for method in found.methods for form in forms),
    }  # fmt: skip
    assert found.not_compared["trees_"] == "it holds objects, not data"
    assert found.not_compared["table_"].startswith("too large: ")
    assert found.not_compared["broken_"] == "it raises ValueError"
    assert found.not_compared["radius_neighbors"] == "no probe calls it"
    assert not {"lost_", "_hidden_", "predict"} & set(found.not_compared)
    assert set(found.reference) == {*found.methods, *found.probes}


def test_a_method_that_its_release_takes_away_is_not_asked_and_named():
    class Leaving(Model):
        def transform(self, rows):
            """DEPRECATED: will be removed in version 0.19."""
            raise RuntimeError("nobody calls it")

    found = choice(Leaving())
    assert "transform" not in found.reference and found.not_compared["transform"] == choosing._DEPRECATED
    assert not [name for name in found.reference if name.startswith("transform(")]
    assert "transform" in choice(Leaving(), named=["transform"]).reference, "a case that names it asks for it"


def test_what_is_too_much_of_all_rows_is_asked_of_the_first():
    class Wide(Model):
        def decision_path(self, rows):
            return object() if len(rows) > variants.ROWS else [0] * len(rows)

    found = choosing.Choice(Wide(), ROWS * 10, None, True)
    assert "decision_path(first rows)" in found.reference and "decision_path" not in found.not_compared
    again = probes.ask(Wide(), ROWS * 10, ["decision_path(first rows)"]).encoded
    assert again["decision_path(first rows)"] == found.reference["decision_path(first rows)"]


def test_what_a_keyword_asks_for_is_a_probe_of_its_own_also_at_the_end_of_a_pipeline():
    class Spreading(Model):
        def predict(self, rows, return_std=False):
            means = Model.predict(self, rows)
            return (means, means * 2) if return_std else means

    class Steps(Model):
        def __init__(self, last):
            self.steps = [("first", Model()), ("last", last)]

        def predict(self, rows, **params):
            return self.steps[-1][-1].predict(rows, **params)

    for model in (Spreading(), Steps(Spreading()), Steps(Steps(Spreading()))):
        found = choice(model)
        assert "predict_std" in found.probes and found.reference["predict_std"] != found.reference["predict"]
        assert choosing.added(model, frozenset(["predict"])).count("predict_std") == 1
        assert probes.ask(model, ROWS, ["predict_std"]).encoded["predict_std"] == found.reference["predict_std"]
    for model in (Model(), Steps(Model())):
        assert "predict_std" not in choice(model).reference and "predict_std" not in choosing.added(model, frozenset())
    lost = probes.ask(Model(), ROWS, ["predict_std"]).encoded["predict_std"]
    assert (lost["kind"], lost["type"]) == ("error", "TypeError"), "a release that takes it no longer"


def test_an_error_is_an_answer():
    found = choice().reference
    assert found["predict(missing values)"] == {"kind": "error", "type": "ValueError", "message": "not these"}
    assert found["predict(one column less)"]["kind"] == "error"
    assert found["predict(list)"]["kind"] == "dense" and found["predict(no rows)"]["kind"] == "dense"


def test_a_method_that_fails_takes_no_other_along():
    class Half(Model):
        def transform(self, rows):
            raise RuntimeError("x" * 1000)

    found = choice(Half())
    assert found.methods == ["predict"] and "transform" in found.probes
    assert found.reference["transform"]["type"] == "RuntimeError" and len(found.reference["transform"]["message"]) < 400
    assert "traceback" not in found.reference["transform"]
    assert found.reference["inverse_transform"]["type"] == "RuntimeError"  # of the model's own transform


def test_a_model_whose_only_method_fails_was_fitted_all_the_same():
    class Dumb:
        seen_ = 3

        def predict(self, rows):
            raise KeyError("x")

    found = choice(Dumb())
    assert found.methods == [] and found.raw == {}
    assert found.reference["predict"] == {"kind": "error", "type": "KeyError", "message": "'x'"}
    assert "seen_" in found.reference


def test_a_model_that_has_nothing_to_ask_is_a_failed_fit():
    try:
        choice(object())
    except TypeError as error:
        assert "nothing that can be" in str(error)
    else:
        raise AssertionError("it was chosen")


def test_a_case_that_names_its_methods_is_asked_no_others():
    found = choice(named=("transform",))
    assert found.methods == ["transform"]
    assert all(name.startswith("transform(") for name in found.probes) and found.probes
    assert {found.not_compared[name] for name in ("predict", "coef_", "get_support")} == {choosing._NAMED}
    assert choosing.added(Model(), frozenset([*found.methods, *found.probes, *found.not_compared])) == []


def test_a_model_of_large_data_is_asked_what_is_timed():
    found = choice(small=False)
    assert found.probes == [] and found.not_compared["coef_"] == "the model's data is large"


def test_what_only_this_model_has_is_named():
    class More(Model):
        def score_samples(self, rows):
            return rows

    model = More()
    model.intercept_, model.more_trees_ = 1.0, [object()]
    was = choice()
    assert choosing.added(model, frozenset([*was.methods, *was.probes, *was.not_compared])) == [
        "score_samples",
        "intercept_",
    ]


def test_every_method_gets_fresh_rows_and_who_writes_into_them_is_named():
    class Greedy(Model):
        def predict(self, rows):
            rows = np.asarray(rows)
            rows[:] = -1
            return rows[:, 0]

    rows = ROWS.copy()
    found = choosing.Choice(Greedy(), rows, None, True)
    assert found.written == ["predict"] and (rows == ROWS).all()
    assert (found.raw["transform"] == ROWS * 2).all()
    again = probes.ask_methods(Greedy(), rows, ["predict", "transform"])
    assert again.written == ["predict"] and again.encoded["transform"] == found.reference["transform"]


def test_rows_of_every_kind_are_copied_and_compared():
    for rows, change in (
        (["a", "b"], lambda rows: rows.append("c")),
        ([{"a": 1}], lambda rows: rows[0].update(a=2)),
        (np.array(["a", None], dtype=object), lambda rows: rows.__setitem__(0, "b")),
        (np.array([np.nan, 1.0]), lambda rows: rows.__setitem__(1, np.nan)),
    ):
        given = probes.fresh(rows)
        assert probes.same(given, rows)
        change(given)
        assert not probes.same(given, rows), rows


def test_some_stages_stand_for_all():
    stages = probes.call(Model(), "staged_predict", ROWS)
    assert [int(stage[0]) for stage in stages] == [0, 4, 8, 11, 15, 19]
    assert len(probes._stages(iter(range(2)))) == 2 and probes._stages(iter([7])) == [7] and probes._stages([]) == []


def test_what_is_gone_is_absent_and_a_method_that_is_gone_is_an_error():
    found = probes.ask(Model(), ROWS, ["gone_", "lost_", "broken_", "get_depth", "score_samples"]).encoded
    assert found["gone_"] == found["lost_"] == found["get_depth"] == {"kind": "absent"}
    assert found["broken_"]["type"] == "ValueError" and found["score_samples"]["type"] == "AttributeError"


def test_what_this_environment_cannot_make_is_not_asked():
    def missing(rows):
        raise ImportError("No module named 'pandas'")

    table, before = variants._KINDS["table"], variants._KINDS["table"]["list"]
    table["list"] = missing
    try:
        found = probes.ask(Model(), ROWS, ["predict(list)", "predict(no rows)"])
        assert found.unasked == {"predict(list)": "No module named 'pandas'"} and set(found.encoded) == {
            "predict(no rows)"
        }
        assert choice().not_compared["predict(list)"] == "No module named 'pandas'"
    finally:
        table["list"] = before


def test_a_format_that_cannot_is_no_answer():
    class Declines(Model):
        def predict(self, rows):
            raise errors.Unsupported("not here")

    try:
        probes.ask(Declines(), ROWS, ["predict(list)"])
    except errors.Unsupported:
        return
    raise AssertionError("it was taken for an answer")
