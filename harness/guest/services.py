"""Processes that a guest keeps beside its children, because it would be dear to start one in each: a Java runtime.

A format module may have ``SERVICE``, an object with ``start()``, which does nothing where it runs already, ``stop()``,
and ``pid``, None where it does not run. Children find it in their own copy of the module. A child that does not end
well may have left it in any state, and takes it along.
"""

import sys
import traceback

from .errors import Unsupported


def start(tasks):
    """Start what these tasks' readers need; a reader whose service does not start will say so itself."""
    for service in _services(task.get("module") for task in tasks):
        try:
            service.start()
        except Unsupported:
            continue
        except Exception:
            traceback.print_exc()


def stop():
    for service in _services(list(sys.modules)):
        service.stop()


def processes():
    """Their process numbers."""
    return {service.pid for service in _services(list(sys.modules))} - {None}


def _services(names):
    package = __package__ + ".formats."
    modules = [sys.modules[name] for name in set(names) if name in sys.modules and name.startswith(package)]
    return [module.SERVICE for module in modules if hasattr(module, "SERVICE")]
