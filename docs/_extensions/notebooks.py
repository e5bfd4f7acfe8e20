"""The directive ``notebooks``: a table of contents of the notebooks in a folder, in the order in which to read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.directives.other import TocTree


class Notebooks(TocTree):
    """``{notebooks} folder`` with the names that come first; nothing where the folder has none."""

    required_arguments = 1
    optional_arguments = 0

    def run(self) -> list[nodes.Node]:
        """The table of contents."""
        self.env.note_reread()  # the next build may find others
        folder = self.arguments[0]
        there = {path.stem for path in (Path(self.env.srcdir) / folder).glob("*.ipynb")}
        first = [name for name in self.content if name in there]
        names = [f"{folder}/{name}" for name in [*first, *sorted(there - set(first))]]
        self.content = StringList(names, source=self.env.docname)
        return super().run() if names else []


def setup(app: Any) -> dict[str, bool]:
    """Join the build."""
    app.add_directive("notebooks", Notebooks)
    return {"parallel_read_safe": True}
