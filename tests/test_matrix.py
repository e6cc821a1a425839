from __future__ import annotations

import json
import platform
from pathlib import Path

import pytest

from harness import model, tools
from harness.errors import InputError
from harness.matrix import json_schema, load_matrix

CASES = tuple(
    model.Case(name=name, family=family, module=family, function=f"case_{name}", file=f"{family}.py", digest="0")
    for family, name in [("linear", "ridge"), ("linear", "lasso"), ("trees", "forest")]
)
FORMATS = tuple(
    model.Format(name=name, module=name, options={}, readers=(name,))
    for name in ("pickle", "pickle-4", "joblib", "skops")
)
ENVIRONMENT = '{scikit-learn: "1.5.2", python: "3.12"}'


class Folder:
    """A matrix in a folder of its own, from pieces that have sound defaults."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, text: str) -> None:
        (self.path / name).write_text(text, "utf-8")

    def load(self, text: str):
        self.write("matrix.yaml", text)
        return load_matrix(Path("matrix.yaml"), cases=CASES, formats=FORMATS, native="linux/amd64")

    def part(self, *, environments: str = f"{{include: [{ENVIRONMENT}]}}", profiles: str = "{a: {}}", more: str = ""):
        return self.load(f"schema: 1\nenvironments: {environments}\nprofiles: {profiles}\n{more}\n")

    def problems(self, text: str) -> list[str]:
        with pytest.raises(InputError) as caught:
            self.load(text)
        assert caught.value.exit_code == 2
        return str(caught.value).splitlines()

    def problem(self, **parts: str) -> str:
        """The one problem of a matrix that is sound but for these parts, without its line."""
        with pytest.raises(InputError) as caught:
            self.part(**parts)
        head, *lines = str(caught.value).splitlines()
        assert (head, len(lines)) == ("matrix.yaml: 1 problem", 1), lines
        return lines[0].partition(", ")[2]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path)


def never(environment: model.Environment) -> bool:
    raise AssertionError(environment.name)


def test_the_smallest_matrix(folder):
    matrix = folder.part()
    profile = matrix.profile("a", satisfiable=never)
    assert [environment.name for environment in profile.environments] == ["sk1.5-py3.12-amd64"]
    assert profile.environments[0].as_of is model.AsOf.RELEASE
    assert profile.cases == CASES
    assert profile.formats == FORMATS
    assert profile.limits == model.Limits()
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
      python: 3.6
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
        "  line 7, environments.include[1].python: 3.6 is below the guest's floor, 3.8",
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


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ("{as_of: yesterday}", 'as_of: "yesterday" is neither "release" nor "newest" nor a day such as 2024-09-11'),
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
        ("{exclude: [{python: '3.7'}]}", "exclude[0].python: 3.7 is below the guest's floor, 3.8"),
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
        ("python", "3.6", "3.6 is below the guest's floor, 3.8"),
        ("python", "2.7", "2.7 is below the guest's floor, 3.8"),
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
        ("image", "'python:3.12-slim'", '"python:3.12-slim" is another image tomorrow; add its digest'),
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
    assert (node.kind, node.node, node.npm) == ("node", "24", ("onnxruntime-node@1.30.0",))
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
    ],
)
def test_environments_without_scikit_learn_that_are_wrong(folder, keys, message):
    told = folder.problem(environments=_included(**{**NODE, **keys}))
    assert told.startswith(f"environments.include{message}")


NIGHT = {"scikit-learn": '"1.10"', "python": '"3.13"', "name": "night", "as_of": "newest", "index": "WHEELS"}


def test_an_environment_of_another_index(folder):
    (night,) = folder.part(environments=_included(**NIGHT)).environments(satisfiable=never)
    assert (night.name, night.index, night.as_of) == ("night", "WHEELS", model.AsOf.NEWEST)


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


def _axes(sklearn: int, python: int) -> str:
    axes = {"scikit-learn": [f"1.{i}" for i in range(sklearn)], "python": [f"3.{8 + i}" for i in range(python)]}
    return json.dumps({"strategy": "every", "axes": axes})


def test_too_many_environments(folder):
    assert len(folder.part(environments=_axes(40, 50)).environments(satisfiable=never)) == 2_000
    assert folder.problem(environments=_axes(69, 29)) == "environments: 2,001 environments, more than 2,000"
    assert folder.problem(environments=_axes(5_000, 90)) == "environments.axes: 450,000 combinations, more than 10,000"


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
    assert matrix.profile("a", satisfiable=never).limits == model.Limits(seconds=7.5, memory=1024**3)
    assert matrix.profile("b", satisfiable=never).limits == model.Limits(seconds=5, memory=1024**3)


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


def test_tolerances_of_a_profile_come_first(folder):
    matrix = folder.part(
        more="tolerances: [{formats: ['pickle*', joblib], rtol: 1e-9, atol: 0}]",
        profiles="{a: {tolerances: [{rtol: 0.5, atol: 0, methods: [predict], dtypes: [float32]}]}}",
    )
    assert matrix.profile("a", satisfiable=never).tolerances == (
        model.Tolerance(rtol=0.5, atol=0, methods=("predict",), dtypes=("float32",)),
        model.Tolerance(rtol=1e-9, atol=0, formats=("pickle", "pickle-4", "joblib")),
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


def test_a_key_with_nothing_after_it_means_its_default_if_it_is_one(folder):
    assert folder.part(more="cases:\nlimits:\ntolerances:").seed == 0
    assert folder.problem(more="tolerance:") == 'tolerance: no key "tolerance"; perhaps "tolerances"'


def test_another_schema(folder):
    with pytest.raises(InputError, match='line 1, schema: this harness reads schema 1, not "2"'):
        folder.load(f"schema: 2\nenvironments: {{include: [{ENVIRONMENT}]}}\nprofiles: {{a: {{}}}}")


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


def test_a_users_cases(folder):
    folder.write("ours.py", "def case_mine(seed): pass\n")
    matrix = folder.part(more="cases: {files: [ours.py], seed: 7}", profiles="{a: {cases: ['family:ours']}}")
    (case,) = matrix.profile("a", satisfiable=never).cases
    assert (case.name, case.module, case.function) == ("mine", "ours", "case_mine")
    assert (matrix.seed, matrix.case_files) == (7, (Path("ours.py"),))


def test_case_files_are_found_beside_the_matrix(folder, monkeypatch):
    folder.write("ours.py", "def case_mine(seed): pass\n")
    folder.part(more="cases: {files: [ours.py]}")
    monkeypatch.chdir("/")
    matrix = load_matrix(folder.path / "matrix.yaml", cases=CASES, formats=FORMATS)
    assert matrix.case_files == (folder.path / "ours.py",)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent.py", "there is no file absent.py"),
        ("folder.py", "there is no file folder.py"),
        ("ours.txt", '"ours.txt" does not end in .py'),
        ("a-b.py", '"a-b.py" cannot be imported: "a-b" is not an identifier'),
        ("class.py", '"class.py" cannot be imported: "class" is not an identifier'),
        ("json.py", '"json.py" would stand in for the module json; rename it'),
        ("parser.py", '"parser.py" would stand in for the module parser; rename it'),  # of Python 3.8
        ("sklearn.py", '"sklearn.py" would stand in for the module sklearn; rename it'),
        ("guest.py", '"guest.py" would stand in for the module guest; rename it'),
        ("broken.py", "broken.py, line 1: not Python: "),
        ("empty.py", 'no function case_NAME(seed) in "empty.py"'),
        ("clash.py", 'the case "ridge" is already in linear.py'),
        ("noseed.py", "noseed.py, line 1, case_x: it must take one argument, called seed"),
    ],
)
def test_case_files_that_are_wrong(folder, name, message):
    (folder.path / "folder.py").mkdir()
    for stem in ("a-b", "class", "json", "parser", "sklearn", "guest"):
        folder.write(f"{stem}.py", "def case_mine(seed): pass")
    folder.write("broken.py", "def case_x(seed")
    folder.write("empty.py", "")
    folder.write("clash.py", "def case_ridge(seed): pass")
    folder.write("noseed.py", "def case_x(): pass")
    assert folder.problem(more=f"cases: {{files: [{name}]}}").startswith(f"cases.files[0]: {message}")


def test_case_files_of_one_name_and_cases_of_one_name(folder):
    (folder.path / "sub").mkdir()
    folder.write("one.py", "def case_mine(seed): pass")
    folder.write("two.py", "def case_mine(seed): pass")
    folder.write("sub/one.py", "def case_other(seed): pass")
    message = "cases.files[1]: another file gives the module one; rename one"
    assert folder.problem(more="cases: {files: [one.py, sub/one.py]}") == message
    message = 'cases.files[1]: the case "mine" is already in one.py'
    assert folder.problem(more="cases: {files: [one.py, two.py]}") == message


@pytest.mark.parametrize("seed", ["-1", "x", "1.5", str(2**32)])
def test_a_seed_that_is_wrong(folder, seed):
    assert folder.problem(more=f"cases: {{seed: {seed}}}").startswith(f'cases.seed: "{seed}": should be')


def test_patterns_are_not_blamed_for_what_another_problem_hides(folder):
    """A case of a file that is broken, or an environment whose line is wrong, is not also called unknown."""
    problems = folder.problems(
        "schema: 1\nenvironments: {include: [{scikit-learn: '1.5', python: '3.6'}]}\ncases: {files: [absent.py]}\n"
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
    assert tools.native_platform() == tools.planned_platform() == expected


def test_machines_that_share_a_run_plan_the_same(monkeypatch):
    path = Path(__file__).parents[1] / "matrix.yaml"
    here = load_matrix(path, native="linux/amd64").profile("quick", satisfiable=never)
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    assert load_matrix(path).profile("quick", satisfiable=never) != here
    monkeypatch.setenv("HARNESS_NATIVE", "linux/amd64")
    assert load_matrix(path).profile("quick", satisfiable=never) == here


def test_a_profile_may_want_some_readers_of_a_format(folder):
    formats = (
        model.Format(name="joblib", module="j", options={}, readers=("joblib", "joblib-mmap")),
        model.Format(name="joblib-zlib", module="j", options={}, readers=("joblib",)),
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


def test_the_json_schema_is_for_editors():
    schema = json_schema()
    assert json.loads(json.dumps(schema)) == schema
    assert set(schema["properties"]) == {
        "schema",
        "environments",
        "cases",
        "limits",
        "tolerances",
        "trusted_types",
        "profiles",
    }
    assert schema["additionalProperties"] is False
    python = schema["$defs"]["Axes"]["properties"]["python"]["items"]
    assert python["type"] == ["string", "number"]
    assert "quote it" in python["description"]
    assert set(schema["$defs"]["Axes"]["required"]) == {"scikit-learn", "python"}


def test_the_default_matrix():
    matrix = load_matrix(Path(__file__).parents[1] / "matrix.yaml", native="linux/amd64")
    default = matrix.profile("default", satisfiable=never)
    assert len(default.environments) >= 12
    assert all(environment.as_of is model.AsOf.RELEASE for environment in default.environments)
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
