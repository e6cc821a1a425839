"""What a profile measures: ``measure:`` in matrix.yaml, and the cells that come of it."""

from __future__ import annotations

import dataclasses

import pytest

from harness import terms
from harness.errors import InputError
from harness.config.plan import Plan

from tests.conftest import environment, plan_of
from tests.config.folder import CASES, FORMATS, never

TWO = '{include: [{scikit-learn: "1.4.2", python: "3.12", name: old}, {scikit-learn: "1.5.2", python: "3.12", name: new}]}'


def measure_of(folder, measure: str, profile: str = "") -> terms.Measure | None:
    matrix = folder.part(environments=TWO, profiles=f"{{a: {{{profile}measure: {measure}}}}}")
    return matrix.profile("a", satisfiable=never).measure


def test_nothing_is_measured_unless_it_is_asked_for(folder):
    assert folder.part(environments=TWO).profile("a", satisfiable=never).measure is None
    assert measure_of(folder, "") is None


def test_what_is_not_said_is_everything_of_the_profile(folder):
    assert measure_of(folder, "{}") == terms.Measure(
        environments=("old", "new"), cases=tuple(case.name for case in CASES), formats=FORMATS
    )
    narrow = measure_of(folder, "{rounds: 3}", "environments: [new], cases: ['family:trees'], formats: [joblib], ")
    assert narrow is not None
    assert (narrow.environments, narrow.cases, narrow.rounds) == (("new",), ("forest",), 3)
    assert [item.name for item in narrow.formats] == ["joblib"]


def test_patterns_select_as_they_do_in_a_profile(folder):
    found = measure_of(
        folder, "{environments: ['n*'], cases: ['family:linear', '!lasso'], formats: ['pickle*', '!pickle-4']}"
    )
    assert found is not None
    assert (found.environments, found.cases, [item.name for item in found.formats]) == (
        ("new",),
        ("ridge",),
        ["pickle"],
    )


def test_numbers_are_taken_as_they_are(folder):
    found = measure_of(folder, "{rounds: 7, seconds: 0.5, precision: 0.1, cold_starts: 0, sharing: 0}")
    assert found is not None
    assert (found.rounds, found.seconds, found.precision, found.cold_starts, found.sharing) == (7, 0.5, 0.1, 0, 0)
    assert not {"cold_start_seconds", "first_load_seconds", "mmap_pss_bytes"} & set(found.figures)


def test_every_problem_has_its_line(folder):
    text = f"""\
schema: 1
environments: {TWO}
profiles:
  a:
    measure:
      environments: [odl]
      cases:
        - ridge
        - "family:tres"
      formats: [pickle/joblib]
      rounds: 0
      sharring: 2
"""
    assert folder.problems(text) == [
        "matrix.yaml: 5 problems",
        '  line 6, profiles.a.measure.environments[0]: no environment "odl"; perhaps "old"',
        '  line 9, profiles.a.measure.cases[1]: no family "tres"; perhaps "trees"',
        '  line 10, profiles.a.measure.formats[0]: no reader "joblib"; there is pickle',
        '  line 11, profiles.a.measure.rounds: "0": ' + MESSAGES["rounds: 0"],
        '  line 12, profiles.a.measure.sharring: no key "sharring"; perhaps "sharing"',
    ]


MESSAGES = {
    "rounds: 0": "should be greater than or equal to 1",
    "rounds: 1001": "should be less than or equal to 1000",
    "rounds: 2.5": "",
    "rounds: many": "",
    "rounds: [1]": "",
    "seconds: 0": "should be greater than 0",
    "seconds: -1": "",
    "seconds: .nan": "",
    "seconds: .inf": "",
    "precision: 1.5": "should be less than or equal to 1",
    "precision: -0.1": "should be greater than or equal to 0",
    "cold_starts: -1": "should be greater than or equal to 0",
    "sharing: 1001": "should be less than or equal to 1000",
    "environments: []": "must not be empty",
    "cases: []": "must not be empty",
    "formats: pickle": "must be a list",
}


@pytest.mark.parametrize("wrong", list(MESSAGES))
def test_values_that_are_out_of_range(folder, wrong):
    told = folder.problem(environments=TWO, profiles=f"{{a: {{measure: {{{wrong}}}}}}}")
    assert told.startswith(f"profiles.a.measure.{wrong.partition(':')[0]}: ")
    assert MESSAGES[wrong] in told


@pytest.mark.parametrize(
    ("profile", "measure", "field"),
    [
        ("environments: [old], ", "{environments: [new]}", "environments"),
        ("cases: [ridge], ", "{cases: ['family:trees']}", "cases"),
        ("formats: [skops], ", "{formats: ['pickle*']}", "formats"),
        ("", "{formats: [pickle, '!pickle']}", "formats"),
    ],
)
def test_nothing_that_is_left_of_the_profile_is_told(folder, profile, measure, field):
    with pytest.raises(InputError, match=rf"profiles\.a\.measure\.{field}: fits none of the profile's own {field}"):
        measure_of(folder, measure, profile)


def measuring(*names: str, environments: tuple[str, ...], cases: tuple[str, ...] = ("ridge",), **more: object) -> Plan:
    made = plan_of(*names)
    profile = made.profile
    extra = tuple(more.pop("runtimes", ()))  # type: ignore[call-overload]
    measure = terms.Measure(environments=environments, cases=cases, formats=profile.formats)
    return Plan(
        profile=dataclasses.replace(profile, environments=(*profile.environments, *extra), measure=measure),
        **more,  # type: ignore[arg-type]
    )


def test_an_environment_is_measured_on_what_it_wrote_itself():
    plan = measuring("old", "new", environments=("old", "new"), cases=("ridge", "forest"))
    for name in ("old", "new"):
        groups = list(plan.measured(name))
        assert [{cell.artifact.case for cell in cells} for cells in groups] == [{"ridge"}, {"forest"}]
        cells = [cell for group in groups for cell in group]
        assert {(cell.artifact.producer, cell.consumer) for cell in cells} == {(name, name)}
        assert [cell.reader for cell in groups[0]] == ["pickle", "joblib", "joblib-mmap"]
        assert {cell.id for cell in cells} <= {cell.id for cell in plan.cells(name)}
    assert plan.measured_count == 2 * 2 * 3


def test_a_runtime_is_measured_on_what_the_last_producer_wrote():
    runtime = environment("ort", scikit_learn=None, numpy=None)
    plan = measuring("old", "new", environments=("ort",), runtimes=(runtime,))
    (cells,) = plan.measured("ort")
    assert {(cell.artifact.producer, cell.consumer) for cell in cells} == {("new", "ort")}
    assert {cell.id for cell in cells} <= {cell.id for cell in plan.cells("ort")}
    assert list(plan.measured("old")) == []
    assert plan.measured_count == 3


def test_without_producers_there_is_nothing_to_measure():
    runtime = environment("ort", scikit_learn=None, numpy=None)
    plan = measuring(environments=("ort",), runtimes=(runtime,))
    assert list(plan.measured("ort")) == [] and plan.measured_count == 0


def test_what_is_measured_is_part_of_the_plans_digest():
    """Else a run could be finished with other rounds than it was begun with."""
    plan = measuring("old", environments=("old",))
    other = dataclasses.replace(plan.profile, measure=dataclasses.replace(plan.profile.measure, rounds=11))
    assert len({plan_of("old").digest, plan.digest, Plan(profile=other).digest}) == 3
