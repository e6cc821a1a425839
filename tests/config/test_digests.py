"""Digests are of content: the same in every checkout, and another as soon as a result could be another."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from harness.config.catalogue import builtin_cases
from harness.config.matrix import load_matrix
from harness.config.plan import Plan
from harness.errors import InputError
from harness.run import lifecycle, schedule

MATRIX = """
schema: 1
environments: {include: [{scikit-learn: "1.5.2", python: "3.12", name: new}]}
cases: {files: [own.py]}
profiles: {default: {cases: [churn, other], formats: [pickle]}}
"""
CASES = """
from sklearn.linear_model import Ridge

ALPHA = 1.0

def helper(seed):
    return Ridge(alpha=ALPHA)

def case_churn(seed):
    return helper(seed)

def case_other(seed):
    return helper(seed + 1)
"""


def checkout(folder: Path, matrix: str = MATRIX, cases: str = CASES) -> Plan:
    """A plan, made from files that lie in a folder of their own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "matrix.yaml").write_text(matrix)
    (folder / "own.py").write_text(cases)
    loaded = load_matrix(folder / "matrix.yaml", native="linux/amd64")
    return Plan(profile=loaded.profile("default", satisfiable=lambda _: True), matrix=loaded.path.resolve())


def test_a_plan_has_one_digest_wherever_its_files_lie(tmp_path) -> None:
    here, there = checkout(tmp_path / "here"), checkout(tmp_path / "elsewhere" / "deeper")
    assert here.cases["churn"].file != there.cases["churn"].file
    assert here.digest == there.digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("case_churn(seed):\n    return helper(seed)", "case_churn(seed):\n    return helper(seed + 2)"),
        ("ALPHA = 1.0", "ALPHA = 2.0"),
        ("return Ridge(alpha=ALPHA)", "return Ridge(alpha=ALPHA + 1)"),
        ("from sklearn.linear_model import Ridge", "from sklearn.linear_model import Lasso as Ridge"),
    ],
)
def test_what_a_case_does_and_what_it_calls_in_its_file_are_in_its_digest(tmp_path, old, new) -> None:
    assert old in CASES
    assert checkout(tmp_path / "a").digest != checkout(tmp_path / "b", cases=CASES.replace(old, new)).digest


def test_another_case_of_the_file_is_not(tmp_path) -> None:
    more = CASES + "\n\ndef case_third(seed):\n    return helper(seed + 7)\n"
    assert checkout(tmp_path / "a").digest == checkout(tmp_path / "b", cases=more).digest
    moved = CASES.replace("\ndef case_churn", "\n# a comment\n\n\ndef case_churn")
    assert checkout(tmp_path / "a").digest == checkout(tmp_path / "c", cases=moved).digest


def test_a_built_in_case_depends_on_the_files_of_its_package_that_it_imports(tmp_path) -> None:
    source = Path(__file__).parents[2] / "harness/guest/cases"
    folder = tmp_path / "cases"
    shutil.copytree(source, folder)
    before = {case.name: case.digest for case in builtin_cases(folder)}
    assert before == {case.name: case.digest for case in builtin_cases(source)}
    data = folder / "data.py"
    data.write_text(data.read_text() + "\nADDED = 1\n")
    changed = {case.name for case in builtin_cases(folder) if case.digest != before[case.name]}
    assert "logistic_regression" in changed


def test_a_run_is_gone_on_with_from_another_checkout_and_not_with_another_plan(tmp_path) -> None:
    here, there = checkout(tmp_path / "here"), checkout(tmp_path / "there")
    folder = lifecycle.begin(here, tmp_path / "results")
    folder.close()
    nobody = schedule.Selection(producers=frozenset(), consumers=frozenset())
    lifecycle._reopen(there, folder.path, nobody).close()
    with pytest.raises(InputError, match="have changed since this run was started"):
        lifecycle._reopen(checkout(tmp_path / "there", cases=CASES + "\nX = 1\n"), folder.path, nobody)


def test_why_an_environment_is_there_is_no_part_of_a_plan(tmp_path) -> None:
    plan = checkout(tmp_path / "a")
    profile = plan.profile
    environments = tuple(replace(one, origin="environments.include[7]") for one in profile.environments)
    assert replace(plan, profile=replace(profile, environments=environments)).digest == plan.digest
