"""The file that is handed over, and its sidecar: each written aside, and never over another file."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from typing import TYPE_CHECKING, Any

from harness.errors import InputError, MachineError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


_LONGEST = 255  # bytes of a name


def sidecar(output: Path) -> Path:
    """Where it is told how a file was made."""
    return output.with_name(f"{output.name}.json")


def need_free(output: Path, file: Path) -> None:
    """Raises InputError where something is in the way of the output, and for an output that is the file itself."""
    if not output.name or output.name == "..":
        raise InputError(f"{shown(output)}: this is no name of a file: give another --output")
    if len(os.fsencode(_part(sidecar(output)).name)) > _LONGEST:
        raise InputError(f"{output}: the name is too long: give another --output")
    if output.exists() and file.exists() and output.samefile(file):
        raise InputError(f"{output}: this is the file itself, which stays as it is: give another --output")
    for path in (output, sidecar(output)):
        if os.path.lexists(path):
            raise InputError(f"{path}: it is there already, and is not written over: give another --output")
    if not output.parent.is_dir():
        raise InputError(f"{output}: there is no folder {output.parent}")
    if not os.access(output.parent, os.W_OK | os.X_OK):
        raise MachineError(f"{output}: nothing can be written in {output.parent}: give another --output")


def _part(output: Path) -> Path:
    """What a file is called while it is written."""
    return output.with_name(f".{output.name}.{secrets.token_hex(4)}.part")


@contextlib.contextmanager
def aside(output: Path, data: bytes, like: Path) -> Iterator[Path]:
    """A file beside the output with some bytes, as private as another file. It is gone afterwards.

    Raises
    ------
    MachineError : it cannot be written, as on a full disk.
    """
    part = _part(output)
    try:
        with _writing(output):
            mode = like.stat().st_mode & 0o666 if like.is_file() else 0o600
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:  # by a descriptor
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        yield part
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def hand_over(part: Path, output: Path, told: dict[str, Any], like: Path) -> None:
    """Give a file that was written aside its name, its sidecar first: a file without it is not handed over.

    Raises
    ------
    InputError : something has come in the way.
    MachineError : it cannot be written.
    """
    text = (json.dumps(told, indent=2) + "\n").encode()
    with aside(sidecar(output), text, like) as beside:
        _name(beside, sidecar(output))
    try:
        _name(part, output)
    except BaseException:
        sidecar(output).unlink(missing_ok=True)
        raise


def _name(part: Path, output: Path) -> None:
    """Rename without ever replacing another file. Raises InputError where there is one by now."""
    with _writing(output):
        try:
            os.link(part, output, follow_symlinks=False)
        except FileExistsError:
            raise InputError(f"{output}: it is there by now, and is not written over: give another --output") from None
        except OSError:  # a file system without hard links
            _name_without_links(part, output)


def _name_without_links(part: Path, output: Path) -> None:
    try:
        os.close(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        raise InputError(f"{output}: it is there by now, and is not written over: give another --output") from None
    part.replace(output)


@contextlib.contextmanager
def _writing(output: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MachineError(
            f"{output}: cannot be written: {error.strerror or error}. Free some space, or give another --output"
        ) from error
