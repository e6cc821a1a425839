"""A matrix in a folder of its own, from pieces that have sound defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import terms
from harness.errors import InputError
from harness.config.matrix import load_matrix

CASES = tuple(
    terms.Case(name=name, family=family, module=family, function=f"case_{name}", file=f"{family}.py", digest="0")
    for family, name in [("linear", "ridge"), ("linear", "lasso"), ("trees", "forest")]
)


FORMATS = tuple(
    terms.Format(name=name, module=name, options={}, readers=(name,))
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


def never(environment: terms.Environment) -> bool:
    raise AssertionError(environment.name)
