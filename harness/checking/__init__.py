"""A user's model file, as a run: from the environment that wrote it to others. The file is read by nobody here.

writer    the environment that wrote the file, from what an inspection found
targets   the environments that it is to work in, from the user's words
runtimes  environments for an ONNX file: releases of onnxruntime
wanted    environments by their release, and the matrix file that they become
pins      the packages of a requirements file
own_code  the user's modules that the file needs
planning  the plan of the run
trial     the run, with the writer or with what stands in for it
case_matrix, wheel_matrix   matrices without a model file: of a file of cases, and of a wheel that is not released

Guests in sandboxes load the file, and everything else is as in any other run. `harness.analysis.checked` is the answer.
"""

from __future__ import annotations

from harness.checking.planning import Ask
from harness.checking.trial import Attempt, Trial, Unsupplied, silent, tried

__all__ = ["Ask", "Attempt", "Trial", "Unsupplied", "silent", "tried"]
