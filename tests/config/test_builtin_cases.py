"""The built-in cases, held to their contract by their syntax trees: the host has no scikit-learn to import."""

import ast
import itertools
import sys
from collections import Counter
from pathlib import Path

import pytest

from harness.config.matrix import load_matrix
from tests.config.parameter_names import names as names_of_the_grids

CASES = Path(__file__).parents[2] / "harness" / "guest" / "cases"
FILES = sorted(CASES.glob("*.py"))
GRIDS = sorted(CASES.glob("grids_*.py"))
HELPERS = {
    "__init__.py",
    "data.py",
    "estimator_data.py",
    "estimator_rules.py",
    "parameter_data.py",
    "parameter_objects.py",
    "parameter_rules.py",
    *(file.name for file in GRIDS),
}
CATALOGUE = CASES / "estimators.py"
LARGE = CASES / "large.py"
PARAMETERS = CASES / "parameters.py"
BUILDERS = [CATALOGUE, LARGE, PARAMETERS, CASES / "transformers.py"]  # one function builds all their cases
FAMILIES = [file for file in FILES if file.name not in HELPERS and file not in BUILDERS]
METHODS = {"predict", "predict_proba", "decision_function", "transform", "score_samples"}


def parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file), feature_version=(3, 8))


def functions(file: Path) -> list[ast.FunctionDef]:
    return [node for node in parse(file).body if isinstance(node, ast.FunctionDef)]


def names(node: ast.Import | ast.ImportFrom) -> list[str]:
    """What an import reaches for; a sibling as ``.data``."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return ["." * node.level + (node.module or "")]


def imports(node: ast.AST) -> list[str]:
    """What importing the module would import: everything outside function bodies."""
    found = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            found += names(child)
        elif not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            found += imports(child)
    return found


CASE_FUNCTIONS = [
    pytest.param(file, function, id=f"{file.stem}.{function.name}")
    for file in FAMILIES
    for function in functions(file)
    if not function.name.startswith("_")
]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_importing_a_file_needs_the_standard_library_only(file):
    outer = imports(parse(file))
    assert not [name for name in outer if name.startswith("..")]  # only its siblings are kept beside an artifact
    assert {name.partition(".")[0] for name in outer if not name.startswith(".")} <= sys.stdlib_module_names


@pytest.mark.parametrize("file", FAMILIES, ids=lambda file: file.stem)
def test_a_family_has_a_docstring_and_a_case(file):
    assert ast.get_docstring(parse(file))
    assert any(function.name.startswith("case_") for function in functions(file))


def test_helpers_declare_no_cases():
    declared = [function.name for name in HELPERS for function in functions(CASES / name)]
    assert not [name for name in declared if name.startswith("case_")]


@pytest.mark.parametrize(("file", "function"), CASE_FUNCTIONS)
def test_a_public_function_is_a_case_of_one_seed(file, function):
    assert function.name.startswith("case_")
    assert ast.unparse(function.args) == "seed"
    assert not function.decorator_list


@pytest.mark.parametrize(("file", "function"), CASE_FUNCTIONS)
def test_a_case_says_in_one_line_why_it_is_there(file, function):
    docstring = ast.get_docstring(function) or ""
    assert docstring.endswith(".")
    assert "\n" not in docstring


#: Cases that leave methods out, each with the reason beside the names.
NAMED = {"case_k_neighbors_cosine", "case_catboost_classifier"}


@pytest.mark.parametrize(("file", "function"), CASE_FUNCTIONS)
def test_a_case_is_compared_by_all_that_it_has_unless_it_says_why(file, function):
    returned = function.body[-1].value
    assert len(returned.elts) in (2, 3) or function.name in NAMED
    if function.name in NAMED:
        methods = ast.literal_eval(returned.elts[3])
        assert isinstance(methods, tuple) and methods
        assert set(methods) <= METHODS


def test_names_are_unique_over_all_families():
    counted = Counter(parameter.values[1].name for parameter in CASE_FUNCTIONS)
    assert [name for name, count in counted.items() if count > 1] == []


def test_there_are_enough_cases():
    assert len(CASE_FUNCTIONS) >= 35


# ------------------------------------------------------------------------------------------------ the catalogue


def literal(file: Path, name: str) -> object:
    """The value of a constant, which must be a literal."""
    (value,) = [
        node.value
        for node in parse(file).body
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [name]
    ]
    return ast.literal_eval(value)


def test_the_catalogue_names_each_estimator_once_in_order():
    names = literal(CATALOGUE, "BUILT")
    assert isinstance(names, tuple)
    assert list(names) == sorted(set(names))
    assert all(name.isidentifier() for name in names)
    assert len(names) >= 208  # so many are public in scikit-learn 1.9


@pytest.mark.parametrize("file", BUILDERS, ids=lambda file: file.stem)
def test_a_builder_builds_by_name_and_seed(file):
    (build,) = [function for function in functions(file) if function.name == "build"]
    assert ast.unparse(build.args) == "name, seed"


@pytest.mark.parametrize("table", ["PARAMETERS", "NEED_A_MODEL", "DATA"])
def test_exceptions_are_of_estimators_that_there_are(table):
    found = literal(CASES / "estimator_rules.py", table)
    names = [name for part in found.values() for name in part] if table == "DATA" else list(found)
    assert set(names) <= set(literal(CATALOGUE, "BUILT"))
    assert len(set(names)) == len(names)
    assert table in {"DATA", "NEED_A_MODEL"} or names == sorted(names)


def test_kinds_of_data_are_functions_of_a_seed():
    recipes = CASES / "estimator_rules.py"
    made = {f.name for f in functions(CASES / "estimator_data.py") if ast.unparse(f.args) == "seed"}
    used = {*literal(recipes, "DATA"), *literal(recipes, "MODULES").values(), *dict(literal(recipes, "KINDS")).values()}
    assert made == used | {"classes"}


# ------------------------------------------------------------------------------------------ the deciding parameters


def grids() -> dict[str, tuple[dict, ...]]:
    return {name: found for file in GRIDS for name, found in literal(file, "GRIDS").items()}


def test_no_class_has_grids_in_two_files_and_each_is_in_the_catalogue():
    names = [name for file in GRIDS for name in literal(file, "GRIDS")]
    assert len(set(names)) == len(names)
    assert set(names) <= set(literal(CATALOGUE, "BUILT"))


def test_a_grid_is_of_tuples_and_multiplies_two_parameters_at_most():
    for name, several in grids().items():
        for grid in several:
            lists = [values for key, values in grid.items() if key != "with"]
            assert lists, name
            assert all(isinstance(values, tuple) and values for values in lists), (name, grid)
            assert sum(len(values) > 1 for values in lists) <= 2, (name, grid)  # more would not be in pairs
            assert isinstance(grid.get("with", {}), dict)


def test_the_names_are_those_that_the_grids_come_to():
    assert list(literal(PARAMETERS, "BUILT")) == names_of_the_grids(), WRITE_ANEW


WRITE_ANEW = (
    "BUILT of parameters.py is not what the grids come to: `python -m tests.config.parameter_names` writes it anew"
)


def test_different_combinations_have_different_names():
    combinations = 0
    for several in grids().values():
        found = []
        for grid in several:
            keys = [key for key in grid if key != "with"]
            found += [dict(zip(keys, values)) for values in itertools.product(*(grid[key] for key in keys))]
        texts = {repr(sorted(one.items(), key=lambda item: item[0])) for one in found}
        assert len(texts) == len(found), [one for one in found if found.count(one) > 1]
        combinations += len(found)
    assert len(literal(PARAMETERS, "BUILT")) == combinations


def test_deciding_parameters_are_in_no_profile_that_does_not_name_them_but_the_nightly_one():
    matrix = load_matrix(CASES.parents[2] / "matrix.yaml")
    holding = {
        name
        for name in matrix.spec.profiles
        if any(case.family == "parameters" for case in matrix.profile(name, satisfiable=lambda _: True).cases)
    }
    assert holding == {"nightly", "parameters"}


# ----------------------------------------------------------------------------------------------- the large models


def test_each_kind_of_large_model_has_a_small_one_for_the_tests_and_a_size_in_its_name():
    names = literal(LARGE, "BUILT")
    sizes = literal(LARGE, "_UNITS")
    assert len(set(names)) == len(names)
    kinds = {name.rpartition("_")[0] for name in names}
    assert len(kinds) == 3
    assert {f"{kind}_10mb" for kind in kinds} <= set(names)
    assert {name.rpartition("_")[2] for name in names} == set(sizes)


def test_large_models_are_in_no_profile_that_takes_every_case():
    matrix = load_matrix(CASES.parents[2] / "matrix.yaml")
    for name, told in matrix.spec.profiles.items():
        profile = matrix.profile(name, satisfiable=lambda _: True)
        held = {case.name for case in profile.cases if case.family == "large"}
        named = [word for word in told.cases if word != "*" and not word.startswith("!")]
        assert not held or (named and "*" not in told.cases), name
