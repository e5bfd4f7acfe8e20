from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musicengine.audio.cues import REACH, Cues, Grid, find_cues
from musicengine.audio.separation import _band_powers
from musicengine.values.sound import Audio

RATE, LENGTH = 22_050, 2048
GRID = Grid(LENGTH // 2 + 1, RATE / LENGTH)
FRAMES = 40
BASS_HZ, CLARITY, STRUCK_LOW, STRUCK_HIGH = 1, 22, 23, 25


def cues_of(samples: npt.NDArray[np.float64]) -> Cues:
    power, _ = _band_powers(Audio(samples, RATE), GRID, LENGTH, 0, FRAMES + 2 * REACH)
    levels = (np.log(power + np.float32(1e-12 * np.square(samples).max())) / 2).astype(np.float32)
    never = np.zeros(FRAMES, np.float32)
    return find_cues(levels, never, never, GRID)


def time() -> npt.NDArray[np.float64]:
    return np.arange(RATE * 4) / RATE


def notes(pitch_hz: float) -> npt.NDArray[np.float64]:
    return np.asarray(0.2 * sum(0.6**h * np.sin(2 * np.pi * h * pitch_hz * time()) for h in range(1, 6)))


def hits() -> npt.NDArray[np.float64]:
    noise = np.random.default_rng(0).normal(size=time().size)
    return np.asarray(0.3 * noise * np.exp(-(time() % 0.5) / 0.03))


def test_bands_cover_all_bins_in_steps_of_less_than_half_a_semitone() -> None:
    edges = np.array(GRID.edges)
    assert edges[0] == 0
    assert edges[-1] == GRID.bins
    wide = edges[1:-1][np.diff(edges[1:]) > 1]
    assert (np.diff(edges)[-wide.size - 1 : -1] / wide[: wide.size]).max() < 2 ** (0.5 / 12) - 1 + 1e-9


def test_the_pitch_of_the_bass_is_found_and_clearer_than_in_noise() -> None:
    tone, noise = cues_of(notes(82.4)), cues_of(hits())
    np.testing.assert_allclose(100 * 2 ** tone.frame[:, BASS_HZ], 82.4, rtol=0.03)
    assert np.median(tone.frame[:, CLARITY]) > 1.5 * np.median(noise.frame[:, CLARITY])


def test_what_is_struck_shows_around() -> None:
    still, struck = cues_of(notes(82.4)), cues_of(notes(82.4) + hits())
    assert struck.frame[:, STRUCK_HIGH].min() > 2 * still.frame[:, STRUCK_HIGH].max() + 0.05


def test_a_second_harmonic_has_something_an_octave_below() -> None:
    cues = cues_of(notes(220.0))
    at_first, at_second = (np.abs(GRID.hz - hz).argmin() for hz in (220, 440))
    against_below = cues.local[:, 16]
    assert against_below[:, at_second].max() < 0 < against_below[:, at_first].min()


def test_no_cue_depends_on_gain() -> None:
    one, other = cues_of(notes(110) + hits()), cues_of(0.5 * (notes(110) + hits()))
    np.testing.assert_allclose(one.frame, other.frame, atol=1e-3)
