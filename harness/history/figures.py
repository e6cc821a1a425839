"""The figures that have a history, what counts as a change of each, and how people say it."""

from __future__ import annotations

from dataclasses import dataclass

from harness.statistics import MEMORY_FLOOR

STATUS = "status"
SIZE = "size_bytes"
#: Measured figures move a little by themselves; a size does not, but a version number within it may be longer.
MEASURED_EFFECT, SIZE_EFFECT = 1.10, 1.02


@dataclass(frozen=True, kw_only=True)
class Told:
    """Words for a figure that rose, and for one that fell."""

    rose: str
    fell: str


WORDS = {
    "load_seconds": Told(rose="load slower", fell="load faster"),
    "first_load_seconds": Told(rose="load slower the first time", fell="load faster the first time"),
    "evicted_load_seconds": Told(rose="load slower from disk", fell="load faster from disk"),
    "predict_seconds": Told(rose="give their first prediction later", fell="give their first prediction sooner"),
    "cold_start_seconds": Told(rose="start slower from nothing", fell="start faster from nothing"),
    "cold_start_peak_bytes": Told(rose="need more memory from nothing", fell="need less memory from nothing"),
    "load_peak_bytes": Told(rose="need more memory while loading", fell="need less memory while loading"),
    "load_private_bytes": Told(rose="keep more private memory", fell="keep less private memory"),
    "mmap_pss_bytes": Told(rose="take more memory in several processes", fell="take less memory in several processes"),
    "mmap_private_bytes": Told(
        rose="take more private memory in several processes", fell="take less private memory in several processes"
    ),
    SIZE: Told(rose="are larger", fell="are smaller"),
}
#: What a history can be asked for.
NAMES = (STATUS, *WORDS)


def least_effect(figure: str) -> float:
    """The ratio from which on a step of the medians is a change."""
    return SIZE_EFFECT if figure == SIZE else MEASURED_EFFECT


def least_value(figure: str) -> float:
    """Values below this one count as this one; above 0, since ratios are taken."""
    if figure == SIZE:
        return 1.0
    return MEMORY_FLOOR if figure.endswith("_bytes") else 1e-9


def told(figure: str, ratio: float) -> str:
    words = WORDS[figure]
    return words.rose if ratio > 1 else words.fell
