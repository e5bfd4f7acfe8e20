from __future__ import annotations

import numpy as np
import pytest

from musicengine.audio import masks
from musicengine.audio.separation import plan_separation, separate
from musicengine.values.sound import Audio
from tests.rhythms import rock
from tests.voices import RATE, steady, tune, voice


def si_sdr(wanted: np.ndarray, found: np.ndarray) -> float:
    """Scale-invariant signal-to-distortion ratio, dB (Le Roux et al., ICASSP 2019)."""
    target = wanted * ((wanted @ found) / (wanted @ wanted))
    return float(10 * np.log10((target @ target) / ((found - target) @ (found - target))))


def band() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Drums, bass and lead of six seconds, and their sum."""
    drums = rock(120, 6)[0].mono.astype(float)
    n = drums.size
    bass = voice(np.repeat([55.0, 82.4, 73.4, 61.7], n // 4), decay=0.5)
    lead = tune([69, 72, 76, 74, 71, 69, 72, 74, 76, 77, 76, 74, 72], 0.42).mono[:n].astype(float)
    parts = {"drums": drums, "bass": np.pad(bass, (0, n - bass.size)), "vocals": np.pad(lead, (0, n - lead.size))}
    return sum(parts.values()), parts


@pytest.mark.parametrize("shape", [(1, RATE), (2, 3 * RATE), (6, RATE // 2), (2, RATE // 10), (1, 1), (2, 700)])
def test_stems_have_the_shape_of_the_mixture_and_add_up_to_it(shape: tuple[int, int]) -> None:
    audio = Audio(0.2 * np.random.default_rng(0).normal(size=shape), RATE)
    stems = separate(audio)
    assert stems.vocals.samples.shape == shape
    assert np.abs(stems.mixture.samples - audio.samples).max() < 1e-5


@pytest.mark.parametrize("rate", [1_000, 8_000, 44_100, 48_000, 192_000])
def test_any_rate_is_taken_apart(rate: int) -> None:
    audio = steady(110, 0.7, rate)
    stems = separate(audio)
    assert stems.bass.rate == rate
    assert np.abs(stems.mixture.samples - audio.samples).max() < 1e-5


def test_parts_come_nearer_than_the_mixture() -> None:
    mixture, parts = band()
    stems = dict(separate(Audio(mixture, RATE)))
    for name, part in parts.items():
        assert si_sdr(part, stems[name].mono) > si_sdr(part, mixture) + 3, name


def test_the_quality_says_what_is_there() -> None:
    mixture, parts = band()
    quality = plan_separation(Audio(mixture, RATE)).quality
    assert quality is not None
    shares = [quality.vocals_share, quality.drums_share, quality.bass_share, quality.other_share]
    assert sum(shares) == pytest.approx(1, abs=1e-5)
    drums = plan_separation(Audio(parts["drums"], RATE)).quality
    lead = plan_separation(Audio(parts["vocals"], RATE)).quality
    assert drums is not None
    assert lead is not None
    assert drums.drums_share > 0.5 > lead.drums_share


def test_noise_bleeds_more_than_a_band() -> None:
    noise = plan_separation(Audio(0.1 * np.random.default_rng(0).normal(size=4 * RATE), RATE)).quality
    music = plan_separation(Audio(band()[0], RATE)).quality
    assert noise is not None
    assert music is not None
    assert noise.bleed > music.bleed


def test_silence_has_no_quality() -> None:
    plan = plan_separation(Audio(np.zeros((2, RATE)), RATE))
    assert plan.quality is None
    assert plan.abstention == "silence"
    assert not separate(Audio(np.zeros((2, RATE)), RATE)).drums.samples.any()


@pytest.mark.parametrize("block", [40, 100, 2000])
def test_the_size_of_blocks_changes_nothing(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    audio = Audio(band()[0], RATE)
    one, other = plan_separation(audio), plan_separation(audio, block_frames=block)
    for name in ("vocals_share", "drums_share", "bass_share", "other_share", "bleed", "artefacts"):
        assert getattr(one.quality, name) == pytest.approx(getattr(other.quality, name), abs=1e-5)
    usual = separate(audio, plan=one)
    monkeypatch.setattr("musicengine.audio.separation._BLOCK_FRAMES", block)
    for (_, mine), (_, theirs) in zip(usual, separate(audio, plan=one), strict=True):
        assert np.abs(mine.samples - theirs.samples).max() < 1e-5


def test_a_plan_gives_the_same_stems_as_none() -> None:
    audio = Audio(band()[0], RATE)
    assert separate(audio, plan=plan_separation(audio)) == separate(audio)


def test_what_is_in_one_channel_stays_there() -> None:
    mixture, _ = band()
    stems = separate(Audio(np.stack([mixture, np.zeros_like(mixture)]), RATE))
    for _, part in stems:
        assert np.abs(part.samples[1]).max() < 1e-6


@pytest.mark.parametrize(("length", "rate"), [(2048, 22_050), (96, 1_000), (2240, 24_000), (736, 8_000)])
def test_bands_cover_the_spectrum(length: int, rate: int) -> None:
    bands = masks.Bands(length, rate)
    power = bands.power(np.ones((3, length // 2 + 1), np.float32))
    assert power.shape == (3, bands.widths.size)
    assert power == pytest.approx(np.ones_like(power))
    assert bands.widths.min() >= 1
    assert length // 2 + 1 - 16 < bands.widths.sum() <= length // 2 + 1


def test_nearness_is_one_on_harmonics_and_nothing_between() -> None:
    bands = masks.Bands(2048, 22_050.0)
    pitch = np.array([441.43066, np.nan], np.float32)  # 41 bins
    found = masks.near(bands, pitch)
    assert found[0, [41, 82, 123]] == pytest.approx([1, 1, 1], abs=1e-3)
    assert found[0, [5, 20, 60, 100]].tolist() == [0] * 4
    assert found[0, 42] == pytest.approx(0.5, abs=1e-3)
    assert not found[1].any()
