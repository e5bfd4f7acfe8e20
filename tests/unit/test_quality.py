"""A planted fault makes the ledger point at it, and at nothing new."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import attrs
import numpy as np
import numpy.typing as npt
import pytest

from musicengine import Audio, Brief, MusicEngine
from musicengine.audio import analyze, score_quality
from musicengine.audio.balance import find_imbalance
from musicengine.audio.chroma import compute_chroma
from musicengine.audio.clipping import find_clipped
from musicengine.audio.grid import Break, find_break
from musicengine.audio.mains import find_mains
from musicengine.audio.onsets import OnsetStrength
from musicengine.audio.rules import LEAST, RULES, Finding
from musicengine.audio.spectrum import survey
from musicengine.dsp.spectra import mel_centres_hz
from musicengine.values.music import Beats, Form, Section
from musicengine.values.scores import Deduction

RATE = 44_100
Samples = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def sound() -> Audio:
    return MusicEngine().generate(Brief("pop", genre="pop", bpm=100, key="C major", duration_s=24, seed=3)).audio


def rules_of(audio: Audio) -> dict[str, tuple[float | None, float | None]]:
    return {reason.rule: (reason.start_s, reason.end_s) for reason in score_quality(audio).deductions}


def points_of(audio: Audio) -> dict[str, float]:
    return {reason.rule: reason.points for reason in score_quality(audio).deductions}


def clip(x: Samples) -> Samples:
    x[:, 10 * RATE : 11 * RATE] = np.clip(4 * x[:, 10 * RATE : 11 * RATE], -0.89, 0.89)
    return x


def quieten(x: Samples) -> Samples:
    return x * np.float32(10 ** (-10 / 20))


def overdrive(x: Samples) -> Samples:
    return x * np.float32(1.5)


def invert(x: Samples) -> Samples:
    x[1] *= -1
    return x


def pause(x: Samples) -> Samples:
    x[:, 8 * RATE : 13 * RATE] = 0
    return x


def offset(x: Samples) -> Samples:
    return x + np.float32(0.02)


def click(x: Samples) -> Samples:
    for second in (4, 7, 12, 18):
        quiet = int(np.argmin(np.abs(x[0, second * RATE : (second + 1) * RATE]))) + second * RATE
        x[:, quiet] = 0.85
    return x


def bump(x: Samples) -> Samples:
    spectrum = np.fft.rfft(x, axis=1)
    hz = np.fft.rfftfreq(x.shape[1], 1 / RATE)
    spectrum[:, (hz > 200) & (hz < 500)] *= 10 ** (10 / 20)
    return (np.fft.irfft(spectrum, x.shape[1], axis=1) * 0.6).astype(np.float32)


def hum(x: Samples) -> Samples:
    t = np.arange(x.shape[1]) / RATE
    for harmonic, level in ((1, 0.02), (2, 0.015), (3, 0.01), (4, 0.01)):
        x += (level * np.sin(2 * np.pi * 50 * harmonic * t)).astype(np.float32)
    return x


@pytest.mark.parametrize(
    ("fault", "rule", "seconds"),
    [
        (clip, "clipping", (10, 11)),
        (quieten, "loudness.target", None),
        (overdrive, "loudness.true_peak", None),
        (invert, "stereo.correlation", (0, 24)),
        (pause, "silence", (8, 13)),
        (offset, "dc_offset", None),
        (click, "clicks", (4, 19)),
        (bump, "balance.mud", None),
        (hum, "noise.hum", None),
    ],
)
def test_a_planted_fault_is_named_and_placed(
    sound: Audio, fault: Callable[[Samples], Samples], rule: str, seconds: tuple[float, float] | None
) -> None:
    spoiled = Audio(fault(sound.samples.copy()), RATE)
    before, after = points_of(sound), points_of(spoiled)
    assert rule not in before
    risen = {name for name, points in after.items() if points - before.get(name, 0) > NOTABLE}
    assert rule in risen
    assert risen <= {rule} | CONSEQUENCES.get(rule, set())
    if seconds is not None:
        assert rules_of(spoiled)[rule] == pytest.approx(seconds, abs=1.01)


#: Points below which a change of the balance, which every fault brings about, is not a fault of its own.
NOTABLE = 0.2
# What a fault brings with it: clipping by 12 dB is loud and squashed, a pause leaves nothing but its edges.
CONSEQUENCES = {
    "clipping": {
        "loudness.true_peak",
        "dynamics.peak_to_loudness",
        "dynamics.range",
        "balance.presence",
        "balance.air",
    },
    "silence": {"dynamics.range"},
    "balance.mud": {"balance.presence", "loudness.true_peak", "loudness.target"},
    "stereo.correlation": {"loudness.true_peak"},
    "noise.hum": {"loudness.true_peak", "balance.mud"},  # its fourth harmonic, 200 Hz, is mud
    "clicks": {"loudness.true_peak"},
    "dc_offset": {"loudness.true_peak"},
}


def test_a_passage_that_is_clipped_below_louder_peaks_is_named_and_placed(sound: Audio) -> None:
    samples = sound.samples.copy()
    ceiling = np.abs(samples[:, 20 * RATE : 21 * RATE]).max() / 2
    samples[:, 20 * RATE : 21 * RATE] = np.clip(samples[:, 20 * RATE : 21 * RATE], -ceiling, ceiling)
    assert np.abs(samples).max() > 1.5 * ceiling
    before, after = rules_of(sound), rules_of(Audio(samples, RATE))
    assert set(after) - set(before) == {"clipping"}
    assert after["clipping"] == (20, 21)


def test_low_notes_and_steps_are_not_clipped() -> None:
    t = np.arange(4 * RATE) / RATE
    assert not find_clipped(Audio(0.8 * np.sin(2 * np.pi * 40 * t), RATE))
    held = np.clip(0.8 * np.sin(2 * np.pi * 441 * t), -0.5, 0.5)
    found = find_clipped(Audio(held, RATE))
    assert len(found) == pytest.approx(2 * 441 * 4, rel=0.02)  # those across two passages are seen in both
    assert all(one.level == pytest.approx(0.5) and one.end - one.start >= 3 for one in found)


def test_a_hum_under_music_without_a_pause_is_named(sound: Audio) -> None:
    rng = np.random.default_rng(0)
    t = np.arange(24 * RATE) / RATE
    noise = np.cumsum(rng.normal(0, 0.002, t.size))
    bass = 0.3 * np.sin(2 * np.pi * 73.4 * t) + (noise - noise.mean()) / np.abs(noise).max() * 0.3
    hums = sum(0.03 * np.sin(2 * np.pi * 60 * k * t) for k in (1, 2, 3))
    assert find_mains(Audio(bass, RATE))[1] == 0
    mains_hz, power = find_mains(Audio(bass + hums, RATE))
    assert mains_hz == 60
    assert power == pytest.approx(3 * 0.03**2 / 2, rel=0.5)


def test_channels_out_of_polarity_are_balanced_as_they_were(sound: Audio) -> None:
    before, after = score_quality(sound), score_quality(Audio(invert(sound.samples.copy()), RATE))
    mine = {reason.rule: reason.points for reason in before.deductions}
    new = {reason.rule: reason.points - mine.get(reason.rule, 0) for reason in after.deductions}
    assert new.pop("stereo.correlation") > 6
    assert max(new.values(), default=0) < 0.5


def test_a_loop_that_runs_unchanged_has_no_contrast(sound: Audio) -> None:
    loop = Audio(np.tile(sound.samples[:, 8 * RATE : 12 * RATE], 6), RATE)
    (reason,) = [reason for reason in score_quality(loop).deductions if reason.rule == "form.contrast"]
    assert float(reason.measured) < 0.5
    assert reason.points > 1
    assert "form.contrast" not in rules_of(sound)


@pytest.mark.parametrize(
    ("groups", "share"), [((0, 1, 2, 3), 0), ((0, 1, 0, 1), 100), ((0, 1, 2, 1), 50), ((0, 0, 0, 1), 75)]
)
def test_music_should_come_back_and_not_all_of_it(sound: Audio, groups: tuple[int, ...], share: float) -> None:
    form = Form([Section(20 * n, 20 * n + 20, "verse", group=group) for n, group in enumerate(groups)], np.zeros(80))
    found = [reason for reason in score_quality(sound, form=form).deductions if reason.rule == "form.repetition"]
    assert [reason.measured for reason in found] == ([share] if share in (0, 100) else [])


@pytest.mark.parametrize("note_hz", [49.0, 58.27, 61.74])
def test_a_bass_note_beside_the_mains_is_no_hum(sound: Audio, note_hz: float) -> None:
    t = np.arange(sound.samples.shape[1]) / RATE
    drone = np.sum([0.02 / k * np.sin(2 * np.pi * note_hz * k * t) for k in (1, 2, 3, 4)], axis=0)
    assert "noise.hum" not in rules_of(Audio(sound.samples + drone.astype(np.float32), RATE))


def test_a_bass_that_is_missing_makes_no_more_mud_than_a_thin_one(sound: Audio) -> None:
    spectrum = np.fft.rfft(sound.samples, axis=1)
    low = np.fft.rfftfreq(sound.samples.shape[1], 1 / RATE) < 230

    def mud(gain: float) -> float:
        samples = np.fft.irfft(np.where(low, gain * spectrum, spectrum), sound.samples.shape[1], axis=1)
        found = dict(find_imbalance(survey(Audio(samples, RATE)), sound.duration_s))
        assert found["balance.low_end"].measured < 7
        return found["balance.mud"].measured

    assert mud(0.1) == pytest.approx(mud(0.01), abs=0.1)


def test_a_bump_that_comes_and_goes_is_placed(sound: Audio) -> None:
    samples = sound.samples.copy()
    samples[:, 9 * RATE : 15 * RATE] = bump(samples[:, 9 * RATE : 15 * RATE])
    (reason,) = [reason for reason in score_quality(Audio(samples, RATE)).deductions if reason.rule == "balance.mud"]
    assert (reason.start_s, reason.end_s) == pytest.approx((9, 15), abs=0.1)
    clean, muddy = (
        dict(find_imbalance(survey(each), each.duration_s))["balance.mud"].measured
        for each in (sound, Audio(bump(sound.samples.copy()), RATE))
    )
    assert clean + 4 < float(reason.measured) < muddy - 1


def test_mud_everywhere_costs_no_less_than_mud_that_comes_and_goes(sound: Audio) -> None:
    clean = survey(sound)
    hz = mel_centres_hz(RATE, clean.mel.shape[1])
    found = []
    for end_s in range(25):
        muddy = (clean.times_s[:, None] < end_s) & (hz > 200) & (hz < 500)
        bands = attrs.evolve(clean, mel=np.where(muddy, 10 * clean.mel, clean.mel))
        found.append(dict(find_imbalance(bands, sound.duration_s))["balance.mud"].measured)
    assert found == pytest.approx(sorted(found), abs=0.02)  # a span that is faded beside the others is left out
    assert found[-1] > found[0] + 6


@pytest.mark.parametrize("genre", ["disco", "jazz", "ballad"])
def test_a_detuned_passage_is_named_and_placed(genre: str) -> None:
    samples = MusicEngine().generate(Brief(genre=genre, duration_s=32, seed=4, instrumental=True)).audio.samples
    passage = samples[:, 12 * RATE : 20 * RATE]
    places = np.arange(0, passage.shape[1] - 1, 2 ** (35 / 1200))
    detuned = np.stack([np.interp(places, np.arange(channel.size), channel) for channel in passage])
    spoiled = np.concatenate([samples[:, : 12 * RATE], detuned, samples[:, 20 * RATE :]], axis=1)
    assert not detunings(Audio(samples, RATE))
    (reason,) = detunings(Audio(spoiled, RATE))
    assert reason.measured == pytest.approx(35, abs=4)
    assert (reason.start_s, reason.end_s) == pytest.approx((12, 20), abs=4)


def detunings(audio: Audio) -> list[Deduction]:
    found = score_quality(audio, chroma=compute_chroma(audio)).deductions
    return [reason for reason in found if reason.rule == "tuning.steadiness"]


def test_an_uneven_bar_is_named_and_placed(sound: Audio) -> None:
    beats = np.arange(48) * 0.5
    beats[25:] += 0.4
    score = score_quality(sound, beats=Beats(beats, beats[::4], 0.9))
    (reason,) = [reason for reason in score.deductions if reason.rule == "tempo.steadiness"]
    assert (reason.start_s, reason.end_s) == pytest.approx((12, 14.4))
    assert reason.measured == pytest.approx(20, abs=1)


@pytest.mark.parametrize("genre", ["house", "rock", "pop"])
def test_a_grid_that_goes_on_shifted_is_named_and_placed(genre: str) -> None:
    take = MusicEngine().generate(Brief(genre=genre, bpm=100, duration_s=28, seed=2, instrumental=True))
    cut, held = 14 * RATE, round(0.2 * RATE)
    samples = take.audio.samples
    late = Audio(np.concatenate([samples[:, :cut], samples[:, cut - held :]], axis=1), RATE)
    assert not [reason for reason in analyze(take.audio).quality.deductions if reason.rule == "tempo.steadiness"]
    (reason,) = [reason for reason in analyze(late).quality.deductions if reason.rule == "tempo.steadiness"]
    assert reason.start_s is not None
    assert reason.end_s is not None
    assert reason.start_s - 1 < 14 < reason.end_s + 1
    assert reason.measured == pytest.approx(100 * 0.2 / 2.4, abs=2)


def test_a_bar_of_a_beat_more_is_on_the_grid_of_beats() -> None:
    rng = np.random.default_rng(0)
    bar = rng.normal(0, 1, (7, 160)) + 3 * (np.arange(160) % 40 == 0)

    def broken(frames: int) -> Break | None:
        bands = np.concatenate([np.tile(bar, 7), bar[:, :frames], np.tile(bar, 7)], axis=1).astype(np.float32)
        starts = np.r_[np.arange(7) * 160, 7 * 160 + frames + np.arange(7) * 160] / 80
        beats = np.unique(np.concatenate([starts + beat * 0.5 for beat in range(4)]))
        return find_break(OnsetStrength(bands, bands.mean(axis=0), 80.0, True), Beats(beats, starts, 0.9))

    assert broken(0) is None
    assert broken(40) is None
    found = broken(24)
    assert found is not None
    assert abs(found.shift) == pytest.approx(24 / 160, abs=0.01)
    assert found.start_s < 14.3
    assert found.end_s > 14


def test_music_without_a_steady_tempo_has_no_grid(sound: Audio) -> None:
    beats = np.cumsum(0.5 + 0.05 * np.sin(np.arange(48)))
    beats[25:] += 0.4
    score = score_quality(sound, beats=Beats(beats, beats[::4], 0.9))
    assert "tempo.steadiness" not in {reason.rule for reason in score.deductions}


def test_a_chorus_quieter_than_its_verse_is_named(sound: Audio) -> None:
    samples = sound.samples.copy()
    samples[:, 12 * RATE :] *= 0.4
    form = Form([Section(0, 12, "verse"), Section(12, 24, "chorus")], np.zeros(24))
    names = {reason.rule for reason in score_quality(Audio(samples, RATE), form=form).deductions}
    assert "form.chorus_lift" in names


def test_a_long_wait_for_the_song_is_named(sound: Audio) -> None:
    form = Form([Section(0, 60, "intro"), Section(60, 120, "verse"), Section(120, 160, "chorus")], np.zeros(160))
    names = {reason.rule for reason in score_quality(sound, form=form).deductions}
    assert {"form.intro", "form.first_chorus"} <= names


def test_hiss_in_the_pauses_is_named() -> None:
    rng = np.random.default_rng(0)
    t = np.arange(12 * RATE) / RATE
    tone = 0.4 * np.sin(2 * np.pi * 330 * t) * (np.sin(2 * np.pi * 0.5 * t) > -0.3)
    rules = [rules_of(Audio(tone + rng.normal(0, level, t.size), RATE)) for level in (1e-5, 0.01)]
    assert "noise.floor" not in rules[0]
    assert "noise.floor" in rules[1]


def test_the_points_of_all_rules_add_up_to_a_hundred() -> None:
    assert sum(rule.cap for rule in RULES.values()) == 100


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_a_worse_measurement_never_costs_less(rule: object) -> None:
    from musicengine.audio.rules import Rule

    assert isinstance(rule, Rule)
    low, high = rule.good
    if np.isfinite(high):
        costs = [_cost(rule, high + step * (rule.bad[1] - high) / 10) for step in range(25)]
        assert costs[0] == 0
        assert costs == sorted(costs)
        assert costs[-1] == pytest.approx(rule.cap)
    if np.isfinite(low) and rule.bad[0] < low:
        costs = [_cost(rule, low - step * (low - rule.bad[0]) / 10) for step in range(25)]
        assert costs[0] == 0
        assert costs == sorted(costs)
        assert costs[-1] == pytest.approx(rule.cap)


def test_trivia_cost_nothing_and_faults_all_of_their_points() -> None:
    rule = RULES["loudness.target"]
    edge, worst = rule.good[0], rule.bad[0]
    just = edge - (edge - worst) * (LEAST / rule.cap) ** 0.5
    assert _cost(rule, just + 0.01) == 0
    assert _cost(rule, just - 0.01) == pytest.approx(LEAST, abs=0.01)
    assert _cost(rule, (edge + worst) / 2) == pytest.approx(rule.cap / 4)
    assert _cost(rule, worst) == _cost(rule, float("nan")) == _cost(rule, float("-inf")) == rule.cap


def _cost(rule: object, measured: float) -> float:
    found = rule.judge(Finding(measured))  # type: ignore[attr-defined]
    return found.points if found else 0.0


def test_the_rules_are_documented_as_they_are() -> None:
    page = Path(__file__).parents[2] / "docs" / "judging.md"
    rows = {line.split("|")[1].strip(" `"): line for line in page.read_text().splitlines() if line.startswith("| `")}
    assert list(rows) == list(RULES)
    for name, rule in RULES.items():
        cells = [cell.strip() for cell in rows[name].split("|")]
        assert cells[2] == f"{rule.cap:g}"
        assert all(f"{bound:g}" in cells[3] for bound in rule.good if np.isfinite(bound))
        assert cells[5:7] == [rule.unit, rule.source]


def test_a_passage_that_begins_with_a_short_crest_is_clipped_as_those_beside_it() -> None:
    size = round(0.05 * RATE)
    wave = np.zeros(4 * size, np.float32)
    for start, length in ((100, 5), (size + 100, 2), (size + 900, 5)):
        wave[start : start + length] = 0.8
    found = [(one.start, one.end) for one in find_clipped(Audio(wave, RATE))]
    assert found == [(100, 105), (size + 900, size + 905)]


def test_a_score_says_how_much_could_be_judged(sound: Audio) -> None:
    silence = score_quality(Audio(np.zeros((2, 5 * RATE)), RATE))
    levels = ("loudness.target", "loudness.true_peak", "clipping", "silence", "dc_offset", "clicks")
    assert silence.judged == sum(RULES[name].cap for name in levels)
    without_form = [rule.cap for name, rule in RULES.items() if not name.startswith(("form.", "tempo.", "tuning."))]
    assert score_quality(sound).judged == sum(without_form) + RULES["form.contrast"].cap
    tuned = score_quality(sound, chroma=compute_chroma(sound))
    assert tuned.judged == score_quality(sound).judged + RULES["tuning.steadiness"].cap
    mono = score_quality(Audio(sound.mono, RATE))
    assert mono.judged == score_quality(sound).judged - RULES["stereo.correlation"].cap - RULES["stereo.width"].cap


@pytest.mark.parametrize("gain", [0.9, 0.09, 0.009])
def test_clipping_is_seen_at_any_level(gain: float) -> None:
    t = np.arange(2 * RATE) / RATE
    held = gain * np.clip(2 * np.sin(2 * np.pi * 441 * t), -1, 1)
    rounded = np.round(held * 32_768) / 32_768
    for wave in (held, rounded):
        assert len(find_clipped(Audio(wave, RATE))) == pytest.approx(2 * 441 * 2, rel=0.02)
    whole = np.round(gain * 32_768 * np.sin(2 * np.pi * 441 * t)) / 32_768
    assert not find_clipped(Audio(whole, RATE))


@pytest.mark.parametrize("sign", [1, -1])
def test_clipping_on_one_side_of_the_wave_is_seen_to_the_end_of_a_long_file(sign: int) -> None:
    t = np.arange(20 * RATE) / RATE
    wave = sign * np.minimum(0.8 * np.sin(2 * np.pi * 441 * t), 0.5)
    found = find_clipped(Audio(wave, RATE))
    assert len(found) == pytest.approx(441 * 20, rel=0.02)
    assert found[-1].start > 19.9 * RATE


def test_hiss_is_measured_against_the_loudness_of_the_music() -> None:
    rng = np.random.default_rng(0)
    t = np.arange(20 * RATE) / RATE
    music = 0.3 * np.sin(2 * np.pi * 330 * t) * ((t < 8) | (t > 9))
    level = 0.3 / 2**0.5 * 10 ** (-40 / 20)
    (reason,) = [
        reason
        for reason in score_quality(Audio(music + rng.normal(0, level, t.size), RATE)).deductions
        if reason.rule == "noise.floor"
    ]
    assert reason.measured == pytest.approx(-40 + 3.5, abs=1.5)  # K-weighting raises the treble by 4 dB
    assert reason.start_s is not None
    assert reason.end_s is not None
    assert 8 <= reason.start_s < reason.end_s <= 9
