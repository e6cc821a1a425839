"""How many public estimators of scikit-learn a run has dumped, and which are missing. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.terms import Status

if TYPE_CHECKING:
    import pandas as pd

    from harness.store import RunTables

FAMILY = "estimators"


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """The estimators of one producer."""

    environment: str
    public: int  # estimators that its scikit-learn offers
    dumped: int  # of these: in at least one format
    reasons: dict[str, str]  # the others, each with its reason

    @property
    def share(self) -> float:
        return self.dumped / self.public


def measure_coverage(tables: RunTables) -> tuple[Coverage, ...]:
    """Measure the coverage of each environment that was asked for every estimator."""
    artifacts = tables.artifacts[tables.artifacts["family"] == FAMILY]
    found = []
    for name, text in zip(tables.environments["environment"], tables.environments["estimators"], strict=True):
        offered = json.loads(text) if isinstance(text, str) else None
        if offered and offered["public"]:
            found.append(_coverage(name, offered["public"], artifacts[artifacts["producer"] == name]))
    return tuple(found)


def _coverage(environment: str, public: list[str], artifacts: pd.DataFrame) -> Coverage:
    dumped = set(artifacts[artifacts["status"] == Status.OK]["case"])
    known = artifacts.drop_duplicates("case").set_index("case")["reason"].to_dict()
    reasons = {name: str(known.get(name, "the catalogue does not list it")) for name in public if name not in dumped}
    return Coverage(environment=environment, public=len(public), dumped=len(public) - len(reasons), reasons=reasons)
