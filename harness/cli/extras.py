"""What the plain install leaves out, and which extra brings it."""

from __future__ import annotations

from importlib.util import find_spec

from harness.errors import MachineError

#: Modules by the extra that brings them. A test holds this against pyproject.toml.
MODULES = {
    "run": (
        "allpairspy",
        "filelock",
        "fsspec",
        "jinja2",
        "nox",
        "numpy",
        "pandas",
        "pyarrow",
        "pytest_benchmark",
        "ruamel",
        "ruptures",
        "scipy",
        "uv",
    ),
    "site": ("altair", "vl_convert"),
    "dask": ("bokeh", "dask", "distributed"),
}
_EXTRAS = {module: extra for extra, modules in MODULES.items() for module in modules}


def need(extra: str) -> None:
    """Raise MachineError if a module of an extra is not installed: before anything is begun."""
    for module in MODULES[extra]:
        if module not in _OPTIONAL and find_spec(module) is None:
            raise _lacking(module, extra)


def lacking(error: ModuleNotFoundError) -> MachineError | None:
    """What to say of a module that could not be imported; None if no extra brings it: that is a fault of ours."""
    module = (error.name or "").partition(".")[0]
    return _lacking(module, _EXTRAS[module]) if module in _EXTRAS else None


#: ruptures has no wheels for the newest Python, uv may be a program beside, and bokeh only draws a dashboard.
_OPTIONAL = frozenset({"ruptures", "uv", "bokeh"})


def _lacking(module: str, extra: str) -> MachineError:
    return MachineError(f"this needs {module}, which the plain install leaves out; {hint(extra)}")


def hint(extra: str) -> str:
    """How to get an extra."""
    return f'the extra [{extra}] brings it: pip install "persistence-matrix[{extra}]"'
