"""Executes the notebooks of the documentation, and compares what they give with what they hold; ``--write`` keeps it.

``nox -s notebooks`` runs this, ``nox -s notebooks -- --write`` after a change. Text must be the same word by word, and
numbers within the last digit that is printed or a thousandth, since libraries of mathematics differ there between
machines. Of pictures, pages and players their number and kind must be the same.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbclient
import nbformat

FOLDER = Path(__file__).parents[1] / "docs" / "notebooks"
MOST_BYTES = 1_500_000
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?")
_NAMELESS = re.compile(r" at 0x[0-9a-f]+|\b[0-9a-f]{16,}\b|Figure size.*")  # another in each run
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_PARTS = re.compile(r"<(audio|svg|img|image|table|figure)\b")


def execute(notebook: Any) -> Any:
    """A copy of the notebook with the outputs of now, run in an empty folder."""
    fresh = nbformat.from_dict(notebook)
    for cell in fresh.cells:
        cell.metadata = {}
    fresh.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    with tempfile.TemporaryDirectory() as folder:
        client = nbclient.NotebookClient(
            fresh, timeout=300, record_timing=False, resources={"metadata": {"path": folder}}
        )
        client.execute()
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
    fresh.metadata["language_info"] = {"name": "python"}  # its version would be another on the next machine
    return fresh


def _joined(outputs: list[Any]) -> list[Any]:
    """Outputs with what was printed in one piece; it arrives in pieces that depend on the time."""
    joined: list[Any] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined


def differences(kept: Any, fresh: Any) -> Iterator[str]:
    """What the outputs of two runs of a notebook differ in, a line each."""
    for number, (old, new) in enumerate(zip(kept.cells, fresh.cells, strict=True), 1):
        if old.cell_type != "code":
            continue
        before, after = described(old.get("outputs", [])), described(new.get("outputs", []))
        if not same(before, after):
            yield f"cell {number} gives\n{after}\nwhere it gave\n{before}"


def described(outputs: list[Any]) -> str:
    """Outputs as a text to compare: what was printed, and the kinds of what was shown."""
    parts = []
    for output in outputs:
        if output.output_type == "stream":
            parts.append(output.text)
        elif output.output_type == "error":
            parts.append(f"{output.ename}: {output.evalue}")
        else:
            parts += [_shown(kind, content) for kind, content in sorted(output.data.items())]
    return "\n".join(parts)


def _shown(kind: str, content: Any) -> str:
    if kind == "text/plain":
        return _NAMELESS.sub("", str(content))
    if kind == "text/html":
        found = Counter(_PARTS.findall(str(content)))
        return f"{kind}: {', '.join(f'{count} {name}' for name, count in sorted(found.items()))}"
    return kind


def same(before: str, after: str) -> bool:
    """Whether two texts agree, their numbers within the last digit or a thousandth."""
    if _NUMBER.sub("#", before) != _NUMBER.sub("#", after):
        return False
    pairs = zip(_NUMBER.findall(before), _NUMBER.findall(after), strict=True)
    return all(_near(one, other) for one, other in pairs)


def _near(one: str, other: str) -> bool:
    first, second = (float(text.replace(",", "")) for text in (one, other))
    digits = len(one.partition(".")[2].partition("e")[0]) if "." in one else None
    last = 0.0 if digits is None or "e" in one else 10.0**-digits
    return abs(first - second) <= max(1.001 * last, 1e-3 * abs(first) if digits is not None else 0.0)


def check(path: Path, *, write: bool) -> list[str]:
    """Execute one notebook; what is wrong with it."""
    kept = nbformat.read(path, as_version=4)
    try:
        fresh = execute(kept)
    except nbclient.exceptions.CellExecutionError as error:
        return [f"{path.name}: {_COLOURS.sub('', str(error))}"]
    if write:
        nbformat.write(fresh, path)
        kept = fresh
    found = [f"{path.name}: {line}" for line in differences(kept, fresh)]
    if path.stat().st_size > MOST_BYTES:
        found.append(f"{path.name} has {path.stat().st_size:,} bytes, {MOST_BYTES:,} are the most")
    return found


def main() -> int:
    """Check each notebook, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="of notebooks, e.g. hear; all if none is given")
    parser.add_argument("--write", action="store_true", help="keep the outputs of this run")
    asked = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    paths = [FOLDER / f"{name}.ipynb" for name in asked.names] or sorted(FOLDER.glob("*.ipynb"))
    wrong = []
    for path in paths:
        found = check(path, write=asked.write)
        print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB, {'differs' if found else 'as it is kept'}", flush=True)
        wrong += found
    print(*wrong, sep="\n", file=sys.stderr)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
