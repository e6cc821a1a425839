"""The program: its verbs, and how a command ends."""

from __future__ import annotations

import atexit
import errno
import gc
import io
import os
import signal
import sys
import traceback
from typing import Annotated, NoReturn

import typer

import harness
from harness.cli import (
    ask,
    bisect,
    cache,
    check,
    claims,
    compare,
    export,
    extras,
    history,
    init,
    inspect,
    keep,
    kit,
    merge,
    new,
    plan,
    release,
    report,
    rescue,
    rootfs,
    run,
    schema,
    shards,
    show,
    upgrade,
    verify,
)
from harness.errors import HarnessError, InputError, MachineError, shown

app = typer.Typer(
    name="persistence-matrix",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Which saved scikit-learn models still load, and still predict the same, elsewhere.",
    epilog="Exit codes: 0 done, 1 a gate was crossed, a run is not sound or nothing was rescued, 2 the input is wrong, "
    "3 the machine lacks something, 4 the program itself failed, 130 interrupted.",
)
#: In the order of `--help`: questions first, then runs, then what keeps them.
for verb in (
    ask.ask,
    upgrade.upgrade,
    inspect.inspect,
    release.release,
    claims.claims,
    plan.plan,
    init.init,
    run.run,
    report.report,
    show.show,
    verify.verify,
    check.check,
    bisect.bisect,
    rescue.rescue,
    compare.compare,
    history.history,
    export.export,
    keep.keep,
    new.new,
    shards.shards,
    merge.merge,
    kit.kit,
    schema.schema,
):
    app.command()(verb)
app.add_typer(cache.app, name="cache")
app.add_typer(rootfs.app, name="rootfs")

INTERRUPTED = 130  # what a shell makes of Ctrl-C
#: Refusals of the operating system that are no fault of the harness, wherever they come up.
LACKING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOMEM, errno.EMFILE})
#: What a path of a user's can be that no file has.
WRONG_PATHS = frozenset({errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTDIR})


def _version(value: bool) -> None:
    if value:
        print(f"persistence-matrix {harness.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Which saved scikit-learn models still load, and still predict the same, elsewhere."""


def main() -> None:
    """Run a command; its exit code says how it ended (see harness.errors)."""
    _end_in_order()
    _write_anything()
    atexit.register(gc.freeze)  # Python would look for garbage in all that is about to vanish: a third of a second
    try:
        code = app(standalone_mode=False)  # typer may return the exit code, Ctrl-C's too, instead of raising it
    except HarnessError as error:
        fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except typer.Exit as leave:
        code = leave.exit_code
    except typer.Abort:
        code = INTERRUPTED
    except BrokenPipeError:
        _leave_unread()
    except SystemExit as leave:
        broken = leave.__context__  # typer makes a code of it that is a crossed gate's
        if isinstance(broken, OSError) and broken.errno == errno.EPIPE:
            _leave_unread()
        raise
    except Exception as error:  # noqa: BLE001  # the last place where a fault of ours gets words and its exit code
        _fail_of(error)
    if code == INTERRUPTED:
        fail("interrupted; continue an interrupted run with --resume", INTERRUPTED)
    sys.exit(code or 0)


def _end_in_order() -> None:
    """Let a CI job that is cancelled, and a terminal that is closed, end it as Ctrl-C does; `nohup` keeps its will."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.default_int_handler)


def _write_anything() -> None:
    """Write what the encoding of a terminal or log lacks as escapes; a question mark would be an answer's mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _leave_unread() -> NoReturn:
    """End well: whoever read standard output, such as ``head``, has had enough."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Python flushes it once more at the end
    sys.exit(0)


def _fail_of(error: Exception) -> NoReturn:
    """End with what is wrong: an argument, the machine, a path, an extra that is not installed, or this program."""
    if hasattr(error, "format_message"):  # the arguments, as typer sees them
        fail(error.format_message(), InputError.exit_code)
    lacking = extras.lacking(error) if isinstance(error, ModuleNotFoundError) else None
    if lacking is not None:
        fail(str(lacking), lacking.exit_code)
    if isinstance(error, OSError) and error.errno in LACKING:
        fail(f"{error.filename or 'this machine'}: {error.strerror}", MachineError.exit_code)
    if isinstance(error, OSError) and error.errno in WRONG_PATHS:
        fail(f"{shown(error.filename)} is no path to a file or folder: {error.strerror}", InputError.exit_code)
    traceback.print_exc()
    name = f"{type(error).__name__}: {error}"
    fail(f"the harness itself failed ({name}): please report it with the traceback above", HarnessError.exit_code)


def fail(message: str, code: int) -> NoReturn:
    """Print a message on standard error and exit with a code."""
    from rich.markup import escape

    from harness.report.console import SafeConsole

    SafeConsole(stderr=True).print(escape(message), style="red", highlight=False, soft_wrap=True)
    sys.exit(code if bisect.AS_TEST not in sys.argv else bisect.exit_code(code))
