"""Measure the flow of transcribed rap songs with this library and write ``src/musicengine/lyrics/data/flow.json``.

    python tools/build_flow_table.py FOLDER

FOLDER holds ``mcflow.jsonl.gz`` (verses: "song", "bpm", "lines" with "text" and "syl": bar, place in the bar, duration,
stress, break, rhyme class, sounds, letters of each syllable). Each song is read as text by ``musicengine.lyrics`` and,
with the transcribed times of its words, against its beats. Written are percentiles over songs, and nothing else.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import defaultdict
from pathlib import Path

import attrs
import numpy as np

from musicengine.lyrics.alignment import find_sung_syllables
from musicengine.lyrics.calibration import POINTS
from musicengine.lyrics.flow import TEXT_MEASURES, describe_flow
from musicengine.lyrics.reading import hear_stanzas
from musicengine.lyrics.sounds import hear_lines
from musicengine.lyrics.timing import measure_timing
from musicengine.values.lyrics import Timing
from musicengine.values.music import Beats
from musicengine.values.words import Transcript, Word

OUTPUT = Path(__file__).parents[1] / "src/musicengine/lyrics/data/flow.json"
GAP_BARS = 2  # between verses


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    songs = defaultdict(list)
    with gzip.open(parser.parse_args().folder / "mcflow.jsonl.gz", "rt") as file:
        for verse in map(json.loads, file):
            songs[verse["song"]].append(verse)
    found = defaultdict(list)
    for verses in songs.values():
        for name, value in measure(verses).items():
            found[name].append(value)
    table = {name: [round(float(x), 4) for x in np.percentile(values, POINTS)] for name, values in found.items()}
    note = f"Percentiles {list(POINTS)} of {len(songs)} charting rap songs, 1979-2014, measured by musicengine."
    OUTPUT.write_text(json.dumps({"about": note, "songs": len(songs), "measures": table}, indent=0) + "\n")
    for name, row in table.items():
        print(f"{name:22} {row}")


def measure(verses: list) -> dict[str, float]:
    """The measures of one song."""
    texts = [line["text"] for verse in verses for line in verse["lines"]]
    stanzas = [number for number, verse in enumerate(verses) for _ in verse["lines"]]
    reading = hear_stanzas(hear_lines(texts), stanzas, "rap")
    words, beats = perform(verses)
    timing = measure_timing(find_sung_syllables(reading, Transcript(words)), beats, len(texts))
    flow = describe_flow(reading.sounds, stanzas, reading.rhymes, timing)
    numbers = {name: getattr(flow, name) for name in TEXT_MEASURES}
    for field in attrs.fields(Timing):
        value = getattr(timing, field.name)
        if isinstance(value, float) and field.name not in ("pocket_ms", "swing"):  # transcriptions are quantized
            numbers[field.name] = value
    return numbers


def perform(verses: list) -> tuple[list[Word], Beats]:
    """The words of a song's verses with their times, and its beats, four a bar."""
    bar_s = 4 * 60 / verses[0]["bpm"]
    words, bars = [], 0
    for verse in verses:
        first = min(syllable[0] for line in verse["lines"] for syllable in line["syl"])
        for line in verse["lines"]:
            at = 0
            for text, size in line["words"]:
                inside = line["syl"][at : at + size]
                at += size
                if inside:
                    start = (inside[0][0] - first + bars + inside[0][1]) * bar_s
                    end = (inside[-1][0] - first + bars + inside[-1][1] + inside[-1][2]) * bar_s
                    words.append(Word(text, max(start, 0.0), max(end, start, 0.0)))
        bars += GAP_BARS + max(s[0] for line in verse["lines"] for s in line["syl"]) - first
    times = np.arange(4 * (int(bars) + 2)) * bar_s / 4
    return words, Beats(times, times[::4], 1.0)


if __name__ == "__main__":
    main()
