"""The signals of EBU Tech 3341 and 3342 and of ITU-R BS.2217 that can be synthesized, in the standards' tolerance."""

from __future__ import annotations

import math
import tracemalloc
from typing import Any

import numpy as np
import pytest

from musicengine.audio.loudness import channel_weights, loudness_curve, measure_loudness
from musicengine.audio.platforms import predict_playback
from musicengine.dsp.filters import K_WEIGHTING_48K
from musicengine.errors import InputError
from musicengine.values.measures import Loudness, LoudnessCurve
from musicengine.values.platforms import Platform
from musicengine.values.sound import Audio

RATE = 48_000


def tones(*parts: Any, rate: int = RATE, hz: float = 1_000.0, channels: int = 2) -> Audio:
    """A stereo sine that takes these levels (dBFS, None is silence) for these times, phase-continuous."""
    gains = np.concatenate(
        [np.full(round(seconds * rate), 0 if level is None else 10 ** (level / 20)) for level, seconds in parts]
    )
    wave = gains * np.sin(2 * np.pi * hz / rate * np.arange(gains.size))
    return Audio(np.broadcast_to(wave.astype(np.float32), (channels, wave.size)), rate)


def lufs(audio: Audio) -> float:
    return measure_loudness(audio).integrated_lufs


# EBU Tech 3341, table 1


@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize("level", [-23, -33])
def test_3341_1_and_2_steady_tone(level: float, rate: int) -> None:
    measured = measure_loudness(tones((level, 20), rate=rate))
    for value in (measured.integrated_lufs, measured.short_term_max_lufs, measured.momentary_max_lufs):
        assert value == pytest.approx(level, abs=0.1)


@pytest.mark.parametrize(
    "parts",
    [
        [(-36, 10), (-23, 60), (-36, 10)],
        [(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)],
        [(-26, 20), (-20, 20.1), (-26, 20)],
    ],
    ids=["3 relative gate", "4 both gates", "5 no gate"],
)
def test_3341_3_to_5_gates(parts: Any) -> None:
    assert lufs(tones(*parts)) == pytest.approx(-23, abs=0.1)


def test_3341_6_five_channels() -> None:
    levels = [-28, -28, -24, -30, -30]
    samples = np.concatenate([tones((level, 20), channels=1).samples for level in levels])
    assert lufs(Audio(samples, RATE)) == pytest.approx(-23, abs=0.1)
    with_lfe = np.insert(samples, 3, 1.0, axis=0)  # the LFE channel does not count
    assert lufs(Audio(with_lfe, RATE)) == pytest.approx(-23, abs=0.1)


def test_3341_9_short_term_stays_constant() -> None:
    curve = loudness_curve(tones(*[(-20, 1.34), (-30, 1.66)] * 5))
    np.testing.assert_allclose(curve.short_term_lufs[29:], -23, atol=0.1)


@pytest.mark.parametrize("step", range(20))
def test_3341_10_short_term_maximum(step: int) -> None:
    measured = measure_loudness(tones((None, step * 0.15), (-23, 3), (None, 1)))
    assert measured.short_term_max_lufs == pytest.approx(-23, abs=0.1)


def test_3341_11_short_term_maximum_live() -> None:
    parts = []
    for step in range(20):
        parts += [(None, step * 0.15), (-38 + step, 3), (None, 3 - step * 0.15)]
        so_far = tones(*parts[-6:])  # the loudest is in the latest segments, which are louder one by one
        assert measure_loudness(so_far).short_term_max_lufs == pytest.approx(-38 + step, abs=0.1)


def test_3341_12_momentary_stays_constant() -> None:
    curve = loudness_curve(tones(*[(-20, 0.18), (-30, 0.22)] * 25))
    np.testing.assert_allclose(curve.momentary_lufs[9:], -23, atol=0.1)


@pytest.mark.parametrize("step", range(20))
def test_3341_13_momentary_maximum(step: int) -> None:
    measured = measure_loudness(tones((None, step * 0.02), (-23, 0.4), (None, 1)))
    assert measured.momentary_max_lufs == pytest.approx(-23, abs=0.1)


def test_3341_14_momentary_maximum_live() -> None:
    parts = []
    for step in range(20):
        parts += [(None, step * 0.02), (-38 + step, 0.4), (None, 0.4 - step * 0.02)]
        assert measure_loudness(tones(*parts)).momentary_max_lufs == pytest.approx(-38 + step, abs=0.1)


@pytest.mark.parametrize(
    ("number", "division", "degrees", "amplitude", "expected"),
    [(15, 4, 0, 0.5, -6), (16, 4, 45, 0.5, -6), (17, 6, 60, 0.5, -6), (18, 8, 67.5, 0.5, -6), (19, 4, 45, 1.41, 3)],
)
def test_3341_15_to_19_true_peak_of_a_tone(
    number: int, division: int, degrees: float, amplitude: float, expected: float
) -> None:
    n = np.arange(RATE)
    wave = amplitude * np.sin(2 * np.pi * n / division + np.radians(degrees))
    wave *= np.minimum(1, np.minimum(n, n[::-1]) / 480)  # an abrupt start would ring above the tone
    measured = measure_loudness(Audio(wave, RATE)).true_peak_dbtp
    assert expected - 0.4 <= measured <= expected + 0.2


@pytest.mark.parametrize("offset", [0, 1, 2, 3])
def test_3341_20_to_23_true_peak_between_samples(offset: int) -> None:
    # At four times the rate: a tone with one louder, faster period, low-passed, then every fourth sample kept.
    n = 4 * 4_800
    wave = 0.5 * np.sin(2 * np.pi * np.arange(n) / 24)
    wave[n // 2 : n // 2 + 16] = np.sin(2 * np.pi * np.arange(16) / 16)
    spectrum = np.fft.rfft(wave)
    spectrum[n // 8 :] = 0
    wave = np.fft.irfft(spectrum, n)
    wave /= np.abs(wave).max()
    measured = measure_loudness(Audio(wave[offset::4], RATE)).true_peak_dbtp
    assert -0.4 <= measured <= 0.2


# EBU Tech 3342, table 1


@pytest.mark.parametrize(
    ("levels", "expected"),
    [([-20, -30], 10), ([-20, -15], 5), ([-40, -20], 20), ([-50, -35, -20, -35, -50], 15)],
    ids=["1", "2", "3", "4"],
)
def test_3342_loudness_range(levels: list[float], expected: float) -> None:
    assert measure_loudness(tones(*[(level, 20) for level in levels])).range_lu == pytest.approx(expected, abs=1)


# ITU-R BS.1770-5 and BS.2217


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000, 88_200, 96_000, 192_000, 384_000])
def test_a_full_scale_tone_in_one_channel_is_minus_3_01(rate: int) -> None:
    assert lufs(tones((0, 2), rate=rate, hz=997, channels=1)) == pytest.approx(
        -3.01, abs=0.06 if rate < 22_000 else 0.03
    )


@pytest.mark.parametrize("hz", [25, 100, 500, 997, 2_000, 10_000, 20_000])
def test_tones_read_what_the_filters_of_the_standard_give_them(hz: float) -> None:
    z = np.exp(-2j * np.pi * hz / RATE) ** np.arange(3)
    gains = [abs(np.dot(row[:3], z) / np.dot(row[3:], z)) for row in K_WEIGHTING_48K]
    expected = -18 + 20 * math.log10(gains[0] * gains[1]) - 0.691  # two channels of half the power each
    assert lufs(tones((-18, 10), hz=hz)) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("channel", range(6))
def test_channels_of_5_1_weigh_as_the_table_says(channel: int) -> None:
    samples = np.zeros((6, 10 * RATE), np.float32)
    samples[channel] = tones((-20, 10), channels=1).samples
    expected = -math.inf if channel == 3 else -23.01 + (10 * math.log10(1.41) if channel > 3 else 0)
    assert lufs(Audio(samples, RATE)) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(("level", "expected"), [(-69, -69.0), (-71, -math.inf)])
def test_the_absolute_gate(level: float, expected: float) -> None:
    assert lufs(tones((level, 5))) == pytest.approx(expected, abs=0.02)


def test_channel_weights_can_be_given() -> None:
    audio = tones((-20, 5))
    assert measure_loudness(audio, weights=[1, 0]).integrated_lufs == pytest.approx(lufs(audio) - 3.01, abs=0.01)
    assert channel_weights(64) == (1.0,) * 64
    for weights in ([1], [1, -1], [1, math.nan]):
        with pytest.raises(InputError, match="each of 2 channels"):
            measure_loudness(audio, weights=weights)


# Odd audio


@pytest.mark.parametrize("seconds", [0.0001, 0.1, 0.399])
def test_audio_shorter_than_its_windows_has_no_loudness_but_a_peak(seconds: float) -> None:
    measured = measure_loudness(tones((-20, seconds), hz=997))
    assert measured.integrated_lufs == measured.momentary_max_lufs == measured.short_term_max_lufs == -math.inf
    assert measured.range_lu == 0
    assert measured.true_peak_dbtp > -30


def test_audio_of_exactly_one_window() -> None:
    measured = measure_loudness(tones((-20, 0.4)))
    assert measured.integrated_lufs == pytest.approx(-20, abs=0.1)
    assert measured.short_term_max_lufs == -math.inf


@pytest.mark.parametrize("seconds", [0.00001, 0.5, 5])
def test_silence_is_minus_infinity(seconds: float) -> None:
    silence = Audio(np.zeros((2, max(1, round(seconds * RATE)))), RATE)
    measured = measure_loudness(silence)
    assert measured.range_lu == 0
    assert {measured.integrated_lufs, measured.momentary_max_lufs, measured.true_peak_dbtp} == {-math.inf}
    assert np.isneginf(loudness_curve(silence).momentary_lufs).all()


@pytest.mark.parametrize("rate", [1_000, 1_001, 4_000, 7_999])
def test_very_low_rates(rate: int) -> None:
    assert lufs(tones((-20, 5), rate=rate, hz=100)) == pytest.approx(lufs(tones((-20, 5), hz=100)), abs=0.1)


def test_64_channels() -> None:
    assert lufs(tones((-40, 2), channels=64)) == pytest.approx(-40 - 3.01 + 10 * math.log10(64), abs=0.02)


@pytest.mark.parametrize("block", [1, 100, 5_000, 1 << 20])
def test_the_block_changes_nothing(block: int) -> None:
    noise = np.random.default_rng(0).standard_normal((2, 44_100 * 4)) * 0.1
    audio = Audio(noise, 44_100)
    expected, measured = measure_loudness(audio), measure_loudness(audio, block=block)
    assert measured.integrated_lufs == pytest.approx(expected.integrated_lufs, abs=1e-5)
    assert measured.momentary_max_lufs == pytest.approx(expected.momentary_max_lufs, abs=1e-5)
    assert measured.range_lu == pytest.approx(expected.range_lu, abs=1e-5)
    assert measured.true_peak_dbtp == expected.true_peak_dbtp


@pytest.mark.parametrize("rate", [8_000, 44_100])
def test_memory_is_bounded(rate: int) -> None:
    audio = Audio(np.random.default_rng(0).standard_normal((2, 5_000_000), np.float32), rate)
    tracemalloc.start()
    measure_loudness(audio)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6


def test_the_curve_shows_the_window_that_ends() -> None:
    curve = loudness_curve(tones((None, 1), (-20, 5)))
    assert isinstance(curve, LoudnessCurve)
    assert curve.times_s.size == 60
    np.testing.assert_allclose(curve.times_s[[0, -1]], [0.1, 6.0], rtol=1e-6)
    assert np.isneginf(curve.momentary_lufs[:10]).all()
    assert np.isfinite(curve.momentary_lufs[10:]).all()
    assert np.isneginf(curve.short_term_lufs[:29]).all()
    np.testing.assert_allclose(curve.momentary_lufs[13:], -20, atol=0.1)
    assert curve.short_term_lufs[29] == pytest.approx(-20 + 10 * math.log10(2 / 3), abs=0.1)


def test_a_curve_needs_its_levels() -> None:
    with pytest.raises(InputError, match="2 times"):
        LoudnessCurve([0.1, 0.2], [-20], [-20, -20])
    with pytest.raises(InputError, match="below infinity"):
        LoudnessCurve([0.1], [math.nan], [-20])


def test_services_lower_what_is_loud_and_some_raise_what_is_quiet() -> None:
    loud = {each.platform: each for each in predict_playback(Loudness(-8, 5, -7, -6, -0.5))}
    assert (loud["Spotify"].gain_db, loud["YouTube"].gain_db, loud["Apple Music"].gain_db) == (-6, -6, -8)
    assert all(each.short_lu == 0 for each in loud.values())
    quiet = {each.platform: each for each in predict_playback(Loudness(-20, 5, -18, -17, -4))}
    assert (quiet["Spotify"].gain_db, quiet["Spotify"].short_lu) == (3, 3)  # no further than -1 dBTP
    assert (quiet["YouTube"].gain_db, quiet["YouTube"].loudness_lufs) == (0, -20)
    assert quiet["EBU broadcast"].gain_db == -3
    assert predict_playback(Loudness(-np.inf, 0, -np.inf, -np.inf, -np.inf)) == ()


def test_services_are_the_users_to_replace() -> None:
    # The example on Spotify's own page: -20 LUFS with a true peak of -5 dB is lifted to -16 only.
    spotify = next(each for each in predict_playback(Loudness(-20, 5, -18, -17, -5)) if each.platform == "Spotify")
    assert (spotify.gain_db, spotify.loudness_lufs, spotify.short_lu) == (4, -16, 2)
    own = Platform("My radio", -18, False, -1, "2026", "its handbook")
    (only,) = predict_playback(Loudness(-14, 5, -13, -12, -1), platforms=[own])
    assert (only.platform, only.gain_db, only.loudness_lufs) == ("My radio", -4, -18)
