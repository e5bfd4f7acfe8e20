"""Products in pieces are the products."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicengine.dsp.products import product


@given(m=st.integers(0, 70), k=st.integers(0, 40), n=st.integers(0, 40), seed=st.integers(0, 99))
def test_small_products(m: int, k: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    left, right = rng.standard_normal((m, k)), rng.standard_normal((k, n))
    assert product(left, right) == pytest.approx(left @ right)
    assert product(left, right[:, 0] if n else np.ones(k)) == pytest.approx(left @ (right[:, 0] if n else np.ones(k)))


@pytest.mark.parametrize(
    ("m", "k", "n"), [(777, 371, 241), (2584, 128, 16), (30_001, 2, 64), (2, 2, 100_001), (5, 9000, 40)]
)
def test_large_products(m: int, k: int, n: int) -> None:
    rng = np.random.default_rng(0)
    left = rng.standard_normal((m, k)).astype(np.float32)
    right = rng.standard_normal((k, n)).astype(np.float32)
    found = product(left, right)
    assert found.dtype == np.float32
    assert np.allclose(found, left.astype(float) @ right, atol=1e-3)


@pytest.mark.parametrize("k", [4, 1000, 20_000])
def test_products_with_a_vector(k: int) -> None:
    rng = np.random.default_rng(0)
    left, right = rng.standard_normal((501, k)), rng.standard_normal(k)
    assert product(left, right) == pytest.approx(left @ right)


def test_stacks_views_and_places() -> None:
    rng = np.random.default_rng(0)
    left = rng.standard_normal((3, 400, 64))[:, ::2]
    right = rng.standard_normal((64, 50)).T[:, :64].T
    out = np.zeros((3, 200, 60))
    assert product(left, right, out[..., 5:55]).base is not None
    assert out[..., 5:55] == pytest.approx(left @ right)
    assert not out[..., :5].any()
    assert not out[..., 55:].any()


@pytest.mark.parametrize(
    ("m", "k", "n"), [(777, 371, 241), (2584, 128, 16), (2, 2, 100_001), (1378, 32, 1), (257, 1025, 12)]
)
def test_no_piece_is_so_large_that_blas_starts_threads(monkeypatch: pytest.MonkeyPatch, m: int, k: int, n: int) -> None:
    sizes: list[tuple[int, bool]] = []
    multiply = np.matmul

    def spy(left: Any, right: Any, out: Any) -> Any:
        by_vector = right.ndim == 1 or 1 in (left.shape[-2], right.shape[1])
        sizes.append((left.shape[-2] * right.size, by_vector))
        return multiply(left, right, out=out)

    monkeypatch.setattr(np, "matmul", spy)
    product(np.ones((m, k), np.float32), np.ones((k, n), np.float32))
    product(np.ones((m, k), np.float32), np.ones(k, np.float32))
    assert all(size <= 2**18 and (size < 9216 or not by_vector) for size, by_vector in sizes)
