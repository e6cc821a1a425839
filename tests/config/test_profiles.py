"""``profiles:``, ``limits:`` and ``tolerances:`` in matrix.yaml."""

from __future__ import annotations

import pytest

from harness import terms
from harness.errors import InputError
from harness.config.matrix import load_matrix

from tests.config.folder import CASES, ENVIRONMENT, never


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ("{seconds: 0}", 'seconds: "0": should be greater than 0'),
        ("{seconds: -1}", 'seconds: "-1": should be greater than 0'),
        ("{seconds: 86401}", 'seconds: "86401": should be less than or equal to 86400'),
        ("{fit_seconds: 1e9}", 'fit_seconds: "1e9": should be less than or equal to 86400'),
        ("{build_seconds: inf}", 'build_seconds: "inf": should be a finite number'),
        ("{seconds: soon}", 'seconds: "soon": should be a valid number'),
        ("{memory: 63 MiB}", "memory: 63.0MiB is not between 64 MiB and 1 TiB"),
        ("{memory: 2 TiB}", "memory: 2.0TiB is not between 64 MiB and 1 TiB"),
        (f"{{memory: {'9' * 400} GiB}}", f'memory: "{"9" * 60}..." is too long'),
        ("{memory: much}", 'memory: "much": could not parse value and unit from byte string'),
        ("{memroy: 1 GiB}", 'memroy: no key "memroy"; perhaps "memory"'),
        ("[]", "must be a mapping"),
    ],
)
def test_limits_that_are_wrong(folder, limits, message):
    expected = f"limits: {message}" if limits == "[]" else f"limits.{message}"
    assert folder.problem(more=f"limits: {limits}") == expected
    assert folder.problem(profiles=f"{{a: {{limits: {limits}}}}}") == f"profiles.a.{expected}"


def test_limits_of_a_profile_stand_above_those_at_the_top(folder):
    matrix = folder.part(more="limits: {seconds: 5, memory: 1 GiB}", profiles="{a: {limits: {seconds: 7.5}}, b: {}}")
    assert matrix.profile("a", satisfiable=never).limits == terms.Limits(seconds=7.5, memory=1024**3)
    assert matrix.profile("b", satisfiable=never).limits == terms.Limits(seconds=5, memory=1024**3)


@pytest.mark.parametrize(
    ("tolerance", "message"),
    [
        ("{rtol: 1e-9}", ': the key "atol" is missing'),
        ("{rtol: -1, atol: 0}", '.rtol: "-1": should be greater than or equal to 0'),
        ("{rtol: 0, atol: 2}", '.atol: "2": should be less than or equal to 1'),
        ("{rtol: nan, atol: 0}", '.rtol: "nan": should be a finite number'),
        ("{rtol: 0, atol: 0, dtypes: [float23]}", '.dtypes[0]: no floating-point dtype "float23"; perhaps "float32"'),
        ("{rtol: 0, atol: 0, methods: [pre-dict]}", '.methods[0]: "pre-dict" is not the name of a method'),
        ("{rtol: 0, atol: 0, formats: [pikle]}", '.formats[0]: no format "pikle"; perhaps "pickle"'),
    ],
)
def test_tolerances_that_are_wrong(folder, tolerance, message):
    assert folder.problem(more=f"tolerances: [{tolerance}]") == f"tolerances[0]{message}"
    profiles = f"{{a: {{tolerances: [{tolerance}]}}}}"
    assert folder.problem(profiles=profiles) == f"profiles.a.tolerances[0]{message}"


@pytest.mark.parametrize("given", ["[]", "[{rtol: 0.5, atol: 0, dtypes: [float64]}]"])
def test_tolerances_of_a_format_come_last(folder, given):
    own = terms.Tolerance(rtol=1e-4, atol=1e-5, formats=("onnx",))
    onnx = terms.Format(name="onnx", module="o", options={}, readers=("ort",), converts=True, tolerances=(own,))
    text = f"schema: 1\nenvironments: {{include: [{ENVIRONMENT}]}}\nprofiles: {{a: {{}}}}\ntolerances: {given}\n"
    folder.write("matrix.yaml", text)
    matrix = load_matrix(folder.path / "matrix.yaml", cases=CASES, formats=(onnx,), native="linux/amd64")
    *first, last = matrix.profile("a", satisfiable=never).tolerances
    assert first == ([] if given == "[]" else [terms.Tolerance(rtol=0.5, atol=0, dtypes=("float64",))])
    assert last == own


def test_tolerances_of_a_profile_come_first(folder):
    matrix = folder.part(
        more="tolerances: [{formats: ['pickle*', joblib], rtol: 1e-9, atol: 0}]",
        profiles="{a: {tolerances: [{rtol: 0.5, atol: 0, methods: [predict], dtypes: [float32]}]}}",
    )
    assert matrix.profile("a", satisfiable=never).tolerances == (
        terms.Tolerance(rtol=0.5, atol=0, methods=("predict",), dtypes=("float32",)),
        terms.Tolerance(rtol=1e-9, atol=0, formats=("pickle", "pickle-4", "joblib")),
    )


@pytest.mark.parametrize(
    ("profiles", "message"),
    [
        (
            "{a: {environments: ['sk1.4-*']}}",
            'a.environments[0]: no environment "sk1.4-*"; there is sk1.5-py3.12-amd64',
        ),
        ("{a: {cases: ['x*']}}", 'a.cases[0]: no case "x*"; there is forest, lasso, ridge'),
        ("{a: {cases: [linear]}}", 'a.cases[0]: no case "linear"'),
        ("{a: {cases: ['family:ridge']}}", 'a.cases[0]: no family "ridge"; there is linear, trees'),
        ("{a: {formats: []}}", "a.formats: must not be empty"),
        ("{a: {formats: pickle}}", "a.formats: must be a list"),
        ("{a: {fromats: [pickle]}}", 'a.fromats: no key "fromats"; perhaps "formats"'),
        ("{limits: {fromats: [pickle]}}", 'limits.fromats: no key "fromats"; perhaps "formats"'),
        ("{a: 3}", "a: must be a mapping"),
        ("{a b: {}}", '"a b": "a b" is not a name: up to 80 letters, digits and . _ - after a letter or digit'),
    ],
)
def test_profiles_that_are_wrong(folder, profiles, message):
    assert folder.problem(profiles=profiles).startswith(f"profiles.{message}")


def test_a_profile_is_needed(folder):
    assert folder.problem(profiles="{}") == "profiles: must not be empty"


def test_a_profile_selects_by_name_pattern_and_family_in_the_order_of_the_matrix(folder):
    more = '{scikit-learn: "1.4.2", python: "3.12", name: old}'
    matrix = folder.part(
        environments=f"{{include: [{more}, {ENVIRONMENT}]}}",
        profiles="{a: {environments: ['sk1.5-*', old], cases: ['family:tr*', lasso], formats: [skops, 'pickle-?']}}",
    )
    profile = matrix.profile("a", satisfiable=never)
    assert [environment.name for environment in profile.environments] == ["old", "sk1.5-py3.12-amd64"]
    assert [case.name for case in profile.cases] == ["lasso", "forest"]
    assert [item.name for item in profile.formats] == ["pickle-4", "skops"]


def test_an_unknown_profile(folder):
    matrix = folder.part(profiles="{default: {}, nightly: {}}")
    with pytest.raises(InputError, match='matrix.yaml: no profile "nigthly"; perhaps "nightly"'):
        matrix.profile("nigthly", satisfiable=never)


def test_a_pattern_may_wait_for_the_resolver(folder):
    matrix = folder.part(
        environments="{axes: {scikit-learn: ['1.4', '1.5'], python: ['3.9', '3.12']}}",
        profiles="{a: {environments: ['sk1.4-py3.9-*']}}",
    )
    profile = matrix.profile("a", satisfiable=lambda environment: environment.python == "3.9")
    assert [environment.name for environment in profile.environments] == ["sk1.4-py3.9-amd64"]
    with pytest.raises(InputError, match=r'profiles.a.environments: no environment "sk1.4-py3.9-\*"'):
        matrix.profile("a", satisfiable=lambda _: True)


def test_a_profile_may_want_some_readers_of_a_format(folder):
    formats = (
        terms.Format(name="joblib", module="j", options={}, readers=("joblib", "joblib-mmap")),
        terms.Format(name="joblib-zlib", module="j", options={}, readers=("joblib",)),
    )

    def chosen(words):
        text = f"schema: 1\nenvironments: {{include: [{ENVIRONMENT}]}}\nprofiles: {{a: {{formats: {words}}}}}\n"
        folder.write("matrix.yaml", text)
        matrix = load_matrix(folder.path / "matrix.yaml", cases=CASES, formats=formats, native="linux/amd64")
        return {item.name: item.readers for item in matrix.profile("a", satisfiable=lambda _: True).formats}

    assert chosen("[joblib]") == {"joblib": ("joblib", "joblib-mmap")}
    assert chosen("[joblib/*-mmap]") == {"joblib": ("joblib-mmap",)}
    assert chosen('["joblib*/joblib"]') == {"joblib": ("joblib",), "joblib-zlib": ("joblib",)}
    with pytest.raises(InputError, match='no reader "joblib-map"; perhaps "joblib-mmap"'):
        chosen("[joblib/joblib-map]")
