"""What is dumped is the model as it was fitted, whatever asking has written into it."""

import pickle
import unittest

from guest import as_fitted, fitting

try:
    import numpy
except ImportError:
    numpy = None


class Model:
    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class Forgetful:
    """As scikit-learn 0.23: what it was asked last is what it expects from then on."""

    def fit(self, rows):
        self.columns = len(rows[0])
        return self

    def predict(self, rows):
        self.columns, self.cache = 1, list(rows)
        return [0 for _ in rows]


class Hostile:
    def __init__(self):
        self.asked = 0

    @property
    def __class__(self):
        raise ValueError("not today")

    @__class__.setter
    def __class__(self, value):
        raise ValueError("not today")


class Slotted:
    __slots__ = ("x",)


def case_forgetful(seed):
    return Forgetful(), [[float(number), 1.0] for number in range(90)]


def test_attributes_that_asking_set_changed_or_deleted_are_as_before():
    inner = Model(n=4, name="a")
    model = Model(steps=[("one", inner)], by_name={"two": Model(n=5)}, array=(Model(n=6),))
    kept = as_fitted.attributes(model)
    inner.n, inner.new = 3, 1
    del inner.name
    model.by_name["two"].n = model.array[0].n = 0
    model.steps = []
    as_fitted.restore(kept)
    assert vars(inner) == {"n": 4, "name": "a"}
    assert (model.steps, model.by_name["two"].n, model.array[0].n) == ([("one", inner)], 5, 6)


def test_what_refers_to_itself_ends_and_what_has_no_attributes_is_left_alone():
    model = Model(slotted=Slotted(), kind=Model, function=len, module=pickle)
    model.itself = model
    kept = as_fitted.attributes(model)
    assert [one for one, _ in kept] == [model]
    as_fitted.restore(kept)


def test_an_object_that_lies_about_its_class_is_no_trouble():
    hostile = Hostile()
    kept = as_fitted.attributes(Model(of=hostile))
    hostile.asked = 1
    as_fitted.restore(kept)
    assert hostile.asked == 0


def test_models_within_arrays_of_objects_are_found():
    if numpy is None:
        raise unittest.SkipTest("no NumPy under this interpreter")
    tree = Model(n=4)
    array = numpy.empty((1, 1), dtype=object)
    array[0, 0] = tree
    kept = as_fitted.attributes(Model(estimators_=array))
    tree.n = 3
    as_fitted.restore(kept)
    assert tree.n == 4


class Writer:
    @staticmethod
    def dump(model, options, fit):
        return pickle.dumps(model)


def test_a_dump_holds_what_the_fit_gave():
    if numpy is None:
        raise unittest.SkipTest("no NumPy under this interpreter")
    case = {"module": __name__, "function": "case_forgetful", "seed": 0}
    fit = fitting.Fit(case, scored=False)
    assert fit.model.columns == 1  # asking did that
    loaded = pickle.loads(fit.dumped(Writer, {}))
    assert vars(loaded) == {"columns": 2}
