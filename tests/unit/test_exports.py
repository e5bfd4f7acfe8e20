"""Exports: each format written, read back by those who know it, and refused where there is nothing to say."""

from __future__ import annotations

import contextlib
import csv
import importlib
import io
import json
import struct
import warnings
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import attrs
import numpy as np
import pytest

from musicengine import Audio, MusicEngine, Report, Take, codec, exports, lyrics
from musicengine.errors import FileError, FormatError, InputError, MissingExtraError
from musicengine.exports.annotations import gather
from musicengine.exports.grid import grid
from musicengine.exports.harte import spell
from musicengine.exports.riff import read_chunk, rewrite
from musicengine.values.making import Truth
from musicengine.values.measures import Loudness
from musicengine.values.music import Beats, Chord, Key, Section, Tempo
from musicengine.values.scores import Score
from musicengine.values.words import Line, Lyrics, Transcript, Word

RATE = 44_100
WORDS = (
    Word("Turn", 0.5, 0.8),
    Word("it", 0.8, 1.0),
    Word("up", 1.1, 1.6),
    Word("naïve", 3.0, 3.5),
    Word("<b>", 3.5, 3.75),
    Word("&", 6000.25, 6001.5),
    Word("歌", 6001.0, 6002.0),
)


@pytest.fixture(scope="module")
def take() -> Take:
    return MusicEngine().generate("pop, 100 bpm, C major, 20 seconds")


@pytest.fixture(scope="module")
def report(take: Take) -> Report:
    return MusicEngine().analyze(take)


@pytest.fixture
def nothing() -> Report:
    return MusicEngine().analyze(Audio(np.zeros((1, RATE)), RATE))


def guest(name: str) -> Any:
    """A package that reads what we write; what it warns of itself is its own affair."""
    warnings.simplefilter("ignore")
    return pytest.importorskip(name)


def without(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    real = importlib.import_module

    def fake(name: str, package: str | None = None) -> Any:
        if name.split(".")[0] == missing:
            raise ImportError(name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", fake)


# Saving


@pytest.mark.parametrize("suffix", [".json", ".jams", ".mid", ".midi", ".csv", ".html"])
def test_save_writes_what_the_suffix_says(report: Report, tmp_path: Path, suffix: str) -> None:
    path = exports.save(report, tmp_path / f"song{suffix.upper()}")
    assert path.stat().st_size > 400
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_a_report_comes_back_from_json(report: Report, tmp_path: Path) -> None:
    path = exports.save(report, tmp_path / "song.json")
    assert codec.from_json(path.read_text("utf-8")) == report


def test_an_export_that_fails_leaves_the_old_file(nothing: Report, tmp_path: Path) -> None:
    path = tmp_path / "song.mid"
    path.write_bytes(b"old")
    with pytest.raises(InputError, match="nothing to write as MIDI"):
        exports.save(nothing, path)
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_unknown_suffixes_and_places_are_refused(report: Report, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"ends in \.json.*song\.docx"):
        exports.save(report, tmp_path / "song.docx")
    with pytest.raises(FileError, match="cannot write"):
        exports.save(report, tmp_path / "nowhere" / "song.json")
    with pytest.raises(InputError, match=r"expected a Report.* got int"):
        exports.to_jams(3)  # type: ignore[arg-type]


# Chords and the grid


def test_harte_labels_are_spelled() -> None:
    found = spell("F#:min7/b3")
    assert found is not None
    assert (found.root, found.kind, found.intervals, found.bass) == (6, "min7", (0, 3, 7, 10), 9)
    assert spell("N") is None
    assert spell("Bb") == spell("Bb:maj")
    for label in ("H:maj", "C:strange", "C:maj/"):
        with pytest.raises(InputError, match="expected a chord in Harte notation"):
            spell(label)


def known(beats: list[float], downbeats: list[float], end: float = 10.0) -> Truth:
    return Truth(
        Tempo(120, 1),
        Beats(beats, downbeats, 1),
        Key.parse("A minor"),
        [Chord(0, end, "A:min")],
        [Section(0, end, "verse")],
    )


def test_beats_lie_on_whole_numbers_and_bars_where_they_were_heard() -> None:
    times = [1.1, 1.62, 2.1, 2.63, 3.1, 3.6, 4.2, 4.6, 5.1]
    steps = grid(gather(known(times, times[1::4])))
    assert [round(steps.beat(at), 6) for at in times] == list(range(2, 11))
    assert (steps.first_bar, steps.beats_per_bar, steps.signature) == (3, 4, (4, 4))
    assert steps.beat(0) == 0
    assert steps.beat(6.1) == pytest.approx(12)


def test_a_grid_without_beats_is_even() -> None:
    steps = grid(gather(known([], [])))
    assert [steps.beat(at) for at in (0, 0.5, 7.25)] == [0, 1, 14.5]


# MIDI


def test_midi_of_a_report_keeps_the_seconds_of_its_beats(report: Report, tmp_path: Path) -> None:
    pretty_midi = guest("pretty_midi")
    path = exports.save(report, tmp_path / "song.mid")
    read = pretty_midi.PrettyMIDI(str(path))
    assert report.audio.beats is not None
    count = len(report.audio.beats)
    assert np.allclose(read.get_beats()[1:count], report.audio.beats.times_s[1:], atol=0.002)
    assert [part.name for part in read.instruments] == ["melody", "chords", "beats"]
    assert report.audio.melody is not None
    heard = [note.start for note in read.instruments[0].notes]
    assert np.allclose(sorted(heard), sorted(note.start_s for note in report.audio.melody.notes), atol=0.02)
    assert [str(change) for change in read.key_signature_changes] == ["C Major at 0.00 seconds"]
    spelled = [found for chord in report.audio.chords or () if (found := spell(chord.label))]
    struck: dict[float, set[int]] = {}
    for note in read.instruments[1].notes:
        struck.setdefault(round(note.start, 2), set()).add(note.pitch % 12)
    assert [struck[at] for at in sorted(struck)] == [
        {(found.root + step) % 12 for step in found.intervals} for found in spelled
    ]
    assert sorted(note.pitch for note in read.instruments[0].notes) == sorted(
        round(note.pitch) for note in report.audio.melody.notes
    )


def test_midi_of_a_take_holds_every_part(take: Take) -> None:
    mido = guest("mido")
    read = mido.MidiFile(file=io.BytesIO(exports.to_midi(take)), charset="utf-8")
    names = [track.name for track in read.tracks]
    assert names[0] == take.brief.prompt
    assert {"drums", "bass", "chords"} < set(names)
    assert read.length == pytest.approx(20, abs=0.6)
    bpm = {mido.tempo2bpm(message.tempo) for message in read.tracks[0] if message.type == "set_tempo"}
    assert all(abs(value - 100) < 0.1 for value in bpm)
    markers = [message.text for message in read.tracks[0] if message.type == "marker"]
    assert take.truth is not None
    assert markers == [section.label for section in take.truth.sections]


def test_midi_of_an_upbeat_and_long_words_is_read_back() -> None:
    mido = guest("mido")
    times = [0.2 + 0.5 * beat for beat in range(9)]
    truth = attrs.evolve(known(times, times[1::4]), words=(Word("ä" * 200, 0.2, 0.5),))
    read = mido.MidiFile(file=io.BytesIO(exports.to_midi(truth)), charset="utf-8")
    signatures = [(m.numerator, m.denominator) for m in read.tracks[0] if m.type == "time_signature"]
    assert signatures == [(2, 4), (4, 4)]
    assert [m.text for m in read.tracks[0] if m.type == "lyrics"] == ["ä" * 200]


# JAMS


def test_jams_is_valid_and_holds_what_was_measured(report: Report, tmp_path: Path) -> None:
    jams = guest("jams")
    assert report.audio.beats is not None
    path = exports.save(report, tmp_path / "song.jams")
    read = jams.load(str(path))
    assert read.validate()
    found = {item.namespace: item for item in read.annotations}
    assert {"tempo", "beat", "onset", "key_mode", "chord", "segment_open", "note_midi", "pitch_contour"} == set(found)
    beats = found["beat"].data
    assert np.allclose([item.time for item in beats], report.audio.beats.times_s)
    assert [item.value for item in beats] == [place or None for place in report.audio.beats.positions]
    assert found["key_mode"].data[0].value == "C:major"
    assert read.file_metadata.duration == pytest.approx(20)


def test_every_value_comes_back_from_jams(report: Report, take: Take) -> None:
    jams = guest("jams")
    audio = report.audio
    assert audio.chords is not None
    assert audio.melody is not None
    assert audio.pitch is not None
    read = {item.namespace: item for item in jams.load(io.StringIO(exports.to_jams(report))).annotations}
    for namespace, parts in (("chord", audio.chords), ("segment_open", audio.sections or ())):
        times, labels = read[namespace].to_interval_values()
        assert labels == [part.label for part in parts]
        assert np.allclose(times, [(part.start_s, part.end_s) for part in parts])
    times, pitches = read["note_midi"].to_interval_values()
    assert np.allclose(pitches, [note.pitch for note in audio.melody.notes])
    assert np.allclose(times, [(note.start_s, note.end_s) for note in audio.melody.notes])
    _, heard = read["pitch_contour"].to_event_values()
    voiced = np.array([point["voiced"] for point in heard])
    assert np.array_equal(voiced, np.isfinite(audio.pitch.frequencies_hz))
    assert np.allclose(
        [point["frequency"] for point in heard if point["voiced"]], audio.pitch.frequencies_hz[voiced], rtol=1e-6
    )
    assert audio.tempo is not None
    assert audio.rhythm is not None
    assert read["tempo"].data[0].value == audio.tempo.bpm
    assert np.allclose([item.time for item in read["onset"].data], audio.rhythm.onsets_s)
    sung = {item.namespace: item for item in jams.load(io.StringIO(exports.to_jams(take))).annotations}
    assert take.truth is not None
    assert take.truth.words
    times, words = sung["lyrics"].to_interval_values()
    assert words == [word.text for word in take.truth.words]
    assert np.allclose(times, [(word.start_s, word.end_s) for word in take.truth.words])


def test_jams_of_a_take_and_of_silence(take: Take, nothing: Report) -> None:
    jams = guest("jams")
    assert take.truth is not None
    subjects: list[Any] = [take, nothing, attrs.evolve(take.truth, words=WORDS)]
    for subject in subjects:
        text = exports.to_jams(subject, title="Ünder", artist="me")
        assert jams.JAMS(**json.loads(text)) is not None
        assert jams.load(io.StringIO(text)).validate()
        assert json.loads(text)["file_metadata"]["title"] == "Ünder"
    with pytest.raises(InputError, match="nothing is known about this take"):
        exports.to_jams(attrs.evolve(take, truth=None))


# Words with times


def close(found: Transcript, expected: tuple[Word, ...], within: float) -> None:
    assert [word.text for word in found.words] == [word.text for word in expected]
    for one, other in zip(found.words, expected, strict=True):
        assert one.start_s == pytest.approx(other.start_s, abs=within)
        following = next((word.start_s for word in expected if word.start_s > other.start_s), other.end_s)
        assert one.end_s == pytest.approx(min(other.end_s, max(following, other.start_s)), abs=within)


def test_words_come_back_from_enhanced_lrc_and_vtt() -> None:
    close(exports.from_lrc(exports.to_lrc(Transcript(WORDS), words=True)), WORDS, 0.0051)
    close(exports.from_vtt(exports.to_vtt(Transcript(WORDS), words=True)), WORDS, 0.0006)


def test_lines_come_back_from_srt_with_words_that_share_their_time() -> None:
    plain = tuple(word for word in WORDS if word.text != "<b>")
    text = exports.to_srt(Transcript(plain))
    assert text.startswith("1\n00:00:00,500 --> 00:00:01,600\nTurn it up\n\n2\n")
    assert "01:40:00,250 --> 01:40:02,000" in text
    read = exports.from_srt(text.replace("\n", "\r\n"))
    assert read.text == Transcript(plain).text
    assert (read.words[0].start_s, read.words[2].end_s) == pytest.approx((0.5, 1.6))


def test_others_read_the_lines_and_their_times() -> None:
    plain = Transcript([*WORDS[:4], Word("歌", 3501.0, 3502.0)])
    lines = [("Turn it up", 0.5, 1.6), ("naïve", 3.0, 3.5), ("歌", 3501.0, 3502.0)]
    subtitles = list(guest("srt").parse(exports.to_srt(plain)))
    assert [(s.content, s.start.total_seconds(), s.end.total_seconds()) for s in subtitles] == lines
    captions = list(guest("webvtt").from_string(exports.to_vtt(plain)))
    assert [(c.text, c.start_in_seconds) for c in captions] == [(text, int(start)) for text, start, _ in lines]
    assert [c.start for c in captions] == ["00:00:00.500", "00:00:03.000", "00:58:21.000"]
    for words in (False, True):
        sung = guest("pylrc").parse(exports.to_lrc(plain, words=words))
        assert [line.time for line in sung] == pytest.approx([0.5, 3.0, 3501.0])
    assert [line.text for line in guest("pylrc").parse(exports.to_lrc(plain))] == [text for text, *_ in lines]
    karaoke = guest("webvtt").from_string(exports.to_vtt(plain, words=True))
    assert [c.text.split() for c in karaoke] == [text.split() for text, *_ in lines]


def test_lrc_is_read_by_the_lyrics_parser_and_back() -> None:
    text = exports.to_lrc(Transcript(WORDS[:4]))
    parsed = lyrics.parse(text)
    assert [(line.text, line.start_s) for line in parsed.lines] == [("Turn it up", 0.5), ("naïve", 3.0)]
    assert exports.to_lrc(parsed) == text
    assert "[100:00.25]&" in exports.to_lrc(Transcript(WORDS))


def test_the_lines_of_a_lyric_decide_where_lines_end() -> None:
    written = Lyrics([Line("Turn"), Line("it up naïve")])
    assert exports.to_lrc(Transcript(WORDS[:4]), written) == "[00:00.50]Turn\n[00:00.80]it up naïve\n"
    other = Lyrics([Line("Something else")])
    assert exports.to_lrc(Transcript(WORDS[:4]), other).count("\n") == 2


def test_repeated_stamps_and_offsets_of_lrc() -> None:
    read = exports.from_lrc("[ti:x]\n[00:10.00][00:02.00]la la\n[00:04.00]end\n")
    assert [(word.text, word.start_s) for word in read.words] == [
        ("la", 2.0), ("la", 3.0), ("end", 4.0), ("la", 10.0), ("la", 12.0)
    ]  # fmt: skip


@pytest.mark.parametrize("write", [exports.to_lrc, exports.to_srt, exports.to_vtt])
def test_nothing_with_times_is_refused(write: Any, take: Take) -> None:
    for empty in (Transcript(), Transcript((Word(" ", 0, 1),)), Lyrics([Line("no times")])):
        with pytest.raises(InputError, match="no words with times"):
            write(empty)
    with pytest.raises(InputError, match="transcribe its audio"):
        write(attrs.evolve(take, truth=None))
    with pytest.raises(InputError, match=r"expected a Transcript.* got str"):
        write("words")


@pytest.mark.parametrize("read", [exports.from_lrc, exports.from_srt, exports.from_vtt])
@pytest.mark.parametrize("text", ["", "just words", "[xx:yy]", "1\n00:00 --> 00:01\nshort"])
def test_text_without_times_is_refused(read: Any, text: str) -> None:
    with pytest.raises(InputError, match="text with times, got"):
        read(text)


# Tables


def test_tables_have_a_row_a_part(report: Report) -> None:
    audio = report.audio
    for value, count in ((audio.form, len(audio.sections or ())), (audio.melody, len(audio.melody.notes))):  # type: ignore[union-attr]
        assert value is not None
        assert len(list(csv.reader(io.StringIO(exports.to_csv(value))))) == count + 1
    rows = list(csv.DictReader(io.StringIO(exports.to_csv(audio.beats))))  # type: ignore[arg-type]
    assert rows[0]["position"] in {"0", "1"}
    assert audio.beats is not None
    assert [float(row["time_s"]) for row in rows] == audio.beats.times_s.tolist()


def test_several_reports_are_a_row_each(report: Report, nothing: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(exports.to_csv([report, nothing]))))
    assert rows[0]["key"] == "C major"
    assert rows[1]["key"] == ""
    assert float(rows[0]["score"]) == report.score.value
    assert {"duration_s", "tempo_bpm", "loudness_integrated_lufs", "hit_score"} <= set(rows[0])
    assert exports.to_csv([]) == "\r\n"
    for bad in (3, "text", [3]):
        with pytest.raises(InputError, match="a table takes"):
            exports.to_csv(bad)  # type: ignore[arg-type]


def test_frames_of_collections(report: Report) -> None:
    pandas = guest("pandas")
    lines = MusicEngine().analyze_lyrics("so high\nmy sky").to_frame()
    assert lines["text"].tolist() == ["so high", "my sky"]
    assert lines["rhyme"].tolist() == ["A", "A"]
    assert len(report.score.to_frame()) == len(report.score.deductions)
    assert report.audio.pitch is not None
    assert (
        report.audio.pitch.to_frame()["frequency_hz"].isna().sum() == np.isnan(report.audio.pitch.frequencies_hz).sum()
    )
    assert Transcript(WORDS).to_frame()["start_s"].tolist() == [word.start_s for word in WORDS]
    assert isinstance(exports.to_frame([report, report]), pandas.DataFrame)
    assert len(exports.to_frame([report, report])) == 2


def test_frames_without_pandas_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "pandas")
    with pytest.raises(MissingExtraError, match=r'pip install "musicengine\[pandas\]"'):
        Score().to_frame()


# Notation


def test_a_lead_sheet_is_read_back(take: Take, tmp_path: Path) -> None:
    music21 = guest("music21")
    path = exports.save(take, tmp_path / "song.musicxml")
    sheet = music21.converter.parse(str(path))
    assert take.truth is not None
    symbols = list(sheet.flatten().getElementsByClass("ChordSymbol"))
    assert [symbol.root().pitchClass for symbol in symbols] == [
        found.root for chord in take.truth.chords if (found := spell(chord.label))
    ]
    assert str(next(iter(sheet.flatten().getElementsByClass("KeySignature"))).asKey().tonic) == "C"
    bars = list(sheet.parts[0].getElementsByClass("Measure"))
    assert all(bar.duration.quarterLength == 4 for bar in bars)
    assert sheet.metadata.bestTitle == take.brief.prompt
    written = gather(take).notes
    sung = [item for item in sheet.flatten().notes if not isinstance(item, music21.harmony.ChordSymbol)]
    struck = [item for item in sung if item.tie is None or item.tie.type == "start"]
    assert len(struck) == len(written)
    assert [item.pitch.midi for item in struck] == [round(note.pitch) for note in written]
    words = [item.lyric for item in struck if item.lyric]
    assert words
    assert set(words) <= {word.text for word in take.truth.words}
    marks = list(sheet.flatten().getElementsByClass("MetronomeMark"))
    assert [mark.number for mark in marks] == [round(take.truth.tempo.bpm)]


def test_a_lead_sheet_of_an_upbeat_and_of_nothing(nothing: Report) -> None:
    music21 = guest("music21")
    times = [0.5 * beat for beat in range(9)]
    truth = attrs.evolve(known(times, times[1::4]), chords=[Chord(0, 4, "A:min/5"), Chord(4, 10, "N")])
    sheet = music21.converter.parse(exports.to_musicxml(truth))
    assert next(iter(sheet.parts[0].getElementsByClass("Measure"))).number == 0
    with pytest.raises(InputError, match="nothing to write as notation"):
        exports.to_musicxml(attrs.evolve(nothing, audio=attrs.evolve(nothing.audio, chords=None, melody=None)))


def test_notation_without_music21_says_what_to_install(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "music21")
    with pytest.raises(MissingExtraError, match=r'pip install "musicengine\[musicxml\]"'):
        exports.to_musicxml(take)


# Tags

TAGS = exports.Tags(
    "Ünder", "me", "Album", "pop", "2024", 101.5, "F#m", "yes", "la\nla", Loudness(-14, 5, -9, -8.5, -1.25)
)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3", ".ogg"])
def test_tags_come_back_and_the_sound_stays(suffix: str, tmp_path: Path) -> None:
    guest("mutagen")
    if suffix != ".wav":
        pytest.importorskip("soundfile")
    engine = MusicEngine()
    audio = Audio(np.random.default_rng(0).uniform(-0.5, 0.5, (2, RATE + 1)), RATE)
    path = engine.save(audio, tmp_path / f"song{suffix}")
    before = engine.load(path)
    for _ in range(2):
        exports.write_tags(path, TAGS)
        assert engine.load(path) == before
    expected = TAGS if suffix == ".wav" else attrs.evolve(TAGS, loudness=None)
    assert exports.read_tags(path) == expected
    assert len(list(tmp_path.iterdir())) == 1
    exports.write_tags(path, exports.Tags(title="New"))
    assert attrs.evolve(exports.read_tags(path), loudness=None) == attrs.evolve(TAGS, title="New", loudness=None)


def test_tags_of_a_report_and_a_take(report: Report, take: Take) -> None:
    found = exports.describe(report, title="x")
    assert (found.title, found.key, found.loudness) == ("x", "C", report.audio.loudness)
    assert found.bpm == pytest.approx(100, abs=1)
    assert exports.describe(take).genre == "pop"
    with pytest.raises(InputError, match="got int"):
        exports.describe(3)  # type: ignore[arg-type]


def test_the_broadcast_extension_needs_no_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = MusicEngine().save(Audio(np.zeros((1, 101)), RATE), tmp_path / "a.wav")
    without(monkeypatch, "mutagen")
    with pytest.raises(MissingExtraError, match=r"musicengine\[tags\]"):
        exports.write_tags(path, TAGS)
    content = path.read_bytes()
    assert content[12:16] == b"bext"
    assert int.from_bytes(content[4:8], "little") == len(content) - 8
    assert content[20 + 412 : 20 + 422] == np.array([-1400, 500, -125, -850, -900], "<i2").tobytes()


def music_of(ixml: bytes) -> dict[str, str | None]:
    extension = ElementTree.fromstring(ixml).find("ASWG")
    assert extension is not None
    return {item.tag: item.text for item in extension}


def test_a_studio_reads_loudness_tempo_and_key_of_a_wav_file(tmp_path: Path) -> None:
    wavinfo = guest("wavinfo")
    path = MusicEngine().save(Audio(np.zeros((1, 101)), RATE), tmp_path / "a.wav")
    with contextlib.suppress(MissingExtraError):  # without mutagen these chunks are written all the same
        exports.write_tags(path, attrs.evolve(TAGS, date="2024-05-17", title="a\x00b <&>"))
    read = wavinfo.WavInfoReader(str(path), bext_encoding="utf-8")
    bext = read.bext
    assert (bext.version, bext.originator, bext.originator_date) == (2, "me", "2024-05-17")
    assert bext.description.endswith("me, yes")
    levels = (bext.loudness_value, bext.loudness_range, bext.max_true_peak)
    assert levels == pytest.approx((-14, 5, -1.25))
    assert (bext.max_momentary_loudness, bext.max_shortterm_loudness) == pytest.approx((-8.5, -9))
    assert read.ixml.project == "Album"
    facts = music_of(read.ixml.source)
    assert facts["songTitle"] == "a\ufffdb <&>"
    assert (facts["tempo"], facts["inKey"], facts["genre"], facts["loudness"]) == ("102", "F#m", "pop", "-14.00")


def test_what_a_recorder_wrote_into_a_wav_file_stays(tmp_path: Path) -> None:
    wavinfo = guest("wavinfo")
    path = MusicEngine().save(Audio(np.zeros((1, 101)), RATE), tmp_path / "a.wav")
    history = b"A=PCM,F=44100\r\n"
    texts = (b"Old", b"Recorder", b"REF1", b"2020-01-02", b"03:04:05")
    bext = struct.pack("<256s32s32s10s8sQH64s", *texts, 4_410_000, 1, b"") + bytes(190) + history
    facts = b"<BWFXML><SCENE>7</SCENE><ASWG><composer>C</composer><tempo>9</tempo></ASWG></BWFXML>\0"
    with path.open("rb") as source, (tmp_path / "b.wav").open("wb") as target:
        rewrite(source, target, {b"bext": bext, b"iXML": facts})
    for _ in range(2):
        with contextlib.suppress(MissingExtraError):
            exports.write_tags(tmp_path / "b.wav", exports.Tags(title="New", bpm=120))
    read = wavinfo.WavInfoReader(str(tmp_path / "b.wav"))
    kept = read.bext
    assert (kept.description, kept.originator, kept.originator_ref) == ("New", "Recorder", "REF1")
    assert (kept.originator_date, kept.originator_time, kept.time_reference) == ("2020-01-02", "03:04:05", 4_410_000)
    assert kept.coding_history == history.decode()
    assert exports.read_tags(tmp_path / "b.wav").loudness is None
    assert read.ixml.scene == "7"
    music = music_of(read.ixml.source)
    assert (music["composer"], music["tempo"], music["songTitle"]) == ("C", "120", "New")


@pytest.mark.parametrize("odd", [b"<BWFXML", b"<other/>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><BWFXML/>", b"\xff\xfe"])
def test_an_ixml_chunk_that_cannot_be_read_is_left_alone(odd: bytes, tmp_path: Path) -> None:
    path = MusicEngine().save(Audio(np.zeros((1, 101)), RATE), tmp_path / "a.wav")
    with path.open("rb") as source, (tmp_path / "b.wav").open("wb") as target:
        rewrite(source, target, {b"iXML": odd})
    with contextlib.suppress(MissingExtraError):
        exports.write_tags(tmp_path / "b.wav", TAGS)
    with (tmp_path / "b.wav").open("rb") as file:
        assert read_chunk(file, b"iXML") == odd


def test_files_that_take_no_tags_are_refused(tmp_path: Path) -> None:
    guest("mutagen")
    (tmp_path / "a.flac").write_bytes(b"no flac at all")
    (tmp_path / "a.wav").write_bytes(b"no wav at all")
    for name in ("a.flac", "a.wav"):
        with pytest.raises(FormatError):
            exports.write_tags(tmp_path / name, TAGS)
    with pytest.raises(FormatError):
        exports.read_tags(tmp_path / "a.flac")
    with pytest.raises(FormatError, match=r"tags are written into"):
        exports.write_tags(tmp_path / "a.txt", TAGS)
    for verb in (exports.read_tags, lambda path: exports.write_tags(path, TAGS)):
        for name in ("none.wav", "none.mp3"):
            with pytest.raises(FileError, match="there is no file"):
                verb(tmp_path / name)
    assert (tmp_path / "a.flac").read_bytes() == b"no flac at all"
