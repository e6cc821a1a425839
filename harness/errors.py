"""What can end a command, one exit code each. Every message says what, where and what to do next."""

from __future__ import annotations


class HarnessError(Exception):
    """The harness itself failed."""

    exit_code = 4


class GateCrossed(HarnessError):  # noqa: N818  # a crossed gate is an answer, not an error
    """A comparison crossed a gate given with ``--fail-on``."""

    exit_code = 1


class InputError(HarnessError):
    """The input is wrong: matrix, arguments, a run that is not there."""

    exit_code = 2


class MachineError(HarnessError):
    """The machine lacks something needed: space, rights, an interpreter, a network."""

    exit_code = 3
