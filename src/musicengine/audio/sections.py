"""Names for the sections of a song, from which of them repeat, in what order, and how loud they are.

The rules are those of the usual song form. The repeated music with most energy is the chorus; the repeated music that
comes first besides it is the verse; what repeatedly leads into the chorus is the pre-chorus. What occurs once is
intro, bridge, break or outro by its place and energy, and the intro's music in the middle is instrumental.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from musicengine.dsp.types import Array, IntArray

__all__ = ["LABELS", "name"]

LABELS = ("intro", "verse", "pre-chorus", "chorus", "bridge", "break", "instrumental", "outro")
_QUIETER_DB = 3.0


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
    _name_ends(labels, groups, energies_db)
    return tuple(labels)


def _by_repetition(groups: IntArray, lengths_s: Array, energies_db: Array) -> list[str]:
    """Labels of the repeated groups; empty for what occurs once."""
    labels = [""] * len(groups)
    repeated = [g for g in np.unique(groups) if (groups == g).sum() > 1]
    if not repeated:
        return labels
    energy = {g: float(np.average(energies_db[groups == g], weights=lengths_s[groups == g])) for g in repeated}
    others = sorted(repeated, key=lambda g: int(np.argmax(groups == g)))
    roles = {}
    if len(repeated) > 1:
        chorus = max(repeated, key=lambda g: (energy[g], lengths_s[groups == g].sum()))
        others.remove(chorus)
        roles[chorus] = "chorus"
        roles.update({g: "pre-chorus" for g in others[1:] if _leads_to(groups, g, chorus)})
    roles = dict.fromkeys(others, "verse") | roles
    return [roles.get(g, "") for g in groups]


def _leads_to(groups: IntArray, group: int, target: int) -> bool:
    """Whether a group is mostly followed by another."""
    following = [b for a, b in pairwise(groups) if a == group]
    return 2 * following.count(target) > len(following)


def _name_ends(labels: list[str], groups: IntArray, energies_db: Array) -> None:
    """Name the first and the last section, and what repeats the first, in place."""
    if len(labels) < 3:
        return
    usual = float(np.median(energies_db))
    same = np.flatnonzero(groups == groups[0])
    if len(same) == 1:
        labels[0] = "intro"
    elif labels[0] == "verse" and labels.count("verse") > len(same) and energies_db[0] < usual - _QUIETER_DB:
        for i in same:
            labels[i] = "instrumental"
        labels[0] = "intro"
    last = groups == groups[-1]
    if last.sum() == 1 or energies_db[-1] < energies_db[last].mean() - _QUIETER_DB:
        labels[-1] = "outro"
