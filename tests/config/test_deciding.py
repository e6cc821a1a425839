from __future__ import annotations

from harness.config.catalogue import builtin_cases
from harness.config.deciding import deciding


def test_the_parameters_of_a_class_with_their_values_as_repr_writes_them():
    found = deciding()["SGDClassifier"]
    assert {"'log'", "'log_loss'", "'hinge'"} <= set(found["loss"])
    assert "None" in found["penalty"]


def test_objects_are_left_out_for_their_texts_differ():
    assert "estimator" not in deciding()["AdaBoostClassifier"]
    assert not [v for keys in deciding().values() for values in keys.values() for v in values if v.startswith("'=")]


def test_what_goes_along_decides_nothing():
    found = deciding()
    assert "eta0" not in found["SGDClassifier"]
    assert not {"with", "data", "input", "target", "output"} & {key for keys in found.values() for key in keys}


def test_each_class_has_as_many_cases_as_its_longest_list_of_values():
    names = [case.name for case in builtin_cases() if case.family == "parameters"]
    for name, keys in deciding().items():
        for key, values in keys.items():
            assert len([case for case in names if case.startswith(f"{name}_") and f"_{key}_" in case]) >= len(values)
