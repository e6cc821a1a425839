from __future__ import annotations

import ast
from pathlib import Path

import pytest

from harness.errors import HarnessError, InputError
from harness.config.catalogue import builtin_cases, scan_cases, user_cases
from harness.config.format_files import builtin_formats
from harness.config.spec import Tolerance as Checked
from harness.machine.tools import GUEST
from harness.terms import Format, Tolerance, converts

GOOD = 'FORMATS = {"p": {}}\nREADERS = {"p": ("p",)}\n'


@pytest.fixture
def write(tmp_path):
    def write(name: str, text: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_a_users_cases(write):
    path = write(
        "ours.py", "import nowhere\n\ndef helper(): pass\n\ndef case_one(seed):\n    return 1\n\nclass A: pass\n"
    )
    (case,) = user_cases(path)
    assert (case.name, case.family, case.module, case.function) == ("one", "ours", "ours", "case_one")
    assert case.file == str(path)
    assert len(case.digest) == 64


def test_nothing_is_imported(write):
    assert user_cases(write("ours.py", "raise SystemExit\ndef case_one(seed): pass\n"))


def test_the_digest_is_of_the_functions_own_source(write):
    def digest(text: str) -> str:
        return user_cases(write("ours.py", text))[0].digest

    one = digest("def case_one(seed):\n    return 1\n")
    assert digest("\n# moved\n\x0c\ndef case_one(seed):\n    return 1\n") == one
    assert digest("def case_one(seed):\r\n    return 1\r\n") == one
    assert digest("def case_one(seed):\n    return 2\n") != one
    assert digest("def case_one(seed=0):\n    return 1\n") != one
    assert digest("@cache\ndef case_one(seed):\n    return 1\n") != one


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def case_one(): pass", "must take one argument, called seed"),
        ("def case_one(x): pass", "must take one argument, called seed"),
        ("def case_one(seed, other): pass", "must take one argument, called seed"),
        ("def case_one(seed, *, other): pass", "must take one argument, called seed"),
        ("def case_(seed): pass", "letters, digits and underscores"),
        ("def case_é(seed): pass", "letters, digits and underscores"),
        ("async def case_one(seed): pass", "must not be async"),
        ("def case_one(seed): pass\n\ndef case_one(seed): pass", "line 3, case_one: it stands there twice"),
        ("x = 1", r"no function case_NAME\(seed\)"),
        ("def case_one(seed)\n    pass", "ours.py, line 1: not Python"),
        ("# coding: nonsense\n", "not Python"),
        (b"\xff\xfe", "not Python|cannot be read"),
        ("x = 1\0", "cannot be read|not Python"),
        ("x = " + "-" * 100_000 + "1", "cannot be read|not Python"),
        ("#" * 1024**2 + "#", "over 1 MiB"),
    ],
)
def test_a_users_file_that_is_wrong(write, source, message):
    with pytest.raises(InputError, match=message):
        user_cases(write("ours.py", source))


def test_a_users_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="there is no file"):
        user_cases(tmp_path / "ours.py")


def test_arguments_with_defaults_are_allowed(write):
    assert user_cases(write("ours.py", "def case_one(seed=0, *, rows=3, **more): pass"))


def test_every_problem_of_a_file_is_told(write):
    scan = scan_cases(write("ours.py", "def case_a(): pass\ndef case_b(seed): pass\ndef case_c(x): pass\n"), module="m")
    assert [problem.partition(":")[0] for problem in scan.problems] == [
        "ours.py, line 1, case_a",
        "ours.py, line 3, case_c",
    ]
    assert [case.name for case in scan.cases] == ["b"]


def test_an_invalid_escape_is_no_problem_of_ours(write):
    assert user_cases(write("ours.py", 'def case_one(seed): return "\\d"'))


def test_builtin_cases_by_file(write, tmp_path):
    write("__init__.py", "")
    write("_shared.py", "def case_hidden(seed): pass")
    write("trees.py", "def case_z(seed): pass\ndef case_a(seed): pass")
    write("linear.py", "def case_ridge(seed): pass")
    write("data.py", "def iris(seed): pass")
    cases = builtin_cases(tmp_path)
    assert [(case.name, case.family, case.module) for case in cases] == [
        ("ridge", "linear", "guest.cases.linear"),
        ("z", "trees", "guest.cases.trees"),
        ("a", "trees", "guest.cases.trees"),
    ]


def test_one_case_name_in_two_builtin_files(write, tmp_path):
    write("linear.py", "def case_ridge(seed): pass")
    write("trees.py", "def case_ridge(seed): pass")
    with pytest.raises(HarnessError, match=r'trees.py: the case "ridge" is already in .*linear.py') as caught:
        builtin_cases(tmp_path)
    assert caught.value.exit_code == 4


def test_builtin_formats(write, tmp_path):
    write("__init__.py", '"""no formats here"""')
    write(
        "pickled.py",
        'FORMATS = {"pickle": {"protocol": 5}, "pickle-4": {"protocol": 4}}\n'
        'READERS = {"pickle": ("pickle",), "pickle-4": ("pickle",)}\n',
    )
    write("joblibs.py", 'FORMATS: dict = {"joblib": {}}\nREADERS: dict = {"joblib": ("joblib", "joblib-mmap")}\n')
    write(
        "graphs.py",
        'FORMATS = {"onnx": {}}\nREADERS = {"onnx": ("ort",)}\nPARTIAL = True\nCONVERTS = True\n'
        'TOLERANCES = [{"dtypes": ["float32"], "rtol": 1e-4, "atol": 0}, {"methods": ["f"], "rtol": 0, "atol": 1}]\n',
    )
    tolerances = (
        Tolerance(rtol=1e-4, atol=0, formats=("onnx",), dtypes=("float32",)),
        Tolerance(rtol=0, atol=1, formats=("onnx",), methods=("f",)),
    )
    assert builtin_formats(tmp_path) == (
        Format(
            name="onnx",
            module="guest.formats.graphs",
            options={},
            readers=("ort",),
            partial=True,
            converts=True,
            tolerances=tolerances,
        ),
        Format(name="joblib", module="guest.formats.joblibs", options={}, readers=("joblib", "joblib-mmap")),
        Format(name="pickle", module="guest.formats.pickled", options={"protocol": 5}, readers=("pickle",)),
        Format(name="pickle-4", module="guest.formats.pickled", options={"protocol": 4}, readers=("pickle",)),
    )


@pytest.mark.parametrize(
    "source",
    [
        'READERS = {"p": ("p",)}',
        'FORMATS = {"p": {}}',
        'FORMATS = dict(p={})\nREADERS = {"p": ("p",)}',
        "FORMATS = {}\nREADERS = {}",
        'FORMATS = {"p": {}}\nREADERS = {"p": ()}',
        'FORMATS = {"p": {}}\nREADERS = {"p": "p"}',
        'FORMATS = {"p": {}}\nREADERS = ("p",)',
        'FORMATS = {"p": {}}\nREADERS = {"q": ("p",)}',
        'FORMATS = {"p": {"a": 1.5}}\nREADERS = {"p": ("p",)}',
        'FORMATS = {"P q": {}}\nREADERS = {"P q": ("p",)}',
        'FORMATS = {[]: {}}\nREADERS = {"p": ("p",)}',
        "FORMATS = {",
        GOOD + "PARTIAL = 1",
        GOOD + 'CONVERTS = "yes"',
        GOOD + "CONVERTS = bool(1)",
        GOOD + 'TOLERANCES = {"rtol": 0, "atol": 0}',
        GOOD + 'TOLERANCES = [{"rtol": 0}]',
        GOOD + 'TOLERANCES = [{"rtol": 0, "atol": 0, "formats": ["p"]}]',
        GOOD + 'TOLERANCES = [{"rtol": 2, "atol": 0}]',
        GOOD + 'TOLERANCES = [{"rtol": True, "atol": 0}]',
        GOOD + 'TOLERANCES = [{"rtol": 0, "atol": 0, "dtypes": "float32"}]',
    ],
)
def test_a_format_file_that_is_wrong(write, tmp_path, source):
    write("broken.py", source)
    with pytest.raises(HarnessError, match="broken.py"):
        builtin_formats(tmp_path)


def test_one_format_name_in_two_files(write, tmp_path):
    for name in ("a.py", "b.py"):
        write(name, 'FORMATS = {"p": {}}\nREADERS = {"p": ("p",)}')
    with pytest.raises(HarnessError, match=r'b.py: the format "p" is already in guest.formats.a'):
        builtin_formats(tmp_path)


def test_the_guests_own_files():
    assert {"pickle", "pickle-4", "joblib", "cloudpickle"} <= {item.name for item in builtin_formats()}
    written = sum(
        isinstance(node, ast.FunctionDef) and node.name.startswith("case_")
        for path in (GUEST / "cases").glob("*.py")
        for node in ast.parse(path.read_text("utf-8")).body
    )
    assert len([case for case in builtin_cases() if case.estimator is None]) == written >= 35


def test_what_the_guests_formats_say_of_themselves():
    formats = {item.name: item for item in builtin_formats()}
    assert {name for name, item in formats.items() if item.partial} == {"onnx", "onnx-float64", "onnx-opset12", "pmml"}
    assert {name for name, item in formats.items() if item.converts} == {name for name in formats if converts(name)}
    assert {item.name for item in formats.values() if item.converts} > {"onnx", "pmml", "recipe"}
    for item in formats.values():
        assert bool(item.tolerances) == item.converts
        for one in item.tolerances:
            assert one.formats == (item.name,)
            Checked.model_validate({"rtol": one.rtol, "atol": one.atol, "methods": one.methods, "dtypes": one.dtypes})


def test_names_that_one_function_builds(write):
    cases = user_cases(write("every.py", 'BUILT = ("PCA", "NMF")\ndef build(name, seed): pass'))
    assert [(case.name, case.family, case.function, case.estimator) for case in cases] == [
        ("PCA", "every", "build", "PCA"),
        ("NMF", "every", "build", "NMF"),
    ]
