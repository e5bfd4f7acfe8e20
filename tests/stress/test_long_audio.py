"""Long audio is analyzed in blocks: memory beyond the samples of an hour stays small."""

from __future__ import annotations

import subprocess
import sys

import pytest

MOST_MB = 600

#: The most memory that analysis held beyond the decoded samples, in MB, of a song over and over. One channel is
#: turned round for six minutes, for then the difference of the channels is looked at, too.
ANALYZE = """
import resource
import numpy as np
from musicengine import Audio, Brief, MusicEngine

engine = MusicEngine(cache=False)
song = engine.generate(Brief("pop", genre="pop", duration_s=60)).audio
samples = np.tile(song.samples, (1, 60))
samples[1, : 360 * song.rate] *= -1
samples.flags.writeable = False
audio = Audio(samples, song.rate)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
report = engine.analyze(audio).audio
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, len(report.abstained))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count memory otherwise")
def test_an_hour_fits_into_memory() -> None:
    command = [sys.executable, "-c", ANALYZE]
    result = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)
    beyond_mb, abstained = result.stdout.split()
    print(f"{float(beyond_mb):.0f} MB beyond the samples")
    assert float(beyond_mb) < MOST_MB
    assert int(abstained) == 0
