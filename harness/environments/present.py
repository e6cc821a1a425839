"""What is on this machine and is taken as it is: a Python with its packages, a container image. Errors are a user's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.environments import LackingError, NotReadyError, container_engine, image, interpreter
from harness.errors import InputError, MachineError
from harness.machine import tools

if TYPE_CHECKING:
    from pathlib import Path

    from harness.environments.installed import Installed


def in_interpreter(word: str, path: Path) -> Installed:
    """What a Python holds, by its program or by the folder of its environment.

    Parameters
    ----------
    word : what the user wrote, for messages: ``--to .venv``

    Raises
    ------
    InputError : there is none.
    MachineError : it does not run here.
    """
    try:
        return interpreter.held(interpreter.program(path))
    except LackingError as error:
        raise InputError(f"{word}: {error}") from None
    except NotReadyError as error:
        raise MachineError(f"{word}: {error}") from None


def in_image(word: str, name: str) -> Installed:
    """What an image that is here holds. Nothing is fetched.

    Parameters
    ----------
    word : what the user wrote, for messages: ``--to image:serving``

    Raises
    ------
    InputError : that is no name of an image.
    MachineError : there is no engine, or no such image.
    """
    try:
        name = image.Keys.model_validate({"image": name}).name
    except ValueError:
        raise InputError(f"{word}: that is no name of an image such as image:serving:1.4") from None
    lacking = container_engine.missing()
    if lacking is not None:
        raise MachineError(f"{word}: {lacking}")
    try:
        return image.held(name, tools.native_platform())
    except NotReadyError as error:
        raise MachineError(f"{word}: {error}") from None
