"""Mixtures with known parts to fit separation to: what the composer or others write, played by sampled instruments.

    python tools/render_parts.py FOLDER --fonts A.sf2 B.sf2 [--count 160] [--seconds 12] [--songs]
    python tools/render_parts.py FOLDER --fonts A.sf2 B.sf2 --scores FOLDER [--seconds 12]

Composes in every genre by turns and has drums, bass, lead and accompaniment played one after the other by fluidsynth
(which must be on the path) with General MIDI instruments of the sound fonts by turns, drawn at random, as are levels,
octaves of the bass, reverb, and whether the lead is played, sung by the synthetic singer or one of the accompanists.
Songs are a lead and its accompaniment alone, which plays the bass's notes as well; half of the leads are sung by
festival (which must be on the path, with its voices kal_diphone and ked_diphone).
Scores are General MIDI files: channel 10 are the drums, programs 33 to 40 the bass, and all else is other. Each is
played twice, as it is, and transposed, with other instruments of the same families and the bass maybe an octave or two
higher; of each four stretches are taken. Writes FLAC files and a JSON file for each mixture whose field "stems" names
its parts. Needs mido and soundfile.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import mido
import numpy as np
import soundfile
from mido.midifiles.meta import KeySignatureError

from musicengine.dsp.resampling import resample
from musicengine.synth import compose
from musicengine.synth.genres import all_genres
from musicengine.synth.mix import render
from musicengine.synth.performance import Part
from musicengine.values.making import Brief

RATE = 22_050
TICKS_A_SECOND = 960  # at the default tempo a beat lasts half a second
LONGEST_S = 120.0  # of a score
STRETCHES = 4  # of a performance
FAMILY = 8  # programs
GAP_S = 3.0  # between passages: what rings dies away
DRUM_CHANNEL = 9
BASSES = range(32, 40)
LEADS = (4, 11, 22, 26, 27, 30, 40, 52, 53, 56, 59, 60, 64, 65, 66, 68, 71, 73, 75, 79, 80, 81, 82, 85, 87)
ACCOMPANISTS = (0, 1, 2, 4, 5, 7, 11, 16, 17, 18, 19, 21, 24, 25, 26, 27, 28, 29, 30, 45, 48, 49, 50, 51, 57, 58, 61,
                62, 63, 67, 70, 81, 88, 89, 90, 91, 94)  # fmt: skip
KITS = (0, 0, 8, 16, 24, 25, 32, 40)
SINGERS = ("kal_diphone", "ked_diphone")
WORDS = (
    "day night love light rain sun moon star heart hand home road sky sea blue gold time dream fire wind song sing "
    "dance call wait walk fall stay hold and the of my your we will when through down so all long"
)
NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
LEVELS_DB = {"vocals": (-6, 4), "drums": (-6, 5), "bass": (-6, 4), "other": (-4, 4)}

Player = tuple[Part, int, int]  # with the program and how far to transpose, in semitones


def cast(parts: tuple[Part, ...], random: np.random.Generator) -> tuple[dict[str, list[Player]], bool]:
    """Who plays what in each stem, and whether the lead is sung instead."""
    lead, drums, bass, *others = parts
    stems = {
        "drums": [(drums, int(random.choice(KITS)), 0)],
        "bass": [(bass, int(random.choice(BASSES)), int(random.choice([-12, 0, 0, 0, 0, 12, 12, 24])))],
        "other": [(part, int(random.choice(ACCOMPANISTS)), 0) for part in others if part.patch != "riser"],
    }
    how = random.random()
    if how < 0.5:
        stems["other"].append((lead, int(random.choice(LEADS)), int(random.choice([-12, 0, 0]))))
    elif how < 0.8:
        stems["vocals"] = [(lead, int(random.choice(LEADS)), 0)]
    return stems, how >= 0.8 and lead.stem == "vocals"


def cast_song(parts: tuple[Part, ...], random: np.random.Generator) -> tuple[dict[str, list[Player]], bool]:
    """Who accompanies a lead that is played, or sung; one of them has the notes of the bass as well."""
    lead, _, bass, *others = parts
    programs = [int(random.choice(ACCOMPANISTS)) for _ in others]
    some = [
        (part, program, 0)
        for part, program in zip(others, programs, strict=True)
        if part.patch != "riser" and random.random() < 0.8
    ]
    stems = {"other": [*some, (bass, programs[0], int(random.choice([0, 12])))]}
    sung = random.random() < 0.5
    if not sung:
        stems["vocals"] = [(lead, int(random.choice(LEADS)), int(random.choice([0, 12, 12, 24])))]
    return stems, sung


def sing(lead: Part, seconds: float, random: np.random.Generator) -> np.ndarray:
    """The lead sung by festival to words at random, in mono: (samples,)."""
    words, shift = WORDS.split(), int(random.integers(-5, 6))
    lines, now = [], 0.0
    for start, length, pitch in zip(lead.starts_s, lead.durations_s, lead.pitches, strict=True):
        if start > now + 0.05:
            lines.append(f'<REST BEATS="{start - now:.3f}"></REST>')
        note = int(np.clip(round(float(pitch)) + shift, 36, 76))
        name, word = f"{NOTES[note % 12]}{note // 12 - 1}", random.choice(words)
        lines.append(f'<DURATION BEATS="{length:.3f}"><PITCH NOTE="{name}">{word}</PITCH></DURATION>')
        now = float(start + length)
    with tempfile.TemporaryDirectory() as folder:
        score, wave = Path(folder) / "score.xml", Path(folder) / "sound.wav"
        kind = '<!DOCTYPE SINGING PUBLIC "-//SINGING//DTD SINGING mark up//EN" "Singing.v0_1.dtd" []>'
        # Beats per second are a fiftieth of BPM there.
        score.write_text("\n".join(['<?xml version="1.0"?>', kind, '<SINGING BPM="50">', *lines, "</SINGING>"]))
        voice = random.choice(SINGERS)
        command = ["text2wave", "-eval", f"(voice_{voice})", "-mode", "singing", str(score), "-o", str(wave)]
        subprocess.run(command, check=True, capture_output=True)
        samples, rate = soundfile.read(wave, dtype="float32")
    count = round(seconds * RATE)
    return np.pad(resample(samples, rate, RATE), (0, count))[:count]


def messages(
    players: list[Player], start_s: float, end_s: float, random: np.random.Generator
) -> Iterator[tuple[float, mido.Message]]:
    """What the players of one passage do, with the seconds at which they do it."""
    melodic = iter([c for c in range(16) if c != DRUM_CHANNEL])
    reverb = int(random.choice([0, 0, 30, 60]))
    for part, program, shift in players:
        channel = DRUM_CHANNEL if part.stem == "drums" else next(melodic)
        yield start_s - 0.2, mido.Message("program_change", channel=channel, program=program)
        for control, value in ((91, reverb), (7, int(random.integers(70, 128)))):
            yield start_s - 0.1, mido.Message("control_change", channel=channel, control=control, value=value)
        yield end_s + 0.1, mido.Message("control_change", channel=channel, control=120, value=0)
        for start, length, pitch, velocity in zip(
            part.starts_s, part.durations_s, part.pitches, part.velocities, strict=True
        ):
            note = int(np.clip(round(float(pitch)) + shift, 0, 127))
            loud = int(np.clip(round(127 * float(velocity)), 1, 127))
            if start_s + start < end_s:
                yield float(start_s + start), mido.Message("note_on", channel=channel, note=note, velocity=loud)
                stop = min(float(start_s + start + length), end_s)
                yield stop, mido.Message("note_off", channel=channel, note=note)


def sound(track: mido.MidiTrack, font: Path) -> np.ndarray:
    """The track played by the sound font, in mono: (samples,). Notes that nobody ends would sound for ever."""
    track = track.copy()
    track.extend(mido.Message("control_change", channel=channel, control=120, value=0) for channel in range(16))
    with tempfile.TemporaryDirectory() as folder:
        score, wave = Path(folder) / "score.mid", Path(folder) / "sound.wav"
        mido.MidiFile(ticks_per_beat=TICKS_A_SECOND // 2, tracks=[track]).save(score)
        settings = ["-ni", "-q", "-C", "0", "-g", "0.5", "-r", str(RATE)]
        command = ["fluidsynth", *settings, "-F", str(wave), str(font), str(score)]
        subprocess.run(command, check=True, capture_output=True)
        return soundfile.read(wave, dtype="float32", always_2d=True)[0].mean(axis=1)


def tracked(timed: Iterable[tuple[float, mido.Message]]) -> mido.MidiTrack:
    """The messages, with the seconds at which they come, one after the other."""
    track, now = mido.MidiTrack(), 0
    for second, message in timed:
        tick = max(0, round(second * TICKS_A_SECOND))
        track.append(message.copy(time=tick - now))
        now = tick
    return track


def play(passages: list[list[Player]], font: Path, seconds: float, random: np.random.Generator) -> np.ndarray:
    """Each passage played by the sound font, in mono: (passages, samples)."""
    period = seconds + GAP_S
    timed = [
        m for i, p in enumerate(passages) for m in messages(p, 0.5 + i * period, 0.5 + i * period + seconds, random)
    ]
    samples = sound(tracked(sorted(timed, key=lambda item: (item[0], item[1].type == "note_on"))), font)
    starts = [round((0.5 + i * period) * RATE) for i in range(len(passages))]
    count = round(seconds * RATE)
    samples = np.pad(samples, (0, max(0, starts[-1] + count - samples.size)))
    return np.stack([samples[start : start + count] for start in starts])


def leveled(samples: np.ndarray, range_db: tuple[float, float], random: np.random.Generator) -> np.ndarray:
    """The samples at a random level; those of silence as they are."""
    power = float(np.mean(np.square(samples)))
    return (
        samples * np.float32(0.06 * 10 ** (random.uniform(*range_db) / 20) / power**0.5) if power > 1e-10 else samples
    )


def of_stems(score: Path) -> list[tuple[float, mido.Message, str | None]]:
    """The score's messages with their seconds, and for notes the stem that plays them."""
    programs, now, result = [0] * 16, 0.0, []
    for message in mido.MidiFile(score, clip=True):
        now += message.time
        if now > LONGEST_S:
            break
        if message.is_meta or message.type == "sysex":
            continue
        if message.type == "program_change":
            programs[message.channel] = message.program
        stem = None
        if message.type in ("note_on", "note_off"):
            plays_bass = programs[message.channel] in BASSES
            stem = "drums" if message.channel == DRUM_CHANNEL else "bass" if plays_bass else "other"
        result.append((now, message, stem))
    return result


def changed(message: mido.Message, shift: int, programs: dict[tuple[int, int], int]) -> mido.Message:
    """The message transposed by so many semitones, or with another instrument; those of drums as they are."""
    if getattr(message, "channel", DRUM_CHANNEL) == DRUM_CHANNEL:
        return message
    if message.type == "program_change":
        return message.copy(program=programs.get((message.channel, message.program), message.program))
    if message.type in ("note_on", "note_off"):
        return message.copy(note=int(np.clip(message.note + shift, 0, 127)))
    return message


def perform(score: Path, font: Path, random: np.random.Generator, *, freely: bool) -> dict[str, np.ndarray]:
    """The score's stems, each played alone; freely: transposed, half of the instruments others of their families."""
    timed, shift, programs = of_stems(score), int(random.integers(-4, 5)) if freely else 0, {}
    shifts = {"bass": shift + int(random.choice([0, 12, 24], p=[0.6, 0.3, 0.1])) if freely else 0}
    for _, message, _ in timed:
        if freely and message.type == "program_change" and random.random() < 0.5:
            family = message.program // FAMILY * FAMILY
            programs[message.channel, message.program] = family + int(random.integers(FAMILY))
    stems = {}
    for name in sorted({stem for *_, stem in timed if stem}):
        heard = [
            (second, changed(m, shifts.get(stem, shift), programs)) for second, m, stem in timed if stem in (None, name)
        ]
        stems[name] = sound(tracked(heard), font)
    return stems


def stretches(
    stems: dict[str, np.ndarray], seconds: float, random: np.random.Generator
) -> Iterator[dict[str, np.ndarray]]:
    """Up to four stretches in which at least two stems sound, at the same level."""
    count, end = round(seconds * RATE), min(map(len, stems.values()))
    starts = random.permutation(np.arange(0, end - count, count))
    found = 0
    for start in starts:
        parts = {name: samples[start : start + count] for name, samples in stems.items()}
        powers = {name: float(np.mean(np.square(part))) for name, part in parts.items()}
        total = sum(powers.values())
        parts = {name: part * 0.06 / total**0.5 for name, part in parts.items() if powers[name] > 1e-3 * total > 1e-10}
        if len(parts) > 1 and found < STRETCHES:
            found += 1
            yield parts


def play_scores(folder: Path, scores: Path, fonts: list[Path], seconds: float) -> None:
    """Writes stretches of what is written, by fonts by turns."""
    random = np.random.default_rng(0)
    for number, score in enumerate(sorted(scores.glob("*.mid"))):
        for freely in (False, True):
            try:
                stems = perform(score, fonts[(number + freely) % len(fonts)], random, freely=freely)
            except (OSError, EOFError, ValueError, KeySignatureError) as error:
                print(f"{score}: {error}", flush=True)
                break
            for at, parts in enumerate(stretches(stems, seconds, random)):
                write(folder, f"{number:03d}_{freely:d}_{at}", parts)


def write(folder: Path, name: str, parts: dict[str, np.ndarray]) -> None:
    """The parts as FLAC files, and the file that names them."""
    names = {stem: f"{name}_{stem}.flac" for stem in parts}
    for stem, samples in parts.items():
        soundfile.write(folder / names[stem], samples, RATE)
    (folder / f"{name}.json").write_text(json.dumps({"stems": names}))


def main() -> None:
    """Compose or read, play, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--fonts", type=Path, nargs="+", required=True)
    parser.add_argument("--count", type=int, default=160)
    parser.add_argument("--seconds", type=float, default=12)
    parser.add_argument("--scores", type=Path)
    parser.add_argument("--songs", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.scores:
        play_scores(options.folder, options.scores, options.fonts, options.seconds)
        return
    random, genres, batch = np.random.default_rng(0), all_genres(), 20
    for first in range(0, options.count, batch):
        passages: list[tuple[int, str, list[Player]]] = []
        sung: dict[int, np.ndarray] = {}
        for number in range(first, first + batch):
            brief = Brief(genre=genres[number % len(genres)].name, duration_s=options.seconds,
                          density=float(random.uniform(-0.5, 1)), seed=number)  # fmt: skip
            arrangement = compose(brief)
            stems, sings = (cast_song if options.songs else cast)(arrangement.parts, random)
            passages += [(number, stem, players) for stem, players in stems.items()]
            if sings and options.songs:
                sung[number] = sing(arrangement.parts[0], options.seconds, random)
            elif sings:
                sung[number] = render(arrangement, rate=RATE).stems.vocals.mono[: round(options.seconds * RATE)]
        font = options.fonts[first // batch % len(options.fonts)]
        played = play([players for _, _, players in passages], font, options.seconds, random)
        parts = {(n, stem): samples for (n, stem, _), samples in zip(passages, played, strict=True)}
        parts |= {(n, "vocals"): samples for n, samples in sung.items()}
        for number in range(first, first + batch):
            own = {s: leveled(samples, LEVELS_DB[s], random) for (n, s), samples in parts.items() if n == number}
            write(options.folder, f"{number:04d}", own)


if __name__ == "__main__":
    main()
