"""Every answer of a run as the page looks it up: arrays of numbers, and each sentence once. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from harness.analysis.ask import sentence as sentences
from harness.analysis.ask.strip import Minor, Strip
from harness.analysis.ask.tabulating import BREAKING
from harness.analysis.verdicts import ADVICE, BAD, Verdict
from harness.report import ask as asking
from harness.report import ask_words, carriers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from harness.analysis.ask.tabulating import Answers, Places


def packed(answers: Answers, cases: Mapping[str, int]) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """What the page needs of the answers, and the arrays with the place of each answer's words.

    Parameters
    ----------
    cases : the position of each case among the values of the cells' column.
    """
    words, sentence = _sentences(answers)
    stretches, safe = safe_in(answers)
    rescues, rescued = _rescued(answers)
    advice = [words for verdict in Verdict for words in ADVICE[verdict]]
    facts: dict[str, Any] = {
        "subjects": [
            {"name": one.name, "kind": str(one.kind), "cases": [cases[case] for case in one.cases if case in cases]}
            for one in answers.subjects
        ],
        "formats": dict(answers.formats),
        "saved": _places(answers.saved, answers.environments),
        "loaded": _places(answers.loaded, answers.environments),
        "verdicts": [
            {"name": str(verdict), "mark": asking.MARKS[verdict][0], "style": STYLES[verdict]} for verdict in Verdict
        ],
        "sentences": words,
        "stretches": stretches,
        "advice": advice,
        "causes": list(answers.causes),
        "rescues": rescues,
    }
    last = len(Verdict) - 1
    arrays: dict[str, npt.NDArray[Any]] = {
        "answer_verdict": answers.verdict,
        "answer_sentence": sentence,
        "answer_advice": (2 * np.minimum(answers.verdict, last) + ~answers.warned).astype(np.uint8),
        "answer_cause": answers.cause,
        "answer_safe": safe,  # of subject, format, and place that saves
        "answer_rescued": rescued,
    }
    return facts, arrays


#: The names of the page's colours.
STYLES = {
    Verdict.CHANGES: "changes",
    Verdict.BREAKS: "breaks",
    Verdict.UNKNOWN: "unknown",
    Verdict.UNSEEN: "unseen",
    Verdict.TOLERABLE: "safe",
    Verdict.SAFE: "safe",
}


def _places(side: Places, environments: Sequence[str]) -> dict[str, Any]:
    members = [[environments[place] for place in some] for some in side.members]
    return {"names": dict(side.names), "minors": list(side.minors), "members": members}


def _sentences(answers: Answers) -> tuple[list[str], npt.NDArray[np.uint16]]:
    """The distinct sentences, and the place of each answer's."""
    told = ("verdict", "models", "changes", "breaks", "statuses")
    facts = np.stack([getattr(answers, name).ravel().astype(np.int64) for name in told], axis=1)
    distinct, place = np.unique(facts, axis=0, return_inverse=True)
    texts = [
        sentence(Verdict.UNKNOWN if row[0] >= len(Verdict) else list(Verdict)[row[0]], *row[1:])
        for row in distinct.tolist()
    ]
    names = list(dict.fromkeys(texts))
    code = np.array([names.index(text) for text in texts], dtype=np.uint16)
    return names, code[place].reshape(answers.verdict.shape)


def _strip(minors: Sequence[str], ranks: npt.NDArray[np.uint8], home: str | None) -> Strip:
    every = list(Verdict)
    told = zip(minors, ranks.tolist(), strict=True)
    return Strip(
        minors=tuple(Minor(minor=minor, verdict=every[rank]) for minor, rank in told if rank < len(every)), home=home
    )


def _homes(saved: Places) -> list[str | None]:
    """The minor release of each place that saves; None for a place of none."""
    by_minor = {minor: set(saved.members[saved.names[minor]]) for minor in saved.minors}
    return [next((minor for minor, held in by_minor.items() if held >= set(some)), None) for some in saved.members]


def _rescued(answers: Answers) -> tuple[list[str], npt.NDArray[np.uint16]]:
    """What gets over each bad answer of all formats together, in words: by subject and places, one more; 0: nothing."""
    told = {place: carriers.told(some) for place, some in answers.carriers.items() if some}
    texts = list(dict.fromkeys(told.values()))
    subjects, _, saved, loaded = answers.verdict.shape
    code = np.zeros((subjects, saved, loaded), dtype=np.uint16)
    for place, text in told.items():
        code[place] = texts.index(text) + 1
    return texts, code


def safe_in(answers: Answers) -> tuple[list[str], npt.NDArray[np.uint16]]:
    """Where models are safe, as `ask` says it: the distinct texts, and the place of each one's.

    The places are by subject, format and the place that saves.
    """
    homes = _homes(answers.saved)
    columns = [answers.loaded.names[minor] for minor in answers.loaded.minors]
    ranks = answers.verdict[..., columns]
    known: dict[tuple[str | None, bytes], int] = {}
    texts: dict[str, int] = {}
    found = np.zeros(ranks.shape[:-1], dtype=np.uint16)
    for place in np.ndindex(found.shape):
        key = homes[place[-1]], ranks[place].tobytes()
        if key not in known:
            text = ask_words.safe_within(_strip(answers.loaded.minors, ranks[place], homes[place[-1]]))
            known[key] = texts.setdefault(text, len(texts))
        found[place] = known[key]
    return list(texts), found


def sentence(verdict: Verdict, models: int, changes: int, breaks: int, statuses: int) -> str:
    """The sentence of an answer, as `ask` says it.

    Parameters
    ----------
    models, changes, breaks, statuses : as `Answers` has them.
    """
    others = Verdict.UNKNOWN if verdict in BAD else verdict  # of them only the number counts
    counts = {Verdict.CHANGES: changes, Verdict.BREAKS: breaks, others: models - changes - breaks}
    broken = {status for place, status in enumerate(BREAKING) if statuses & 1 << place}
    return str(sentences.of_models(verdict, counts, broken))


def at(answers: Answers, *place: int) -> str:
    """The sentence of one answer."""
    found = answers.verdict_at(*place) or Verdict.UNKNOWN
    numbers = (int(getattr(answers, name)[place]) for name in ("models", "changes", "breaks", "statuses"))
    return sentence(found, *numbers)
