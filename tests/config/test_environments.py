"""``environments:`` in matrix.yaml."""

from __future__ import annotations

import json

import pytest

from harness import terms
from harness.errors import InputError

from tests.config.folder import ENVIRONMENT, never


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ("{as_of: yesterday}", 'as_of: "yesterday" is neither "release" nor "newest" nor a day such as 2024-09-11'),
        ("{as_of: 9999-12-31}", 'as_of: "9999-12-31" is not within 2000 to 2199'),
        ("{as_of: 0001-01-01}", 'as_of: "0001-01-01" is not within 2000 to 2199'),
        ("{days: {numpy: 9999-12-31}}", 'days.numpy: "9999-12-31" is not within 2000 to 2199'),
        ("{days: {numpy: newest}}", 'days.numpy: "newest" is neither a day such as 2024-09-11 nor "release"'),
        ("{as_of: 2024-02-30}", 'as_of: "2024-02-30" is neither'),
        ("{as_of: 20240203}", 'as_of: "20240203" is neither'),
        ("{strategy: pairwize}", 'strategy: no strategy "pairwize"; perhaps "pairwise"'),
        ("{packages: pandas}", "packages: must be a list"),
        ("{packages: [[pandas]]}", "packages[0]: must be a single word or number"),
        ("{packages: [./here]}", 'packages[0]: "./here" is not a requirement such as "pandas>=2" (PEP 508)'),
        ("{packages: ['-r more.txt']}", 'packages[0]: "-r more.txt" is not a requirement'),
        ("{packages: ['a b']}", 'packages[0]: "a b" is not a requirement'),
        (
            "{packages: ['a @ https://example.org/a.whl']}",
            'packages[0]: "a @ https://example.org/a.whl" comes from a URL',
        ),
        (f"{{packages: [{'x' * 201}]}}", 'packages[0]: "' + "x" * 60 + '..." is too long'),
        ("{axes: {scikit-learn: [], python: ['3.12']}}", "axes.scikit-learn: must not be empty"),
        ("{axes: {scikit-learn: ['1.5']}}", 'axes: the key "python" is missing'),
        ("{axes: {scikit-learn: ['1.5'], python: ['3.12'], nunpy: []}}", 'axes.nunpy: no key "nunpy"; perhaps "numpy"'),
        (
            "{axes: {scikit-learn: ['1.5'], python: ['3.12.1']}}",
            'axes.python[0]: 3.12.1 names a micro release; write its minor, "3.12"',
        ),
        ("{exclude: [{}]}", "exclude[0]: without a key this drops every combination of the axes"),
        ("{exclude: [{python: '3.5'}]}", "exclude[0].python: 3.5 is below the guest's floor, 3.6"),
    ],
)
def test_environments_that_are_wrong(folder, items, message):
    assert folder.problem(environments=f"{{include: [{ENVIRONMENT}], {items[1:]}").startswith(f"environments.{message}")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("scikit-learn", "newest", '"newest" is not a version'),
        ("scikit-learn", "'1'", '"1" is not a release such as "1.5.2", nor a minor such as "1.5"'),
        ("scikit-learn", "1.5.2.1", '"1.5.2.1" is not a release'),
        ("scikit-learn", "1!1.5", '"1!1.5" is not a release'),
        ("scikit-learn", "1.5+mine", '"1.5+mine" is not a release'),
        ("scikit-learn", "v1.5", '"v1.5" is not a release'),
        ("scikit-learn", "'1.5 '", '"1.5 " is not a release'),
        ("scikit-learn", "1.5.*", '"1.5.*" is not a version'),
        ("numpy", "9" * 150 + ".x", f'"{"9" * 60}..." is not a version'),
        ("python", "3.5", "3.5 is below the guest's floor, 3.6"),
        ("python", "2.7", "2.7 is below the guest's floor, 3.6"),
        ("python", "3.12.1", '3.12.1 names a micro release; write its minor, "3.12"'),
        ("python", "4.0", '"4.0" is not a Python minor such as "3.12"'),
        ("python", "'3'", '"3" is not a Python minor'),
        ("python", "3.012", '"3.012" is not a Python minor'),
        ("python", "3.x", '"3.x" is not a Python minor'),
        ("platform", "linux/arm46", 'no platform "linux/arm46"; perhaps "linux/arm64"'),
        ("platform", "windows", 'no platform "windows"'),
        ("kind", "doker", 'no kind of environment "doker"; perhaps "docker"'),
        ("suite", "bokworm", 'no suite of Debian "bokworm"; perhaps "bookworm"'),
        ("source", "conda", 'no source of packages "conda"; there is debian, pypi'),
        ("image", "'--privileged'", '"--privileged" is not an image such as'),
        ("name", "a b", '"a b" is not a name'),
        ("name", "../x", '"../x" is not a name'),
        ("name", "-x", '"-x" is not a name'),
        ("name", "x" * 81, f'"{"x" * 60}..." is not a name'),
        ("pyton", "3.8", 'no key "pyton"; perhaps "python"'),
        ("python", "[3.8]", "must be a single word or number"),
    ],
)
def test_an_included_environment_that_is_wrong(folder, key, value, message):
    item = {"scikit-learn": "1.5.2", "python": "3.12"} | {key: value}
    written = ", ".join(f"{name}: {text}" for name, text in item.items())
    assert folder.problem(environments=f"{{include: [{{{written}}}]}}").startswith(
        f"environments.include[0].{key}: {message}"
    )


NODE = {"kind": "node", "name": "node24", "node": '"24"', "npm": "[onnxruntime-node@1.30.0]", "as_of": "newest"}


def _included(**keys: str | None) -> str:
    return "{include: [{" + ", ".join(f"{key}: {value}" for key, value in keys.items() if value is not None) + "}]}"


def test_environments_without_scikit_learn(folder):
    (node,) = folder.part(environments=_included(**NODE)).environments(satisfiable=never)
    assert (node.kind, dict(node.options)) == ("node", {"node": "24", "npm": ("onnxruntime-node@1.30.0",)})
    bare = {"name": "bare", "python": '"3.13"', "packages": "[onnxruntime]", "as_of": "2026-09-20"}
    (python,) = folder.part(environments=_included(**bare)).environments(satisfiable=never)
    assert (python.name, python.scikit_learn, python.python) == ("bare", None, "3.13")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"name": None}, '[0]: the key "name" is missing'),
        ({"node": None}, '[0]: the key "node" is missing'),
        ({"npm": "[]"}, '[0]: the key "npm" is missing'),
        ({"python": '"3.12"'}, '[0]: the key "python" is not for an environment of kind node'),
        ({"packages": "[pandas]"}, '[0]: the key "packages" is not for an environment of kind node'),
        (
            {"kind": "local", "python": '"3.12"', "npm": None},
            '[0]: the key "node" is not for an environment of kind local',
        ),
        ({"node": '"18"'}, "[0].node: 18 is below the guest's floor, 20"),
        ({"node": "lts"}, '[0].node: "lts" is not a version of Node.js such as "24" or "24.19.0"'),
        ({"npm": "['../here']"}, '[0].npm[0]: "../here" is not a package of npm such as "onnxruntime-node@1.30.0"'),
        (
            {"npm": "['a@https://example.org/a.tgz']"},
            '[0].npm[0]: "a@https://example.org/a.tgz" is not a package of npm',
        ),
        ({"npm": "['--global']"}, '[0].npm[0]: "--global" is not a package of npm'),
        ({"as_of": None}, "[0]: as_of release is the day of a scikit-learn, and there is none"),
        ({"as_of": "release"}, "[0].as_of: as_of release is the day of a scikit-learn, and there is none"),
        ({"days": {"numpy": "release"}}, "[0].days: days release is the day of a scikit-learn, and there is none"),
    ],
)
def test_environments_without_scikit_learn_that_are_wrong(folder, keys, message):
    told = folder.problem(environments=_included(**{**NODE, **keys}))
    assert told.startswith(f"environments.include{message}")


NIGHT = {"scikit-learn": '"1.10"', "python": '"3.13"', "name": "night", "as_of": "newest", "index": "WHEELS"}


def test_an_environment_of_another_index(folder):
    (night,) = folder.part(environments=_included(**NIGHT)).environments(satisfiable=never)
    assert (night.name, night.options, night.as_of) == ("night", (("index", "WHEELS"),), terms.AsOf.NEWEST)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"index": "https://wheels.invalid"}, '[0].index: "https://wheels.invalid" is not the name of an environment'),
        ({"as_of": None}, "[0]: an environment with an index needs a name and as_of: newest"),
        ({"name": None}, "[0]: an environment with an index needs a name and as_of: newest"),
    ],
)
def test_an_environment_of_another_index_that_is_wrong(folder, keys, message):
    told = folder.problem(environments=_included(**{**NIGHT, **keys}))
    assert told.startswith(f"environments.include{message}")


ROOT = {"scikit-learn": "1.2.1", "kind": "rootfs", "platform": "linux/s390x", "suite": "bookworm", "source": "debian"}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"kind": "local", "python": "3.11"}, 'the key "suite" is not for an environment of kind local'),
        ({"kind": "docker", "python": "3.11"}, 'the key "suite" is not for an environment of kind docker'),
        ({"node": "24"}, 'the key "node" is not for an environment of kind rootfs'),
        (
            {"kind": "docker", "suite": None, "source": None, "python": "3.11", "image": "'python:3.12-slim'"},
            '"python:3.12-slim" is another image tomorrow; add its digest',
        ),
        ({"image": f"'a@sha256:{'0' * 64}'"}, 'the key "image" is not for an environment of kind rootfs'),
        ({"suite": None}, "a root needs a suite of Debian, or the python of one: bullseye has 3.9, bookworm has 3.11"),
        ({"suite": None, "python": "3.12"}, "a root needs a suite of Debian, or the python of one: bullseye has 3.9"),
        ({"python": "3.12"}, "bookworm has no Python 3.12: bullseye has 3.9, bookworm has 3.11, trixie has 3.13"),
        ({"as_of": "newest"}, "Debian's own packages have no as_of"),
        ({"scikit-learn": None, "name": "bare"}, "Debian's own packages have no as_of, and are there for a scikit"),
        ({"source": None}, 'PyPI has no wheels for "linux/s390x"; Debian has its own: source: debian'),
        (
            {"kind": "docker", "suite": None, "source": None, "python": "3.11"},
            'PyPI has no wheels for "linux/s390x"',
        ),
    ],
)
def test_an_environment_in_a_root_or_container_that_is_wrong(folder, keys, message):
    told = folder.problem(environments=_included(**{**ROOT, **keys}))
    assert told.startswith(f"environments.include[0]: {message}")


THERE = {"scikit-learn": "1.5", "name": "mine", "kind": "interpreter", "path": ".venv"}


def test_environments_that_are_there_hold_what_they_hold(folder):
    given = "{packages: [pandas], tools: [skops], include: [{name: mine, scikit-learn: 1.5, kind: interpreter, path: .venv}]}"
    part = folder.part(environments=given)
    (mine,) = part.environments(satisfiable=never)
    assert (mine.packages, mine.tools, dict(mine.options)) == ((), (), {"path": ".venv"})
    assert mine.folder == str(part.path.absolute().parent)
    assert mine.produces
    given = "{include: [{name: mine, kind: interpreter, path: .venv, sandbox: true}, {name: s, kind: image, image: 'serving:1.4'}]}"
    mine, serving = folder.part(environments=given).environments(satisfiable=never)
    assert dict(mine.options) == {"path": ".venv", "sandbox": True} and not mine.produces
    assert dict(serving.options) == {"image": "serving:1.4"}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"name": None}, ': the key "name" is missing'),
        ({"path": None}, ': the key "path" is missing'),
        ({"packages": "[x]"}, ': the key "packages" is not for an environment of kind interpreter'),
        ({"as_of": "newest"}, ': the key "as_of" is not for an environment of kind interpreter'),
        ({"kind": "image"}, ': the key "image" is missing'),
        ({"kind": "image", "image": "x"}, ': the key "path" is not for an environment of kind image'),
        ({"kind": "image", "path": None, "image": "'--x'"}, '.image: "--x" is not an image such as'),
    ],
)
def test_an_environment_that_is_there_and_is_said_wrongly(folder, keys, message):
    told = folder.problem(environments=_included(**{**THERE, **keys}))
    assert told.startswith(f"environments.include[0]{message}"), told


def test_a_profile_has_other_kinds_only_when_it_says_so(folder):
    include = (
        f"{{include: [{ENVIRONMENT}, {{scikit-learn: 1.5.2, python: 3.11, kind: rootfs, platform: linux/arm64}}]}}"
    )
    profiles = """
      plain: {environments: ["sk1.5*"], measure: {}}
      both: {environments: ["sk1.5*"], kinds: [local, rootfs], measure: {}}
      named: {environments: ["sk1.5*"], kinds: [local, rootfs], measure: {kinds: [rootfs]}}
      wrong: {environments: ["*-arm64"]}"""
    matrix = folder.part(environments=include, profiles=profiles)

    def names(profile: str) -> tuple[list[str], tuple[str, ...]]:
        found = matrix.profile(profile, satisfiable=never)
        assert found.measure is not None
        return [environment.name for environment in found.environments], found.measure.environments

    amd64, arm64 = "sk1.5-py3.12-amd64", "sk1.5-py3.11-arm64"
    assert names("plain") == ([amd64], (amd64,))
    assert names("both") == ([amd64, arm64], (amd64,))  # what is emulated is measured where it is named
    assert names("named") == ([amd64, arm64], (arm64,))
    with pytest.raises(InputError, match=r"profiles.wrong.environments: .* among those chosen, whose kinds are local"):
        matrix.profile("wrong", satisfiable=never)


def test_an_unquoted_version_is_what_is_written(folder):
    matrix = folder.part(environments="{include: [{scikit-learn: 1.10, python: 3.10, numpy: 1.20}]}")
    (environment,) = matrix.environments(satisfiable=never)
    assert environment.name == "sk1.10-py3.10-np1.20-amd64"


def test_an_environment_is_needed(folder):
    assert folder.problem(environments="{include: }") == "environments: names no environment; give axes or include"
    excluded = "{axes: {scikit-learn: ['1.5'], python: ['3.12']}, exclude: [{python: '3.12'}]}"
    assert folder.problem(environments=excluded) == "environments.exclude: no combination of the axes is left"


def test_a_name_for_two_environments(folder):
    twins = (
        "{include: [{scikit-learn: '1.5', python: '3.12', name: x}, {scikit-learn: '1.4', python: '3.12', name: x}]}"
    )
    message = 'environments.include[1].name: "x" is already the name of environments.include[0]'
    assert folder.problem(environments=twins) == message


@pytest.mark.parametrize("name", ["X.1", "x-1", "x_1", "x--1"])
def test_names_that_files_or_nox_could_take_for_one(folder, name):
    twins = f"{{include: [{{scikit-learn: '1.5', python: '3.12', name: x.1}}, {{scikit-learn: '1.4', python: '3.12', name: {name}}}]}}"
    message = f'environments.include[1].name: "{name}" and "x.1" differ in case, dots or hyphens only; rename one'
    assert folder.problem(environments=twins) == message


def _axes(sklearn: int, python: int) -> str:
    axes = {"scikit-learn": [f"1.{i}" for i in range(sklearn)], "python": [f"3.{8 + i}" for i in range(python)]}
    return json.dumps({"strategy": "every", "axes": axes})


def test_too_many_environments(folder):
    assert len(folder.part(environments=_axes(40, 50)).environments(satisfiable=never)) == 2_000
    assert folder.problem(environments=_axes(69, 29)) == "environments: 2,001 environments, more than 2,000"
    assert folder.problem(environments=_axes(5_000, 90)) == "environments.axes: 450,000 combinations, more than 10,000"
