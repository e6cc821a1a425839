"""The smallest of each kind of large model: as large as its name says, and mapped as its kind can be."""

import functools
import os
import pickle
import tempfile
import unittest
import warnings

try:
    import joblib
    import sklearn  # noqa: F401
except ImportError:
    raise unittest.SkipTest("no scikit-learn under this interpreter") from None

from guest import fitting, probes, training
from guest.cases import large
from guest.formats import joblibs

KINDS = ("k_neighbors", "random_forest", "vocabulary")


@functools.lru_cache(maxsize=None)
def fit(kind):
    case = {"module": "guest.cases.large", "function": "build", "estimator": kind + "_10mb", "seed": 0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fitting.Fit(case)


def test_a_name_says_what_the_pickle_comes_to():
    assert {name.rpartition("_")[0] for name in large.BUILT} == set(KINDS)
    for kind in KINDS:
        size = len(pickle.dumps(fit(kind).model, protocol=5))
        assert abs(size / 10e6 - 1) < 0.15, (kind, size)


def test_the_last_rows_are_held_out_and_a_neighbour_is_always_of_its_class():
    made = fit("k_neighbors")
    assert made.inputs.shape == (fitting.HELD_OUT, 100)
    assert (made.choice.raw["predict"] == made.truth).all()
    distances, rows = made.model.kneighbors(made.inputs, n_neighbors=100)
    assert (made.model._y[rows] == made.truth[:, None]).all()  # far more than the five that vote


def test_what_is_large_is_not_stored():
    stored = {kind: fit(kind).data["stored"] for kind in KINDS}
    assert stored == {"k_neighbors": False, "random_forest": True, "vocabulary": True}
    assert fit("k_neighbors").cv_scores is None and fit("random_forest").cv_scores is not None


def test_only_neighbours_can_be_mapped():
    for kind in KINDS:
        made = fit(kind)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model")
            joblib.dump(made.model, path)
            model = joblibs.load(None, path, "joblib-mmap", {"method": "none"})
            mapped = joblibs.observe(model, "joblib-mmap")["mapped_bytes"]
            assert mapped > 9.5e6 if kind == "k_neighbors" else mapped == 0, (kind, mapped)
            again = probes.ask_methods(model, made.inputs, made.methods).encoded
        assert again == {name: made.choice.reference[name] for name in made.methods}


def test_the_same_seed_makes_the_same_data_and_another_seed_another():
    for name in ("k_neighbors_10mb", "random_forest_10mb", "vocabulary_10mb"):
        digests = [training.describe(large.build(name, seed)[1])["sha256"] for seed in (0, 0, 1)]
        assert digests[0] == digests[1] != digests[2], name
