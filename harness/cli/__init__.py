"""The verbs, one file each; the only place that prints or exits.

A verb's file imports little at its top: `--help` reads all of them. What a verb needs it imports when it is called.
`arguments.py` has the options that verbs share, `planning.py` the plan that they name, `program.py` the way in and out.

Internal.
"""

from harness.cli.program import app, main

__all__ = ["app", "main"]
