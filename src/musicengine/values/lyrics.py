"""What an analysis of a lyric answers: Span, Rhyme, Flow, Timing, Vocabulary, Theme, Correction, LyricsReport."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import attrs

from musicengine.values import _lyrics_view
from musicengine.values._arrays import confidence, non_negative
from musicengine.values._mappings import read_only, sorted_items
from musicengine.values._value import Value
from musicengine.values.scores import Score

__all__ = [
    "Correction",
    "Flow",
    "LyricsReport",
    "Passage",
    "ReportLine",
    "Rhyme",
    "RhymeKind",
    "Span",
    "Theme",
    "Timing",
    "Vocabulary",
]

RhymeKind: TypeAlias = Literal["perfect", "identical", "slant", "assonant", "eye"]
"""How two ends rhyme: all sounds agree, the same word, nearly, the vowels alone, the letters alone."""


# Long lyrics hold thousands of spans and rhymes: slots spare each a dictionary that the garbage collector would visit.
@attrs.frozen(repr=False, getstate_setstate=False)
class Span(Value):
    """Words of a line, from 0, both ends included."""

    line: int
    first_word: int
    last_word: int


@attrs.frozen(repr=False, getstate_setstate=False)
class Rhyme(Value):
    """Two places of a lyric that rhyme.

    Args:
        first: the earlier place.
        second: the later place.
        kind: "perfect" (all sounds from the last stressed vowel on), "identical" (the same word), "slant" (like
            sounds), "assonant" (the vowels alone) or "eye" (the same letters, other sounds).
        strength: how surely it is heard as a rhyme, in [0, 1].
        syllables: that take part; 2 or more is a multisyllabic rhyme.
        family: rhymes that are linked share a number, from 0 in order of appearance.
        sound: the rhyming part of the first place in ARPAbet, "AY-T".
        ends: whether both places end their lines; otherwise it is an internal rhyme.
    """

    first: Span
    second: Span
    kind: RhymeKind
    strength: float = attrs.field(converter=float, validator=confidence)
    syllables: int
    family: int
    sound: str
    ends: bool

    def __str__(self) -> str:
        return f"{self.kind} {self.sound}, lines {self.first.line} and {self.second.line}"


@attrs.frozen(repr=False, slots=False, kw_only=True)
class Timing(Value):
    """How words lie in time. The grid is sixteen steps a bar.

    Args:
        syllables_per_second, syllables_per_beat: while words are sung.
        syncopation: of Longuet-Higgins and Lee, a bar.
        swing: how late off-beat eighths come, as the ratio of the first to the second half of a beat; 1 is straight;
            None without enough of them.
        stress_grid, rhyme_grid: the share of stressed syllables, and of rhymes, on each step of the bar.
        lag_ms: of each line, how far its syllables lie behind the grid (negative: ahead); nan for a line without words.
        pocket_ms: the spread (standard deviation) of syllables around their own lag: small is tight.
        offbeat_share: of the stressed syllables, those not on a beat.
        npvi: normalized pairwise variability of the syllables' durations.
        entropy_bits: of the intervals between syllables, in sixteenths.
    """

    syllables_per_second: float = attrs.field(validator=non_negative)
    syllables_per_beat: float = attrs.field(validator=non_negative)
    syncopation: float
    swing: float | None
    stress_grid: tuple[float, ...] = attrs.field(converter=tuple[float, ...])
    rhyme_grid: tuple[float, ...] = attrs.field(converter=tuple[float, ...])
    lag_ms: tuple[float | None, ...] = attrs.field(converter=tuple[float | None, ...])
    pocket_ms: float
    offbeat_share: float
    npvi: float
    entropy_bits: float


@attrs.frozen(repr=False, slots=False, kw_only=True)
class Flow(Value):
    """How the lines move.

    Args:
        syllables_per_line: the mean.
        syllable_deviation: the standard deviation of the lines' syllables from their stanza's median.
        stressed_share: of the syllables.
        alternation: the share of neighbouring syllables that differ in stress; 1 is strictly alternating.
        variation: the entropy in bits of the intervals between stresses.
        foot: the meter that most lines keep ("iambic", "trochaic", "anapestic", "dactylic"); None if none does.
        breaths: of each line, the words after which the text lets one breathe.
        longest_run: syllables between two breaths, the most.
        rhyme_density: the share of syllables that take part in a rhyme.
        end_rhyme_share: of the lines, those whose end rhymes.
        multisyllabic_share: of the rhymes, those of two syllables or more.
        internal_per_line: internal rhymes a line.
        chains_per_bar: runs of rhymes of one family, a line (a line of rap is about a bar).
        percentiles: of these measures among charting rap, measured by this library; in [0, 100].
        timing: from words with times; None without.
    """

    syllables_per_line: float = attrs.field(validator=non_negative)
    syllable_deviation: float = attrs.field(validator=non_negative)
    stressed_share: float
    alternation: float
    variation: float
    foot: str | None
    breaths: tuple[tuple[int, ...], ...] = attrs.field(converter=tuple[tuple[int, ...], ...])
    longest_run: int
    rhyme_density: float
    end_rhyme_share: float
    multisyllabic_share: float
    internal_per_line: float
    chains_per_bar: float
    percentiles: Mapping[str, float] = attrs.field(default={}, converter=read_only, eq=sorted_items)
    timing: Timing | None = None

    def __str__(self) -> str:
        return f"{self.syllables_per_line:.1f} syllables a line, {self.rhyme_density:.0%} in rhyme"


@attrs.frozen(repr=False, slots=False)
class Passage(Value):
    """Words of a line that say something about it.

    Args:
        line: from 0.
        text: the words.
        kind: what they are an instance of.
    """

    line: int
    text: str
    kind: str


@attrs.frozen(repr=False, slots=False, kw_only=True)
class Vocabulary(Value):
    """Which words a lyric uses.

    Args:
        words, distinct: how many.
        type_token: distinct words of all words; falls with length.
        mtld: measure of textual lexical diversity (McCarthy and Jarvis 2010); None below 50 words.
        hdd: HD-D (McCarthy and Jarvis 2007), the chance of types in a sample of 42 words; None below 42 words.
        repetition: the share of lines that repeat an earlier one.
        hook: the words that come back most, as a line or phrase; None if nothing does.
        hook_count: how often.
        cliches: worn phrases.
        cliche_density: of them, a hundred words.
        reading_ease: of Flesch (1948), lines as sentences; None for other languages than English.
        grade: of Kincaid (1975), lines as sentences.
        sentiment: from -1 (dark) to 1 (bright); None if no word says.
        imagery: the share of words that can be seen, heard, touched, tasted or smelt.
        explicit: words a parental advisory asks about, with the kind ("profanity", "sex", "violence", "drugs", "slur").
        advisory: whether a parental-advisory label is due: a strong word is among them.
    """

    words: int
    distinct: int
    type_token: float
    mtld: float | None
    hdd: float | None
    repetition: float
    hook: str | None
    hook_count: int
    cliches: tuple[Passage, ...] = attrs.field(default=(), converter=tuple[Passage, ...])
    cliche_density: float = 0.0
    reading_ease: float | None = None
    grade: float | None = None
    sentiment: float | None = None
    imagery: float = 0.0
    explicit: tuple[Passage, ...] = attrs.field(default=(), converter=tuple[Passage, ...])
    advisory: bool = False

    def __str__(self) -> str:
        return f"{self.distinct} of {self.words} words" + (f", MTLD {self.mtld:.0f}" if self.mtld else "")


@attrs.frozen(repr=False, slots=False)
class Theme(Value):
    """What a lyric is about.

    Args:
        name: e.g. "love".
        weight: the share of its words among those of all themes found, in [0, 1].
        words: that show it, the most frequent first.
    """

    name: str
    weight: float = attrs.field(converter=float, validator=confidence)
    words: tuple[str, ...] = attrs.field(converter=tuple[str, ...])

    def __str__(self) -> str:
        return f"{self.name} {self.weight:.0%} ({', '.join(self.words[:4])})"


@attrs.frozen(repr=False, slots=False)
class Correction(Value):
    """A change of one line that was tried and raised the score.

    Args:
        line: the line it changes, from 0.
        rule: the deduction it answers.
        problem: what is wrong, one sentence.
        before, after: the line's text.
        gain: points the score rose by when this change alone was applied and the lyric analyzed again.
        priority: 1 is most urgent.
    """

    line: int
    rule: str
    problem: str
    before: str
    after: str
    gain: float = attrs.field(converter=float, validator=non_negative)
    priority: int = 1

    def __str__(self) -> str:
        return f"line {self.line}: {self.after!r} (+{self.gain:.1f})"


@attrs.frozen(repr=False, getstate_setstate=False)
class ReportLine(Value):
    """A line with what was measured of it.

    Args:
        text: as written.
        syllables: as it is said; None in a language that cannot be pronounced here.
        stresses: one bool a syllable.
        words: of the text, in order; spans count them.
        syllable_words: which word each syllable belongs to.
        section: the tag above it.
        stanza: which block it belongs to, from 0.
    """

    text: str
    syllables: int | None
    stresses: tuple[bool, ...] = attrs.field(converter=tuple[bool, ...])
    words: tuple[str, ...] = attrs.field(converter=tuple[str, ...])
    syllable_words: tuple[int, ...] = attrs.field(default=(), converter=tuple[int, ...])
    section: str = ""
    stanza: int = 0

    def __str__(self) -> str:
        return self.text


@attrs.frozen(repr=False, slots=False, kw_only=True)
class LyricsReport(Value):
    """Everything measured of a lyric.

    A field is None where the text cannot answer; ``abstained`` then maps the field's name to the reason.

    Args:
        lines: with their syllables and stresses.
        rhyme_scheme: a letter a line, starting with "A" in each stanza.
        rhymes: end rhymes and internal ones, in order.
        flow: of the lines.
        vocabulary: of the words.
        themes: the weightiest first.
        score: with its reasons.
        corrections: that raise the score, the most urgent first.
        language: ISO 639-1 code, "und" if unknown.
        style: of rhyme, "strict" or "rap".
        abstained: why fields are None.
    """

    lines: tuple[ReportLine, ...] = attrs.field(converter=tuple[ReportLine, ...])
    rhyme_scheme: tuple[str, ...] | None = attrs.field(
        default=None, converter=attrs.converters.optional(tuple[str, ...])
    )
    rhymes: tuple[Rhyme, ...] | None = attrs.field(default=None, converter=attrs.converters.optional(tuple[Rhyme, ...]))
    flow: Flow | None = None
    vocabulary: Vocabulary
    themes: tuple[Theme, ...] = attrs.field(default=(), converter=tuple[Theme, ...])
    score: Score | None = None
    corrections: tuple[Correction, ...] = attrs.field(default=(), converter=tuple[Correction, ...])
    language: str = "en"
    style: str | None = None
    abstained: Mapping[str, str] = attrs.field(default={}, converter=read_only, eq=sorted_items)

    @property
    def html(self) -> str:
        """The lyric as an HTML fragment that needs nothing from outside, rhymes coloured by family."""
        return _lyrics_view.card(self)

    def _repr_html_(self) -> str:
        return self.html

    def __str__(self) -> str:
        score = "no score" if self.score is None else str(self.score)
        return f"{len(self.lines)} lines, {score}"
