"""Which formats get over what an answer says changes or breaks, for every answer of a run at once. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from harness.analysis import carrying
from harness.analysis.verdicts import BAD
from harness.terms import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.analysis.carrying import Carrier


class Lost:
    """The models that change or break in a format that gives the object back, with what every format shows of them."""

    def __init__(self, cells: pd.DataFrame) -> None:
        aside = cells["converts"].astype(bool) | cells["format"].isin(BY_NAME)
        bad = cells["verdict"].isin([str(one) for one in BAD]) & ~aside
        keys = ["case", "producer", "consumer"]
        lost = pd.MultiIndex.from_frame(cells.loc[bad, keys])
        self._places = carrying.Places(cells[pd.MultiIndex.from_frame(cells[keys]).isin(lost)])

    def carriers(self, of: Iterable[tuple[str, str]], consumers: Sequence[str]) -> tuple[Carrier, ...]:
        """The formats that get over all that fails and that they were tried with, the cheapest first.

        Parameters
        ----------
        of : cases, each with the environment that saved it.
        """
        found = self._places.at((case, producer, consumer) for case, producer in of for consumer in consumers)
        failing = (one for one in found if one.verdict in BAD and not one.converts and one.format not in BY_NAME)
        return tuple(one for one in carrying.carriers(failing, found) if one.is_sure)
