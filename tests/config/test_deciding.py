from __future__ import annotations

from harness.config.catalogue import builtin_cases
from harness.config.deciding import deciding


def test_the_parameters_of_a_class_with_their_values_as_repr_writes_them():
    found = deciding()["SGDClassifier"]
    assert {"'log'", "'log_loss'", "'hinge'"} <= set(found["loss"])
    assert "None" in found["penalty"]
    assert "'csr'" in found["input"]


def test_an_object_is_an_expression():
    assert "DecisionTreeClassifier(max_depth=2)" in deciding()["AdaBoostClassifier"]["estimator"]


def test_what_goes_along_decides_nothing():
    found = deciding()
    assert "eta0" not in found["SGDClassifier"]
    assert not {"with", "data"} & {key for keys in found.values() for key in keys}


def test_each_value_occurs_in_a_case():
    names = {case.name for case in builtin_cases() if case.family == "parameters"}
    for name, keys in deciding().items():
        for key, values in keys.items():
            assert all(any(case.startswith(f"{name}_") and f"_{key}_" in case for case in names) for _ in values)
