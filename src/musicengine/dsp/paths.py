"""Best paths through states over time."""

from __future__ import annotations

import numpy as np

from musicengine.dsp.types import FloatArray, IntArray

__all__ = ["steadiest_path", "steadiest_pulse"]


def steadiest_path(scores: FloatArray, change_cost: float) -> IntArray:
    """The states (steps,) with the highest sum of scores (steps, states), where every change of state costs the same.

    Viterbi's algorithm; with one cost for all changes a step takes states, not states squared, operations.
    """
    steps, states = scores.shape
    origins = np.empty((steps, states), np.int64)
    stay = np.arange(states)
    total = scores[0]
    for step in range(1, steps):
        leader = int(total.argmax())
        bar = total[leader] - change_cost
        origins[step] = np.where(total >= bar, stay, leader)
        total = np.maximum(total, bar) + scores[step]
    path = np.empty(steps, np.int64)
    path[-1] = total.argmax()
    for step in range(steps - 1, 0, -1):
        path[step - 1] = origins[step, path[step]]
    return path


def steadiest_pulse(
    salience: FloatArray, periods: IntArray, period_scores: FloatArray, *, frames_per_score: int, stiffness: float
) -> IntArray:
    """The frames of the pulse that collects most salience while its period changes least.

    Dynamic programming over pairs (frame of a pulse, period since the one before), as in the efficient state space of
    Krebs, Böck and Widmer (ISMIR 2015), but from pulse to pulse instead of from frame to frame (Ellis, JNMR 2007).
    No pulse depends on one less than the shortest period away, so that many frames are solved at once. The time is
    linear in the number of frames.

    Args:
        salience: (frames,), what a pulse at each frame is worth; its mean should be about 0.
        periods: (k,) frames, consecutive whole numbers, increasing, at least 1.
        period_scores: (stretches, k), what each period is worth in each stretch of time, each time it is used.
        frames_per_score: frames in a stretch, at least the shortest period.
        stiffness: the standard deviation of the logarithm of the ratio of consecutive periods.

    Returns:
        Frames, increasing; consecutive ones differ by one of ``periods``. No pulse is missing at either end: another
        period would reach beyond it.
    """
    frames, count, step, reach = salience.size, periods.size, int(periods[0]), int(periods[-1])
    costs = _change_costs(periods, stiffness)
    width = costs.shape[0] // 2
    best = np.full((frames + reach, count), -np.inf, np.float32)
    onward = np.full((frames + reach, count), -np.inf, np.float32)
    onward[:reach] = 0  # the pulse before the first one lies before the start
    # Each period one frame longer looks one frame further back: a diagonal of what lies before, and no copy of it.
    down, across = onward.strides
    arriving = np.lib.stride_tricks.as_strided(onward[reach - step :], (frames, count), (down, across - down))
    walled = np.full((step, count + 2 * width), -np.inf, np.float32)
    shifted = np.lib.stride_tricks.sliding_window_view(walled, count, axis=1).swapaxes(0, 1)
    changed = np.empty(shifted.shape, np.float32)
    for start in range(reach, frames + reach, step):
        stop = min(start + step, frames + reach)
        n = stop - start
        scores = arriving[start - reach : stop - reach] + period_scores[(start - reach) // frames_per_score]
        scores += salience[start - reach : stop - reach, None]
        best[start:stop] = scores
        walled[:n, width : width + count] = scores
        np.subtract(shifted[:, :n], costs[:, None], out=changed[:, :n])
        changed[:, :n].max(axis=0, out=onward[start:stop])
    return _trace_pulse(best, periods, costs, frames)


def _change_costs(periods: IntArray, stiffness: float) -> FloatArray:
    """Costs (2 width + 1, k) of reaching each period from the one ``row - width`` places further."""
    width = max(1, int(np.ceil(3 * stiffness * float(periods.mean()))))
    shifts = np.arange(-width, width + 1)
    ratios = np.maximum(periods + shifts[:, None], 1) / periods
    result: FloatArray = (0.5 * (np.log(ratios) / stiffness) ** 2).astype(np.float32)
    return result


def _trace_pulse(best: FloatArray, periods: IntArray, costs: FloatArray, frames: int) -> IntArray:
    """Follow the best path back from the end; steps are few, so their origins are found again instead of kept."""
    reach, width = int(periods[-1]), costs.shape[0] // 2
    left = np.arange(reach, 0, -1)[:, None]  # frames from each of the last ones to the end: less than a period
    tail = np.where(left <= periods, best[-reach:], -np.inf)
    frame, state = divmod(int(tail.argmax()), periods.size)
    frame += frames - reach
    path = []
    while frame >= 0:
        path.append(frame)
        frame -= int(periods[state])
        if frame < 0:
            break
        low, high = max(state - width, 0), min(state + width + 1, periods.size)
        origins = best[frame + reach, low:high] - costs[low - state + width : high - state + width, state]
        state = low + int(origins.argmax())
    return np.array(path[::-1], np.int64)
