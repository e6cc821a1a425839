"""The sessions of nox, read from the noxfile's syntax tree: running it would need nox, and would read the matrix."""

from __future__ import annotations

import ast
from pathlib import Path

from .markdown import code, first_sentence, prose, table

NOXFILE = Path(__file__).parents[2] / "noxfile.py"
#: Sessions that the noxfile makes for each environment.
EACH = {
    "environment-NAME": "Build one environment.",
    "dump(NAME)": "Write with one environment, into a run that others share: `-- --run RUN`.",
    "load(NAME)": "Load with one environment what a run holds: `-- --run RUN`.",
}


def page() -> str:
    tree = ast.parse(NOXFILE.read_text())
    rows = [
        (code(f"nox -s {node.name}"), first_sentence(ast.get_docstring(node)))
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and any("nox.session" in ast.unparse(d) for d in node.decorator_list)
    ]
    rows += [(code(f'nox -s "{name}"'), prose(text)) for name, text in EACH.items()]
    return (
        "# Sessions of nox\n\n"
        "`nox` is the front door of a checkout: it builds what a session needs.\n"
        "What follows `--` goes to the program.\n"
        "`nox -l` lists the sessions.\n\n" + table(("command", "does"), rows)
    )
