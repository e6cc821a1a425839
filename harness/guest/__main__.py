"""The guest's entry: version gate, imports, then the supervisor. Started as ``python -I STAGE``.

``rebuild`` and ``cold`` as the first word are programs of their own, see the modules of that name.

Parses under any Python 3, so that one below the floor says so instead of failing on syntax.
"""

import gc
import os
import sys

FLOOR = (3, 6)


def main():
    if sys.argv[1:2] == ["rebuild"]:
        from . import rebuild

        return rebuild.main(sys.argv[2:])
    if sys.argv[1:2] == ["cold"]:
        from . import cold

        return cold.main(sys.argv[2:])
    answer = os.dup(1)  # not inheritable: nothing started from here can hold it
    os.dup2(2, 1)  # descriptors 1 and 2 are the log from here on, for Python and for C alike
    if sys.version_info[:2] < FLOOR:
        text = '{"event":"unready","protocol":2,"error":{"type":"RuntimeError","message":"Python %s is below 3.6"}}\n'
        os.write(answer, (text % sys.version.split()[0]).encode("ascii"))
        return 3
    from . import facts, supervise, wire
    from .errors import describe

    gc.disable()  # imports make hundreds of thousands of objects that stay: to search them for garbage is a tenth of it
    try:
        modules, formats = _split(sys.argv[1:])
        formats, broken = facts.formats(formats)
        facts.import_everything(modules, formats)  # what is imported before the fork need not be after it
        hello = {
            "event": "hello",
            "protocol": wire.PROTOCOL,
            "facts": facts.gather(),
            **facts.abilities(formats, broken),
        }
    except BaseException as error:
        unready = {"event": "unready", "protocol": wire.PROTOCOL, "error": describe(error)}
        wire.write_all(answer, wire.encode_line(unready))
        return 3
    wire.write_all(answer, wire.encode_line(hello))
    gc.collect()
    if hasattr(gc, "freeze"):  # from Python 3.7 on
        gc.freeze()  # a collection in a child would touch, and so copy, all that it has from here: 100 MB and more
    gc.enable()
    supervise.Supervisor(answer=answer, jobs=0).serve()
    return 0


def _split(words):
    """What stands before ``--`` and what after it."""
    at = words.index("--") if "--" in words else len(words)
    return words[:at], words[at + 1 :]


if __name__ == "__main__":
    sys.exit(main())
