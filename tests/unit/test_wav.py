from __future__ import annotations

import io
import struct
import tracemalloc
import warnings
import wave
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from musicengine import wav
from musicengine.dsp.types import Array
from musicengine.errors import AudioError, FileError, FormatError

GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")


def chunk(name: bytes, body: bytes, size: int | None = None) -> bytes:
    return name + struct.pack("<I", len(body) if size is None else size) + body + b"\0" * (len(body) % 2)


def fmt(
    tag: int = 1, channels: int = 2, rate: int = 44_100, bits: int = 16, frame: int | None = None, extra: bytes = b""
) -> bytes:
    frame = channels * bits // 8 if frame is None else frame
    return chunk(b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, rate * frame, frame, bits) + extra)


def riff(*chunks: bytes, name: bytes = b"RIFF", size: int | None = None) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return name + struct.pack("<I", len(body) if size is None else size) + body


def extensible(tag: int, bits: int, channels: int = 2, tail: bytes = GUID_TAIL) -> bytes:
    extra = struct.pack("<HHIH", 22, bits, 3, tag) + tail
    return fmt(0xFFFE, channels, bits=bits, extra=extra)


PCM16 = np.array([[0, 1, -32_768], [32_767, -1, 5]], "<i2").T  # (frames, channels)
DATA16 = chunk(b"data", PCM16.tobytes())
EXPECTED16 = (PCM16.T / 32_768).astype(np.float32)


@pytest.mark.parametrize("bits", [8, 16, 24, 32])
@pytest.mark.parametrize("layout", [fmt, extensible])
@pytest.mark.parametrize("channels", [1, 2, 3, 64])
def test_pcm_of_any_width(bits: int, layout: Callable[..., bytes], channels: int) -> None:
    rng = np.random.default_rng(bits)
    integers = rng.integers(-(1 << bits - 1), 1 << bits - 1, (5, channels), np.int64)
    integers[0, 0], integers[1, 0] = -(1 << bits - 1), (1 << bits - 1) - 1
    stored = integers + 128 if bits == 8 else integers
    body = stored.astype("<i8").view(np.uint8).reshape(5, channels, 8)[:, :, : bits // 8].tobytes()
    decoded = wav.decode(riff(layout(1, bits=bits, channels=channels), chunk(b"data", body)))
    assert (decoded.rate, decoded.notes) == (44_100, ())
    assert decoded.samples.dtype == np.float32
    np.testing.assert_allclose(decoded.samples, integers.T / 2.0 ** (bits - 1), rtol=1e-7)
    assert decoded.samples.min() == -1


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("layout", [fmt, extensible])
def test_float(bits: int, layout: Callable[..., bytes]) -> None:
    values = np.array([[0.0, -1.5], [0.25, 1e-3]], f"<f{bits // 8}")
    decoded = wav.decode(riff(layout(3, bits=bits), chunk(b"fact", b"1234"), chunk(b"data", values.tobytes())))
    np.testing.assert_array_equal(decoded.samples, values.T.astype(np.float32))


def test_20_bits_in_24_are_the_upper_ones() -> None:
    body = (np.array([1 << 19, -(1 << 19)], "<i4") << 4).view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    with_sign = wav.decode(riff(fmt(channels=1, bits=20, frame=3), chunk(b"data", body))).samples
    np.testing.assert_array_equal(with_sign, [[-1, -1]])


def test_other_chunks_and_odd_padding() -> None:
    file = riff(chunk(b"LIST", b"odd"), fmt(extra=b"\0\0"), chunk(b"junk", b""), DATA16, chunk(b"id3 ", b"after"))
    np.testing.assert_array_equal(wav.decode(file).samples, EXPECTED16)


@pytest.mark.parametrize("name", [b"RF64", b"BW64"])
def test_rf64(name: Any) -> None:
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 0, PCM16.nbytes, 3, 0))
    data = chunk(b"data", PCM16.tobytes(), 0xFFFFFFFF)
    decoded = wav.decode(riff(ds64, fmt(), data, chunk(b"LIST", b"after"), name=name, size=0xFFFFFFFF))
    np.testing.assert_array_equal(decoded.samples, EXPECTED16)
    assert not decoded.notes


@pytest.mark.parametrize(("riff_size", "data_size"), [(0, 0), (0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0), (36, 0)])
def test_streaming_headers_mean_the_rest_of_the_file(riff_size: int, data_size: int) -> None:
    decoded = wav.decode(riff(fmt(), chunk(b"data", PCM16.tobytes(), data_size), size=riff_size))
    np.testing.assert_array_equal(decoded.samples, EXPECTED16)
    assert not decoded.notes


@pytest.mark.parametrize("claim", [13, 100 << 30 & 0xFFFFFFFF | 0x7FFF0000, 0xFFFFFFFE])
def test_a_truncated_file_gives_what_is_there_and_says_so(claim: int) -> None:
    decoded = wav.decode(riff(fmt(), chunk(b"data", PCM16.tobytes(), claim)))
    np.testing.assert_array_equal(decoded.samples, EXPECTED16)
    assert f"promises {claim} bytes of samples, the file holds 12" in decoded.notes[0]


def test_a_file_cut_inside_a_frame() -> None:
    decoded = wav.decode(riff(fmt(), DATA16)[:-1])
    np.testing.assert_array_equal(decoded.samples, EXPECTED16[:, :2])
    assert len(decoded.notes) == 2


def test_a_header_that_claims_100_gb_allocates_nothing() -> None:
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 100 << 30, 100 << 30, 25 << 30, 0))
    file = riff(ds64, fmt(), chunk(b"data", PCM16.tobytes(), 0xFFFFFFFF), name=b"RF64", size=0xFFFFFFFF)
    tracemalloc.start()
    decoded = wav.decode(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_array_equal(decoded.samples, EXPECTED16)
    assert peak < 100_000


@pytest.mark.parametrize("channels", [1, 7])
def test_memory_follows_the_decoded_samples(channels: int) -> None:
    file = wav.encode(np.zeros((channels, 3_000_000 // channels), np.float32), 44_100)
    tracemalloc.start()
    decoded = wav.decode(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < decoded.samples.nbytes * 1.1 + 5e6


BAD = {
    "empty": (b"", FormatError, "no WAV file"),
    "text": (b"hello, this is no sound file", FormatError, "no WAV file"),
    "header cut": (riff(fmt(), DATA16)[:10], FormatError, "no WAV file"),
    "nothing inside": (riff(), FileError, "no fmt chunk"),
    "fmt cut": (riff(fmt(), DATA16)[:30], FileError, "needs 16 bytes, got 10"),
    "no data": (riff(fmt()), FileError, "no data chunk"),
    "data first": (riff(DATA16, fmt()), FileError, "no fmt chunk before"),
    "no samples": (riff(fmt(), chunk(b"data", b""), chunk(b"LIST", b"text")), FileError, "no samples"),
    "less than a frame": (riff(fmt(), chunk(b"data", b"abc")), FileError, "no samples"),
    "ds64 cut": (riff(chunk(b"ds64", b"short"), name=b"RF64"), FileError, "ds64"),
    "mu-law": (riff(fmt(7, bits=8), DATA16), FormatError, "format 7 (mu-law)"),
    "unknown codec": (riff(fmt(0x1234), DATA16), FormatError, "unknown"),
    "unknown subformat": (riff(extensible(1, 16, tail=b"x" * 14), DATA16), FormatError, "names no known format"),
    "short extension": (riff(fmt(0xFFFE), DATA16), FormatError, "names no known format"),
    "0 channels": (riff(fmt(channels=0, frame=4), DATA16), AudioError, "got 0"),
    "65 channels": (riff(fmt(channels=65), DATA16), AudioError, "got 65"),
    "0 Hz": (riff(fmt(rate=0), DATA16), AudioError, "got 0"),
    "0 bits": (riff(fmt(bits=0, frame=4), DATA16), FormatError, "0 bit"),
    "frame 0": (riff(fmt(frame=0), DATA16), FormatError, "0 bytes a frame"),
    "frame odd": (riff(fmt(frame=5), DATA16), FormatError, "5 bytes a frame"),
    "40 bits": (riff(fmt(bits=40), DATA16), FormatError, "40 bit"),
    "float 16": (riff(fmt(3, bits=16), DATA16), FormatError, "16 bit float"),
}


@pytest.mark.parametrize("name", BAD)
def test_damage_is_named(name: Any) -> None:
    file, error, words = BAD[name]
    with pytest.raises(error) as caught:
        wav.decode(file)
    assert words in str(caught.value)


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
def test_samples_that_are_no_numbers_are_refused(bits: int, value: float) -> None:
    if bits == 32 and np.isfinite(value):
        return
    body = np.array([[0, 0], [0, value]], f"<f{bits // 8}").tobytes()
    with pytest.raises(AudioError, match="at 1 of channel 1"):
        wav.decode(riff(fmt(3, bits=bits), chunk(b"data", body)))


class Pipe(io.BytesIO):
    def seekable(self) -> bool:
        return False


def test_streams() -> None:
    file = riff(fmt(), DATA16)
    np.testing.assert_array_equal(wav.decode(Pipe(file)).samples, EXPECTED16)
    np.testing.assert_array_equal(wav.decode(memoryview(bytearray(file))).samples, EXPECTED16)
    stream = io.BytesIO(b"before" + file)
    stream.seek(6)
    np.testing.assert_array_equal(wav.decode(stream).samples, EXPECTED16)


def test_a_file_that_shrinks_while_it_is_read() -> None:
    class Shrinking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(size)[: 5 if (size or 0) > 8 and self.tell() > 20 and self.tell() != 36 else None]

    with pytest.raises(FileError, match="ended after 0 of 3 frames"):
        wav.decode(Shrinking(riff(fmt(), DATA16)))


# Writing


@pytest.mark.parametrize("encoding", ["pcm16", "pcm24", "float32"])
@pytest.mark.parametrize("channels", [1, 2, 3, 6, 64])
@pytest.mark.parametrize("n", [1, 3, 1_000])
def test_what_is_written_reads_back(encoding: Any, channels: int, n: int) -> None:
    samples = np.random.default_rng(n).uniform(-1, 1, (channels, n)).astype(np.float32)
    file = wav.encode(samples, 44_100, encoding=encoding)
    assert struct.unpack("<I", file[4:8])[0] == len(file) - 8
    decoded = wav.decode(file)
    assert not decoded.notes
    step = {"pcm16": 1.5 / 32_768, "pcm24": 0.51 / 2**23, "float32": 0}[encoding]
    assert np.abs(decoded.samples - samples).max() <= step + 1e-9 + (samples.max() > 1 - 2e-5) * 3e-5


def test_other_software_reads_it() -> None:
    with warnings.catch_warnings(), wave.open(io.BytesIO(wav.encode(EXPECTED16, 22_050))) as opened:
        assert (opened.getnchannels(), opened.getsampwidth(), opened.getframerate()) == (2, 2, 22_050)
        assert opened.readframes(9) == PCM16.tobytes()


def test_16_bit_material_survives_unchanged_and_silence_stays_silent() -> None:
    file = riff(fmt(), DATA16)
    assert wav.encode(wav.decode(file).samples, 44_100) == file
    assert not wav.decode(wav.encode(np.zeros((2, 100), np.float32), 44_100)).samples.any()


def test_dither_is_triangular_white_and_the_same_every_time() -> None:
    samples = np.full((1, 200_000), 0.3 / 32_768, np.float32)
    first, again = (wav.encode(samples, 44_100) for _ in range(2))
    assert first == again
    error = wav.decode(first).samples[0].astype(np.float64) * 32_768 - 0.3
    assert error.mean() == pytest.approx(0, abs=0.01)  # the level below one bit is kept
    assert error.var() == pytest.approx(0.25, abs=0.01)  # 1/12 of rounding, 1/6 of the dither, whatever the signal
    assert np.abs(np.corrcoef(error[1:], error[:-1])[0, 1]) < 0.01
    assert not wav.decode(wav.encode(samples, 44_100, dither=False)).samples.any()


@pytest.mark.parametrize(("encoding", "top"), [("pcm16", 32_767 / 32_768), ("pcm24", 1 - 2**-23), ("float32", 3.0)])
def test_pcm_clips(encoding: Any, top: float) -> None:
    decoded = wav.decode(wav.encode(np.array([[3.0, -3.0]], np.float32), 8_000, encoding=encoding)).samples
    np.testing.assert_array_equal(decoded, np.array([[top, -3.0 if top == 3 else -1.0]], np.float32))


def test_above_4_gb_the_header_is_rf64() -> None:
    silence = np.broadcast_to(np.float32(0), (64, 20_000_000))
    head = next(wav.encode_blocks(silence, 44_100, encoding="float32"))
    assert head[:8] == b"RF64\xff\xff\xff\xff"
    assert struct.unpack("<QQQ", head[20:44]) == (len(head) - 8 + silence.nbytes, silence.nbytes, 20_000_000)
    decoded = wav.decode(head + b"\0" * 512)
    assert decoded.samples.shape == (64, 2)
    assert str(silence.nbytes) in decoded.notes[0]


@pytest.mark.parametrize(
    ("samples", "rate", "encoding", "error"),
    [
        (np.zeros(3, np.float32), 44_100, "pcm16", AudioError),
        (np.zeros((65, 3), np.float32), 44_100, "pcm16", AudioError),
        (np.zeros((1, 3), np.float32), 0, "pcm16", AudioError),
        (np.zeros((1, 3), np.float32), 44_100.5, "pcm16", AudioError),
        (np.zeros((1, 3), np.float32), 44_100, "pcm8", FormatError),
    ],
)
def test_bad_arguments_are_named(samples: Array, rate: Any, encoding: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="got"):
        wav.encode(samples, rate, encoding=encoding)
