from __future__ import annotations

import struct
import tracemalloc

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from musicengine import wav
from musicengine.dsp.types import Array
from musicengine.errors import AudioError, FileError
from musicengine.files import load

samples = hnp.arrays(np.float32, st.tuples(st.integers(1, 5), st.integers(1, 60)), elements=st.floats(-1, 1, width=32))
interesting = st.sampled_from([0, 1, 2, 3, 7, 8, 16, 0x7F, 0x80, 0xFE, 0xFF])


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good file with bytes changed (more of them in the header), cut out, put in or cut off."""
    file = bytearray(
        wav.encode(
            draw(samples),
            draw(st.integers(1_000, 96_000)),
            encoding=draw(st.sampled_from(["pcm16", "pcm24", "float32"])),
        )
    )
    if draw(st.booleans()):
        file[12:12] = b"ds64" + struct.pack("<IQQQI", 28, *draw(st.tuples(*[st.integers(0, 2**64 - 1)] * 3)), 0)
        file[:4] = draw(st.sampled_from([b"RF64", b"BW64", b"RIFF"]))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, min(len(file), draw(st.sampled_from([60, 2_000]))) - 1))
        file[at] = draw(interesting | st.integers(0, 255))
    if draw(st.booleans()):
        at = draw(st.integers(0, len(file)))
        file[at : at + draw(st.integers(0, 8))] = draw(st.binary(max_size=8))
    return bytes(file[: draw(st.integers(0, len(file)))] if draw(st.booleans()) else file)


def survives(file: bytes) -> None:
    """Decode it; nothing but our errors comes out, and memory follows the file's size."""
    tracemalloc.start()
    try:
        decoded = wav.decode(file)
        assert np.isfinite(decoded.samples).all()
        assert decoded.samples.nbytes <= 4 * len(file)
    except (FileError, AudioError):
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 16 * len(file) + 50_000


@settings(max_examples=600, deadline=None)
@given(mutated())
@example(b"RIFF\0\0\0\0WAVEdata\0\0\0\0")
def test_mutated_files_give_samples_or_a_clear_error(file: bytes) -> None:
    survives(file)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_behind_a_magic_give_samples_or_a_clear_error(body: bytes) -> None:
    survives(b"RIFF\xff\xff\xff\xffWAVE" + body)


@settings(max_examples=200, deadline=None)
@given(samples, st.integers(1_000, 768_000))
def test_float_files_are_exact(values: Array, rate: int) -> None:
    audio = load(wav.encode(values, rate, encoding="float32"))
    np.testing.assert_array_equal(audio.samples, values)
    assert audio.rate == rate


@settings(max_examples=100, deadline=None)
@given(samples)
def test_a_second_16_bit_generation_changes_nothing(values: Array) -> None:
    once = wav.encode(values, 44_100)
    assert wav.encode(wav.decode(once).samples, 44_100) == once
