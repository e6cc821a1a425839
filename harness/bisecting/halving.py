"""Where an answer changes along a line of points, by trying as few as may be. Pure.

Nothing is claimed of what was not tried: a boundary lies between two points that were, with nothing between them that
can be judged. Answers need not be monotone: it is *a* change, the one nearest to the first point among those seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Answer = TypeVar("Answer")

#: More points at a time end sooner, and cost more environments: from five on more than twice the halvings.
MOST_AT_ONCE = 4


def boundary(
    first: Answer, count: int, ask: Callable[[Sequence[int]], Sequence[Answer | None]], *, at_once: int
) -> tuple[int, int]:
    """Two neighbours whose answers differ: the last known to answer as the first point does, and the next.

    Parameters
    ----------
    first : the answer of point 0; that of the last point is known to be another.
    count : of points.
    ask : the answers at some points, in their order; None where a point cannot be judged.
    at_once : how many points are tried at a time.
    """
    low, high = 0, count - 1
    mute: set[int] = set()
    while waiting := [point for point in range(low + 1, high) if point not in mute]:
        chosen = spread(waiting, min(at_once, MOST_AT_ONCE))
        answers = dict(zip(chosen, ask(chosen), strict=True))
        mute |= {point for point, answer in answers.items() if answer is None}
        judged = [(point, answer == first) for point, answer in answers.items() if answer is not None]
        high = next((point for point, same in judged if not same), high)
        low = max((point for point, same in judged if same and point < high), default=low)
    return low, high


def spread(waiting: Sequence[int], wanted: int) -> list[int]:
    """Some of the points, so that equal shares lie between them."""
    number = min(wanted, len(waiting))
    return [waiting[(place + 1) * len(waiting) // (number + 1)] for place in range(number)] if number else []
