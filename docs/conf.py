"""How Sphinx builds the documentation. `nox -s docs` runs it; every warning is an error."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import _generate  # noqa: E402

import harness  # noqa: E402

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "Persistence matrix"
author = "the contributors"
project_copyright = "the contributors, BSD 3-Clause"
version = release = harness.__version__

extensions = ["myst_parser", "numpydoc", "sphinx.ext.autodoc"]
exclude_patterns = ["_build", "_generate"]
nitpicky = True
nitpick_ignore_regex = [("py:.*", r"(pandas|pathlib|numpy|pd)\..*|optional|DataFrame|Path")]  # other projects' pages
myst_heading_anchors = 3
numpydoc_show_class_members = False
autodoc_typehints = "none"  # the docstrings give types, with shapes and units

smartquotes = False  # options keep their two hyphens

html_theme = "pydata_sphinx_theme"
html_title = "Persistence matrix"
html_static_path = ["_static"]
html_css_files = ["own.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "navbar_end": ["theme-switcher"],
    "navigation_with_keys": False,
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
}

linkcheck_timeout = 20
linkcheck_retries = 2


def setup(app: Sphinx) -> None:
    """Write the reference before Sphinx looks for pages."""
    app.connect("builder-inited", lambda _: _generate.write(HERE / "reference"))
