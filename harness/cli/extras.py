"""What the plain install leaves out, and which extra brings it."""

from __future__ import annotations

import json
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
    """How to get an extra: from where this program came."""
    named = f'"{_source()}[{extra}]"'
    return f"the extra [{extra}] brings it: pip install {named}, or uvx --from {named} persistence-matrix ..."


def _source() -> str:
    """The wheel or folder that this program was installed from; its name, if that was an index."""
    from importlib import metadata
    from urllib.parse import unquote, urlsplit

    from harness.errors import printable

    try:
        told = json.loads(metadata.distribution("persistence-matrix").read_text("direct_url.json") or "{}")
        address = urlsplit(str(told.get("url", "")))
    except (metadata.PackageNotFoundError, ValueError, AttributeError):
        return "persistence-matrix"
    return printable(unquote(address.path)) if address.scheme == "file" else "persistence-matrix"
