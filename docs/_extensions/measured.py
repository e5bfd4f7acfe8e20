"""The directive ``measured``: rows of the table in accuracy.md, so that a figure stands in one place."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

SOURCE = "accuracy.md"
_ROW = re.compile(r"^\| *(?P<task>[a-z0-9]+) *\|(?P<cells>.*)\| *$")
_HEADS = ("clips", "n", "system", "figures")


def rows(text: str, task: str) -> list[list[str]]:
    """The rows of a task: clips, number of clips, system, figures."""
    found = (_ROW.match(line) for line in text.splitlines())
    return [[cell.strip() for cell in row["cells"].split("|")] for row in found if row and row["task"] == task]


class Measured(SphinxDirective):
    """``{measured} tempo``: what was measured of a task, ours and the peers'."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """A table of the rows; an error if there are none."""
        path = Path(self.env.srcdir) / SOURCE
        self.env.note_dependency(str(path))
        found = [row for row in rows(path.read_text(), self.arguments[0]) if len(row) == len(_HEADS)]
        if not found:
            raise ExtensionError(f"{SOURCE} has no figures of {self.arguments[0]!r}")
        group = nodes.tgroup(cols=len(_HEADS))
        group += [nodes.colspec(colwidth=1) for _ in _HEADS]
        group += nodes.thead("", _row(_HEADS))
        group += nodes.tbody("", *map(_row, found))
        return [nodes.table("", group, classes=["measured"])]


def _row(cells: Any) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", cell)) for cell in cells))


def setup(app: Any) -> dict[str, bool]:
    """Join the build."""
    app.add_directive("measured", Measured)
    return {"parallel_read_safe": True}
