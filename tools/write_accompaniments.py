"""General MIDI scores of many styles to render mixtures from: random harmonies over the grooves of MMA.

    python tools/write_accompaniments.py FOLDER [--count 400]

MMA (the Musical MIDI Accompaniment generator by Bob van der Poel, which must be on the path with its library of
grooves) plays drums, bass and chords to progressions drawn here, in a groove drawn for every score; a lead, a riff
that doubles the bass and a left hand that plays low chord tones, all drawn at random, are added to some, so that much
but the bass is low as well. The scores are read by
``tools/render_parts.py --scores FOLDER``. Needs mido.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tempfile
from itertools import pairwise
from pathlib import Path

import mido
import numpy as np

GROOVES = Path("/usr/share/mma/lib/stdlib")
SECONDS = 60
BARS = 8  # of a progression, which is played until the time is over
ROOTS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
DEGREES = {  # semitones above the key note, qualities of chords, and how often they come
    "major": ((0, ("", "M7", "6"), 5), (2, ("m", "m7"), 2), (4, ("m", "m7"), 1), (5, ("", "M7"), 3),
              (7, ("", "7"), 4), (9, ("m", "m7"), 3), (10, ("",), 1)),
    "minor": ((0, ("m", "m7"), 5), (3, ("", "M7"), 2), (5, ("m", "m7"), 2), (7, ("7", "m"), 3),
              (8, ("", "M7"), 3), (10, ("", "7"), 3), (2, ("m7b5",), 1)),
}  # fmt: skip
LEADS = (
    0,
    4,
    11,
    16,
    21,
    22,
    26,
    27,
    29,
    30,
    40,
    48,
    52,
    54,
    56,
    57,
    60,
    61,
    64,
    65,
    66,
    68,
    71,
    73,
    75,
    80,
    81,
    82,
    87,
)
LOW = (
    0,
    1,
    2,
    6,
    7,
    16,
    17,
    18,
    19,
    27,
    29,
    30,
    42,
    43,
    45,
    46,
    47,
    48,
    50,
    57,
    58,
    60,
    61,
    62,
    66,
    67,
    70,
    80,
    81,
    87,
    90,
    108,
)
RIFFS = (0, 4, 19, 25, 26, 27, 28, 29, 30, 48, 50, 57, 58, 61, 62, 63, 66, 67, 70, 80, 81, 87)
DRUM_CHANNEL = 9
BASSES = range(32, 40)

Note = tuple[int, int, int, int]  # start and end in ticks, pitch, velocity


def grooves() -> list[str]:
    """The names of all grooves of the library but metronomes."""
    texts = [path.read_text(errors="replace") for path in sorted(GROOVES.glob("*.mma"))]
    found = {name for text in texts for name in re.findall(r"^\s*DefGroove\s+(\S+)", text, re.MULTILINE)}
    return sorted(name for name in found if "metronome" not in name.lower() and name.lower() != "none")


def progression(random: np.random.Generator) -> list[str]:
    """A chord for every bar, the first that of the key note."""
    degrees = DEGREES[str(random.choice(list(DEGREES)))]
    key, weights = int(random.integers(12)), np.array([weight for *_, weight in degrees], float)
    picks = [0, *random.choice(len(degrees), BARS - 1, p=weights / weights.sum())]
    return [ROOTS[(key + degrees[i][0]) % 12] + str(random.choice(degrees[i][1])) for i in picks]


def recast(score: mido.MidiFile, random: np.random.Generator) -> None:
    """Another bass for every score, and many of them higher: MMA's play low and hardly vary."""
    programs = {message.channel: message.program for one in score.tracks for message in one
                if message.type == "program_change"}  # fmt: skip
    basses = {channel for channel, program in programs.items() if program in BASSES and channel != DRUM_CHANNEL}
    program, shift = int(random.choice(BASSES)), int(random.choice([-12, 0, 12, 24], p=[0.05, 0.5, 0.3, 0.15]))
    for one in score.tracks:
        for message in one:
            if getattr(message, "channel", None) in basses:
                if message.type == "program_change":
                    message.program = program
                elif message.type in ("note_on", "note_off"):
                    message.note = min(127, max(0, message.note + shift))


def accompany(groove: str, random: np.random.Generator) -> mido.MidiFile:
    """What MMA plays in the groove to a progression, about as long as SECONDS."""
    bpm = int(random.integers(75, 170))
    chords = progression(random)
    bars = [chords[i % BARS] for i in range(max(BARS, round(SECONDS * bpm / 60 / 4)))]
    lines = [f"Tempo {bpm}", f"Groove {groove}", *(f"{i + 1} {chord}" for i, chord in enumerate(bars))]
    with tempfile.TemporaryDirectory() as folder:
        source, score = Path(folder) / "score.mma", Path(folder) / "score.mid"
        source.write_text("\n".join(lines) + "\n")
        subprocess.run(["mma", "-w", "-f", str(score), str(source)], check=True, capture_output=True, timeout=60)
        return mido.MidiFile(score, clip=True)


def notes(score: mido.MidiFile, *, of_bass: bool) -> list[Note]:
    """What the basses, or all other melodic instruments, play: in the order of starts."""
    programs, open_notes, result, now = [0] * 16, {}, [], 0
    for message in mido.merge_tracks(score.tracks):
        now += message.time
        if message.type == "program_change":
            programs[message.channel] = message.program
        elif message.type in ("note_on", "note_off") and message.channel != DRUM_CHANNEL:
            begun = open_notes.pop((message.channel, message.note), None)
            if begun and (programs[message.channel] in BASSES) == of_bass:
                result.append((begun[0], now, message.note, begun[1]))
            if message.type == "note_on" and message.velocity:
                open_notes[message.channel, message.note] = now, message.velocity
    return sorted(result)


def lead(played: list[Note], beat: int, random: np.random.Generator) -> list[Note]:
    """A melody of the tones that are played at the time, moving to near ones."""
    end, pitch, at, result = max(stop for _, stop, *_ in played), int(random.integers(60, 84)), 0, []
    grid = beat // int(random.choice([1, 2, 2, 4]))
    low, high = pitch - 9, pitch + 12
    while at < end:
        length = grid * int(random.choice([1, 1, 2, 2, 3, 4]))
        tones = {note % 12 for start, stop, note, _ in played if start <= at < stop or start <= at + grid < stop}
        near = [p for p in range(low, high) if p % 12 in tones and p != pitch]
        if near and random.random() < 0.75:
            distance = np.array([abs(p - pitch) for p in near], float)
            pitch = int(random.choice(near, p=np.exp(-distance / 3) / np.exp(-distance / 3).sum()))
            result.append((at, at + int(length * random.uniform(0.5, 1)), pitch, int(random.integers(70, 120))))
        at += length
    return result


def left_hand(played: list[Note], beat: int, random: np.random.Generator) -> list[Note]:
    """Low tones of what is played at the time: broken chords or long notes, each in a pattern that comes again."""
    end, base, result = max(stop for _, stop, *_ in played), int(random.integers(34, 50)), []
    grid = int(beat * random.choice([0.5, 0.5, 1, 1, 2, 4]))
    pattern = random.integers(-1, 4, int(random.choice([4, 8])))
    for step, at in enumerate(range(0, end, grid)):
        tones = sorted({base + (note - base) % 12 for start, stop, note, _ in played if start <= at + grid // 4 < stop})
        which = int(pattern[step % pattern.size])
        if tones and which >= 0:
            pitch = tones[which % len(tones)] + (12 if which == 3 else 0)
            result.append((at, at + int(grid * random.uniform(0.6, 1)), pitch, int(random.integers(70, 115))))
    return result


def riff(bass: list[Note], random: np.random.Generator) -> list[Note]:
    """The bass, maybe an octave or two above, maybe with fifths."""
    above, fifths = int(random.choice([0, 0, 12, 12, 24])), random.random() < 0.5
    doubled = [(start, stop, pitch + above, velocity) for start, stop, pitch, velocity in bass]
    return sorted(doubled + [(a, b, pitch + 7, velocity) for a, b, pitch, velocity in doubled if fifths])


def track(played: list[Note], channel: int, program: int, volume: int) -> mido.MidiTrack:
    """The notes as a track."""
    timed = [(0, mido.Message("program_change", channel=channel, program=program)),
             (0, mido.Message("control_change", channel=channel, control=7, value=volume))]  # fmt: skip
    for start, stop, pitch, velocity in played:
        timed.append((start, mido.Message("note_on", channel=channel, note=min(pitch, 127), velocity=velocity)))
        timed.append((max(stop, start + 1), mido.Message("note_off", channel=channel, note=min(pitch, 127))))
    timed.sort(key=lambda item: (item[0], item[1].type == "note_on"))
    ticks = [0, *(tick for tick, _ in timed)]
    return mido.MidiTrack(message.copy(time=b - a) for (a, b), (_, message) in zip(pairwise(ticks), timed, strict=True))


def write(path: Path, groove: str, random: np.random.Generator) -> None:
    """An accompaniment, with a lead for six of ten, a riff for four and a left hand for five."""
    score = accompany(groove, random)
    recast(score, random)
    used = {message.channel for one in score.tracks for message in one if hasattr(message, "channel")}
    free = iter([channel for channel in range(16) if channel not in used and channel != DRUM_CHANNEL])
    with_lead, with_riff, with_left = random.random(3) < (0.6, 0.4, 0.5)
    others, bass = notes(score, of_bass=False), notes(score, of_bass=True)
    added = []
    if with_lead and others:
        plays_bass = random.random() < 0.15  # a bass that sings
        added.append((lead(others, score.ticks_per_beat, random), BASSES if plays_bass else LEADS))
    if with_riff and bass:
        added.append((riff(bass, random), RIFFS))
    if with_left and others:
        added.append((left_hand(others, score.ticks_per_beat, random), LOW))
    for (played, programs), channel in zip(added, free, strict=False):
        score.tracks.append(track(played, channel, int(random.choice(programs)), int(random.integers(75, 127))))
    score.save(path)


def main() -> None:
    """Draw grooves and write their scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=400)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    names = random.permutation(grooves())
    for number in range(options.count):
        try:
            write(options.folder / f"{number:04d}.mid", str(names[number % len(names)]), random)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            print(f"{names[number % len(names)]}: {error}", flush=True)


if __name__ == "__main__":
    main()
