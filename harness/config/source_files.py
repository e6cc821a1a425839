"""Python files read without importing them: their text, syntax tree and literals.

They run under other interpreters, beside packages that the host does not have.
"""

from __future__ import annotations

import ast
import keyword
import sys
import tokenize
import warnings
from typing import TYPE_CHECKING

from harness.errors import InputError, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

MAX_BYTES = 1024**2
#: Modules that other Pythons have and the host's lacks: a user's file by such a name would stand in for them.
_OTHER_STDLIB = ("annotationlib", "compression", "dummy_threading", "formatter", "macpath", "parser", "symbol")
_GUEST = (
    "__main__",
    "guest",
    "guest_node",
    "harness",
    "recipe",
    "cloudpickle",
    "joblib",
    "numpy",
    "onnx",
    "onnxruntime",
    "pandas",
    "scipy",
    "skl2onnx",
)
#: What those import in turn.
_INNER = ("dateutil", "flatbuffers", "google", "jpype", "ml_dtypes", "narwhals", "packaging", "pytz", "six", "sympy")
#: Whose models a matrix may ask for, besides what its requirements name.
_LIBRARIES = (
    "catboost",
    "imblearn",
    "lightgbm",
    "matplotlib",
    "mlflow",
    "polars",
    "pyarrow",
    "seaborn",
    "torch",
    "xgboost",
)
#: No file of a user's can be imported by these names.
TAKEN = frozenset(
    (*sys.stdlib_module_names, *_OTHER_STDLIB, *_GUEST, *_INNER, *_LIBRARIES, "sklearn", "skops", "threadpoolctl")
)


def parse(path: Path) -> tuple[str, ast.Module]:
    """The text and tree of a file; an InputError when there is none to have."""
    try:
        if not path.is_file():
            raise InputError(f"there is no file {path}")
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path} is over 1 MiB")
        with tokenize.open(path) as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the file's author hears of its invalid escapes when it runs
            text = stream.read()
            return text, ast.parse(text)
    except SyntaxError as error:
        where = "" if error.lineno is None else f", line {error.lineno}"
        raise InputError(f"{path.name}{where}: not Python: {error.msg}") from error
    except (OSError, ValueError, LookupError, RecursionError, MemoryError) as error:
        # The parser answers null bytes, wrong encodings, codecs of no text and absurd nesting with the last four.
        raise InputError(f"{path.name}: cannot be read: {error or type(error).__name__}") from error


def assigned(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Each name that is given a value at the top level, with the value."""
    for node in tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name):
                yield target.id, node.value


def modules(folder: Path) -> list[Path]:
    """The files of a folder but for those whose names begin with an underscore."""
    return sorted(path for path in folder.glob("*.py") if not path.stem.startswith("_"))


def misnamed(module: str, name: str, asked: Collection[str] = ()) -> str:
    """Why what is called ``name`` cannot be imported as a module, or nothing."""
    if not module.isidentifier() or keyword.iskeyword(module):
        return f"{shown(name)} cannot be imported: {shown(module)} is not an identifier"
    if module in TAKEN or module in asked:
        return f"{shown(name)} would stand in for the module {module}; rename it"
    return ""


def unimportable(path: Path, name: str, files: Iterable[Path], asked: Collection[str] = ()) -> str:
    """Why a file cannot be a module beside the guest, or nothing; ``asked`` names modules that environments ask for."""
    if path.suffix != ".py":
        return f"{shown(name)} does not end in .py"
    if wrong := misnamed(path.stem, name, asked):
        return wrong
    if any(path.stem == other.stem for other in files):
        return f"another file gives the module {path.stem}; rename one"
    return "" if path.is_file() else f"there is no file {path}"
