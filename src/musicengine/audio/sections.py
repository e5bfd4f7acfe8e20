"""Names for the sections of a song, from which of them repeat, in what order, and how loud they are.

The rules are those of the usual song form. The repeated music with most energy is the chorus (the more frequent of
two that are as loud), and so is what alone repeats and is louder than the rest; the repeated music that comes first
besides it is the verse; what else repeatedly leads into the chorus is the pre-chorus. What occurs once is intro,
bridge, break or outro by its place and energy, music that frames the piece is intro and outro, and a quiet beginning
that returns in the middle is instrumental.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from musicengine.dsp.types import Array, IntArray

__all__ = ["LABELS", "name"]

LABELS = ("intro", "verse", "pre-chorus", "chorus", "bridge", "break", "instrumental", "outro")
"""The names that sections can have."""
_QUIETER_DB = 3.0
_AS_LOUD_DB = 1.5


def name(groups: IntArray, lengths_s: Array, energies_db: Array) -> tuple[str, ...]:
    """A label for each section.

    Args:
        groups: (n,), equal numbers for equal music.
        lengths_s: (n,), how long each section is.
        energies_db: (n,), how loud each is.
    """
    labels = _by_repetition(groups, lengths_s, energies_db)
    usual = float(np.median(energies_db))
    chorus = labels.index("chorus") if "chorus" in labels else len(labels)
    for i, label in enumerate(labels):
        if not label:
            quiet = energies_db[i] < usual - _QUIETER_DB
            labels[i] = "break" if quiet else "bridge" if i > chorus else "verse"
    if len(labels) > 2:
        _name_beginning(labels, groups, energies_db)
        _name_end(labels, groups, energies_db)
    return tuple(labels)


def _by_repetition(groups: IntArray, lengths_s: Array, energies_db: Array) -> list[str]:
    """Labels of the groups that are repeated between beginning and end; empty for the others."""
    repeated = [g for g in np.unique(groups) if (groups == g).sum() > 1 and not _frames(groups, g)]
    roles = dict.fromkeys(repeated, "verse")
    if len(repeated) > 1:
        chorus = _loudest(repeated, groups, lengths_s, energies_db)
        others = [g for g in repeated if g != chorus]
        roles |= {g: "pre-chorus" for g in others[1:] if _leads_to(groups, g, chorus)}
        roles[chorus] = "chorus"
    elif repeated and _stands_out(groups == repeated[0], lengths_s, energies_db):
        roles[repeated[0]] = "chorus"
    return [roles.get(g, "") for g in groups]


def _frames(groups: IntArray, group: int) -> bool:
    """Whether a group is the first and the last section and nothing else."""
    return np.flatnonzero(groups == group).tolist() == [0, len(groups) - 1]


def _loudest(repeated: list[int], groups: IntArray, lengths_s: Array, energies_db: Array) -> int:
    """The loudest group; of several that are nearly as loud, the one that takes most of the time."""
    energy = {g: float(np.average(energies_db[groups == g], weights=lengths_s[groups == g])) for g in repeated}
    loud = [g for g in repeated if energy[g] > max(energy.values()) - _AS_LOUD_DB]
    return max(loud, key=lambda g: float(lengths_s[groups == g].sum()))


def _stands_out(group: Array, lengths_s: Array, energies_db: Array) -> bool:
    """Whether a group is louder than the other sections between the first and the last, as a chorus is."""
    others = ~group
    others[[0, -1]] = False
    if not others.any():
        return False
    levels = [float(np.average(energies_db[some], weights=lengths_s[some])) for some in (group, others)]
    return levels[0] > levels[1] + _AS_LOUD_DB


def _leads_to(groups: IntArray, group: int, target: int) -> bool:
    """Whether a group is mostly followed by another."""
    following = [b for a, b in pairwise(groups) if a == group]
    return 2 * following.count(target) > len(following)


def _name_beginning(labels: list[str], groups: IntArray, energies_db: Array) -> None:
    """Name the first section and what repeats it, in place: an intro occurs once, frames the piece or is quiet."""
    same = np.flatnonzero(groups == groups[0])
    quiet = energies_db[0] < np.median(energies_db) - _QUIETER_DB
    if len(same) == 1 or _frames(groups, groups[0]):
        labels[0] = "intro"
    elif labels[0] == "verse" and labels.count("verse") > len(same) and quiet:
        for i in same:
            labels[i] = "instrumental"
        labels[0] = "intro"


def _name_end(labels: list[str], groups: IntArray, energies_db: Array) -> None:
    """Name the last section, in place: an outro occurs once, frames the piece or is quieter than its like."""
    last = groups == groups[-1]
    fading = energies_db[-1] < energies_db[last].mean() - _QUIETER_DB
    if last.sum() == 1 or _frames(groups, groups[-1]) or fading:
        labels[-1] = "outro"
