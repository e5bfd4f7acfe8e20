"""What importing the package costs, and how much memory a long file takes; each in processes of its own."""

from __future__ import annotations

import subprocess
import sys
import textwrap

_ROUNDS = 15
_SCALE = 1024 if sys.platform != "darwin" else 1


def import_s(statement: str) -> float:
    """The best time that a statement takes in a new process, seconds."""
    script = f"import time; start = time.perf_counter(); {statement}; print(time.perf_counter() - start)"
    runs = (subprocess.run([sys.executable, "-c", script], check=True, capture_output=True) for _ in range(_ROUNDS))
    return min(float(run.stdout) for run in runs)


def test_importing_the_package_costs_less_than_numpy_does() -> None:
    numpy_s, both_s = import_s("import numpy"), import_s("import numpy, musicengine")
    engine_s = import_s("import numpy; from musicengine import MusicEngine")
    print(f"numpy {numpy_s * 1e3:.1f} ms, and musicengine {both_s * 1e3:.1f}, and MusicEngine {engine_s * 1e3:.1f}")
    assert both_s - numpy_s < 0.6 * numpy_s


def test_ten_minutes_of_stereo_fit_in_memory() -> None:
    script = textwrap.dedent("""
        import resource
        import numpy as np
        from musicengine import Audio, MusicEngine
        rng = np.random.default_rng(0)
        samples = np.empty((2, 600 * 44_100), np.float32)
        for start in range(0, samples.shape[1], 44_100):
            samples[:, start : start + 44_100] = rng.normal(0, 0.1, (2, 44_100))
        samples.flags.writeable = False
        MusicEngine().analyze(Audio(samples, 44_100))
        try:  # of this program alone; ru_maxrss begins with what its parent took
            lines = open("/proc/self/status").read().splitlines()
            print(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
        except OSError:
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    """)
    run = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    peak_mb = int(run.stdout) * _SCALE / 1e6
    print(f"peak {peak_mb:.0f} MB")
    assert peak_mb < 700
