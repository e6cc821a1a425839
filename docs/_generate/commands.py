"""The commands, from the Typer program, and how they end, from the errors."""

from __future__ import annotations

import re
from typing import Any

import typer.main

from harness import errors
from harness.cli import program

from .markdown import code, first_sentence, prose, table

PROGRAM = "python -m harness"


def page() -> str:
    group: Any = typer.main.get_command(program.app)
    text = (
        "# Commands\n\n"
        f"`{PROGRAM} VERB` and `persistence-matrix VERB` are the same. Each verb prints its own help with `--help`.\n"
        "[Exit codes](exit-codes.md) are the same for all verbs.\n\n"
        + table(("verb", "does"), ((f"[`{name}`](#{_anchor(name)})", _short(verb)) for name, verb in _verbs(group)))
    )
    text += "\n## Options of the program\n\n" + _options(group)
    for name, verb in _verbs(group):
        text += _verb(name, verb)
    return text


def exit_codes() -> str:
    failures = sorted(
        (cls for cls in [errors.HarnessError, *errors.HarnessError.__subclasses__()]), key=lambda cls: cls.exit_code
    )
    rows = [("0", "Done. A model that breaks is a result, not a failure.")]
    rows += [(str(cls.exit_code), first_sentence(cls.__doc__)) for cls in failures]
    rows += [(str(program.INTERRUPTED), "Interrupted, by Ctrl-C or a signal. `run --resume` continues a run.")]
    return (
        "# Exit codes\n\nFor scripts and CI: what each exit code of a command says.\n\n"
        + table(("code", "means"), rows)
        + "Through nox, a session that failed ends with 1, whatever the program's own code was.\n"
    )


def _verbs(group: Any, before: str = "") -> list[tuple[str, Any]]:
    """Every verb in the order of ``--help``; those of a group by both names."""
    found = []
    for name, command in group.commands.items():
        if command.hidden:
            continue
        if hasattr(command, "commands"):
            found += _verbs(command, f"{before}{name} ")
        else:
            found.append((before + name, command))
    return found


def _anchor(name: str) -> str:
    return name.replace(" ", "-")


def _short(verb: Any) -> str:
    return first_sentence(verb.help)


def _verb(name: str, verb: Any) -> str:
    text = f"\n## {name}\n\n{_paragraphs(verb.help)}\n\n```text\n{PROGRAM} {name} {_usage(verb)}\n```\n\n"
    arguments = [one for one in verb.params if one.param_type_name == "argument"]
    if arguments:
        rows = ((code(_metavar(one).strip("[]")), prose(one.help or "") + _repeated(one)) for one in arguments)
        text += table(("argument", "is"), rows)
    return text + _options(verb)


def _paragraphs(text: str | None) -> str:
    return "\n\n".join(prose(part) for part in re.split(r"\n\s*\n", (text or "").strip()))


def _usage(verb: Any) -> str:
    words = [
        f"{one.opts[0]} {_metavar(one)}" for one in verb.params if one.param_type_name == "option" and one.required
    ]
    words += ["[OPTIONS]"]
    words += [_metavar(one) for one in verb.params if one.param_type_name == "argument"]
    return " ".join(words)


def _metavar(parameter: Any) -> str:
    name = (parameter.metavar or parameter.name).upper().strip("[]") + ("..." if parameter.nargs == -1 else "")
    return name if parameter.required else f"[{name}]"


def _options(command: Any) -> str:
    rows = [
        (_names(one), prose(one.help or "") + _default(one) + _repeated(one))
        for one in command.params
        if one.param_type_name == "option" and not one.hidden
    ]
    return table(("option", "does"), rows) if rows else ""


def _names(option: Any) -> str:
    names = ", ".join(code(name) for name in [*option.opts, *option.secondary_opts])
    return names if option.is_flag else f"{names} {code(option.metavar or 'VALUE')}"


def _default(option: Any) -> str:
    if option.required:
        return " Required."
    shown = option.show_default if isinstance(option.show_default, str) else option.default
    plain = option.is_flag or shown is None or callable(shown) or shown == ()
    text = "" if plain else f" Default: {code(shown)}."
    return text + (f" Environment variable: {code(option.envvar)}." if option.envvar else "")


def _repeated(parameter: Any) -> str:
    return " May be given several times." if getattr(parameter, "multiple", False) or parameter.nargs == -1 else ""
