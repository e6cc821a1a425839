"""A user's model file, as a run: from the environment that wrote it to others. The file is read by nobody here.

writer    the environment that wrote the file, from what an inspection found
targets   the environments that it is to work in, from the user's words
wanted    environments by their release, and the matrix file that they become
pins      the packages of a requirements file
trial     the plan of the run, and the run

Guests in sandboxes load the file, and everything else is as in any other run. `harness.analysis.checked` is the answer.
"""

from __future__ import annotations

from harness.checking.trial import Ask, Trial, tried

__all__ = ["Ask", "Trial", "tried"]
