"""A model is made again from what a run stores, and from its code where data was too large to be stored."""

import contextlib
import hashlib
import io
import json
import os
import shutil
import sys
import tempfile
import unittest

from guest import errors, fitting, rebuild, training
from guest.formats import recipes

try:
    import numpy  # noqa: F401  # values are encoded with it
except ImportError:
    raise unittest.SkipTest("no NumPy under this interpreter") from None

CASES = """
class Lengths:
    def fit(self, rows, truth=None):
        self.longest = max(len(row) for row in rows)
        return self

    def __reduce__(self):  # its module is gone when it is written, and not everywhere is cloudpickle
        return str, ("a model",)

    def transform(self, rows):
        return [self.longest - len(row) for row in rows]


def case_lengths(seed):
    return Lengths(), ["x" * (seed + i) for i in range(60)], list(range(60)), ("transform",)
"""


class Fitted:
    """A fit of ``CASES`` above a limit, and the run's folder that its event would be stored in."""

    def __init__(self, limit, change=None, scored=True):
        self.folder = tempfile.mkdtemp()
        self.called = []
        before, training.LIMIT = training.LIMIT, limit
        noted = {name: getattr(fitting, name) for name in ("fresh", "cross_validated")}
        for name, function in noted.items():
            setattr(fitting, name, self.noting(name, function))
        sys.path.insert(0, self.folder)
        try:
            with open(os.path.join(self.folder, "lengths_cases.py"), "w") as file:
                file.write(CASES)
            self.fit = fitting.Fit({"module": "lengths_cases", "function": "case_lengths", "seed": 3}, scored)
        finally:
            training.LIMIT = before
            for name, function in noted.items():
                setattr(fitting, name, function)
            sys.path.remove(self.folder)
            sys.modules.pop("lengths_cases", None)
        self.event = json.loads(json.dumps(self.fit.facts()))
        if change:
            change(self.event)
        self.digest = self.stored()

    def noting(self, name, function):
        def noted(*arguments):
            self.called.append(name)
            return function(*arguments)

        return noted

    def stored(self):
        fitted = dict(self.event)
        for part in ("inputs", "data", "code"):
            fitted[part + "_sha256"] = self.keep(fitted.pop(part))
        return self.keep(fitted)

    def keep(self, value):
        data = json.dumps(value).encode("ascii")
        digest = hashlib.sha256(data).hexdigest()
        path = os.path.join(self.folder, "objects", digest[:2])
        os.makedirs(path, exist_ok=True)
        with open(os.path.join(path, digest), "wb") as file:
            file.write(data)
        return digest

    def rebuilt(self):
        """(exit code, all that was printed)"""
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = rebuild.main([self.folder, self.digest, os.path.join(self.folder, "model")])
        return code, said.getvalue()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)


def changed_code(event):
    files = event["code"]["files"]
    files["lengths_cases.py"] = files["lengths_cases.py"].replace('"x"', '"y"')


def test_large_data_is_told_and_the_code_makes_it_again():
    with Fitted(limit=0) as made:
        assert made.event["data"]["train"] is None and made.event["data_stored"] is False
        assert "xxx" not in json.dumps(made.event["data"])
        assert (made.event["n_samples"], made.event["n_features"], made.event["cv_scores"]) == (20, None, None)
        assert made.called == []
        code, said = made.rebuilt()
        assert code == 0 and "transform: identical" in said, said


def test_small_data_is_copied_cross_validated_and_stored():
    with Fitted(limit=10**6) as made:
        assert made.called == ["fresh", "fresh", "cross_validated"]
        assert made.event["data"]["stored"] is True and len(made.event["data"]["truth"]["items"]) == 20


def test_nothing_is_cross_validated_where_no_format_needs_it():
    with Fitted(limit=10**6, scored=False) as made:
        assert made.called == ["fresh", "fresh"] and made.event["cv_scores"] is None
        code, said = made.rebuilt()
        assert code == 0 and "transform: identical" in said, said


def test_other_data_is_not_taken_for_it():
    with Fitted(limit=0, change=changed_code) as made:
        code, said = made.rebuilt()
        assert code == 2 and "other data" in said and "sha256 of train" in said, said
        assert not os.path.exists(os.path.join(made.folder, "model"))


def other_reference(event):
    event["reference"]["transform"]["items"][0] += 1


def test_without_a_score_outputs_must_be_identical():
    with Fitted(limit=0, change=other_reference) as made:
        code, said = made.rebuilt()
        assert code == 1 and "transform: differs" in said, said


def test_nor_is_another_model_taken_for_one_whose_data_is_stored():
    with Fitted(limit=10**6, scored=False, change=other_reference) as made:
        assert made.rebuilt()[0] == 1


def test_a_recipe_of_large_data_is_unsupported():
    with Fitted(limit=0) as made:
        try:
            recipes.dump(made.fit.model, {"version": 1}, made.fit)
        except errors.Unsupported as reason:
            assert "not stored" in str(reason) and "bytes" in str(reason)
        else:
            raise AssertionError("written")
