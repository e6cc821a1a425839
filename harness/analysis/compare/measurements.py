"""The figures of two runs side by side: which can be compared, and why others cannot. Pure."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from harness.analysis.compare.effects import EFFECTS, SAMPLED, SIZE, Comparable
from harness.analysis.compare.ranks import SamplePair
from harness.analysis.compare.status_changes import IDENTITY
from harness.store.statistics import LEAST_ROUNDS
from harness.terms import YARDSTICKS, Figure, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.analysis.compare.effects import Numbers
    from harness.store import RunTables

_SIDES = ("producer", "consumer")
_KEY = ["cell_id", "figure"]
#: Columns of samples, by yardstick.
STICKS = {name: f"{name}_yardstick" for name in YARDSTICKS}
#: In bytes. A warm load that needs no more than this reuses memory of its process. The speed of fresh memory does not
#: matter for it: from run to run that changed by up to 1.6 times, and such loads by 1.05.
_SERVED_WARM = 1024**2
#: A sample is left out if a yardstick took this many times as long in its child as when the machine was fast. Other
#: work on a shared machine comes and goes within a run, and slows down both (correlated by 0.8 to 0.99).
_DISTURBED = 1.25
_QUICK = 10  # percentile of the yardstick's samples in both runs


class Why(StrEnum):
    """The closed list of reasons why a figure that was measured is not compared."""

    MACHINE = "the runs are from different machines"
    EMULATION = "emulated in one run, or in both where memory is measured"
    ONE_SIDE = "measured in one run only"
    FEW = f"fewer than {LEAST_ROUNDS} samples"


def pair_samples(base: RunTables, new: RunTables) -> pd.DataFrame:
    """Pair the samples of every cell and figure that either run measured.

    Returns
    -------
    The cells' identifying columns, ``figure``, ``why`` (a `Why`, or null where it can be compared) and ``pair`` (a
    `SamplePair`, or None where either run has no sample).
    """
    before, after = _samples(base), _samples(new)
    joined = before.add_suffix("_base").join(after.add_suffix("_new"), how="outer").reset_index()
    joined = joined[joined["figure"].isin(SAMPLED)].reset_index(drop=True)
    cells = _identified(base, new).reindex(joined["cell_id"]).reset_index(drop=True)
    joined = pd.concat([joined, cells], axis=1)
    pairs: Any = [_pair(row) for row in joined.to_dict("records")]
    joined["pair"] = pd.Series(pairs, index=joined.index, dtype=object)
    joined["why"] = _why(joined, machines(base.run, new.run))
    return joined[["cell_id", *IDENTITY, "figure", "why", "pair"]]


def sizes(base: RunTables, new: RunTables) -> pd.DataFrame:
    """Artifacts that both runs wrote: identifying columns, ``was`` and ``now`` in bytes, and their ``ratio``."""
    known = [name for name in IDENTITY if name in new.artifacts]
    written = [run.artifacts[run.artifacts["status"] == Status.OK] for run in (base, new)]
    joined = written[1][[*known, SIZE]].merge(
        written[0][["artifact_id", SIZE]], on="artifact_id", suffixes=("_now", "_was")
    )
    joined = joined.rename(columns={f"{SIZE}_now": "now", f"{SIZE}_was": "was"}).dropna(subset=["was", "now"])
    joined["ratio"] = joined["now"] / joined["was"]
    return joined.query("0 < ratio < inf").reset_index(drop=True)


def yardsticks(base: RunTables, new: RunTables) -> dict[str, float]:
    """By yardstick, the median of NEW's over that of BASE's: above 1 the machine has become slower."""
    found = {}
    for name, column in STICKS.items():
        was, now = (float(pd.to_numeric(run.samples[column], errors="coerce").median()) for run in (base, new))
        if np.isfinite(was) and np.isfinite(now):
            found[name] = now / was
    return found


def machines(base: Mapping[str, Any], new: Mapping[str, Any]) -> Comparable:
    """What two runs' machines have in common: what is not known counts as different."""
    hosts = [run.get("host") or {} for run in (base, new)]

    def equal(fact: str) -> bool:
        first, second = (host.get(fact) for host in hosts)
        return first is not None and first == second

    return Comparable.SAME if equal("fingerprint") else Comparable.ALIKE if equal("machine") else Comparable.ANY


def _samples(run: RunTables) -> pd.DataFrame:
    """By (cell_id, figure): ``samples`` and each yardstick as arrays, a number for each child."""
    columns = ["samples", *STICKS.values()]
    flat = run.samples[_KEY].assign(samples=np.array([_median(v) for v in run.samples["values"]], dtype=float))
    for column in STICKS.values():
        flat[column] = pd.to_numeric(run.samples[column], errors="coerce").astype(float)
    groups = flat[np.isfinite(flat["samples"])].groupby(_KEY, sort=False)
    rows = {key: [group[column].to_numpy() for column in columns] for key, group in groups}
    index = pd.MultiIndex.from_arrays([[key[level] for key in rows] for level in (0, 1)], names=_KEY)
    return pd.DataFrame(
        {
            name: pd.Series([row[i] for row in rows.values()], index=index, dtype=object)
            for i, name in enumerate(columns)
        }
    )


def _median(values: Any) -> float:
    return float(np.median(np.asarray(values, dtype=float))) if values is not None and len(values) else np.nan


def _identified(base: RunTables, new: RunTables) -> pd.DataFrame:
    """By cell_id: the identifying columns, and what each run says of emulation and of memory."""
    facts = ["load_peak_bytes", *(f"{side}_{fact}" for side in _SIDES for fact in ("emulated", "arch"))]
    cells = pd.concat([new.cells, base.cells])[["cell_id", *IDENTITY]].drop_duplicates("cell_id").set_index("cell_id")
    for name, run in (("base", base), ("new", new)):
        known = run.cells.set_index("cell_id")[facts].reindex(cells.index)
        cells = cells.join(known.rename(columns={fact: f"{fact}_{name}" for fact in facts}))
    return cells


def _pair(row: Mapping[Any, Any]) -> SamplePair | None:
    base, new = row["samples_base"], row["samples_new"]
    if not isinstance(base, np.ndarray) or not isinstance(new, np.ndarray):
        return None
    effect = EFFECTS[row["figure"]]
    warm = row["figure"] == Figure.LOAD and row["load_peak_bytes_base"] <= _SERVED_WARM
    telling = [column for name, column in STICKS.items() if name != "memory" or not warm]
    sticks = ((row[f"{column}_base"], row[f"{column}_new"]) for column in telling)
    sound = tuple(pair for pair in sticks if effect.unit == "s" and all(map(_sound, pair)))
    return _undisturbed(SamplePair(effect=effect, base=base, new=new, yardsticks=sound))


def _undisturbed(pair: SamplePair) -> SamplePair:
    """The pair without the samples of disturbed children; all of it where too few of either run are left.

    What is kept is chosen by the yardsticks alone, so that it favours neither run.
    """
    kept = [np.ones(len(samples), dtype=bool) for samples in (pair.base, pair.new)]
    for sticks in pair.yardsticks:
        most = _DISTURBED * float(np.percentile(np.concatenate(sticks), _QUICK))
        kept = [mask & (stick <= most) for mask, stick in zip(kept, sticks, strict=True)]
    if min(int(mask.sum()) for mask in kept) < LEAST_ROUNDS:
        return pair
    base, new = kept
    return replace(
        pair,
        base=pair.base[base],
        new=pair.new[new],
        yardsticks=tuple((was[base], now[new]) for was, now in pair.yardsticks),
    )


def _sound(yardstick: Numbers) -> bool:
    return bool(np.all(np.isfinite(yardstick) & (yardstick > 0)))


def _why(joined: pd.DataFrame, common: Comparable) -> pd.Series[Any]:
    needed = joined["figure"].map({name: effect.machine for name, effect in EFFECTS.items()})
    timed = needed == Comparable.SAME
    other = pd.Series(False, index=joined.index)
    emulated = other.copy()
    for side in _SIDES:
        pair = [joined[f"{side}_emulated_{run}"].eq(True).fillna(False).astype(bool) for run in ("base", "new")]
        emulated |= pair[0] != pair[1]
        if side == "consumer":
            emulated |= ~timed & pair[0]
        archs = [joined[f"{side}_arch_{run}"] for run in ("base", "new")]
        other |= (archs[0] != archs[1]) & archs[0].notna() & archs[1].notna()
    other |= (timed & (common != Comparable.SAME)) | (common == Comparable.ANY)
    pairs = joined["pair"]
    rules = {
        Why.ONE_SIDE: pairs.isna(),
        Why.MACHINE: other,
        Why.EMULATION: emulated,
        Why.FEW: pairs.map(lambda pair: pair is not None and min(len(pair.base), len(pair.new)) < LEAST_ROUNDS),
    }
    found = np.select([np.asarray(rule, dtype=bool) for rule in rules.values()], [str(w) for w in rules], default="")
    return pd.Series(found, index=joined.index, dtype=object).where(found != "", None)
