"""WAV files, read strictly and written plainly, with numpy alone.

Reads PCM of 8, 16, 24 and 32 bit and float of 32 and 64 bit, plain or WAVE_FORMAT_EXTENSIBLE, as RIFF, RF64 or BW64
(EBU Tech 3306, ITU-R BS.2088). What a header claims is never trusted: memory follows the bytes that are there.
Writes PCM of 16 and 24 bit and float of 32 bit; 16 bit with triangular dither (Lipshitz et al. 1992).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import BinaryIO, Literal, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from musicengine.errors import AudioError, FileError, FormatError

__all__ = ["Decoded", "Encoding", "decode", "encode", "encode_blocks", "is_wav"]

FloatArray: TypeAlias = npt.NDArray[np.float32]
Encoding: TypeAlias = Literal["pcm16", "pcm24", "float32"]
"""How samples are written: 16 or 24 bits, or 32-bit floating point."""

MAX_CHANNELS = 64
_BLOCK = 1 << 18  # samples converted at a time
_UNKNOWN = (0, 0xFFFFFFFF)  # sizes that a writer leaves behind which could not seek back
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_COMPRESSED = {2: "MS ADPCM", 6: "A-law", 7: "mu-law", 0x11: "IMA ADPCM", 0x31: "GSM 6.10", 0x55: "MP3"}
_SUBFORMAT_TAIL = bytes.fromhex("000000001000800000aa00389b71")
_SPEAKERS = {1: 0x4, 2: 0x3, 3: 0x7, 4: 0x33, 5: 0x37, 6: 0x3F, 7: 0x70F, 8: 0x63F}


@attrs.frozen(eq=False)
class Decoded:
    """What a WAV file held.

    Args:
        samples: float32 (channels, n), full scale is [-1, 1].
        rate: Hz.
        notes: what was wrong with the file but could be read around, one sentence each.
    """

    samples: FloatArray
    rate: int
    notes: tuple[str, ...] = ()


@attrs.frozen
class _Format:
    """The fmt chunk: how samples are laid out."""

    channels: int
    rate: int
    width: int  # bytes of one sample
    is_float: bool

    @property
    def frame(self) -> int:
        """Bytes of one sample of every channel."""
        return self.channels * self.width


def is_wav(head: bytes) -> bool:
    """Whether a file that begins with these 12 bytes calls itself WAV."""
    return head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE"


def decode(source: bytes | bytearray | memoryview | BinaryIO) -> Decoded:
    """Read a WAV file.

    Args:
        source: its bytes, or a binary file open at its start; one that cannot seek is read whole first.

    Raises:
        FileError: it is damaged beyond reading, or holds no samples.
        FormatError: it is no WAV file, or its samples are in a compressed or unknown form.
        AudioError: a sample is NaN or infinite, or the rate or the number of channels cannot be audio.
    """
    stream = io.BytesIO(source) if isinstance(source, (bytes, bytearray, memoryview)) else source
    if not stream.seekable():
        stream = io.BytesIO(stream.read())
    start = stream.tell()
    end = stream.seek(0, io.SEEK_END)
    stream.seek(start)
    layout, size, notes = _find_data(stream, start, end)
    if size % layout.frame:
        notes = (*notes, f"the data ends inside a frame; its last {size % layout.frame} bytes were left out")
    frames = size // layout.frame
    if not frames:
        raise FileError("the WAV file holds no samples")
    return Decoded(_read_samples(stream, layout, frames), layout.rate, notes)


def encode(samples: FloatArray, rate: int, *, encoding: Encoding = "pcm16", dither: bool = True) -> bytes:
    """The bytes of a WAV file; see :func:`encode_blocks`."""
    return b"".join(encode_blocks(samples, rate, encoding=encoding, dither=dither))


def encode_blocks(
    samples: FloatArray, rate: int, *, encoding: Encoding = "pcm16", dither: bool = True
) -> Iterator[bytes]:
    """The bytes of a WAV file, piece by piece; RF64 above 4 GB.

    Args:
        samples: float32 (channels, n); PCM clips what lies beyond full scale.
        rate: Hz.
        encoding: "pcm16", "pcm24" or "float32".
        dither: add triangular noise of 1 bit before rounding to 16 bit, the same for the same length. Samples
            that are 16 bit already, silence among them, are written as they are.

    Raises:
        AudioError: the samples are not (channels, n) with 1 to 64 channels, or the rate is not a positive number.
        FormatError: the encoding is unknown.
    """
    width = {"pcm16": 2, "pcm24": 3, "float32": 4}.get(encoding)
    if width is None:
        raise FormatError(f"encoding must be 'pcm16', 'pcm24' or 'float32', got {encoding!r}")
    if samples.ndim != 2 or not 1 <= len(samples) <= MAX_CHANNELS:
        raise AudioError(f"samples must be (channels, n) with 1 to {MAX_CHANNELS} channels, got {samples.shape}")
    if not isinstance(rate, (int, np.integer)) or not 0 < rate < 1 << 32:
        raise AudioError(f"rate must be a whole number of Hz above 0, got {rate!r}")
    layout = _Format(len(samples), int(rate), width, encoding == "float32")
    return _encoded(samples, layout, dither=dither and width == 2)


def _encoded(samples: FloatArray, layout: _Format, *, dither: bool) -> Iterator[bytes]:
    channels, n = samples.shape
    size = n * layout.frame
    yield _header(layout, n)
    step = max(1, _BLOCK // channels)
    blocks = [samples[:, first : first + step] for first in range(0, n, step)]
    noise = np.random.default_rng(0) if dither and not all(_on_grid(block) for block in blocks) else None
    for block in blocks:
        frames = np.empty(block.shape[::-1], np.float32)
        for channel, row in enumerate(block):  # several times faster than transposing at once
            frames[:, channel] = row
        yield frames.astype("<f4").tobytes() if layout.is_float else _quantised(frames, layout.width, noise)
    if size % 2:
        yield b"\0"


# Reading


def _find_data(stream: BinaryIO, start: int, end: int) -> tuple[_Format, int, tuple[str, ...]]:
    """Walk the chunks up to the samples: their layout, how many bytes of them there are, and notes."""
    head = stream.read(12)
    if not is_wav(head):
        raise FormatError(f"no WAV file: expected RIFF, RF64 or BW64 and WAVE, got {head!r}")
    riff_end = start + 8 + struct.unpack("<I", head[4:8])[0]
    layout: _Format | None = None
    long_size: int | None = None
    while len(chunk := stream.read(8)) == 8:
        name, size = chunk[:4], struct.unpack("<I", chunk[4:])[0]
        at = stream.tell()
        if name == b"data":
            if layout is None:
                raise FileError("the WAV file has no fmt chunk before its data chunk")
            if size == 0xFFFFFFFF and long_size is not None:
                size = long_size
            elif size == 0xFFFFFFFF or (size == 0 and (riff_end <= at or riff_end - start - 8 in _UNKNOWN)):
                size = end - at
            if size > end - at:
                note = f"the header promises {size} bytes of samples, the file holds {end - at}"
                return layout, end - at, (note,)
            return layout, size, ()
        if name == b"fmt ":
            layout = _parse_format(stream.read(min(size, 40)))
        elif name == b"ds64" and head[:4] != b"RIFF":
            long_size = _long_data_size(stream.read(min(size, 24)))
        stream.seek(min(at + size + size % 2, end))
    raise FileError(f"the WAV file has no {'fmt' if layout is None else 'data'} chunk in its {end - start} bytes")


def _long_data_size(body: bytes) -> int:
    """The size of the data chunk as a ds64 chunk gives it."""
    if len(body) < 16:
        raise FileError(f"the WAV file's ds64 chunk needs 24 bytes, got {len(body)}")
    return int(struct.unpack("<Q", body[8:16])[0])


def _parse_format(body: bytes) -> _Format:
    """The layout that a fmt chunk describes."""
    if len(body) < 16:
        raise FileError(f"the WAV file's fmt chunk needs 16 bytes, got {len(body)}")
    tag, channels, rate, _, frame, bits = struct.unpack("<HHIIHH", body[:16])
    if tag == _EXTENSIBLE:
        if len(body) < 40 or body[26:40] != _SUBFORMAT_TAIL:
            raise FormatError(f"the WAV file's extensible fmt chunk names no known format: {body[24:40].hex()!r}")
        tag = struct.unpack("<H", body[24:26])[0]
    if tag not in (_PCM, _FLOAT):
        named = _COMPRESSED.get(tag, "unknown")
        raise FormatError(f"the WAV file's samples are not PCM or float but format {tag} ({named})")
    if not 1 <= channels <= MAX_CHANNELS:
        raise AudioError(f"a WAV file must have 1 to {MAX_CHANNELS} channels, got {channels}")
    if not rate:
        raise AudioError("a WAV file's rate must be above 0 Hz, got 0")
    width, odd = divmod(frame, channels)
    # Bits that do not fill their bytes (20 in 3) are the upper ones, so the width is all that counts.
    if odd or width not in ((4, 8) if tag == _FLOAT else (1, 2, 3, 4)) or not 8 * (width - 1) < bits <= 8 * width:
        kind = "float" if tag == _FLOAT else "PCM"
        raise FormatError(
            f"a WAV file of {channels} channels, {bits} bit {kind} and {frame} bytes a frame is not known"
        )
    return _Format(channels, rate, width, tag == _FLOAT)


def _read_samples(stream: BinaryIO, layout: _Format, frames: int) -> FloatArray:
    """Exactly that many frames, (channels, frames)."""
    samples = np.empty((layout.channels, frames), np.float32)
    step = max(1, _BLOCK // layout.channels)
    for first in range(0, frames, step):
        count = min(step, frames - first)
        body = stream.read(count * layout.frame)
        if len(body) != count * layout.frame:
            raise FileError(f"the WAV file ended after {first} of {frames} frames while it was read")
        block = _as_floats(body, layout).reshape(count, layout.channels).T
        if layout.is_float and not np.isfinite(block).all():
            channel, at = (int(i) for i in np.argwhere(~np.isfinite(block))[0])
            raise AudioError(f"samples must be finite, got {block[channel, at]} at {first + at} of channel {channel}")
        samples[:, first : first + count] = block
    return samples


def _as_floats(body: bytes, layout: _Format) -> FloatArray:
    """Bytes as float32, full scale [-1, 1]."""
    if layout.is_float:
        with np.errstate(over="ignore", invalid="ignore"):  # what is too large becomes infinite, and is refused
            return np.frombuffer(body, f"<f{layout.width}").astype(np.float32)
    if layout.width == 1:
        return (np.frombuffer(body, np.uint8).astype(np.float32) - np.float32(128)) / np.float32(128)
    if layout.width == 3:
        # Seen as overlapping 32-bit numbers three bytes apart, each with the byte before it, which is masked out.
        shape = (len(body) // 3,)
        integers = np.ndarray(shape, "<i4", buffer=b"\0" + body, strides=(3,)) & np.int32(-256)
    else:
        integers = np.frombuffer(body, f"<i{layout.width}")
    return integers.astype(np.float32) * np.float32(2.0 ** (1 - 8 * integers.itemsize))


# Writing


def _header(layout: _Format, n: int) -> bytes:
    """Everything before the samples."""
    size = n * layout.frame
    rates = struct.pack(
        "<IIHH", layout.rate, min(layout.rate * layout.frame, 0xFFFFFFFF), layout.frame, 8 * layout.width
    )
    tag = _FLOAT if layout.is_float else _PCM
    if layout.channels > 2 or layout.width == 3:
        extension = struct.pack("<HHIH", 22, 8 * layout.width, _SPEAKERS.get(layout.channels, 0), tag) + _SUBFORMAT_TAIL
        body = struct.pack("<HH", _EXTENSIBLE, layout.channels) + rates + extension
    else:
        body = struct.pack("<HH", tag, layout.channels) + rates + (b"\0\0" if layout.is_float else b"")
    chunks = b"fmt " + struct.pack("<I", len(body)) + body
    if layout.is_float:
        chunks += b"fact" + struct.pack("<II", 4, min(n, 0xFFFFFFFF))
    total = 4 + len(chunks) + 8 + size + size % 2
    if total <= 0xFFFFFFFF:
        return b"RIFF" + struct.pack("<I", total) + b"WAVE" + chunks + b"data" + struct.pack("<I", size)
    long = b"ds64" + struct.pack("<IQQQI", 28, total + 36, size, n, 0)
    return b"RF64\xff\xff\xff\xffWAVE" + long + chunks + b"data\xff\xff\xff\xff"


def _on_grid(block: FloatArray) -> bool:
    """Whether every sample is a 16-bit number already."""
    scaled = block * np.float32(32768)
    return bool((scaled == np.rint(scaled)).all())


def _quantised(frames: FloatArray, width: int, noise: np.random.Generator | None) -> bytes:
    """Frames (n, channels) as PCM of two or three bytes."""
    scaled = frames * np.float32(1 << (8 * width - 1))
    if noise is not None:
        # The difference of two uniform numbers is triangular; four numbers of 16 bit come from one draw of 64.
        draws = noise.integers(0, 1 << 64, -(-frames.size // 2), np.uint64).astype("<u8", copy=False).view("<u2")
        triangle = draws[: frames.size].astype(np.float32) - draws[-frames.size :].astype(np.float32)
        scaled += (triangle * np.float32(1 / 65536)).reshape(frames.shape)
    limit = 1 << (8 * width - 1)
    integers = np.rint(np.clip(scaled, -limit, limit - 1)).astype(np.int32)
    if width == 2:
        return bytes(integers.astype("<i2").data)
    little = integers.astype("<i4").view(np.uint8).reshape(-1, 4)
    packed = np.empty((len(little), 3), np.uint8)
    for k in range(3):  # byte by byte: copying rows of three is several times slower
        packed[:, k] = little[:, k]
    return bytes(packed.data)
