"""How the site is built: ``sphinx-build -W docs site/html``, with nothing from the network."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "musicengine"
author = "The musicengine developers"
project_copyright = author
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
    "myst_nb",
    "reference",  # a page for each public module
    "measured",  # rows of the tables in accuracy.md
    "notebooks",  # those that are there
]
exclude_patterns = ["_extensions", "**/.ipynb_checkpoints"]
suppress_warnings = [
    "ref.python",  # a type inside of a Callable comes without its module, and two modules have one of that name
]

nitpicky = True  # a name of ours in a docstring that leads nowhere is an error
nitpick_ignore_regex = [(r"py:.*", r"(?!musicengine\b).*|.*\.(_.*|[A-Z])")]  # names of others, type variables

default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_format = "short"
autodoc_class_signature = "mixed"
autodoc_preserve_defaults = True
autodoc_type_aliases = {"FloatArray": "FloatArray", "npt.ArrayLike": "ArrayLike"}  # the docstrings give shapes
autodoc_default_options = {"members": True, "undoc-members": True, "show-inheritance": True}
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_rtype = False
add_module_names = False
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 96
toc_object_entries_show_parents = "hide"

nb_execution_mode = "off"  # they are committed as they were executed
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "musicengine"
html_copy_source = False
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
pygments_style = "friendly"
pygments_dark_style = "github-dark"
copybutton_exclude = ".linenos, .gp, .go"
