"""The own files of XGBoost, LightGBM and CatBoost: what their first and last bytes say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.inspection.result import Evidence, Inspection, Need, Part, PartKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.inspection.limits import Limits
    from harness.inspection.streams import Window

_END = 1 << 16  # bytes of each end that are looked at
_NAMES = 1_000
_TEXT = 60

CATBOOST = b"CBM1"
CATBOOST_JSON = re.compile(rb'\s*\{\s*"(features_info|oblivious_trees|model_info)"')
LIGHTGBM = re.compile(rb"tree(_version)?\r?\n(version=|num_class=)")
XGBOOST_JSON = re.compile(rb'\s*\{\s*"(learner|version)"')
#: The first keys in UBJSON, and the old binary forms.
XGBOOST_UBJ = re.compile(rb"\{[Lli][\0-\xff]{0,7}?\x07(learner|version)")
XGBOOST_OLD = (b"binf", b"bs64")
_VERSION_JSON = re.compile(rb'"version"\s*:\s*\[\s*(\d{1,5})\s*,\s*(\d{1,5})\s*,\s*(\d{1,5})')
_VERSION_UBJ = re.compile(rb"\x07version\[(?:#[Ll][\0-\xff]{3,7}?\x03|#i\x03|\$[iIlLU]#[iLlU][\0-\xff]{0,7}?\x03)?")
_CATBOOST_VERSION = re.compile(rb"CatBoost release (\d{1,5}(?:\.\d{1,5}){1,3})|tags/v(\d{1,5}(?:\.\d{1,5}){1,3})")
_SIZES = {ord("i"): 1, ord("U"): 1, ord("I"): 2, ord("l"): 4, ord("L"): 8}


def read_xgboost(window: Window, _limits: Limits) -> Inspection:
    head, tail, size = window.ends(_END)
    is_json = XGBOOST_JSON.match(head) is not None
    names = _texts(rb'"feature_names"\s*:\s*\[((?:"[^"\\]{0,200}",?\s*){0,1000})\]', head) if is_json else ()
    objective = _first(rb'"objective".{0,20}?"name"\s*:\s*"([\w:-]{1,60})"', tail) or _ubj_objective(tail)
    version = xgboost_version(head, tail)
    notes = () if version else ("written before XGBoost 1.0, or in its old binary form, which keeps no version",)
    return _model("xgboost.Booster", version, size, names=names, parameters=[("objective", objective)], notes=notes)


def xgboost_version(head: bytes, tail: bytes) -> str | None:
    """The release that wrote a model as JSON or UBJSON: among its last bytes."""
    for part in (tail, head):
        found = [*_VERSION_JSON.finditer(part)]
        if found:
            return b".".join(found[-1].groups()).decode()
        for match in reversed([*_VERSION_UBJ.finditer(part)]):
            numbers = _ubj_numbers(part, match.end(), match[0])
            if numbers is not None:
                return ".".join(map(str, numbers))
    return None


def _ubj_numbers(part: bytes, at: int, opening: bytes) -> list[int] | None:
    """Three numbers, each with its type before it, or all of the type that the array begins with."""
    typed = opening[opening.index(b"[") + 1 :][:1] == b"$"
    kind = opening[opening.index(b"$") + 1] if typed else 0
    numbers = []
    for _ in range(3):
        if not typed:
            kind, at = part[at] if at < len(part) else 0, at + 1
        size = _SIZES.get(kind)
        if size is None or at + size > len(part):
            return None
        numbers.append(int.from_bytes(part[at : at + size], "big"))
        at += size
    return numbers


def _ubj_objective(tail: bytes) -> str | None:
    return _first(rb"objective\{.{0,9}name.{1,10}?([a-z]+:[a-z_]+)", tail)


def read_lightgbm(window: Window, _limits: Limits) -> Inspection:
    head, _, size = window.ends(_END)
    names = (_first(rb"\nfeature_names=([^\r\n]*)", head) or "").split(" ")[:_NAMES]
    parameters = [(name, _first(rb"\n%s=([^\r\n]{1,60})" % name.encode(), head)) for name in ("objective", "num_class")]
    note = (
        f"its text format is {_first(rb'version=(v[0-9]+)', head) or 'not named'}; it does not keep LightGBM's release"
    )
    told = tuple(name[:_TEXT] for name in names if name)
    return _model("lightgbm.Booster", None, size, names=told, parameters=parameters, notes=(note,))


def read_catboost(window: Window, _limits: Limits) -> Inspection:
    head, tail, size = window.ends(1 << 20)
    found = _CATBOOST_VERSION.search(tail) or _CATBOOST_VERSION.search(head)
    version = (found[1] or found[2]).decode() if found else None
    loss = _first(rb'"loss_function":\{"type":"([\w:]{1,60})"', tail + head)
    return _model("catboost.CatBoost", version, size, parameters=[("loss_function", loss)])


def embedded(head: bytes, tail: bytes) -> Iterator[Evidence]:
    """What a booster tells that lies within a pickle, by its first and last bytes."""
    if XGBOOST_JSON.match(head) or XGBOOST_UBJ.match(head) or b"learner" in head[:200]:
        version = xgboost_version(head, tail)
        if version:
            yield Evidence(package="xgboost", version=version, exact=True, why="its booster keeps it")
    elif head[:4] == CATBOOST and (found := _CATBOOST_VERSION.search(head + tail)):
        yield Evidence(
            package="catboost", version=(found[1] or found[2]).decode(), exact=True, why="its model keeps it"
        )


def _model(
    name: str,
    version: str | None,
    size: int,
    *,
    names: tuple[str, ...] = (),
    parameters: list[tuple[str, str | None]],
    notes: tuple[str, ...] = (),
) -> Inspection:
    """One estimator; ``name`` is of its class with its package."""
    package = name.partition(".")[0]
    given = version is not None
    return Inspection(
        path="",
        size=0,
        format=package,
        unpacked=size,
        evidence=(
            Evidence(package=package, version=version or "not told", exact=given, why="its own file", count=int(given)),
        ),
        content=Part(
            path="",
            kind=PartKind.ESTIMATOR,
            name=name,
            parameters=tuple((key, value) for key, value in parameters if value),
            features=len(names) or None,
            feature_names=names,
            size=size,
        ),
        needs=(Need(module=package, package=package, names=()),),
        notes=notes,
    )


def _first(pattern: bytes, where: bytes) -> str | None:
    found = re.search(pattern, where, re.DOTALL)
    return found[1].decode("utf-8", "replace") if found else None


def _texts(pattern: bytes, where: bytes) -> tuple[str, ...]:
    found = re.search(pattern, where)
    return (
        tuple(text.decode("utf-8", "replace")[:_TEXT] for text in re.findall(rb'"([^"\\]*)"', found[1]))
        if found
        else ()
    )
