"""The answer of `upgrade` as data for JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from harness.report import ask_words
from harness.report import upgrade_words as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.analysis.upgrade import Judged, JudgedFile, Side, Upgrade


def as_data(upgrade: Upgrade, *, others: Sequence[str] = ()) -> dict[str, Any]:
    """Return an upgrade as data."""
    return {
        "verdict": str(upgrade.verdict),
        "question": upgrade.subject,
        "sentence": str(upgrade.sentence),
        "from": _side(upgrade.old),
        "to": _side(upgrade.new),
        "tested": words.tested(upgrade),
        "files": [_file(one) for one in upgrade.files],
        "left_out": list(others),
        "estimators": [_judged(one) for one in upgrade.estimators],
        "absent": list(upgrade.absent),
        "formats": dict(words.formats(upgrade)),
        "formats_left_out": list(upgrade.left_out),
        "not_told": words.untold(upgrade),
        "coverage": asdict(upgrade.coverage),
        "not_tested": words.not_tested(upgrade),
        "gone": words.gone(upgrade),
        "runs": [run.id for run in upgrade.runs],
        "do": words.todo(upgrade),
    }


def _side(side: Side) -> dict[str, Any]:
    return {"called": side.called, "packages": {name: list(some) for name, some in side.packages.items()}}


def _judged(one: Judged) -> dict[str, Any]:
    way = one.answer.worst_way
    return {
        "name": one.name,
        "verdict": str(one.verdict),
        "sentence": str(one.sentence),
        "by_itself": one.is_by_itself,
        "formats": {name: str(verdict) for name, verdict in one.formats.items()},
        "models": {str(verdict): count for verdict, count in one.answer.models.items()},
        "why": ask_words.why(one.answer),
        "example": None if way is None else way.example,
    }


def _file(one: JudgedFile) -> dict[str, Any]:
    return {
        "path": one.file.path,
        "format": one.file.format or None,
        "verdict": str(one.verdict),
        "sentence": str(one.sentence),
        "written_by": one.written_by or None,
        "trouble": one.file.trouble or None,
        "classes": [_judged(each) for each in one.classes],
        "unknown": list(one.unknown),
    }
