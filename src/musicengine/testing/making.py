"""What generators, chat models, moderators and trend sources must keep."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from musicengine import codec
from musicengine.protocols import ChatModel, Moderator, MusicGenerator, TrendSource
from musicengine.testing.expectations import expect, expect_instance, expect_refusal
from musicengine.values.conversation import Verdict
from musicengine.values.making import Brief, Capabilities, Credits, Job, Message, Take
from musicengine.values.trends import Trends

__all__ = ["CHECKS"]

_BRIEF = Brief(prompt="disco", genre="disco", bpm=120, duration_s=4, instrumental=True, seed=1)
_DEADLINE_S = 600.0


def _says_what_it_can(generator: MusicGenerator) -> None:
    """Its capabilities are said without an order."""
    found = expect_instance(generator.capabilities, Capabilities, "capabilities")
    expect(found.takes_per_job >= 1, f"expected one take a job or more, got {found.takes_per_job}")


def _estimates_for_free(generator: MusicGenerator) -> None:
    """An estimate is an amount of credits, and spends none."""
    before = expect_instance(generator.credits(), Credits, "credits")
    expect_instance(generator.estimate(_BRIEF), Credits, "estimate")
    expect(generator.credits() == before, f"the estimate changed {before} to {generator.credits()}")


def _delivers_an_order(generator: MusicGenerator) -> None:
    """An order is polled until it succeeded and fetched, from a copy of its job, as often as one likes."""
    job = expect_instance(generator.submit(_BRIEF), Job, "submit")
    expect(bool(job.id) and job.brief == _BRIEF, f"expected a job with an id and its brief, got {job!r}")
    end = time.monotonic() + _DEADLINE_S
    while not job.done and time.monotonic() < end:
        copy = expect_instance(codec.decode(codec.encode(job)), Job, "the job's bytes")
        job = expect_instance(generator.poll(copy), Job, "poll")
        time.sleep(0 if job.done else 1)
    expect(job.status == "succeeded", f"the order {job.status}: {job.message or 'no reason given'}")
    takes, again = generator.fetch(job), generator.fetch(job)
    expect(
        bool(takes) and len(takes) == len(again), f"expected takes, as many each time, got {len(takes)}, {len(again)}"
    )
    for take in takes:
        expect_instance(take, Take, "fetch")
        known = take.provenance == "stub" or take.provenance.startswith("live:")
        expect(known, f"expected the provenance stub or live:<backend>, got {take.provenance!r}")
        expect(take.audio.duration_s > 0.5, f"a take lasts {take.audio.duration_s:g} s")


def _refuses_unknown_jobs(generator: MusicGenerator) -> None:
    """A job of somebody else is refused."""
    expect_refusal(lambda: generator.poll(Job("no-such-job", _BRIEF)), "a job that was never submitted")


def _answers(model: ChatModel) -> None:
    """It answers a conversation with a message of the assistant."""
    for messages in _CONVERSATIONS:
        message = expect_instance(model.reply(messages), Message, "reply")
        expect(message.role == "assistant", f"expected the role assistant, got {message.role!r}")
        expect(bool(message.content.strip()), "the answer is empty")


def _streams(model: ChatModel) -> None:
    """It streams an answer piece by piece."""
    pieces = list(model.stream(_CONVERSATIONS[0]))
    expect(all(isinstance(piece, str) for piece in pieces), f"expected pieces of text, got {pieces[:5]!r}")
    expect(bool("".join(pieces).strip()), "the answer is empty")


def _knows_all(source: TrendSource) -> None:
    """It knows what is typical of all genres and eras, with the source of its figures."""
    found = expect_instance(source.trends("", ""), Trends, "trends")
    expect(bool(found.source), "the trends do not say where they come from")


def _refuses_unknown_eras(source: TrendSource) -> None:
    """It refuses an era that it does not know."""
    expect_refusal(lambda: source.trends("", "the year of the whale"), "an unknown era")


def _gives_verdicts(moderator: Moderator) -> None:
    """It has a verdict on any text, with the rule where it forbids one, and lets a plain wish pass."""
    for text in ("a warm disco song about summer", "", "\u200b\x00😀", "word " * 2000):
        verdict = expect_instance(moderator.moderate(text), Verdict, "moderate")
        expect(verdict.allowed or bool(verdict.rule), "a text is forbidden by no rule")
    expect(moderator.moderate("a warm disco song about summer").allowed, "a plain wish is forbidden")


_CONVERSATIONS: Sequence[Sequence[Message]] = (
    [Message("user", "Make the chorus brighter.")],
    [
        Message("system", "You are a music producer."),
        Message("user", "Something for a rainy evening?"),
        Message("assistant", "A slow ballad in A minor."),
        Message("user", "Slower, and with a piano."),
    ],
)

CHECKS: Mapping[str, Sequence[Callable[[Any], None]]] = {
    "generator": (_says_what_it_can, _estimates_for_free, _delivers_an_order, _refuses_unknown_jobs),
    "chat_model": (_answers, _streams),
    "moderator": (_gives_verdicts,),
    "trend_source": (_knows_all, _refuses_unknown_eras),
}
