"""Whatever is said: no invented number, no broken brief, no lost turn, no prompt that is broken out of."""

from __future__ import annotations

import json

import attrs
from hypothesis import example, given, settings
from hypothesis import strategies as st

from musicengine import Brief, Heard, MusicEngine, Report, Session
from musicengine.backends.moderation import WordlistModerator
from musicengine.errors import ModerationError
from musicengine.flows.prompts import as_data
from musicengine.flows.proposals import read_proposal
from musicengine.flows.safety import clean
from tests.strategies import EVERY

ENGINE = MusicEngine()
PARTS = [
    "make me a dark trap beat at 140", "in F# minor", "slower", "a bit faster", "10 bpm faster", "up a tone",
    "brighter", "less muddy", "more vocals", "vocals up 3 db", "drop the bridge", "add a second chorus",
    "shorter intro", "chorus bigger", "undo", "undo everything", "no drums?", "3/4", "why this score?",
    "is it better than the last one?", "what does LUFS mean", "how loud is it?", "how fast is it?",
    "where is the chorus?", "will it be a hit?", "write me a second verse about rain", "what changed?",
    "where are we?", "another one", "make it better", "yes", "in the style of a sad piano ballad at 70",
    "one forty", "500 bpm", "make it 20 seconds longer", "help", "thanks", "don't change the tempo", "and", "but",
    ",", "?", "not", "too", "the verse", "8 bar intro", "2 minutes", "H minor",
]  # fmt: skip
REQUESTS = st.lists(st.sampled_from(PARTS) | st.text(max_size=12), min_size=1, max_size=5).map(" ".join)
REPORTS = EVERY[Report]


def talk(texts: list[str], session: str | None = None, about: Report | None = None) -> tuple[str, ...]:
    """The numbers from nowhere in a conversation."""
    found: list[str] = []
    for text in texts:
        if not clean(text).strip():
            continue
        reply = ENGINE.chat(text, session=session, about=about)
        session, about = reply.session, None
        found += reply.unverified
        assert str(reply).strip()
        assert all(getattr(action, "brief", reply.brief) == reply.brief for action in reply.actions)
    return tuple(found)


@settings(max_examples=150, deadline=None)
@given(st.lists(REQUESTS, min_size=1, max_size=5))
@example(["make me a dark trap beat at 140", "2 minutes less muddy"])
def test_the_producer_invents_no_number(texts: list[str]) -> None:
    assert talk(texts) == ()


@settings(max_examples=60, deadline=None)
@given(st.lists(REQUESTS, min_size=1, max_size=3), REPORTS)
def test_nor_of_any_report(texts: list[str], report: Report) -> None:
    assert (
        talk(["why this score?", *texts, "how loud is it?", "how fast is it?", "will it be a hit?"], None, report) == ()
    )


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_any_answer_of_a_model_can_be_read(text: str) -> None:
    session = Session("s", Brief("pop"))
    said, proposal = read_proposal(f"hello\n```json\n{text}\n```", session)
    assert said.startswith("hello")
    assert isinstance(proposal.brief, Brief)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from([field.name for field in attrs.fields(Brief)])


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(fields, json_values, max_size=3), json_values, json_values)
def test_any_proposal_gives_a_valid_brief(edits: dict[str, object], undo: object, actions: object) -> None:
    session = Session("s", Brief("pop"), [Brief("old")])
    block = json.dumps({"edits": edits, "undo": undo, "actions": actions})
    said, proposal = read_proposal(f"```json\n{block}\n```", session)
    assert attrs.evolve(proposal.brief) == proposal.brief
    if "cannot be used" in said:
        assert (proposal.brief, proposal.earlier, proposal.actions) == (session.brief, session.earlier, ())


@given(st.text())
def test_data_closes_no_tag_and_reads_back(text: str) -> None:
    data = as_data(text)
    assert not set(data) & set("<>&`\n\r\u2028\u2029\x85")
    assert json.loads(data) == text


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text())
def test_moderation_takes_any_text(text: str) -> None:
    try:
        ENGINE.moderator.moderate(text)
        WordlistModerator().moderate(clean(text))
    except ModerationError:  # pragma: no cover - a verdict is no exception
        raise AssertionError from None


@settings(max_examples=40, deadline=None)
@given(REPORTS)
def test_what_is_remembered_of_a_report_keeps_its_scores(report: Report) -> None:
    heard = Heard.of(report)
    assert heard.report.score == report.score
    assert heard.report.audio.loudness == report.audio.loudness
    assert heard.report.audio.waveform is None
