"""Rebuild the shipped quantiles of charting records from a table of songs.

    python tools/build_trends.py songs.jsonl.gz > src/musicengine/backends/stub/charting.jsonl

Each line of the table is an object with ``y`` (1: charted), ``decade`` and ``f``, features in the units of Spotify's
API. Only quantiles are written. Left out are features that this library does not measure in the same way: loudness
(another meter), energy, danceability and the other perceptual estimates, sections and chorus times.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator

from musicengine import codec, hits

SOURCE = (
    "Spotify Hit Predictor set (Ansari 2020) joined to the Billboard Hot 100, half of its artists; "
    "tempo and duration as Spotify measured them"
)


def records(path: str) -> Iterator[tuple[str, dict[str, float | None]]]:
    """The decade and the features of every record that charted."""
    with gzip.open(path, "rt") as lines:
        for song in map(json.loads, lines):
            if song["y"]:
                found = song["f"]
                yield f"{song['decade']}s", {"tempo_bpm": found["tempo"], "duration_s": found["duration_ms"] / 1000}


def main() -> None:
    """Print one Trends a line: each decade, then all of them."""
    songs = list(records(sys.argv[1]))
    for era in [*sorted({decade for decade, _ in songs}), ""]:
        chosen = [features for decade, features in songs if era in ("", decade)]
        print(codec.to_json(hits.mine_trends(chosen, era=era, source=SOURCE, dated="2019-12-31")))


if __name__ == "__main__":
    main()
