"""Formats, readers and built-in cases, read from the guest's files as the harness itself reads them."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

from harness.config import catalogue, format_files

from .markdown import code, codes, first_sentence, prose, table

if TYPE_CHECKING:
    from harness.terms import Case, Format

GUEST = Path(catalogue.__file__).parents[1] / "guest"


def page() -> str:
    found = format_files.builtin_formats()
    text = (
        "# Formats and readers\n\nA format writes a fitted model; a reader loads it. "
        "`FORMAT/READER` chooses one reader in a profile.\n\n"
        + table(
            ("format", "readers", "options", "kind"),
            ((code(one.name), codes(one.readers), _options(one), _kind(one)) for one in found),
        )
        + "A *converted* format gives back another program, or a model that was fitted again. "
        "It needn't have every method; those it has are compared.\n"
    )
    for module in dict.fromkeys(one.module for one in found):
        text += _module(module, [one.name for one in found if one.module == module])
    return text


def _options(one: Format) -> str:
    return ", ".join(code(f"{key}: {value}") for key, value in one.options.items())


def _kind(one: Format) -> str:
    return "converted" if one.converts else "keeps the object"


def _module(module: str, names: list[str]) -> str:
    path = GUEST.joinpath(*module.split(".")[1:]).with_suffix(".py")
    tree = ast.parse(path.read_text())
    needs = {
        target.id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id in {"WRITES_WITH", "READS_WITH"}
    }
    return (
        f"\n## {', '.join(names)}\n\n{first_sentence(ast.get_docstring(tree))}\n\n"
        f"- Written with: {codes(needs.get('WRITES_WITH', ())) or 'nothing but Python'}.\n"
        f"- Read with: {codes(needs.get('READS_WITH', ())) or 'nothing but Python'}.\n"
        f"- File: `harness/guest/formats/{path.name}`.\n"
    )


def cases() -> str:
    families: dict[str, list[Case]] = {}
    for case in catalogue.builtin_cases():
        families.setdefault(case.family, []).append(case)
    text = (
        "# Built-in cases\n\nA profile names cases, patterns, or a family: `family:trees`. "
        "A family is one file in `harness/guest/cases/`.\n"
    )
    for family, found in families.items():
        tree = ast.parse((GUEST / "cases" / f"{family}.py").read_text())
        text += f"\n## {family}\n\n{first_sentence(ast.get_docstring(tree))}\n\n"
        says = {
            node.name: first_sentence(ast.get_docstring(node))
            for node in tree.body
            if isinstance(node, ast.FunctionDef)
        }
        if any(case.estimator for case in found):
            text += f"{len(found)} cases: {codes(case.name for case in found)}.\n"
        else:
            text += table(("case", "is"), ((code(case.name), prose(says[case.function])) for case in found))
    return text
