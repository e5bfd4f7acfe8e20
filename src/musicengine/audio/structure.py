"""The form of a piece: where its sections begin, which of them repeat, and what each is likely to be.

Sections are contiguous and cover the audio from 0 to its end; they begin on beats. Boundaries are sought on a grid of
beats (or of a steady pulse where no beats are given) by combining

- change of what recurs: structure features on beat-synchronous chroma (Serrà et al., 2014),
- change of sound: a checkerboard novelty on beat-synchronous spectra, as long as a usual section (Foote, 2000),
- where the bars begin: the phase of a bar on which the sound mostly changes; downbeats, if given, tell a bar's length
  only, for that phase places sections better than they did,

with a prior on the length of sections: some 18 s, preferably a multiple of four bars. Dynamic programming finds the
best set of boundaries. Sections that are alike beat by beat in harmony share a group. Names follow from repetition,
order and energy (:mod:`musicengine.audio.sections`); they are guesses of the usual song form, while groups and
boundaries are measured. A section's confidence is the probability, averaged over its two ends, that a boundary of that
kind lies within 3 s of one that a listener would name.

A piece is looked at in at most 1,024 cells: above some 8 minutes cells are two, four, ... beats long, so that cost and
memory stay bounded; boundaries get coarser accordingly.
"""

from __future__ import annotations

from functools import lru_cache

import attrs
import numpy as np

from musicengine.audio import sections
from musicengine.audio.spectrum import MEL_BANDS, Survey, survey
from musicengine.dsp.products import product
from musicengine.dsp.segmentation import (
    best_cuts,
    contrast_novelty,
    gaussian,
    join_alike,
    passage_similarity,
    recurrence_novelty,
    standardized,
    unit_rows,
)
from musicengine.dsp.types import Array, FloatArray, IntArray
from musicengine.values.music import Beats, Form, Section
from musicengine.values.sound import Audio

__all__ = ["find_form", "find_sections"]

_SHORTEST_S = 10.0
_MAX_CELLS = 1024
_MAX_SECTIONS = 100
_TYPICAL_S = 18.0  # half of all sections of popular songs last 12 to 27 s
_SPREAD = 0.6
_COST = 0.75  # of a boundary, in standard deviations of the novelty
_SOUND_BANDS = 16
_SURE = (0.50, 0.18)  # logistic regression, on 14 rendered songs, of whether a boundary is right on its gain
_BEAT_S = (0.36, 0.75)
_CONTEXT = 5  # cells compared in a row
_ALIKE = 0.6


@attrs.frozen(eq=False)
class _Cells:
    """The audio on its grid: edges in seconds (n + 1,), chroma (n, 12), spectrum in dB (n, 16)."""

    edges: Array
    chroma: FloatArray
    sound: FloatArray

    @property
    def typical(self) -> float:
        """How many cells a section usually has."""
        wanted_s = max(_TYPICAL_S, float(self.edges[-1]) / _MAX_SECTIONS)
        return float(wanted_s / np.median(np.diff(self.edges)))


def find_sections(
    audio: Audio, *, survey: Survey | None = None, beats: Beats | None = None
) -> tuple[Section, ...] | None:
    """The sections in order, or None for silence and for audio shorter than 10 s.

    Args:
        audio: any audio; channels are averaged.
        survey: the audio's own, if there is one already.
        beats: the audio's own, if known; without them a steady pulse is assumed.
    """
    form = find_form(audio, survey=survey, beats=beats)
    return form.sections if form else None


def find_form(audio: Audio, *, survey: Survey | None = None, beats: Beats | None = None) -> Form | None:
    """Sections and energy over time; arguments and abstention as :func:`find_sections`."""
    # Cells are half a second long: frames side by side tell as much of them as frames that overlap.
    found = survey.sparse if survey is not None else _survey(audio, sparse=True)
    if audio.duration_s < _SHORTEST_S or not found.mel.max() > 0:
        return None
    levels_db = _levels_db(found)
    cells = _synchronize(found, levels_db, _grid(found, levels_db, beats, audio.duration_s))
    bar = _bar(cells, beats)
    gain = _gain(cells, bar)
    cuts = _cut(gain, cells, bar)
    return Form(_name(cells, cuts, gain, _cell_energy_db(found, cells.edges)), _energy_db(found))


_survey = survey  # the parameter of that name hides the function


@lru_cache(maxsize=1)
def _coarse() -> FloatArray:
    """Sums of eight neighbours of the mel bands, (128, 16)."""
    return np.kron(np.eye(_SOUND_BANDS), np.ones((MEL_BANDS // _SOUND_BANDS, 1))).astype(np.float32)


def _levels_db(survey: Survey) -> FloatArray:
    """The spectrum in 16 bands, dB re its maximum: (frames, 16)."""
    return _decibels(product(survey.mel, _coarse()))


def _grid(survey: Survey, levels_db: FloatArray, beats: Beats | None, duration_s: float) -> Array:
    """The edges of the cells in seconds, from 0 to the end: beats or halves or doubles of them, thinned if many."""
    if beats is not None and len(beats) >= 8:
        times = _halved_or_doubled(beats.times_s.astype(np.float64))
    else:
        times = _pulse(_onsets(levels_db, survey.frames_per_s), survey.frames_per_s, duration_s)
    times = times[:: 2 ** max(int(np.ceil(np.log2(len(times) / _MAX_CELLS))), 0)]
    gap = np.median(np.diff(times)) / 2
    inner = times[(times > gap) & (times < duration_s - gap)]
    return np.concatenate(([0], inner, [duration_s]))


def _halved_or_doubled(times: Array) -> Array:
    """Beats of the level that lasts about half a second, whatever level was tracked."""
    while np.median(np.diff(times)) > _BEAT_S[1]:
        times = np.sort(np.concatenate((times, (times[1:] + times[:-1]) / 2)))
    while np.median(np.diff(times)) < _BEAT_S[0]:
        times = times[::2]
    return times


def _pulse(onsets: Array, rate: float, duration_s: float) -> Array:
    """The times of the steady pulse that fits the onsets best."""
    # Padding to eight times the length makes the lines of the transform fine enough to hold the pulse to the end.
    size = 1 << (8 * len(onsets) - 1).bit_length()
    lines = np.fft.rfft(onsets, size)
    echo = np.fft.irfft(np.abs(lines) ** 2)[1 : int(rate * 1.5)]
    lags = np.arange(1, len(echo) + 1) / rate
    period = lags[np.argmax(echo * np.exp(-0.5 * (np.log2(lags / 0.57) / 0.6) ** 2) * (lags > 0.25))]
    near = slice(int(0.97 * size / period / rate), int(1.03 * size / period / rate) + 2)
    best = near.start + int(np.argmax(np.abs(lines[near])))
    pulse_hz = best * rate / size
    first = (-np.angle(lines[best]) / (2 * np.pi)) % 1
    pulse: Array = (np.arange(int(duration_s * pulse_hz) + 1) + first) / pulse_hz
    return pulse


def _onsets(levels_db: FloatArray, rate: float) -> Array:
    """The mean rise of the levels less its local mean, 0 or more."""
    rises = np.zeros(len(levels_db))
    rises[1:] = np.maximum(np.diff(levels_db, axis=0), 0).mean(axis=1)
    width = int(rate) | 1
    sums = np.cumsum(np.pad(rises, (width // 2 + 1, width // 2), mode="edge"))
    return np.maximum(rises - (sums[width:] - sums[:-width]) / width, 0)


def _decibels(power: FloatArray) -> FloatArray:
    """Power in dB re its own maximum, at least -70."""
    result: FloatArray = 10 * np.log10(np.maximum(power / power.max(), np.float32(1e-7)))
    return result


def _synchronize(survey: Survey, levels_db: FloatArray, edges: Array) -> _Cells:
    """Means over each cell; chroma as amplitudes whose differences in level are halved, in dB."""
    chroma = np.sqrt(_means(survey.chroma, edges, survey.frames_per_s))
    lengths = np.linalg.norm(chroma, axis=1, keepdims=True)
    chroma /= np.sqrt(np.maximum(lengths * lengths.max(), np.finfo(np.float32).tiny))
    return _Cells(edges, chroma, _means(levels_db, edges, survey.frames_per_s))


def _means(values: FloatArray, edges: Array, rate: float) -> FloatArray:
    """The mean of the frames (frames, d) in each cell: float32 (cells, d)."""
    frames = np.minimum(np.round(edges[:-1] * rate).astype(np.int64), len(values) - 1)
    counts = np.maximum(np.diff(np.append(frames, len(values))), 1)[:, None]
    return (np.add.reduceat(values, frames, axis=0) / counts).astype(np.float32)


def _bar(cells: _Cells, beats: Beats | None) -> int:
    """Cells in a bar, or in half of one: three where the downbeats say so, four otherwise."""
    if beats is None or beats.downbeats_s.size < 3:
        return 4
    bar = round(float(np.median(np.diff(beats.downbeats_s)) / np.median(np.diff(cells.edges))))
    return 3 if bar % 3 == 0 else 4


def _phase(cells: _Cells, bar: int) -> Array:
    """How much the sound changes at each cell and at those whole bars away, against its neighbours (standardized)."""
    change = standardized(contrast_novelty(unit_rows(cells.sound), 4))
    bell = gaussian(16)
    comb = np.zeros(bar * (len(bell) - 1) + 1)
    comb[::bar] = bell
    reach = len(comb) // 2
    weight = np.convolve(np.pad(np.ones_like(change), reach), comb, "valid")
    same = np.convolve(np.pad(change, reach), comb, "valid") / weight
    width = 4 * bar
    local = np.convolve(np.pad(same, (width // 2, (width - 1) // 2), mode="edge"), np.full(width, 1 / width), "valid")
    return standardized(same - local)


def _gain(cells: _Cells, bar: int) -> Array:
    """What a boundary before each cell is worth."""
    recurrence = standardized(recurrence_novelty(cells.chroma, _CONTEXT, 0.04, 4.0))
    change = standardized(contrast_novelty(unit_rows(cells.sound), round(cells.typical)))
    gain: Array = (recurrence + change + 0.5 * _phase(cells, bar)) / 1.5 - _COST
    return gain


def _cut(gain: Array, cells: _Cells, bar: int) -> IntArray:
    """The cuts that the gains and the prior on lengths agree on."""
    longest = min(int(4 * cells.typical) + 1, len(gain))
    lengths = np.arange(longest + 1)
    size = -0.5 * (np.log(np.maximum(lengths, 1) / cells.typical) / _SPREAD) ** 2
    phrase = np.where(lengths % bar, -1.0, 0.0)
    for bars, bonus in ((2, 0.3), (4, 0.6), (8, 0.8)):
        phrase[lengths % (bars * bar) == 0] = bonus
    # A song may begin and end anywhere in a phrase, so its first and its last section may be short, but not tiny.
    outer = np.where(lengths < cells.typical, size / 4, size)
    outer[lengths < cells.typical / 4] = -9

    def worth(runs: IntArray, begins: bool, ends: bool) -> Array:
        table: Array = outer if begins or ends else size + phrase
        return table[runs]

    return best_cuts(gain, worth, longest)


def _name(cells: _Cells, cuts: IntArray, gain: Array, energy_db: FloatArray) -> tuple[Section, ...]:
    """Sections with their groups, names and confidences."""
    groups = join_alike(passage_similarity(cells.chroma, cuts, _CONTEXT), _ALIKE)
    lengths_s = np.diff(cells.edges[cuts])
    energies = np.add.reduceat(energy_db, cuts[:-1]) / np.diff(cuts)
    names = sections.name(groups, lengths_s, energies)
    sure = 1 / (1 + np.exp(-_SURE[0] - _SURE[1] * np.append(gain[cuts[:-1]], 0)))
    sure[[0, -1]] = len(names) > 1  # the ends are certain, but one section that is all there is says nothing
    confidence = (sure[:-1] + sure[1:]) / 2
    edges = cells.edges[cuts]
    return tuple(Section(edges[i], edges[i + 1], names[i], confidence[i], int(groups[i])) for i in range(len(names)))


def _cell_energy_db(survey: Survey, edges: Array) -> FloatArray:
    """The energy of each cell in dB."""
    return _decibels(_means(survey.mel.sum(axis=1, keepdims=True), edges, survey.frames_per_s))[:, 0]


def _energy_db(survey: Survey) -> FloatArray:
    """The energy of each second in dB."""
    duration_s = len(survey.mel) / survey.frames_per_s
    return _cell_energy_db(survey, np.arange(int(np.ceil(duration_s)) + 1, dtype=np.float64))
