"""Settings of the documentation: ``python -m sphinx -W -b html docs docs/_build``."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import generated  # noqa: E402

import engine  # noqa: E402

project = "composition-engine"
author = "The composition-engine authors"
copyright = f"2026, {author}"  # noqa: A001
release = version = engine.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"{project} {release}"

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

default_role = "code"
smartquotes = False  # they would turn the dashes of options into one long dash
autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_preserve_defaults = True
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True


def setup(app):
    """Register the directives whose content is made from the code."""
    generated.register(app)
