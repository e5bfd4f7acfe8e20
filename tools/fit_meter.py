"""Fit what the evidence for bars of three is worth, and print it beside its accuracy on clips left out.

    python tools/fit_meter.py FOLDER

FOLDER holds ``<id>.json`` files (fields "beats", "downbeats", "group", and "audio" or "stems") beside their audio (read
with soundfile). Bars of two and of four beats are one class, those of three the other; others are left out. The two
numbers are those of a logistic regression on the evidence that :func:`musicengine.audio.meter.measure_repetition` finds
on the beats that were heard, right or not; they stand in ``src/musicengine/audio/meter.py`` as ``_WORTH`` and
``_TRIPLE_ODDS``.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import attrs
import numpy as np
from fit_tempo import read
from measure_accuracy import beats_in_a_bar

from musicengine.audio import meter
from musicengine.audio.onsets import measure_onset_strength
from musicengine.audio.rhythm import hear_rhythm
from musicengine.audio.spectrum import survey

STEPS = 50
PENALTY = 0.005  # on the slope; correlations differ by about a tenth


@attrs.frozen
class Clips:
    """Evidence (n,), whether bars have three beats (n,), groups (n,)."""

    evidence: np.ndarray
    triple: np.ndarray
    groups: np.ndarray


def load(folder: Path) -> Clips:
    """The evidence of all clips whose bars have two, three or four beats."""
    rows = []
    for path in sorted(folder.glob("*.json")):
        label = json.loads(path.read_text())
        length = beats_in_a_bar(label)
        if length not in (2, 3, 4):
            continue
        seen = survey(read(folder, label))
        heard = hear_rhythm(seen)
        if heard.beats is None or heard.rhythm.meter in (None, "7/8"):
            continue
        evidence = meter.measure_repetition(measure_onset_strength(seen), heard.beats.times_s).triple
        rows.append((evidence, length == 3, label["group"]))
    return Clips(*(np.array(column) for column in zip(*rows, strict=True)))


def fit(evidence: np.ndarray, triple: np.ndarray) -> np.ndarray:
    """Slope and intercept (2,) in nats, by Newton's method."""
    inputs = np.stack([evidence, np.ones_like(evidence)], axis=1)
    penalty, weights = np.diag([PENALTY, 1e-9]), np.zeros(2)
    for _ in range(STEPS):
        share = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (triple - share) - penalty @ weights
        weights += np.linalg.solve((inputs.T * (share * (1 - share))) @ inputs + penalty, slope)
    return weights


def main() -> None:
    """Validate by leaving out one group at a time, fit to all clips, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    clips = load(parser.parse_args().folder)
    shares = np.zeros(len(clips.triple))
    for group in np.unique(clips.groups):
        held = clips.groups == group
        slope, intercept = fit(clips.evidence[~held], clips.triple[~held])
        shares[held] = 1 / (1 + np.exp(-slope * clips.evidence[held] - intercept))
    right = (shares > 0.5) == clips.triple
    likelihood = np.log(np.where(clips.triple, shares, 1 - shares)).mean()
    print(
        f"{right.size} clips left out one group at a time: {right.mean():.3f} right, {right[clips.triple].mean():.3f}"
    )
    print(f"of the {clips.triple.sum()} in three; mean log likelihood {likelihood:.3f}")
    slope, intercept = fit(clips.evidence, clips.triple)
    print(f"_WORTH = {slope:.1f}\n_TRIPLE_ODDS = {intercept:.1f}")


if __name__ == "__main__":
    main()
