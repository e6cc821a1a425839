"""matrix.yaml as a whole: what is wrong with it is told at once, and by line."""

from __future__ import annotations

import json
import platform
from pathlib import Path

import pytest

from harness import terms
from harness.errors import InputError
from harness.machine import tools
from harness.cli import planning
from harness.config.matrix import json_schema, load_matrix

from tests.config.folder import CASES, ENVIRONMENT, FORMATS, never


def test_the_smallest_matrix(folder):
    matrix = folder.part()
    profile = matrix.profile("a", satisfiable=never)
    assert [environment.name for environment in profile.environments] == ["sk1.5-py3.12-amd64"]
    assert profile.environments[0].as_of is terms.AsOf.RELEASE
    assert profile.cases == CASES
    assert profile.formats == FORMATS
    assert profile.limits == terms.Limits()
    assert profile.tolerances == ()
    assert (matrix.seed, matrix.case_files) == (0, ())


def test_every_problem_at_once_each_with_its_line(folder):
    text = """\
schema: 1
enviroments: {}
environments:
  include:
    - {scikit-learn: "1.5.2", python: "3.12"}
    - scikit-learn: "1.0"
      python: 3.5
profiles:
  nightly:
    formats:
      - pickle
      - scops
    cases: [rigde, "family:tres"]
"""
    assert folder.problems(text) == [
        "matrix.yaml: 5 problems",
        '  line 2, enviroments: no key "enviroments"; perhaps "environments"',
        "  line 7, environments.include[1].python: 3.5 is below the guest's floor, 3.6",
        '  line 12, profiles.nightly.formats[1]: no format "scops"; perhaps "skops"',
        '  line 13, profiles.nightly.cases[0]: no case "rigde"; perhaps "ridge"',
        '  line 13, profiles.nightly.cases[1]: no family "tres"; perhaps "trees"',
    ]


def test_the_yaml_itself_is_checked_first(folder):
    assert folder.problems("schema: 1\nschema: 2\n") == [
        "matrix.yaml: 1 problem",
        "  line 2, schema: this key is already on line 1",
    ]


def test_a_matrix_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"there is no matrix at .*nowhere.yaml; name another one with --matrix FILE"):
        load_matrix(tmp_path / "nowhere.yaml")


def test_a_matrix_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match=r"cannot be read: Is a directory; name another one with --matrix FILE"):
        load_matrix(tmp_path)


@pytest.mark.parametrize("text", ["[]", "word", "- a"])
def test_a_matrix_that_is_no_mapping(folder, text):
    assert folder.problems(text) == ["matrix.yaml: 1 problem", "  line 1: must be a mapping"]


def test_missing_keys(folder):
    assert folder.problems("environments:\n  include:\n    - python: '3.12'\n") == [
        "matrix.yaml: 3 problems",
        '  line 1: the key "schema" is missing',
        '  line 1: the key "profiles" is missing',
        '  line 3, environments.include[0]: the key "scikit-learn" is missing; an environment without it needs a name',
    ]


def test_a_key_with_nothing_after_it_means_its_default_if_it_is_one(folder):
    assert folder.part(more="cases:\nlimits:\ntolerances:").seed == 0
    assert folder.problem(more="tolerance:") == 'tolerance: no key "tolerance"; perhaps "tolerances"'


def test_another_schema(folder):
    with pytest.raises(InputError, match='line 1, schema: this harness reads schema 1, not "2"'):
        folder.load(f"schema: 2\nenvironments: {{include: [{ENVIRONMENT}]}}\nprofiles: {{a: {{}}}}")


def test_patterns_are_not_blamed_for_what_another_problem_hides(folder):
    """A case of a file that is broken, or an environment whose line is wrong, is not also called unknown."""
    problems = folder.problems(
        "schema: 1\nenvironments: {include: [{scikit-learn: '1.5', python: '3.5'}]}\ncases: {files: [absent.py]}\n"
        "profiles: {a: {environments: ['sk1.5-*'], cases: [mine]}}\n"
    )
    assert [line.split(":")[0] for line in problems[1:]] == [
        "  line 2, environments.include[0].python",
        "  line 3, cases.files[0]",
    ]


def test_the_digest_is_of_the_file(folder):
    assert folder.part().digest != folder.part(more="# a comment").digest


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        ("x86_64", "linux/amd64"),
        ("AMD64", "linux/amd64"),
        ("aarch64", "linux/arm64"),
        ("arm64", "linux/arm64"),
        ("i686", "linux/386"),
        ("armv7l", "linux/arm/v7"),
        ("s390x", "linux/s390x"),
        ("riscv64", "linux/riscv64"),
    ],
)
def test_the_native_platform(monkeypatch, machine, expected):
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    assert tools.native_platform() == expected


def test_machines_that_share_a_run_plan_the_same(monkeypatch):
    path = Path(__file__).parents[2] / "matrix.yaml"
    here = load_matrix(path, native="linux/amd64").profile("quick", satisfiable=never)
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    assert load_matrix(path).profile("quick", satisfiable=never) != here
    monkeypatch.setenv("HARNESS_NATIVE", "linux/amd64")
    assert planning.matrix_of(path).profile("quick", satisfiable=never) == here


def test_the_json_schema_is_for_editors():
    schema = json_schema()
    assert json.loads(json.dumps(schema)) == schema
    assert set(schema["properties"]) == {
        "schema",
        "environments",
        "cases",
        "formats",
        "limits",
        "tolerances",
        "trusted_types",
        "profiles",
    }
    assert schema["additionalProperties"] is False
    python = schema["$defs"]["Axes"]["properties"]["python"]["items"]
    assert python["type"] == ["string", "number"]
    assert "unquoted" in python["description"]
    assert set(schema["$defs"]["Axes"]["required"]) == {"scikit-learn", "python"}


def test_the_default_matrix():
    matrix = load_matrix(Path(__file__).parents[2] / "matrix.yaml", native="linux/amd64")
    default = matrix.profile("default", satisfiable=never)
    assert len(default.environments) >= 12
    assert all(environment.as_of is terms.AsOf.RELEASE for environment in default.environments)
    minors = {environment.scikit_learn.rpartition(".")[0] for environment in default.environments}
    assert {"0.24", *(f"1.{minor}" for minor in range(10))} <= minors
    assert len({environment.python for environment in default.environments}) >= 5
    beside = [e.numpy for e in default.environments if (e.scikit_learn, e.python) == ("1.5.2", "3.12")]
    assert {(numpy or "").partition(".")[0] for numpy in beside} == {"1", "2"}
    assert {item.name for item in default.formats} == {"pickle", "joblib", "cloudpickle"}
    assert len(default.cases) >= 35
    quick = matrix.profile("quick", satisfiable=never)
    assert (len(quick.environments), len(quick.cases)) == (3, 8)
    assert {environment.python for environment in quick.environments} <= {"3.11", "3.12", "3.13"}
    nightly = matrix.profile("nightly", satisfiable=never)
    assert "pickle-4" in {item.name for item in nightly.formats}
