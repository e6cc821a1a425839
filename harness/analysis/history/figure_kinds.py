"""The figures that have a history, what counts as a change of each, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass

from harness.analysis.compare.effects import EFFECTS, SIZE

STATUS = "status"


@dataclass(frozen=True, kw_only=True)
class Wording:
    """Words for a figure that rose, and for one that fell."""

    rose: str
    fell: str


WORDS = {
    "load_seconds": Wording(rose="load slower", fell="load faster"),
    "first_load_seconds": Wording(rose="load slower the first time", fell="load faster the first time"),
    "evicted_load_seconds": Wording(rose="load slower from disk", fell="load faster from disk"),
    "predict_seconds": Wording(rose="give their first prediction later", fell="give their first prediction sooner"),
    "cold_start_seconds": Wording(rose="start slower from nothing", fell="start faster from nothing"),
    "cold_start_peak_bytes": Wording(rose="need more memory from nothing", fell="need less memory from nothing"),
    "load_peak_bytes": Wording(rose="need more memory while loading", fell="need less memory while loading"),
    "load_private_bytes": Wording(rose="keep more private memory", fell="keep less private memory"),
    "mmap_pss_bytes": Wording(
        rose="take more memory in several processes", fell="take less memory in several processes"
    ),
    "mmap_private_bytes": Wording(
        rose="take more private memory in several processes", fell="take less private memory in several processes"
    ),
    SIZE: Wording(rose="are larger", fell="are smaller"),
}
#: What a history can be asked for.
NAMES = (STATUS, *WORDS)


def least_effect(figure: str) -> float:
    """Return the least ratio of medians that counts as a change."""
    return EFFECTS[figure].ratio


def least_value(figure: str) -> float:
    """Return the least value, in seconds or bytes. Smaller ones count as this one, so that no ratio divides by 0."""
    return EFFECTS[figure].floor or (1.0 if figure == SIZE else 1e-9)


def wording(figure: str, ratio: float) -> str:
    """Say in words whether a figure rose or fell."""
    words = WORDS[figure]
    return words.rose if ratio > 1 else words.fell
