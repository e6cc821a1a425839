"""Code as text: found with what it imports from beside it, run without what stands in the environment's own files."""

import os
import shutil
import sys
import tempfile

from guest import sources

CASES = "from .data import rows\nfrom . import more\n\n\ndef case_one(seed):\n    from .late import LATE\n    return rows(seed), more.X, LATE\n"
DATA = "from .deep import DEEP\n\n\ndef rows(seed):\n    return [seed, DEEP]\n"
FILES = {
    "cases.py": CASES,
    "data.py": DATA,
    "deep.py": "DEEP = 'deep'\n",
    "more.py": "X = 1\n",
    "late.py": "LATE = 'late'\n",
    "other.py": "raise RuntimeError('nobody imports this')\n",
}


def stored():
    """A package on disk, asked for its code; on disk it is gone afterwards."""
    folder = tempfile.mkdtemp()
    package = os.path.join(folder, "some_cases")
    os.mkdir(package)
    for name, text in dict(FILES, **{"__init__.py": ""}).items():
        with open(os.path.join(package, name), "w") as file:
            file.write(text)
    sys.path.insert(0, folder)
    try:
        return sources.collect({"module": "some_cases.cases", "function": "case_one", "seed": 3})
    finally:
        sys.path.remove(folder)
        shutil.rmtree(folder)
        for name in [name for name in sys.modules if name.startswith("some_cases")]:
            del sys.modules[name]


def test_what_a_case_imports_from_beside_it_is_kept():
    code = stored()
    assert set(code["files"]) == {"cases.py", "data.py", "deep.py", "more.py", "late.py"}
    assert code["files"]["cases.py"] == CASES
    assert (code["module"], code["function"], code["seed"]) == ("some_cases.cases", "case_one", 3)


def test_it_runs_from_the_text_alone_and_leaves_nothing():
    code = stored()
    before = set(sys.modules)
    finders = list(sys.meta_path)
    with sources.installed(code) as function:
        assert function(7) == ([7, "deep"], 1, "late")
    assert set(sys.modules) == before and sys.meta_path == finders


def test_it_leaves_nothing_when_it_fails_either():
    code = stored()
    code["files"]["data.py"] = "raise ValueError('changed')\n"
    before = set(sys.modules)
    try:
        with sources.installed(code):
            raise AssertionError("it must not get here")
    except ValueError as error:
        assert str(error) == "changed"
    assert set(sys.modules) == before


def test_a_module_without_a_file_has_no_code():
    assert sources.collect({"module": "sys", "function": "f", "seed": 0})["files"] == {}


FILES_OF_A_USER = {
    "ours.py": "def case_mine(seed):\n    import helper, pack.deep\n    return seed, helper.H, pack.deep.D\n",
    "helper.py": "H = 'helped'\n",
    "pack/__init__.py": "",
    "pack/deep.py": "from . import __name__ as package\nD = 'deep' if package == 'pack' else package\n",
}


def test_helpers_of_a_users_case_are_kept_and_imported_by_their_own_names():
    folder = tempfile.mkdtemp()
    for name, text in FILES_OF_A_USER.items():
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
    sys.path.insert(0, folder)
    case = {
        "module": "ours",
        "function": "case_mine",
        "seed": 3,
        "beside": ["helper.py", "pack/__init__.py", "pack/deep.py", "a.csv"],
    }
    try:
        code = sources.collect(case)
    finally:
        sys.path.remove(folder)
        shutil.rmtree(folder)
        for name in ("ours", "helper"):
            sys.modules.pop(name, None)
    assert sources.data(code) == ["a.csv"]
    assert set(code["files"]) == {"ours.py", "helper.py", "pack/__init__.py", "pack/deep.py"}
    before = set(sys.modules)
    with sources.installed(code) as function:
        assert function(7) == (7, "helped", "deep")
    assert set(sys.modules) == before
