from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from musicengine.dsp.filters import K_WEIGHTING_48K, biquads, biquads_from, k_weighting
from musicengine.dsp.types import Array
from musicengine.errors import InputError

RATES = [8_000, 22_050, 44_100, 48_000, 96_000, 192_000, 384_000]


def one_by_one(signal: Array, sections: Any) -> Array:
    """Transposed direct form II in float64, a sample at a time."""
    out = np.array(signal, np.float64)
    for b0, b1, b2, a0, a1, a2 in sections:
        first = second = 0.0
        for k, x in enumerate(out):
            y = (b0 * x + first) / a0
            first, second = b1 * x - a1 * y + second, b2 * x - a2 * y
            out[k] = y
    return out


def response(sections: Any, rate: float, hz: Any) -> Array:
    z = np.exp(-2j * np.pi * np.asarray(hz) / rate)
    total = np.ones_like(z)
    for b0, b1, b2, a0, a1, a2 in sections:
        total *= (b0 + b1 * z + b2 * z * z) / (a0 + a1 * z + a2 * z * z)
    return np.abs(total)


def test_k_weighting_gives_the_tables_at_48_khz() -> None:
    np.testing.assert_allclose(k_weighting(48_000), K_WEIGHTING_48K, rtol=0, atol=1e-14)


@pytest.mark.parametrize("rate", RATES)
def test_k_weighting_keeps_its_response_at_other_rates(rate: float) -> None:
    hz = np.array([20.0, 38, 100, 500, 997])
    change_db = 20 * np.log10(response(k_weighting(rate), rate, hz) / response(K_WEIGHTING_48K, 48_000, hz))
    assert np.abs(change_db).max() < (0.25 if rate == 8_000 else 0.05)


def test_k_weighting_gain_at_997_hz_is_the_constant_of_the_standard() -> None:
    assert 20 * np.log10(response(K_WEIGHTING_48K, 48_000, 997)) == pytest.approx(0.691, abs=0.001)


@pytest.mark.parametrize("rate", [0, 3_999, float("nan")])
def test_k_weighting_refuses_rates_below_its_corner(rate: float) -> None:
    with pytest.raises(InputError, match="at least 4000 Hz"):
        k_weighting(rate)


@pytest.mark.parametrize("n", [0, 1, 31, 32, 33, 255, 256, 257, 2_500])
def test_blocks_equal_the_recursion_sample_by_sample(n: int) -> None:
    signal = np.random.default_rng(n).standard_normal(n)
    np.testing.assert_allclose(
        biquads(signal, k_weighting(44_100)), one_by_one(signal, k_weighting(44_100)), atol=1e-11
    )


@pytest.mark.parametrize("rate", RATES)
def test_float32_stays_near_float64_beside_a_large_offset(rate: float) -> None:
    signal = (np.random.default_rng(0).standard_normal(100_000) * 0.01 + 0.5).astype(np.float32)
    exact = biquads(signal.astype(np.float64), k_weighting(rate))
    quick = biquads(signal, k_weighting(rate))
    assert quick.dtype == np.float32
    assert np.abs(quick - exact).max() < 5e-7


@pytest.mark.parametrize(
    "sections",
    [
        [[0.5, 0, 0, 1, 0, 0]],  # a gain alone: its state is never reached
        [[0, 0, 1, 1, 0, 0]],  # a delay
        [[2, 1, 0, 2, -1.9, 0]],  # a0 other than 1, first order
        [[1, 0, 0, 1, -1, 0]],  # an integrator, which never decays
        [[1, 0, 0, 1, -1.01, 0]],  # one that grows
        [[1, 2, 1, 1, -1.99, 0.995], [1, -2, 1, 1, -1.999, 0.9991], [1, 0, -1, 1, 0.3, 0.4]],
    ],
)
def test_any_sections(sections: Any) -> None:
    signal = np.random.default_rng(5).standard_normal(777)
    expected = one_by_one(signal, sections)
    np.testing.assert_allclose(biquads(signal, sections), expected, atol=1e-9 * np.abs(expected).max())


def test_pieces_join_to_the_whole() -> None:
    signal = np.random.default_rng(1).standard_normal((2, 3, 1_000))
    sections = k_weighting(48_000)
    state, parts = None, []
    for piece in np.split(signal, [1, 40, 400, 401], axis=-1):
        part, state = biquads_from(piece, sections, state)
        parts.append(part)
    np.testing.assert_allclose(np.concatenate(parts, axis=-1), biquads(signal, sections), atol=1e-12)


def test_an_impulse_long_ago_still_rings() -> None:
    impulse = np.zeros(200_000)
    impulse[0] = 1
    ringing = biquads(impulse, [[1, 0, 0, 1, -1.9999, 0.99995]])
    poles = np.roots([1, -1.9999, 0.99995])
    n = 150_000
    expected = ((poles[0] ** (n + 1) - poles[1] ** (n + 1)) / (poles[0] - poles[1])).real
    assert ringing[n] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("sections", [[], [1, 2, 3], [[1, 0, 0, 0, 0, 0]], [[np.nan, 0, 0, 1, 0, 0]], [[1, 0, 0, 1]]])
def test_bad_sections_are_named(sections: Any) -> None:
    with pytest.raises(InputError, match="sections must"):
        biquads(np.zeros(4), sections)
