"""``cases:`` in matrix.yaml: files of a user's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.config.catalogue import user_cases
from harness.config.matrix import load_matrix
from harness.errors import InputError

from tests.config.folder import CASES, FORMATS, never


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
        ("__main__.py", '"__main__.py" would stand in for the module __main__; rename it'),
        ("xgboost.py", '"xgboost.py" would stand in for the module xgboost; rename it'),
        ("six.py", '"six.py" would stand in for the module six; rename it'),
        ("guest.py", '"guest.py" would stand in for the module guest; rename it'),
        ("broken.py", "broken.py, line 1: not Python: "),
        ("empty.py", 'no function case_NAME(seed) in "empty.py"'),
        ("noseed.py", "noseed.py, line 1, case_x: it must take one argument, called seed"),
    ],
)
def test_case_files_that_are_wrong(folder, name, message):
    (folder.path / "folder.py").mkdir()
    for stem in ("a-b", "class", "__main__", "xgboost", "six", "json", "parser", "sklearn", "guest"):
        folder.write(f"{stem}.py", "def case_mine(seed): pass")
    folder.write("broken.py", "def case_x(seed")
    folder.write("empty.py", "")
    folder.write("noseed.py", "def case_x(): pass")
    assert folder.problem(more=f"cases: {{files: [{name}]}}").startswith(f"cases.files[0]: {message}")


def test_a_case_that_is_called_like_a_built_in_one_has_its_file_in_its_name(folder):
    folder.write("ours.py", "def case_ridge(seed): pass\ndef case_mine(seed): pass\n")
    profiles = "{both: {}, built_in: {cases: [ridge]}, own: {cases: [ours.ridge]}, file: {cases: ['family:ours']}}"
    matrix = folder.part(more="cases: {files: [ours.py]}", profiles=profiles)

    def chosen(name):
        return [case.name for case in matrix.profile(name, satisfiable=never).cases]

    assert chosen("both") == ["ridge", "lasso", "forest", "ours.ridge", "mine"]
    assert (chosen("built_in"), chosen("own"), chosen("file")) == (["ridge"], ["ours.ridge"], ["ours.ridge", "mine"])


def test_so_have_cases_of_two_files(folder):
    folder.write("one.py", "def case_mine(seed): pass")
    folder.write("two.py", "def case_mine(seed): pass")
    matrix = folder.part(more="cases: {files: [one.py, two.py]}")
    assert [case.name for case in matrix.cases[3:]] == ["one.mine", "two.mine"]
    problem = folder.problem(more="cases: {files: [one.py, two.py]}", profiles="{a: {cases: [mine]}}")
    assert 'profiles.a.cases[0]: no case "mine"' in problem and ".mine" in problem


def test_case_files_of_one_name(folder):
    (folder.path / "sub").mkdir()
    folder.write("one.py", "def case_mine(seed): pass")
    folder.write("sub/one.py", "def case_other(seed): pass")
    message = "cases.files[1]: another file gives the module one; rename one"
    assert folder.problem(more="cases: {files: [one.py, sub/one.py]}") == message


@pytest.mark.parametrize("seed", ["-1", "x", "1.5", str(2**32)])
def test_a_seed_that_is_wrong(folder, seed):
    assert folder.problem(more=f"cases: {{seed: {seed}}}").startswith(f'cases.seed: "{seed}": should be')


@pytest.mark.parametrize("names", ["made()", '("a/b",)', "(5,)", '("a", "a")', '["a"]', '("",)', '("one",)'])
def test_names_of_built_cases_are_a_tuple_of_names_each_once(tmp_path, names):
    path = tmp_path / "mine.py"
    path.write_text(f"BUILT = {names}\ndef case_one(seed): pass\ndef build(name, seed): pass\n")
    with pytest.raises(InputError, match="mine.py.*BUILT"):
        user_cases(path)
    path.write_text(f"BUILT = {names}\ndef case_one(seed): pass\n")  # without build the name is the file's own
    assert [case.name for case in user_cases(path)] == ["one"]


def test_a_file_by_the_name_of_a_package_that_is_asked_for(folder):
    folder.write("my_models.py", "def case_mine(seed): pass")
    include = "[{scikit-learn: '1.5', python: '3.12', packages: ['My.Models>=2']}]"
    problem = folder.problem(environments=f"{{include: {include}}}", more="cases: {files: [my_models.py]}")
    assert problem == 'cases.files[0]: "my_models.py" would stand in for the module my_models; rename it'
