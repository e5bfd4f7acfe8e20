"""The production knobs of a brief move what they name, in the measure that names it."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np
import pytest

from musicengine import MusicEngine
from musicengine.audio import describe_timbre, embed, find_onsets, measure_loudness, track_beats
from musicengine.synth import Arrangement, Rendered, compose, parse_brief, render
from musicengine.synth.genres import all_genres
from musicengine.synth.meters import METERS_BY_NAME
from musicengine.values.making import Brief
from musicengine.values.sound import Audio

GENRES = [genre.name for genre in all_genres()]
SOME = ["pop", "rock", "jazz", "house", "hip-hop", "ambient", "drum and bass"]
RATE = 22_050


def played(brief: Brief) -> tuple[Arrangement, Rendered]:
    arrangement = compose(brief)
    return arrangement, render(arrangement, rate=RATE)


def lufs(samples: np.ndarray) -> float:
    return measure_loudness(Audio(samples, RATE)).integrated_lufs


def centroid(rendered: Rendered) -> float:
    return describe_timbre(rendered.mix).centroid_hz


def loudness_range(rendered: Rendered) -> float:
    return measure_loudness(rendered.mix).range_lu


def side_to_mid(rendered: Rendered) -> float:
    left, right = rendered.mix.samples
    return float(np.sum((left - right) ** 2) / np.sum((left + right) ** 2))


def onsets_a_second(rendered: Rendered) -> float:
    """Of the accompaniment: a voice has its own rhythm, and a limiter hides some onsets of the mix."""
    other = Audio(rendered.stems.other.samples + rendered.stems.drums.samples, RATE)
    return find_onsets(other).size / rendered.mix.duration_s


@pytest.mark.parametrize("genre", SOME)
@pytest.mark.parametrize(
    ("knob", "measure", "step"),
    [
        ("brightness", centroid, 1.1),
        ("dynamics", loudness_range, 1.15),
        ("width", side_to_mid, 1.5),
    ],
    ids=["brightness", "dynamics", "width"],
)
def test_a_knob_moves_its_measure(genre: str, knob: str, measure: Callable[[Rendered], float], step: float) -> None:
    brief = Brief(genre=genre, duration_s=24, key="D minor", seed=3)
    low, middle, high = (measure(played(attrs.evolve(brief, **{knob: value}))[1]) for value in (-1.0, 0.0, 1.0))  # type: ignore[arg-type]
    assert middle > step * low
    assert high > step * middle


# Faster genres have so many notes that onsets melt into each other; their notes are counted below.
@pytest.mark.parametrize("genre", ["pop", "rock", "jazz", "hip-hop", "ambient"])
def test_more_density_is_more_onsets(genre: str) -> None:
    # A singer's syllables are as many as there are.
    brief = Brief(genre=genre, duration_s=24, key="D minor", seed=3, instrumental=True)
    rates = [onsets_a_second(played(attrs.evolve(brief, density=density))[1]) for density in (-1.0, 0.0, 1.0)]
    assert rates == sorted(set(rates))


@pytest.mark.parametrize("genre", GENRES)
def test_more_density_is_more_notes(genre: str) -> None:
    counts = [
        sum(len(part) for part in compose(Brief(genre=genre, duration_s=40, density=density, seed=2)).parts)
        for density in (-1, -0.5, 0, 0.5, 1)
    ]
    assert counts == sorted(set(counts))
    assert counts[-1] > 1.4 * counts[0]


@pytest.mark.parametrize("genre", ["pop", "rock", "funk", "r&b", "trap", "reggae"])
def test_the_level_of_the_voice_is_against_the_rest(genre: str) -> None:
    def above(level_db: float) -> float:
        stems = played(Brief(genre=genre, duration_s=14, vocal_level_db=level_db, seed=1))[1].stems
        return lufs(stems.vocals.samples) - lufs(stems.drums.samples + stems.bass.samples + stems.other.samples)

    quiet, usual, loud = (above(level_db) for level_db in (-6, 0, 6))
    assert usual - quiet == pytest.approx(6, abs=1.5)
    assert loud - usual == pytest.approx(6, abs=1.5)


def test_an_instrument_that_leads_obeys_the_level_too() -> None:
    low, high = (
        compose(Brief(genre="jazz", duration_s=10, vocal_level_db=level)).parts[0].level_db for level in (-5, 5)
    )
    assert high - low == 10


@pytest.mark.parametrize("genre", SOME)
def test_sections_are_as_loud_as_their_energy(genre: str) -> None:
    brief = Brief(
        genre=genre, duration_s=40, sections=("verse", "verse", "chorus", "chorus"), energy=(0.2, 0.5, 0.75, 1), seed=1
    )
    arrangement, rendered = played(brief)
    levels = [
        lufs(rendered.mix.samples[:, int(section.start_s * RATE) : int(section.end_s * RATE)])
        for section in arrangement.sections
    ]
    assert levels == sorted(levels)
    assert levels[-1] > levels[0] + 3
    assert arrangement.brief.energy == brief.energy


@pytest.mark.parametrize("genre", SOME)
def test_an_intro_has_its_bars(genre: str) -> None:
    brief = Brief(genre=genre, bpm=120, duration_s=60, seed=1)
    for bars in (0, 1, 4, 9):
        first = compose(attrs.evolve(brief, intro_bars=bars)).sections[0]
        assert (first.label == "intro") == bool(bars)
        assert not bars or first.end_s == pytest.approx(2 * bars)


def test_an_intro_without_room_is_shortened_and_said_so() -> None:
    written = compose(Brief(bpm=120, duration_s=14, sections=("verse", "chorus"), intro_bars=20, energy=(0.5, 1)))
    assert [section.label for section in written.sections] == ["intro", "verse", "chorus"]
    assert written.notes == ("room for 4 of 20 bars of intro",)
    assert compose(written.brief).sections == written.sections
    assert written.brief.energy == (0.4, 0.5, 1)


@pytest.mark.parametrize("duration_s", [30, 90, 240])
@pytest.mark.parametrize("genre", SOME)
def test_the_hook_returns_as_often_as_asked(genre: str, duration_s: float) -> None:
    shares, counts = [], []
    for hook in (-1, 0, 1):
        sections = compose(Brief(genre=genre, duration_s=duration_s, hook_repetition=hook, seed=1)).sections
        hooks = [section for section in sections if section.label == "chorus"]
        shares.append(sum(section.end_s - section.start_s for section in hooks) / duration_s)
        counts.append(len(hooks))
    assert shares == sorted(set(shares))
    assert counts == sorted(counts)
    assert counts[0] == 1
    assert counts[-1] >= 2


@pytest.mark.parametrize("drift", [0.01, 0.03, 0.05])
def test_the_tempo_wanders_around_its_mean(drift: float) -> None:
    written = compose(Brief(genre="pop", bpm=120, duration_s=60, drift=drift, seed=5))
    tempi = 60 / np.diff(written.beats.times_s.astype(float))
    assert tempi.max() / 120 - 1 == pytest.approx(drift, rel=0.25)
    assert 1 - tempi.min() / 120 == pytest.approx(drift, rel=0.6)
    assert np.abs(np.diff(tempi)).max() < 0.3 * 120 * drift
    assert 60 / np.mean(np.diff(written.beats.times_s)) == pytest.approx(120, rel=0.005)
    assert written.tempo.bpm == 120
    drums = next(part for part in written.parts if part.name == "drums")
    kicks = drums.starts_s[drums.pitches == 36]
    nearest = np.abs(kicks[:, None] - written.beats.times_s).min(axis=1)
    assert np.median(nearest) < 0.01


def test_beats_are_found_where_the_tempo_wanders() -> None:
    written, rendered = played(Brief(genre="house", bpm=124, duration_s=30, drift=0.03, seed=1))
    found = track_beats(rendered.mix)
    assert found is not None
    misses = np.abs(written.beats.times_s[:, None] - found.times_s).min(axis=1)
    assert np.mean(misses < 0.05) > 0.8


# Meters


@pytest.mark.parametrize("meter", sorted(METERS_BY_NAME))
@pytest.mark.parametrize("genre", GENRES)
def test_every_genre_plays_in_every_meter(genre: str, meter: str) -> None:
    written = compose(Brief(genre=genre, bpm=100, meter=meter, duration_s=40, seed=1))
    beats_a_bar = {"4/4": 4, "3/4": 3, "6/8": 2, "7/8": 3.5}[meter]
    bar_s = beats_a_bar * 0.6
    downbeats = written.beats.downbeats_s
    assert np.diff(downbeats) == pytest.approx(bar_s, abs=1e-3)
    pulses = {"4/4": [0.6] * 4, "3/4": [0.6] * 3, "6/8": [0.6] * 2, "7/8": [0.6, 0.6, 0.9]}[meter]
    times = written.beats.times_s
    whole = len(times) // len(pulses)
    assert np.diff(times)[: whole * len(pulses) - 1] == pytest.approx((pulses * whole)[:-1], abs=1e-3)
    for spans in (written.sections, written.chords):
        assert [span.start_s / bar_s % 1 for span in spans] == pytest.approx(
            [round(span.start_s / bar_s % 1) for span in spans], abs=1e-3
        )
    for part in written.parts:
        assert len(part) > 0 or part.name == "riser"
    drums = next(part for part in written.parts if part.name == "drums")
    loud = drums.starts_s[(drums.pitches == 36) & (drums.velocities > 0.5)]
    if genre not in ("reggae", "jazz", "ambient"):
        on = [np.abs(downbeats - start).min() < 0.05 for start in loud]
        assert np.mean(on) >= 0.12


@pytest.mark.parametrize("genre", ["pop", "rock", "folk", "house"])
def test_a_waltz_is_low_high_high(genre: str) -> None:
    written = compose(Brief(genre=genre, bpm=100, meter="3/4", duration_s=40, seed=1))
    drums = next(part for part in written.parts if part.name == "drums")
    verse = next(section for section in written.sections if section.label == "verse")
    bar_s = 1.8
    inside = (drums.starts_s > verse.start_s - 0.1) & (drums.starts_s < verse.start_s + 3 * bar_s - 0.1)
    place = np.round((drums.starts_s[inside] - verse.start_s) % bar_s / 0.6) % 3
    pitches, loud = drums.pitches[inside], drums.velocities[inside] > 0.35
    assert 0 in place[pitches == 36]
    assert set(place[np.isin(pitches, [37, 38, 39]) & loud].tolist()) == {1, 2}


@pytest.mark.parametrize("meter", ["3/4", "6/8", "7/8"])
@pytest.mark.parametrize("duration_s", [1, 2.5, 10, 360, 600])
def test_any_meter_fills_any_duration(meter: str, duration_s: float) -> None:
    written = compose(Brief(genre="pop", meter=meter, duration_s=duration_s, drift=0.02, seed=2))
    assert written.sections[-1].end_s == pytest.approx(duration_s)
    assert written.beats.times_s[-1] < duration_s
    assert set(written.beats.downbeats_s.tolist()) <= set(written.beats.times_s.tolist())
    assert written.parts[1].starts_s[-1] > duration_s - 6


@pytest.mark.parametrize("meter", ["3/4", "6/8", "7/8"])
def test_odd_meters_sound_at_their_level(meter: str) -> None:
    for genre in ("trap", "jazz"):
        loudness = measure_loudness(played(Brief(genre=genre, meter=meter, duration_s=15, seed=2))[1].mix)
        assert loudness.integrated_lufs == pytest.approx(-14, abs=0.5)
        assert loudness.true_peak_dbtp <= -1


# The engine


def test_prompts_turn_knobs() -> None:
    engine = MusicEngine()
    take = engine.generate("folk waltz at 120 bpm, 20 seconds, wide, no intro, vocals louder, tempo drifts")
    brief = take.brief
    assert (brief.meter, brief.bpm, brief.width, brief.intro_bars) == ("3/4", 120, 0.6, 0)
    assert (brief.vocal_level_db, brief.drift) == (3, 0.02)
    assert take.truth is not None
    assert np.mean(np.diff(take.truth.beats.downbeats_s)) == pytest.approx(1.5, rel=0.02)
    assert take.truth.sections[0].label != "intro"


@pytest.mark.parametrize(
    ("text", "field", "value", "phrase"),
    [
        ("jazz in 7/8", "meter", "7/8", "meter 7/8"),
        ("a slow waltz", "meter", "3/4", "meter 3/4"),
        ("pop, 3/4 of it sad", "meter", None, None),
        ("bright pop", "brightness", 0.5, "brightness 0.5 (bright)"),
        ("muffled pop", "brightness", -0.5, "brightness -0.5 (muffled)"),
        ("very sparse pop", "density", -1.0, "density -1 (very sparse)"),
        ("busy pop", "density", 0.6, "density 0.6 (busy)"),
        ("more dynamic rock", "dynamics", 0.6, "dynamics 0.6 (more dynamic)"),
        ("less dynamic rock", "dynamics", -0.6, "dynamics -0.6 (less dynamic)"),
        ("wide pop", "width", 0.6, "width 0.6 (wide)"),
        ("pop, wide dynamics", "width", 0.0, None),
        ("mono pop", "width", -1.0, "width -1 (mono)"),
        ("pop, louder vocals", "vocal_level_db", 3.0, "vocal level db 3 (louder vocals)"),
        ("pop, vocals -4 dB", "vocal_level_db", -4.0, "vocal level db -4"),
        ("pop with a long intro", "intro_bars", 8, "intro bars 8 (long intro)"),
        ("pop with no intro", "intro_bars", 0, "intro bars 0 (no intro)"),
        ("pop, 6-bar intro", "intro_bars", 6, "intro bars 6"),
        ("catchy pop", "hook_repetition", 0.6, "hook repetition 0.6 (catchy)"),
        ("verse, verse, chorus that builds up", "energy", (0.3, 0.65, 1.0), "energy that builds"),
    ],
)
def test_words_of_production_are_understood(text: str, field: str, value: object, phrase: str | None) -> None:
    brief = parse_brief(text)
    assert getattr(brief, field) == value
    if phrase:
        assert phrase in brief.understood
    else:
        assert not any(said.startswith(field) for said in brief.understood)


@pytest.mark.parametrize("text", ["rock in 5/4", "rock, 9/8 time", "pop, vocals +40 dB", "pop, 99-bar intro"])
def test_impossible_wishes_are_refused(text: str) -> None:
    from musicengine.errors import BriefError

    with pytest.raises(BriefError, match="expected"):
        parse_brief(text)


# What lifts a chorus


@pytest.mark.parametrize("genre", GENRES)
def test_a_chorus_lifts(genre: str) -> None:
    lifts, crowds = [], []
    for seed in (1, 2):
        arrangement, rendered = played(Brief(genre=genre, sections=("verse", "chorus"), duration_s=28, seed=seed))
        verse, chorus = arrangement.sections
        samples = rendered.mix.samples
        middle = round(chorus.start_s * RATE)
        lifts.append(lufs(samples[:, middle : round((chorus.end_s - 1.5) * RATE)]) - lufs(samples[:, :middle]))
        starts = np.concatenate([part.starts_s for part in arrangement.parts])
        before = np.sum(starts < verse.end_s - 0.02) / verse.end_s
        crowds.append(np.sum(starts >= verse.end_s - 0.02) / (chorus.end_s - chorus.start_s) / before)
    assert np.mean(lifts) > 1
    assert np.mean(crowds) > 1.1


@pytest.mark.parametrize("genre", SOME)
def test_the_hook_comes_back_as_it_was_and_the_verse_a_little_changed(genre: str) -> None:
    form = ("verse", "chorus", "verse", "chorus")
    arrangement = compose(Brief(genre=genre, bpm=120, sections=form, duration_s=66, seed=4))
    lead = arrangement.parts[0]

    def tune(index: int) -> tuple[np.ndarray, list[float]]:
        section = arrangement.sections[index]
        inside = (lead.starts_s > section.start_s - 0.1) & (lead.starts_s < section.start_s + 15.9)
        return lead.starts_s[inside] - section.start_s, lead.pitches[inside].tolist()

    (first_s, first), (second_s, second) = tune(1), tune(3)
    assert first == second
    assert first_s == pytest.approx(second_s, abs=0.06)
    verse, again = tune(0)[1], tune(2)[1]
    assert len(verse) == len(again)
    assert np.mean(np.array(verse) == np.array(again)) > 0.5
    assert verse != first


@pytest.mark.parametrize("genre", ["house", "techno", "drum and bass"])
def test_a_drop_is_built_up_to(genre: str) -> None:
    written = compose(Brief(genre=genre, sections=("verse", "chorus"), duration_s=34, seed=1))
    turn = written.sections[1].start_s
    bar_s = 240 / written.tempo.bpm
    drums = next(part for part in written.parts if part.name == "drums")
    riser = next(part for part in written.parts if part.name == "riser")
    assert riser.starts_s == pytest.approx([turn - 2 * bar_s])
    snares = drums.starts_s[(drums.pitches == 38) & (drums.starts_s < turn - 0.05)]
    early, late = ((snares > turn - (2 - i) * bar_s - 0.02) & (snares < turn - (1 - i) * bar_s) for i in (0, 1))
    assert late.sum() > early.sum()
    assert not np.any((drums.starts_s > turn - 0.24 * bar_s) & (drums.starts_s < turn - 0.05))
    assert np.any((drums.pitches == 49) & (np.abs(drums.starts_s - turn) < 0.05))


@pytest.mark.parametrize("genre", SOME)
def test_choruses_sound_alike_and_verses_otherwise(genre: str) -> None:
    form = ("verse", "chorus", "verse", "chorus")
    arrangement, rendered = played(Brief(genre=genre, sections=form, duration_s=50, seed=4))
    heard = [embed(rendered.mix.clip(section.start_s, section.start_s + 10)).vector for section in arrangement.sections]
    alike = np.array(heard) @ np.array(heard).T
    assert alike[1, 3] > max(alike[0, 1], alike[1, 2], alike[2, 3])


def test_genres_sound_like_themselves_and_like_no_other() -> None:
    """At one tempo, in one key and without a voice: every take's nearest neighbour is of its own genre."""
    heard = [
        embed(
            played(
                Brief(
                    genre=genre,
                    bpm=110,
                    key="A minor",
                    duration_s=16,
                    sections=("verse", "chorus"),
                    instrumental=True,
                    seed=seed,
                )
            )[1].mix
        ).vector
        for genre in GENRES
        for seed in (11, 12)
    ]
    alike = np.array(heard) @ np.array(heard).T
    np.fill_diagonal(alike, -1)
    assert np.mean(alike.argmax(axis=1) // 2 == np.arange(2 * len(GENRES)) // 2) >= 0.9
