"""One prompt or one file in, one report out."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import attrs

from musicengine import codec
from musicengine._version import __version__
from musicengine.engine import MusicEngine
from musicengine.errors import FileError, MusicEngineError
from musicengine.exports.pages import to_html
from musicengine.protocols import Progress
from musicengine.synth import parse_brief
from musicengine.values.making import Brief, Step
from musicengine.values.reports import Report

__all__ = ["main"]

_BAR = 30
_AUDIO_SUFFIXES = {".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".aif", ".aiff", ".m4a", ".w64", ".au"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 if it went well, 1 for an error of the input, 2 for wrong usage."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    producing = len(given) > 1 and given[0] == "produce"  # the word alone is a prompt
    options = _producer().parse_args(given[1:]) if producing else _parser().parse_args(given)
    try:
        code = _produce(options) if producing else _run(options)
        sys.stdout.flush()
        return code
    except MusicEngineError as error:
        print(f"musicengine: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever read the output has seen enough, as with "| head"
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="musicengine",
        description="Make a track of a prompt, or read a file; print what was measured.",
        epilog='examples: musicengine "warm disco, 118 bpm, A minor"    musicengine song.wav --json    '
        'musicengine produce "warm disco" --rounds 5',
    )
    parser.add_argument("subject", metavar="PROMPT|FILE", help="what to make, or the audio file to analyze")
    parser.add_argument("--out", metavar="FILE", help="where the made track goes (default: named after the prompt)")
    parser.add_argument("--seed", type=int, help="another seed, another piece (default: 0)")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--html", metavar="FILE", help="write the report as a page, too")
    parser.add_argument("--version", action="version", version=f"musicengine {__version__}")
    return parser


def _producer() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="musicengine produce",
        description="Make a track in rounds: measure it, edit its brief where it lost points, make it again.",
    )
    parser.add_argument("prompt", metavar="PROMPT", help="what to make")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="how many at most (default: 3)")
    parser.add_argument("--target", type=float, default=100.0, metavar="X", help="score that is enough (default: 100)")
    parser.add_argument("--budget", type=float, metavar="X", help="what all rounds may cost together, in credits")
    parser.add_argument("--out", metavar="FILE", help="where the best take goes (default: named after the prompt)")
    parser.add_argument("--seed", type=int, help="another seed, another piece (default: 0)")
    parser.add_argument("--json", action="store_true", help="print the report of the best round as JSON")
    parser.add_argument("--keep", metavar="FILE", help="write the production, to run it again")
    return parser


def _produce(options: argparse.Namespace) -> int:
    """Produce the prompt, write the best take, and print what was changed and why."""
    engine = MusicEngine()
    brief = _brief(options.prompt, options.seed)
    made = engine.produce(
        brief,
        rounds=options.rounds,
        target=options.target,
        budget=options.budget,
        progress=_progress_bar() if sys.stderr.isatty() else None,
    )
    path = engine.save(made.best.take, options.out or f"{_slug(brief)}.wav")
    if options.keep:
        engine.save(made, options.keep)
    if options.json:
        print(codec.to_json(made.best.report, indent=2))
    else:
        print(f"Made {path}: {made.text}\n\n{path.name}, the best round\n\n{made.best.report.text}")
    return 0


def _run(options: argparse.Namespace) -> int:
    engine = MusicEngine()
    progress = _progress_bar() if sys.stderr.isatty() else None
    if _is_file(options.subject):
        title, report = Path(options.subject).name, engine.analyze(options.subject, progress=progress)
    else:
        title, report = _make(engine, options, progress)
    if options.html:
        _write(options.html, page(title, report))
    print(codec.to_json(report, indent=2) if options.json else f"{title}\n\n{report.text}")
    return 0


def _make(engine: MusicEngine, options: argparse.Namespace, progress: Progress | None) -> tuple[str, Report]:
    """Render the prompt next to the caller, then read it as any other file."""
    brief = _brief(options.subject, options.seed)
    take = engine.generate(brief, progress=progress)
    path = engine.save(take, options.out or f"{_slug(brief)}.wav")
    if not options.json:
        print(f"Made {path}: {', '.join((*brief.understood, *take.notes))}\n")
    return path.name, engine.analyze(take, progress=progress)


def _brief(prompt: str, seed: int | None) -> Brief:
    brief = parse_brief(prompt)
    return brief if seed is None else attrs.evolve(brief, seed=seed)


def page(title: str, report: Report) -> str:
    """The report as a whole HTML page that needs nothing from outside."""
    return to_html(report, title=title)


def _is_file(subject: str) -> bool:
    """Whether the words name a file: one that is there, or something that can be nothing else."""
    if not subject.strip() or len(subject) > 1024 or "\n" in subject:
        return False
    path = Path(subject)
    return path.exists() or (path.suffix.lower() in _AUDIO_SUFFIXES and " " not in path.suffix)


def _slug(brief: Brief) -> str:
    """A file name of the prompt's first words: "warm-disco"."""
    words = re.findall(r"[a-z0-9]+", re.split(r"[,.;:\n]|\d", brief.prompt.lower())[0])
    return "-".join(words[:6]) or "take"


def _write(path: str, content: str) -> None:
    try:
        Path(path).write_text(content, encoding="utf-8")
    except OSError as error:
        raise FileError(f"cannot write {path!r}: {error.strerror}") from error


def _progress_bar() -> Progress:
    """Draws one line on the terminal and clears it when a job is done."""

    def draw(step: Step) -> None:
        full = round(_BAR * step.done / max(step.total, 1))
        end = "\r\x1b[K" if step.done >= step.total else ""
        print(f"\r{step.name:<12} {'█' * full}{'░' * (_BAR - full)}{end}", end="", file=sys.stderr, flush=True)

    return draw


if __name__ == "__main__":
    sys.exit(main())
