"""What words mean to a producer: qualities with the knobs they turn, sections, instruments, technical terms."""

from __future__ import annotations

from collections.abc import Mapping

from musicengine.lyrics.wordlists import word_set

__all__ = ["GLOSSARY", "INSTRUMENTS", "KNOBS", "QUALITIES", "SECTIONS", "SIZES", "VOCABULARY", "VOCALS"]

#: The steps that one degree of a quality takes on the knobs of a brief; "bpm" and "size" are read by the editor.
KNOBS: Mapping[str, Mapping[str, float]] = {
    "fast": {"bpm": 0.08},
    "slow": {"bpm": -0.08},
    "bright": {"brightness": 0.25},
    "dull": {"brightness": -0.25},
    "dark": {"brightness": -0.2, "mood": 1},
    "warm": {"brightness": -0.15, "mood": 1},
    "muddy": {"brightness": -0.2, "density": 0.15},
    "clear": {"brightness": 0.15, "density": -0.15},
    "dense": {"density": 0.25},
    "sparse": {"density": -0.25},
    "wide": {"width": 0.25},
    "narrow": {"width": -0.25},
    "dynamic": {"dynamics": 0.25},
    "flat": {"dynamics": -0.25},
    "big": {"size": 1},
    "small": {"size": -1},
    "loud": {"size": 1},
    "quiet": {"size": -1},
    "catchy": {"hook_repetition": 0.3},
    "repetitive": {"hook_repetition": 0.3},
    "human": {"drift": 0.01},
    "tight": {"drift": -0.01},
    "happy": {"mood": 1},
    "sad": {"mood": 1},
    "calm": {"density": -0.2, "mood": 1},
    "romantic": {"mood": 1},
    "energetic": {"density": 0.15, "dynamics": 0.1, "mood": 1},
    "aggressive": {"density": 0.15, "mood": 1},
    "dreamy": {"mood": 1},
}

_WORDS = {
    "fast": "fast faster quick quicker quickly speedy speedier uptempo rushed hectic",
    "slow": "slow slower slowly downtempo sluggish",
    "bright": "bright brighter brightness crisp crisper airy airier shiny shinier sparkly sparkle brilliance treble "
    "highs harsh harsher shrill piercing tinny sharp sharper",
    "dull": "dull duller muffled",
    "dark": "dark darker moody moodier gloomy gloomier sinister",
    "warm": "warm warmer warmth cozy cozier mellow mellower",
    "muddy": "muddy muddier mud boomy boomier murky",
    "clear": "clear clearer clean cleaner clarity transparent",
    "dense": "dense denser density busy busier full fuller thick thicker rich richer crowded cluttered layers lush "
    "complex notes",
    "sparse": "sparse sparser thin thinner empty emptier minimal simple simpler spacious space breathing",
    "wide": "wide wider width stereo spread",
    "narrow": "narrow narrower mono",
    "dynamic": "dynamic dynamics punchy punchier punch contrast",
    "flat": "flat flatter compressed squashed",
    "big": "big bigger huge larger massive epic bombastic stronger power energy lift hits hit harder hard impact",
    "small": "small smaller weak weaker",
    "loud": "loud louder",
    "quiet": "quiet quieter soft softer gentle gentler",
    "catchy": "catchy catchier hooky hookier hooks",
    "repetitive": "repetitive repetition",
    "human": "human humanised loose looser groovy groovier groove natural organic drift",
    "tight": "tight tighter robotic mechanical quantized steady steadier",
    "happy": "happy happier cheerful uplifting joyful joyous sunny sunnier playful fun upbeat",
    "sad": "sad sadder melancholic melancholy lonely heartbroken nostalgic bittersweet wistful",
    "calm": "calm calmer peaceful relaxed relaxing chill chilled chiller laid-back laidback sleepy",
    "romantic": "romantic sexy sexier sensual intimate tender",
    "energetic": "energetic driving intense intenser powerful hype hyped lively livelier",
    "aggressive": "aggressive angry angrier",
    "dreamy": "dreamy dreamier ethereal",
}
#: The quality that a word speaks of.
QUALITIES = {word: name for name, words in _WORDS.items() for word in words.split()}
#: Qualities that a section or the vocals can have by themselves.
SIZES = {"big": 1, "loud": 1, "dense": 1, "energetic": 1, "small": -1, "quiet": -1, "sparse": -1, "calm": -1}

SECTIONS = {
    "intro": "intro", "introduction": "intro", "verse": "verse", "verses": "verse", "pre-chorus": "pre-chorus",
    "prechorus": "pre-chorus", "chorus": "chorus", "choruses": "chorus", "refrain": "chorus", "hook": "chorus",
    "bridge": "bridge", "breakdown": "break", "break": "break", "solo": "instrumental", "interlude": "instrumental",
    "outro": "outro", "ending": "outro",
}  # fmt: skip
VOCALS = word_set("vocal vocals vox voice voices singer singing")
INSTRUMENTS = word_set(
    "drum drums kick snare hihat hihats hats cymbals percussion beat bass bassline sub lows 808 808s guitar guitars "
    "piano keys synth synths pad pads strings violin organ brass sax horns flute reverb delay chords melody"
)

GLOSSARY = {
    "lufs": "LUFS is loudness as ears feel it, averaged over the whole track and measured after the broadcast standard "
    "ITU-R BS.1770; nearer to zero is louder. Streaming services turn everything to about the same value.",
    "true peak": "True peak is the highest level the sound reaches between samples, in dBTP. Too near to zero, and "
    "players and codecs may distort.",
    "bpm": "BPM is beats per minute: how fast the pulse goes.",
    "key": "The key is the home note and scale of the track: minor tends to sound darker, major brighter.",
    "camelot": "A Camelot code names the key on a wheel for DJs: neighbours on the wheel mix well.",
    "loudness range": "Loudness range tells how far soft and loud passages lie apart, in LU.",
    "dynamic range": "Dynamics are the contrast between soft and loud; squeezed too hard, a track sounds flat.",
    "muddy": "Muddy means too much energy in the low mids, where many instruments pile up.",
    "timbre": "Timbre is the colour of a sound: what tells a flute from a guitar on the same note.",
    "stereo width": "Width is how different left and right are: wide surrounds you, narrow sits in the middle.",
    "score": "The score is a hundred points minus a ledger of deductions; each has its reason, what was measured, "
    "what was expected, and a fix. It speaks of the recording's craft, not of whether the music is good.",
    "typicality": "Typicality says how much a track resembles records that charted. It is no chance of a hit.",
    "meter": "The meter is how beats group into bars, as in a march or a waltz.",
    "bridge": "A bridge is a passage that comes once and goes elsewhere before the last chorus.",
    "chorus": "The chorus is the part that returns, with the hook.",
    "verse": "A verse tells the story; its words change each time.",
    "pre-chorus": "A pre-chorus builds from the verse up to the chorus.",
    "hook": "The hook is the bit that stays in your head.",
    "density": "Density is how much plays at a time.",
    "mastering": "Mastering is the last polish: level, balance and peaks of the finished mix.",
    "mixing": "Mixing sets levels, places and colours of the parts against each other.",
    "brief": "The brief is your direction in one place: genre, mood, tempo, key, length, sections and a few knobs.",
    "seed": "The seed picks among all the tracks a brief allows: same brief and seed, same track.",
    "sidechain": "Sidechaining ducks one sound under another, mostly the bass under the kick, so that both have room.",
    "reverb": "Reverb is the sound of the room around the notes.",
    "eq": "EQ makes some frequencies louder or softer than others.",
    "compression": "Compression makes the loud parts softer, so that the whole can be louder.",
    "swing": "Swing delays every second note a little, so that the rhythm lilts.",
    "syncopation": "Syncopation puts accents where the beat is not.",
    "semitone": "A semitone is the smallest step on a piano, from one key to the next.",
    "tempo": "Tempo is how fast the pulse goes, in beats per minute.",
}
_SYNONYMS = {
    "mud": "muddy", "width": "stereo width", "stereo": "stereo width", "dbtp": "true peak", "lu": "loudness range",
    "lra": "loudness range", "peak": "true peak", "dynamics": "dynamic range", "typical": "typicality",
    "time signature": "meter", "prechorus": "pre-chorus", "loudness": "lufs", "master": "mastering", "mix": "mixing",
    "equaliser": "eq", "compressor": "compression",
}  # fmt: skip
GLOSSARY |= {word: GLOSSARY[term] for word, term in _SYNONYMS.items()}

#: Words that a typo may have been meant for.
VOCABULARY = frozenset(
    word
    for word in (
        *QUALITIES,
        *SECTIONS,
        *VOCALS,
        *INSTRUMENTS,
        *[
            "tempo",
            "slower",
            "faster",
            "minor",
            "major",
            "semitone",
            "semitones",
            "octave",
            "undo",
            "lyrics",
            "lyric",
            "shorter",
            "longer",
            "compare",
            "score",
            "better",
            "thanks",
            "thank",
            "hello",
            "techno",
            "disco",
            "reggae",
            "ambient",
            "ballad",
            "house",
            "metal",
            "hiphop",
            "sections",
            "seconds",
            "minutes",
            "generate",
            "produce",
            "louder",
            "another",
            "version",
            "change",
            "instrumental",
            "please",
            "remove",
            "waltz",
            "style",
            "explain",
        ],
    )
    if len(word) >= 4
)
