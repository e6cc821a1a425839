"""The verbs; the only place that prints or exits.

runs       run, plan, schema
reports    report, show, claims, export, keep
questions  ask, release
changes    compare, history
shards     new, shards, merge, check
rootfs     rootfs list, build, remove
"""

from __future__ import annotations

import errno
import signal
import sys
import traceback

import typer
from rich.console import Console
from rich.markup import escape

from harness.cli import changes, questions, reports, rootfs, runs, shards
from harness.errors import HarnessError, InputError, MachineError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Which persisted scikit-learn models load, and still predict the same, where.",
)
for verbs in (runs, reports, questions, changes, shards):
    app.add_typer(verbs.app)
app.add_typer(rootfs.app, name="rootfs")

INTERRUPTED = 130  # what a shell makes of Ctrl-C
#: Refusals of the operating system that are no fault of the harness, wherever they come up.
LACKING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOMEM, errno.EMFILE})


def main() -> None:
    """Run a command; the exit code tells what became of it (see harness.errors)."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a CI job that is cancelled ends as Ctrl-C ends it
    try:
        code = app(standalone_mode=False)  # typer may return what became of it, Ctrl-C too, instead of raising it
    except HarnessError as error:
        fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except typer.Exit as leave:
        code = leave.exit_code
    except typer.Abort:
        code = INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:  # noqa: BLE001  # the last place where a fault of ours gets words and its exit code
        if hasattr(error, "format_message"):  # the arguments, as typer sees them
            fail(error.format_message(), InputError.exit_code)
        if isinstance(error, OSError) and error.errno in LACKING:
            fail(f"{error.filename or 'this machine'}: {error.strerror}", MachineError.exit_code)
        traceback.print_exc()
        told = f"{type(error).__name__}: {error}"
        fail(f"the harness itself failed ({told}): please report it with the traceback above", HarnessError.exit_code)
    if code == INTERRUPTED:
        fail("interrupted; a run that was interrupted goes on with --resume", INTERRUPTED)
    sys.exit(code or 0)


def fail(message: str, code: int) -> None:
    Console(stderr=True).print(escape(message), style="red", highlight=False, soft_wrap=True)
    sys.exit(code)
