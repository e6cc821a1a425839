"""Each value of the deciding parameters that the scikit-learn here knows is fitted, called and written.

Run it in an environment: ``PYTHON -I tests/guest/run.py tests/guest/test_parameters.py``; elsewhere it skips itself.
"""

import json
import pickle
import unittest
import warnings

try:
    import sklearn
except ImportError:
    raise unittest.SkipTest("no scikit-learn under this interpreter") from None

from guest import errors, fitting
from guest.cases import parameter_rules, parameters

#: One case of each way in which a grid is read.
SOME = (
    "ColumnTransformer_output_pandas_transformers_densely_remainder_passthrough",
    "ColumnTransformer_transformers_by_callables",
    "KNeighborsClassifier_algorithm_ball_tree_metric_longest_side",
    "LogisticRegression_target_strings",
    "OneHotEncoder_data_gaps_in_strings",
    "SGDClassifier_loss_hinge",
    "SVC_kernel_precomputed",
    "SVC_kernel_rbf_input_csr",
    "TfidfVectorizer_analyzer_words",
)
#: More than any release lacks: what is unsupported everywhere is misspelt.
MOST_UNSUPPORTED = 0.25


def fit(name):
    case = {"module": "guest.cases.parameters", "function": "build", "estimator": name, "seed": 0}
    case["file"] = parameters.__file__
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fitting.Fit(case)


def reason_of(name):
    """Why a case is unsupported; empty where it is not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parameters.build(name, 0)
    except errors.Unsupported as reason:
        return str(reason)
    return ""


def test_some_are_fitted_and_written_and_the_same_each_time():
    for name in SOME:
        if reason_of(name):
            continue
        one, two = fit(name), fit(name)
        assert json.dumps(one.choice.reference) == json.dumps(two.choice.reference), name
        assert pickle.loads(pickle.dumps(one.model, protocol=5))


def test_the_parameters_are_those_of_the_name():
    assert fit("SGDClassifier_loss_hinge").facts()["parameters"]["loss"] == "'hinge'"
    facts = fit("SVC_kernel_rbf_input_csr").facts()
    assert facts["parameters"]["kernel"] == "'rbf'"
    assert facts["input"] == {"container": "csr", "dtype": "float64", "missing": False, "categories": False}


def test_most_cases_are_built_and_what_is_not_says_why():
    reasons = [reason for reason in map(reason_of, parameters.BUILT) if reason]
    assert all(reason.startswith("scikit-learn %s has no " % sklearn.__version__) for reason in reasons), reasons
    assert len(reasons) < MOST_UNSUPPORTED * len(parameters.BUILT)


def test_the_loss_that_was_renamed_is_told_by_either_name():
    version = tuple(int(part) for part in sklearn.__version__.split(".")[:2])
    old, new = reason_of("SGDClassifier_loss_log"), reason_of("SGDClassifier_loss_log_loss")
    assert old == ("" if version < (1, 3) else "scikit-learn %s has no SGDClassifier(loss='log')" % sklearn.__version__)
    assert new == (
        "" if version >= (1, 1) else "scikit-learn %s has no SGDClassifier(loss='log_loss')" % sklearn.__version__
    )


def test_a_misspelt_parameter_is_unsupported():
    from sklearn.linear_model import Ridge

    try:
        parameter_rules.build(Ridge, {"sovler": "svd"}, {}, 0)
    except errors.Unsupported as reason:
        assert str(reason) == "scikit-learn %s has no Ridge(sovler='svd')" % sklearn.__version__
    else:
        raise AssertionError("built")
