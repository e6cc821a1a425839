"""Which release of which package changed what a model answers: environments are tried, as few as may be.

subjects  a model file, or a case: what is saved, and the environment that it is held against
releases  the line of releases between two environments, and those of any package
halving   where an answer changes along a line
trials    runs of a subject: each environment is tried once
packages  two neighbouring environments: one package changed at a time
search    from the ends to the changes

`harness.analysis.bisected` has the answer.
"""

from __future__ import annotations

from harness.bisecting.search import Ask, bisect, judged

__all__ = ["Ask", "bisect", "judged"]
