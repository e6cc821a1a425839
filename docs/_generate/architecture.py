"""The folders of the package and what they import: a page and a picture, from the syntax trees."""

from __future__ import annotations

import ast
from functools import cache
from html import escape
from pathlib import Path

from .markdown import codes, first_sentence, table

PACKAGE = Path(__file__).parents[2] / "harness"
#: Inside environments: the host starts them, and imports no more of them than the words on the wire.
GUESTS = frozenset({"guest", "guest_node"})
#: Single files that many folders import: arrows to them would only hide the others.
FILES = frozenset(path.stem for path in PACKAGE.glob("*.py"))
WIDTH, HEIGHT, GAP_X, GAP_Y = 150, 44, 30, 50


def parts() -> dict[str, set[str]]:
    """Each folder or file of the package, with those that it imports."""
    found: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).with_suffix("").parts[0]
        if name in GUESTS or name.startswith("__"):
            continue
        found.setdefault(name, set()).update(_imported(path) - {name, *GUESTS})
    return {name: {one for one in imported if one in found} for name, imported in found.items()}


def _imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "harness":
            _, _, inner = (node.module or "").partition(".")
            found |= {inner.partition(".")[0]} if inner else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("harness.")}
    return found


def reduced(graph: dict[str, set[str]]) -> dict[str, set[str]]:
    """The same without the arrows that follow from others."""

    @cache
    def below(name: str) -> frozenset[str]:
        return frozenset(graph[name]).union(*(below(one) for one in graph[name]))

    return {
        name: {one for one in found if not any(one in below(o) for o in found - {one})} for name, found in graph.items()
    }


def page() -> str:
    rows = ((f"`harness/{name}`", _docstring(name), codes(sorted(found))) for name, found in sorted(parts().items()))
    guests = [("`harness/guest`", _docstring("guest"), ""), ("`harness/guest_node`", "The same for Node.js.", "")]
    lead = "# Folders\n\nFor contributors: what each folder of the code is for.\n\n"
    return lead + table(("folder", "is", "imports"), [*rows, *guests])


def _docstring(name: str) -> str:
    path = PACKAGE / name / "__init__.py" if (PACKAGE / name).is_dir() else PACKAGE / f"{name}.py"
    return first_sentence(ast.get_docstring(ast.parse(path.read_text())))


def picture() -> str:
    """An SVG: each folder above all that it imports."""
    graph = {name: found - FILES for name, found in parts().items() if name not in FILES}
    floors = _floors(graph)
    widest = max(len(floor) for floor in floors)
    places = {}
    for row, floor in enumerate(floors):
        for number, name in enumerate(floor):
            column = round((number + 0.5) * widest / len(floor) - 0.5)  # one grid for all: arrows pass between columns
            places[name] = (10 + column * (WIDTH + GAP_X), 10 + row * (HEIGHT + GAP_Y))
    arrows = "".join(
        _arrow(places[name], places[one]) for name, found in reduced(graph).items() for one in sorted(found)
    )
    boxes = "".join(_box(name, *place) for name, place in places.items())
    width, height = widest * (WIDTH + GAP_X) - GAP_X + 20, len(floors) * (HEIGHT + GAP_Y) - GAP_Y + 20
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        'font-family="system-ui, sans-serif" font-size="15" role="img">\n'
        '<defs><marker id="tip" markerWidth="9" markerHeight="8" refX="8" refY="4" orient="auto">'
        '<path d="M0,0 L9,4 L0,8 z" fill="#667"/></marker></defs>\n'
        f"{arrows}{boxes}</svg>"
    )


def _floors(graph: dict[str, set[str]]) -> list[list[str]]:
    """The folders by how deep they stand: what nothing imports is at the top."""
    depth = dict.fromkeys(graph, 0)
    for _ in graph:
        for name, found in graph.items():
            for one in found:
                depth[one] = max(depth[one], depth[name] + 1)
    return [sorted(name for name in graph if depth[name] == floor) for floor in range(max(depth.values()) + 1)]


def _arrow(start: tuple[float, float], end: tuple[float, float]) -> str:
    """A curve; where it passes a floor, it goes down between two boxes."""
    x1, y1, x2, y2 = start[0] + WIDTH / 2, start[1] + HEIGHT, end[0] + WIDTH / 2, end[1]
    near, far = y1 + GAP_Y, y2 - GAP_Y
    if far - near < 1:
        middle = (y1 + y2) / 2
        bend = f"M{x1:.0f},{y1:.0f} C{x1:.0f},{middle:.0f} {x2:.0f},{middle:.0f} {x2:.0f},{y2 - 1:.0f}"
    else:
        lane = x1 + (WIDTH + GAP_X) / 2 * (1 if x2 > x1 else -1)
        bend = (
            f"M{x1:.0f},{y1:.0f} C{x1:.0f},{y1 + 30:.0f} {lane:.0f},{near - 30:.0f} {lane:.0f},{near:.0f} "
            f"L{lane:.0f},{far:.0f} C{lane:.0f},{far + 30:.0f} {x2:.0f},{y2 - 30:.0f} {x2:.0f},{y2 - 1:.0f}"
        )
    return f'<path d="{bend}" fill="none" stroke="#667" stroke-width="1.5" marker-end="url(#tip)"/>\n'


def _box(name: str, x: float, y: float) -> str:
    middle = f'x="{x + WIDTH / 2:.0f}" y="{y + HEIGHT / 2 + 5:.0f}"'
    return (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{WIDTH}" height="{HEIGHT}" rx="8" fill="#eef4f6" stroke="#3a7a8c"/>'
        f'<text {middle} text-anchor="middle" fill="#123">{escape(name)}</text>\n'
    )
