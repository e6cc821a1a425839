"""From a user's model file to one that works in a target, with the proof that it predicts the same.

ways     the ways that may lead there, the cheapest first
between  releases between the writer's and the target's
hops     runs: an environment saves the model again, others load what it saved
output   the file that is handed over, and its sidecar: written whole, never over another
serving  how the file is served as it is, where no way leads to the target
search   one way after the other, until one is proved

`harness.analysis.rescued` has the answer.
"""

from __future__ import annotations

from harness.rescuing.search import Ask, rescue

__all__ = ["Ask", "rescue"]
