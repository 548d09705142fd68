"""Settings of the documentation: ``python -m sphinx -W -b html docs docs/_build``."""

import sys
from importlib import import_module
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
autodoc_default_options = {"members": True, "undoc-members": True, "member-order": "bysource"}
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True

# Most packages load their public names when they are first used; autodoc has to see them all.
for face in ("engine", "genomes", "fitness", "store"):
    module = import_module(face)
    for name in getattr(module, "__all__", []):
        setattr(module, name, getattr(module, name))


def setup(app):
    """Register the directives whose content is made from the code."""
    generated.register(app)
