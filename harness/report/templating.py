"""Templates of reports. A missing value is an error."""

from __future__ import annotations

from typing import Any

import jinja2


def template(name: str, **options: Any) -> jinja2.Template:
    """A template of this package; ``options`` are those of `jinja2.Environment`, escaping above all."""
    environment = jinja2.Environment(  # noqa: S701  # each caller says how values are escaped
        loader=jinja2.PackageLoader("harness.report"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        **options,
    )
    return environment.get_template(name)
