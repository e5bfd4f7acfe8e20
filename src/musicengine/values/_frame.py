"""The frame of every view: one style sheet, tables, ledgers and bubbles of HTML without script, for light and dark."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from musicengine.values.making import Message
    from musicengine.values.scores import Deduction, Score

__all__ = [
    "bubbles",
    "clock",
    "cost_text",
    "facts",
    "framed",
    "headline",
    "judged_text",
    "ledger",
    "points",
    "reason",
    "score_text",
    "shown",
    "table",
]

_ALL = 99.5  # points judged that are shown as all
_LEAST_SHOWN = 0.05  # points
_GAPS = re.compile(" {2,}")  # what stands apart in text
_UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clock(seconds: float) -> str:
    """Minutes and seconds, e.g. "2:05"."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def score_text(value: float) -> str:
    """A score with one decimal where it has some: "80.4", "100"; what lost anything is below 100."""
    shown = 99.9 if 99.9 < value < 100 else round(value, 1)
    return f"{shown:.1f}".removesuffix(".0")


def cost_text(points: float) -> str:
    """Points deducted, e.g. "2.5"; what costs anything is more than nothing."""
    return f"{points:.1f}" if points >= _LEAST_SHOWN else "<0.1"


def judged_text(score: Score) -> str:
    """How much of a score could be judged, ", 94 judged"; "" if all."""
    return f", {score.judged:.0f} judged" if score.judged < _ALL else ""


def points(value: float, more: str = "") -> str:
    """A score in large figures."""
    return f"<p class='score'><b>{score_text(value)}</b> of 100{escape(more)}</p>"


def framed(*parts: str) -> str:
    """HTML with the style sheet that it needs."""
    return shown(f"<div class='musicengine'><style>{_CSS}</style>{''.join(parts)}</div>")


def shown(html: str) -> str:
    """HTML with a replacement character for those that no page may hold (control characters, half surrogates)."""
    return _UNSHOWN.sub("\ufffd", html)


def headline(name: str, fact: str = "") -> str:
    """What is shown, and the most important thing about it."""
    return f"<p class='head'><b>{escape(name)}</b> <span>{escape(fact)}</span></p>"


def facts(rows: Iterable[tuple[str, str]], caption: str = "") -> str:
    """Names and what is so, one a row; "" without rows."""
    body = "".join(f"<tr><th>{escape(name)}</th><td>{escape(_GAPS.sub('; ', fact))}</td></tr>" for name, fact in rows)
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{title}{body}</table>" if body else ""


def table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table with a head; cells are text, of several lines if they have some."""
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<div class='wide'><table><tr>{head}</tr>{body}</table></div>"


def reason(item: Deduction) -> str:
    """A deduction as a sentence, with its seconds and its fix."""
    where = f" at {clock(item.start_s)}-{clock(item.end_s)}" if item.start_s is not None and item.end_s else ""
    where += "" if item.line is None else f" in line {item.line + 1}"
    return f"{item}{where}. {item.fix}"


def ledger(score: Score, title: str) -> str:
    """What a score lost points for, heaviest first."""
    if not score.deductions:
        return f"<p>{escape(title)}: nothing.</p>"
    rows = "".join(
        f"<tr><td>−{escape(cost_text(item.points))}</td><td>{escape(item.rule)}</td>"
        f"<td>{escape(reason(item).partition(': ')[2])}</td></tr>"
        for item in score.deductions
    )
    return f"<table><caption>{escape(title)}</caption>{rows}</table>"


def bubbles(messages: Iterable[Message]) -> str:
    """A conversation: what the user said on the right, the answers on the left, instructions small in the middle."""
    said = "".join(f"<p class='{item.role}'>{escape(item.content)}</p>" for item in messages)
    return f"<div class='chat'>{said}</div>"


_CSS = (
    ".musicengine{font:14px/1.5 system-ui,sans-serif;max-width:60em;color-scheme:light dark}"
    ".musicengine table{border-collapse:collapse;margin:1em 0;font-size:inherit}"
    ".musicengine tr{background:none!important}"
    ".musicengine caption{text-align:left;font-weight:600;white-space:nowrap}.musicengine td svg{margin:0}"
    ".musicengine th,.musicengine td{text-align:left;padding:.2em 1em .2em 0;vertical-align:top;"
    "border:0;border-bottom:1px solid #8884;background:none;white-space:pre-line}"
    ".musicengine .head{margin:.5em 0}.musicengine .head b{font-size:1.15em;margin-right:.5em}"
    ".musicengine .head span{opacity:.75}"
    ".musicengine .score{font-size:1.2em;margin:.5em 0}.musicengine .score b{font-size:2.2em}"
    ".musicengine svg{display:block;margin:.5em 0}.musicengine .wide{overflow-x:auto}"
    ".musicengine h3{margin:1.5em 0 .2em;padding:0;font-size:1.15em}"
    ".musicengine .source{font-size:.85em;opacity:.75}.musicengine td:first-child{white-space:nowrap}"
    ".musicengine .meter{position:relative;height:.7em;max-width:30em;border-radius:.35em;background:#8883}"
    ".musicengine .meter i{position:absolute;top:0;bottom:0;border-radius:.35em;background:hsl(210 75% 52% / .45)}"
    ".musicengine .meter b{position:absolute;top:-.2em;bottom:-.2em;width:3px;margin-left:-1px;"
    "background:hsl(210 75% 52%)}"
    ".musicengine .form{display:flex;gap:2px}"
    ".musicengine .form span{overflow:hidden;white-space:nowrap;padding:.2em .4em;min-width:0;"
    "background:hsl(var(--hue) 55% 50% / .35)}"
    ".musicengine figure{margin:.4em 0;min-width:0}.musicengine audio{width:100%;max-width:34em;height:2.6em;"
    "display:block}"
    ".musicengine figcaption{font-weight:600}.musicengine figcaption small,.musicengine .note{font-weight:400;"
    "font-size:.85em;opacity:.75}"
    ".musicengine .players{display:grid;gap:.2em 1.5em;"
    "grid-template-columns:repeat(auto-fit,minmax(min(20em,100%),1fr))}"
    ".musicengine .lyric{white-space:pre-wrap;margin:.3em 0 1em}.musicengine .lyric b{opacity:.75}"
    ".musicengine .chat{display:flex;flex-direction:column;gap:.5em;max-width:44em}"
    ".musicengine .chat p{margin:0;padding:.5em .9em;border-radius:1em;white-space:pre-wrap;max-width:80%;"
    "overflow-wrap:anywhere;align-self:flex-start;background:#8882}"
    ".musicengine .chat .user{align-self:flex-end;background:hsl(210 75% 52% / .25)}"
    "@media (max-width:52em){.musicengine .wide svg{min-width:42em}.musicengine .wide text{font-size:16px}"
    ".musicengine td,.musicengine th{padding-right:.6em}}"
    ".musicengine .chat .system{align-self:center;background:none;font-size:.85em;opacity:.75}"
)
