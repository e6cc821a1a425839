"""Processes that a guest keeps beside its children, because it would be dear to start one in each: a Java runtime.

A format module may have ``SERVICE``, an object with ``start()``, which does nothing where it runs already, ``stop()``,
and ``pid``, None where it does not run. Children find it in their own copy of the module. A child that does not end
well may have left it in any state, and takes it along.
"""

import sys
import traceback

from .errors import Unsupported


#: Modules whose services were started here, or in the process that this one was forked from.
_started = set()


def start(tasks):
    """Start what these tasks' readers need; a reader whose service does not start will say so itself."""
    modules = {task.get("module") for task in tasks}
    _started.update(modules)
    for service in _services(modules):
        try:
            service.start()
        except Unsupported:
            continue
        except Exception:
            traceback.print_exc()


def stop():
    for service in _services(_started):
        service.stop()


def processes():
    """Their process numbers."""
    return {service.pid for service in _services(_started)} - {None}


def _services(names):
    modules = [sys.modules[name] for name in names if name in sys.modules]
    return [module.SERVICE for module in modules if hasattr(module, "SERVICE")]
