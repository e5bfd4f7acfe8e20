from __future__ import annotations

import io
import random
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicengine.errors import MusicEngineError, TruncatedFileWarning
from musicengine.files import load

soundfile = pytest.importorskip("soundfile")


def encoded(kind: str, subtype: str) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, np.random.default_rng(0).uniform(-0.5, 0.5, (3_000, 2)), 44_100, format=kind, subtype=subtype)
    return file.getvalue()


FILES = [
    encoded(kind, subtype)
    for kind, subtype in [
        ("FLAC", "PCM_16"),
        ("OGG", "VORBIS"),
        ("AIFF", "PCM_16"),
        ("WAV", "PCM_24"),
        ("WAV", "ULAW"),
        ("CAF", "PCM_16"),
        ("MP3", "MPEG_LAYER_III"),
        ("W64", "PCM_16"),
    ]
    if soundfile.check_format(kind, subtype)
]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(FILES), st.integers(0, 2**32), st.booleans())
def test_damaged_files_of_any_format_give_audio_or_a_clear_error(file: bytes, seed: int, cut: bool) -> None:
    rng, body = random.Random(seed), bytearray(file)
    for _ in range(rng.randint(0, 8)):
        body[rng.randrange(min(len(body), rng.choice([64, len(body)])))] = rng.choice([0, 255, 128, rng.randrange(256)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TruncatedFileWarning)
        try:
            audio = load(bytes(body[: rng.randrange(len(body))] if cut else body))
        except MusicEngineError as error:
            assert str(error)  # noqa: PT017  # either outcome is right
        else:
            assert np.isfinite(audio.samples).all()
