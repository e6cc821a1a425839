"""matrix.yaml: its keys from the JSON Schema, its profiles and the kinds of environments from the code."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.config import matrix as matrices
from harness.environments import kinds
from harness.environments.keys import QUOTED

from .markdown import code, codes, first_sentence, prose, table

if TYPE_CHECKING:
    from harness.terms import Limits

MATRIX = Path(__file__).parents[2] / "matrix.yaml"


def keys() -> str:
    schema = matrices.json_schema()
    text = (
        "# Keys of matrix.yaml\n\n"
        "`python -m harness schema` prints the JSON Schema that this page is made of; editors can use it.\n"
        "Unknown keys are refused with their line. A key without a value has its default.\n"
        f"{QUOTED}\n\n"
        "## Top level\n\n" + _keys(schema)
    )
    for name, part in schema["$defs"].items():
        text += (
            f"\n## {name}\n\n" + (f"{prose(part['description'])}\n\n" if part.get("description") else "") + _body(part)
        )
    return text


def _body(part: dict[str, Any]) -> str:
    """The keys of a part; the values of a word from a closed list."""
    if "properties" in part:
        return _keys(part)
    return f"One of {', '.join(map(code, part['enum']))}.\n"


def _keys(part: dict[str, Any]) -> str:
    needed = part.get("required", [])
    rows = (
        (code(key), _type(value), _says(value) + (" Required." if key in needed else "") + _default(value))
        for key, value in part["properties"].items()
    )
    return table(("key", "value", "is"), rows)


def _says(value: dict[str, Any]) -> str:
    return prose(value.get("description", "").replace(QUOTED, ""))


def _default(value: dict[str, Any]) -> str:
    default = value.get("default")
    if default in (None, [], {}, ""):
        return ""
    return f" Default: {codes(default) if isinstance(default, list) else code(default)}."


def _type(value: dict[str, Any]) -> str:
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "enum" in value:
        return codes(dict.fromkeys(map(str, value["enum"])))
    if "anyOf" in value:
        return " or ".join(dict.fromkeys(_type(one) for one in value["anyOf"] if one.get("type") != "null"))
    kind = value.get("type", "")
    if kind == "array":
        return f"list of {_type(value['items'])}"
    if kind == "object":
        return f"names, each with {_type(value['additionalProperties'])}"
    kinds_ = kind if isinstance(kind, list) else [kind]
    return " or ".join({"string": "text", "number": "number", "integer": "integer"}.get(one, one) for one in kinds_) + (
        f", such as {codes(value['examples'])}" if value.get("examples") else ""
    )


def profiles() -> str:
    matrix = matrices.load_matrix(MATRIX, native="linux/amd64")
    rows = []
    for name, spec in matrix.spec.profiles.items():
        chosen = matrix.profile(name, satisfiable=lambda _: True)
        counts = (len(chosen.environments), len(chosen.cases), len(chosen.formats))
        rows.append((code(name), prose(spec.description) + ".", *map(str, counts), _limits(chosen.limits)))
    return (
        "# Profiles\n\nThe profiles of the `matrix.yaml` in this repository. `--profile NAME` chooses one.\n\n"
        + table(("profile", "for", "environments", "cases", "formats", "limits"), rows)
    )


def _limits(limits: Limits) -> str:
    return f"{limits.seconds:g} s, {limits.memory / 1024**3:g} GiB"


def environments() -> str:
    rows = (
        (code(kind.name), _docstring(kind.name), codes(kind.needs), codes(kind.keys.names())) for kind in kinds.OURS
    )
    matrix = matrices.load_matrix(MATRIX, native="linux/amd64")
    found = matrix.environments(satisfiable=lambda _: True)
    listed = (
        (code(one.name), one.kind, one.scikit_learn or "none", one.python or "none", one.numpy or "", str(one.as_of))
        for one in found
    )
    return (
        "# Environments\n\n## Kinds\n\nAn environment's `kind` says how it is made.\n\n"
        + table(("kind", "is", "needs the keys", "has keys of its own"), rows)
        + "[Add a kind of environment](../how-to/add-a-kind.md) says how to write another. "
        "Kinds of installed packages are used, too.\n\n"
        + "## Of this repository's matrix\n\nAn environment without scikit-learn writes nothing; it only loads.\n\n"
        + table(("environment", "kind", "scikit-learn", "Python", "NumPy", "as of"), listed)
    )


def _docstring(name: str) -> str:
    path = Path(kinds.__file__).parent / f"{name}.py"
    return first_sentence(ast.get_docstring(ast.parse(path.read_text())))
