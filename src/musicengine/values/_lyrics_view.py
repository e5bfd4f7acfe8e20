"""A lyric's analysis as a page: rhyme families in colour, the flow as a grid, the score with its reasons.

A family's hue is that of its vowel, so families that sound alike look alike; a rhyme's strength is its depth of colour,
its kind the line under it. The fragment needs nothing from outside and reads well in light and dark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, TypeAlias

from musicengine.values._frame import cost_text, score_text, shown

if TYPE_CHECKING:
    from musicengine.values.lyrics import LyricsReport, ReportLine, Rhyme
    from musicengine.values.scores import Deduction

__all__ = ["card"]

_MOST_LINES = 400
_VOWELS = ("IY", "IH", "EY", "EH", "AE", "AY", "AA", "AW", "AO", "OY", "OW", "UH", "UW", "AH", "ER")
_KINDS = ("perfect", "identical", "slant", "assonant", "eye")
_Marks: TypeAlias = Mapping[tuple[int, int], "Rhyme"]


def card(report: LyricsReport) -> str:
    """The report as an HTML fragment."""
    rhymes = report.rhymes or ()
    hues = _hues(rhymes)
    marks = _marks(rhymes)
    parts = [
        f"<div class='me-lyrics'><style>{_CSS}</style>",
        _head(report),
        _legend(report, hues),
        "<table class='text'><tbody>",
        *_lines(report, marks, hues),
        "</tbody></table>",
        _grid(report),
        _facts(report),
        _corrections(report),
        _ledger(report),
        "</div>",
    ]
    return shown("".join(parts))


def _hues(rhymes: Sequence[Rhyme]) -> dict[int, int]:
    """The hue of each family: that of the first vowel of its shortest sound."""
    shortest: dict[int, str] = {}
    for rhyme in rhymes:
        known = shortest.get(rhyme.family)
        if known is None or len(rhyme.sound) < len(known):
            shortest[rhyme.family] = rhyme.sound
    return {family: _hue(sound) for family, sound in shortest.items()}


def _hue(sound: str) -> int:
    vowel = sound.split(" ")[0].split("-")[0]
    return (_VOWELS.index(vowel) if vowel in _VOWELS else 0) * 24


def _marks(rhymes: Sequence[Rhyme]) -> dict[tuple[int, int], Rhyme]:
    """The strongest rhyme of each word, by line and word."""
    marks: dict[tuple[int, int], Rhyme] = {}
    for rhyme in rhymes:
        for span in (rhyme.first, rhyme.second):
            for word in range(span.first_word, span.last_word + 1):
                known = marks.get((span.line, word))
                if known is None or (rhyme.ends, rhyme.strength) > (known.ends, known.strength):
                    marks[span.line, word] = rhyme
    return marks


def _head(report: LyricsReport) -> str:
    score = "" if report.score is None else f"<b>{score_text(report.score.value)}</b> of 100"
    style = {"rap": "rap rhyme", "strict": "verse rhyme"}.get(report.style or "", "")
    facts = ", ".join(filter(None, [f"{len(report.lines)} lines", style, report.language]))
    why = "".join(f"<p>No {escape(name)}: {escape(reason)}.</p>" for name, reason in report.abstained.items())
    return f"<p class='score'>{score}<span>{escape(facts)}</span></p>{why}"


def _legend(report: LyricsReport, hues: Mapping[int, int]) -> str:
    """The families by size, with their sound and words that show it; then strengths, kinds and cells."""
    sounds: dict[int, str] = {}
    counts: dict[int, int] = {}
    words: dict[int, dict[str, None]] = {}
    for rhyme in report.rhymes or ():
        counts[rhyme.family] = counts.get(rhyme.family, 0) + 1
        if len(rhyme.sound) < len(sounds.get(rhyme.family, "?" * 99)):
            sounds[rhyme.family] = rhyme.sound
        for span in (rhyme.first, rhyme.second):
            if span.line < len(report.lines) and span.last_word < len(report.lines[span.line].words):
                words.setdefault(rhyme.family, {})[report.lines[span.line].words[span.last_word].lower()] = None
    if not counts:
        return ""
    largest = sorted(counts, key=lambda family: (-counts[family], family))[:16]
    families = "".join(
        f"<i style='--h:{hues[family]};--a:.5'>{escape(', '.join([*words.get(family, ())][:2]))}"
        f" <small>{escape(sounds[family])} ×{counts[family]}</small></i>"
        for family in largest
    )
    strengths = "".join(f"<i style='--h:240;--a:{alpha}'>{name}</i>" for name, alpha in _STRENGTHS)
    kinds = "".join(f"<u class='{kind}'>{kind}</u>" for kind in _KINDS)
    rows = (
        ("rhymes", families),
        ("strength", strengths),
        ("kind", kinds),
        ("syllables", _CELLS),
    )
    return "".join(f"<p class='legend'><small>{name}</small>{shown}</p>" for name, shown in rows)


def _lines(report: LyricsReport, marks: _Marks, hues: Mapping[int, int]) -> Iterator[str]:
    scheme = (*(report.rhyme_scheme or ()), *("",) * len(report.lines))
    breaths = (*(report.flow.breaths if report.flow else ()), *((),) * len(report.lines))
    section, stanza = "", -1
    for number, line in enumerate(report.lines[:_MOST_LINES]):
        if line.stanza != stanza:
            title = escape(line.section) if line.section != section else ""
            yield f"<tr class='gap'><td></td><td></td><td colspan='3'>{title}</td></tr>"
            section, stanza = line.section, line.stanza
        syllables = "" if line.syllables is None else str(line.syllables)
        yield (
            f"<tr><td>{number + 1}</td><td>{escape(scheme[number])}</td><td>{_text(line, number, marks, hues)}</td>"
            f"<td>{syllables}</td><td class='flow'>{_cells(line, number, marks, hues, breaths[number])}</td></tr>"
        )
    if len(report.lines) > _MOST_LINES:
        yield f"<tr><td></td><td></td><td>… {len(report.lines) - _MOST_LINES} more lines</td></tr>"


def _text(line: ReportLine, number: int, marks: _Marks, hues: Mapping[int, int]) -> str:
    """The line with its rhyming words in colour."""
    parts, at = [], 0
    for index, word in enumerate(line.words):
        start = line.text.find(word, at)
        if start < 0:
            continue
        parts.append(escape(line.text[at:start]))
        at = start + len(word)
        rhyme = marks.get((number, index))
        shown = escape(line.text[start:at])
        if rhyme is None:
            parts.append(shown)
            continue
        title = escape(f"{rhyme.kind} {rhyme.sound}, {rhyme.syllables} syllables, strength {rhyme.strength:.2f}")
        style = f"--h:{hues[rhyme.family]};--a:{_depth(rhyme):.2f}"
        parts.append(f"<u class='{rhyme.kind}' style='{style}' title='{title}'>{shown}</u>")
    return "".join(parts) + escape(line.text[at:])


def _cells(line: ReportLine, number: int, marks: _Marks, hues: Mapping[int, int], breaths: Sequence[int]) -> str:
    """The flow: a cell a syllable, tall where stressed, coloured where it rhymes, a gap after a breath."""
    cells = []
    pauses = set(breaths)
    words = line.syllable_words
    for place, (word, strong) in enumerate(zip(words, line.stresses, strict=False)):
        rhyme = marks.get((number, word))
        last = place + 1 == len(words) or words[place + 1] != word
        names = ("s" if strong else "") + (" b" if last and word in pauses else "")
        style = "" if rhyme is None else f" style='--h:{hues[rhyme.family]};--a:{max(_depth(rhyme), 0.5):.2f}'"
        cells.append(f"<s class='{names}{' r' if rhyme else ''}'{style}></s>")
    return "".join(cells)


def _depth(rhyme: Rhyme) -> float:
    return 0.12 + 0.55 * rhyme.strength


def _grid(report: LyricsReport) -> str:
    """Where stresses and rhymes fall in the bar, for words with times."""
    timing = report.flow.timing if report.flow else None
    if timing is None:
        return ""
    rows = []
    for name, shares in (("stresses", timing.stress_grid), ("rhymes", timing.rhyme_grid)):
        most = max((*shares, 1e-9))
        bars = "".join(
            f"<i style='height:{share / most * 100:.0f}%' title='step {step + 1}: {share:.0%}'></i>"
            for step, share in enumerate(shares)
        )
        rows.append(
            f"<figure><figcaption>{name} on the sixteenths of the bar</figcaption><div>{bars}</div>{_BEATS}</figure>"
        )
    return f"<div class='grid'>{''.join(rows)}</div>"


def _facts(report: LyricsReport) -> str:
    words, flow = report.vocabulary, report.flow
    rows = []
    if flow:
        rows.append(("Flow", str(flow) + (f", {flow.foot}" if flow.foot else "")))
        rows.append(
            (
                "Rhyme",
                f"{flow.end_rhyme_share:.0%} of lines end on one, {flow.multisyllabic_share:.0%} multisyllabic, "
                f"{flow.internal_per_line:.1f} internal a line",
            )
        )
        ranked = sorted(flow.percentiles.items(), key=lambda item: -abs(item[1] - 50))[:4]
        said = ", ".join(f"{name.replace('_', ' ')} {value:.0f}" for name, value in ranked)
        rows.append(("Percentiles", f"among charting rap: {said}"))
    if flow and flow.timing:
        timing = flow.timing
        rows.append(
            (
                "Timing",
                f"{timing.syllables_per_second:.1f} syllables a second, {timing.syncopation:.1f} syncopation a bar",
            )
        )
    rows.append(("Words", str(words) + (f", hook “{words.hook}” ×{words.hook_count}" if words.hook else "")))
    if words.reading_ease is not None:
        rows.append(("Reading", f"ease {words.reading_ease:.0f}, grade {words.grade or 0:.0f}"))
    if words.sentiment is not None:
        rows.append(("Mood", f"{words.sentiment:+.2f}, imagery in {words.imagery:.0%} of words"))
    if report.themes:
        rows.append(("Themes", ", ".join(map(str, report.themes))))
    if words.explicit:
        kinds = sorted({item.kind for item in words.explicit})
        rows.append(("Explicit", f"{', '.join(kinds)}: {'label' if words.advisory else 'no label needed'}"))
    cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(fact)}</td></tr>" for name, fact in rows)
    return f"<table>{cells}</table>"


def _corrections(report: LyricsReport) -> str:
    if not report.corrections:
        return ""
    rows = "".join(
        f"<tr><td>{item.line + 1}</td><td><del>{escape(item.before)}</del><br/><ins>{escape(item.after)}</ins>"
        f"<br/><small>{escape(item.problem)}</small></td><td>+{item.gain:.1f}</td></tr>"
        for item in report.corrections
    )
    return f"<table><caption>Corrections that were tried and helped</caption>{rows}</table>"


def _ledger(report: LyricsReport) -> str:
    if report.score is None or not report.score.deductions:
        return ""
    rows = "".join(
        f"<tr><td>{'' if item.line is None else item.line + 1}</td><td>−{escape(cost_text(item.points))}</td>"
        f"<td>{escape(item.rule)}: {_measured(item)}</td><td>{escape(item.fix)}</td></tr>"
        for item in report.score.deductions[:40]
    )
    return f"<table><caption>What it lost points for</caption>{rows}</table>"


def _measured(item: Deduction) -> str:
    """What was found, and what was expected where that is a number."""
    if isinstance(item.measured, str):
        return f"“{escape(item.measured)}”"
    target = f", {item.target:g} expected" if isinstance(item.target, (int, float)) else ""
    return escape(f"{item.measured:g} {item.unit}{target}")


_CELLS = (
    "<span><s></s> weak</span> <span><s class='s'></s> stressed</span> "
    "<span><s class='s' style='--h:240;--a:.6'></s> in a rhyme</span> <span><s class='b'></s> breath</span>"
)
_BEATS = "<div class='beats'><small>1</small><small>2</small><small>3</small><small>4</small></div>"
_STRENGTHS = (("weak", 0.2), ("clear", 0.4), ("strong", 0.67))
_CSS = (
    ".me-lyrics{font:14px/1.55 system-ui,sans-serif;max-width:70em;color-scheme:light dark}"
    ".me-lyrics table{border-collapse:collapse;margin:1em 0;font-size:inherit}"
    ".me-lyrics td,.me-lyrics th{text-align:left;padding:.15em .9em .15em 0;vertical-align:top}"
    ".me-lyrics td,.me-lyrics th{background:none;border:0}"
    ".me-lyrics tr{background:none!important}"
    ".me-lyrics caption{text-align:left;font-weight:600}"
    ".me-lyrics .text td:nth-child(1),.me-lyrics .text td:nth-child(4){opacity:.55;text-align:right}"
    ".me-lyrics .text td:nth-child(2){font-weight:600}"
    ".me-lyrics .text td:nth-child(3){font-size:15px}"
    ".me-lyrics .gap td{padding-top:.8em;font-weight:600;opacity:.75}"
    ".me-lyrics .score b{font-size:2.4em}.me-lyrics .score span{opacity:.7;margin-left:1em}"
    ".me-lyrics u,.me-lyrics .legend i{text-decoration:none;font-style:normal;padding:.05em .25em;border-radius:.25em;"
    "background:oklch(.74 .15 var(--h,0) / var(--a,0))}"
    ".me-lyrics u{border-bottom:2px solid oklch(.62 .16 var(--h,240))}"
    ".me-lyrics u.identical{border-bottom-style:double;border-bottom-width:3px}"
    ".me-lyrics u.slant{border-bottom-style:dashed}"
    ".me-lyrics u.assonant{border-bottom-style:dotted}"
    ".me-lyrics u.eye{border-bottom:0;text-decoration:underline wavy oklch(.62 .16 var(--h,240)) 1px}"
    ".me-lyrics .legend{display:flex;flex-wrap:wrap;gap:.4em .6em;align-items:center;margin:.3em 0}"
    ".me-lyrics .legend>small{opacity:.65;width:5em}"
    ".me-lyrics .flow{white-space:nowrap;line-height:1}"
    ".me-lyrics s{display:inline-block;width:9px;height:7px;margin-right:2px;background:#8886;border-radius:2px;"
    "vertical-align:baseline;text-decoration:none}"
    ".me-lyrics s.s{height:15px}.me-lyrics s.r,.me-lyrics s[style]{background:oklch(.72 .16 var(--h) / var(--a))}"
    ".me-lyrics s.b{margin-right:12px;position:relative}"
    ".me-lyrics s.b::after{content:'';position:absolute;left:calc(100% + 5px);bottom:0;height:15px;"
    "border-left:1px solid;opacity:.6}"
    ".me-lyrics .grid{display:flex;flex-wrap:wrap;gap:1em 2em}"
    ".me-lyrics figure{margin:0}.me-lyrics figcaption{opacity:.65}"
    ".me-lyrics .grid div{display:flex;align-items:flex-end;height:60px;gap:2px;border-bottom:1px solid #8886}"
    ".me-lyrics .grid .beats{height:auto;border:0;gap:0;opacity:.65}.me-lyrics .beats small{width:56px}"
    ".me-lyrics .grid i{width:12px;background:hsl(210 60% 50% / .7)}"
    ".me-lyrics .grid i:nth-child(4n+1){background:hsl(20 80% 52% / .85)}"
    "@media (max-width:52em){.me-lyrics .text,.me-lyrics .text tbody{display:block}"
    ".me-lyrics .text tr{display:grid;grid-template-columns:2em 1.5em 1fr 2em}"
    ".me-lyrics .text .flow{grid-column:3/-1;padding-bottom:.5em;white-space:normal}}"
    ".me-lyrics del{opacity:.6}.me-lyrics ins{text-decoration:none;font-weight:600}"
)
