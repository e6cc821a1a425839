"""Writing files whole or not at all, and reading files of others with care. Internal."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import TYPE_CHECKING

from harness.errors import InputError, MachineError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn every OSError of writing ``path`` into one MachineError that says what to do."""
    try:
        yield
    except OSError as error:
        raise MachineError(
            f"{path}: cannot be written: {error.strerror or error}. "
            "Free some space or give another folder with --results; then continue with --resume"
        ) from error


def replace_text(path: Path, text: str) -> Path:
    """Write a file, whole or not at all, even if another process writes it too; return its path."""
    part = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole(part):
            part.write_text(text, encoding="utf-8")
            part.replace(path)
    return path


@contextlib.contextmanager
def whole(part: Path) -> Iterator[None]:
    """Remove what is written of a file where it cannot be finished: on a full disk it would be in the way."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def write_output(path: Path, text: str) -> None:
    """Write what a user asked for where they said: a link stays a link, and a device or pipe is written into.

    A regular file is written whole or not at all.
    """
    place = path.resolve() if path.is_symlink() else path
    if place.exists() and not place.is_file():
        with writing(path):
            place.write_text(text, encoding="utf-8")
    else:
        replace_text(place, text)


def endless(path: Path) -> bool:
    """Whether a path leads to what is no file and may never end, such as a pipe or a device."""
    return path.exists() and not path.is_file()


def stored(path: Path) -> Path:
    """Return the path of a file of a stored run, or of none. Raises InputError for what is no file."""
    if endless(path):
        raise InputError(f"{path}: this is no regular file, and is not read")
    return path


def regular(path: Path) -> Path:
    """Return the path of a regular file. Raises InputError: a link may lead anywhere, and a pipe may never end."""
    if path.is_symlink() or not path.is_file():
        raise InputError(f"{path}: this is no regular file, and is not read")
    return path


def read_foreign(path: Path) -> bytes:
    """The bytes of a regular file that came from elsewhere. Raises InputError."""
    try:
        return regular(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
