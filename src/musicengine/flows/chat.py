"""A turn of a conversation: the request is screened, a model answers it, what it proposes is checked and kept.

The model sees the latest messages, the brief with those before it, and the latest reports. It never acts: what it
proposes comes back as typed actions. A turn that fails leaves the session as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import TypeVar

import attrs

from musicengine import codec
from musicengine.errors import BackendError, MusicEngineError, describe_error
from musicengine.flows.prompts import BLOCK, Prompts
from musicengine.flows.proposals import find_unverified, read_proposal
from musicengine.flows.safety import screen_text
from musicengine.flows.sessions import Sessions
from musicengine.protocols import ChatModel, Moderator
from musicengine.values.conversation import Context, Heard, Reply, Session, find_changes
from musicengine.values.making import Message
from musicengine.values.reports import Report

__all__ = ["Producer", "ReplyStream"]

R = TypeVar("R")
_WINDOW = 24  # messages that the model sees
_MOST_ANSWER = 100_000
_MOST_PIECES = 100_000
_FENCE = f"```{BLOCK}"
_SCALE = 100.0  # scores are points of a hundred


@attrs.frozen
class Producer:
    """Who one talks to.

    Args:
        model: finds the words.
        moderator: sees what the user says first.
        prompts: how the model is asked.
        sessions: where conversations live.
    """

    model: ChatModel
    moderator: Moderator
    prompts: Prompts
    sessions: Sessions

    def take_turn(self, text: str, session: str | Session | None, about: Heard | None = None) -> Reply:
        """Answer what the user says.

        Raises:
            InputError: the text is empty or too long, or there is no such session.
            ModerationError: a rule forbids the text.
            BackendError: the model failed, or gave no words.
        """
        text = screen_text(self.moderator, text)
        replies: list[Reply] = []

        def step(before: Session) -> Session:
            before = _with(before, about)
            answer = self._ask(self._messages(text, before))
            after, reply = settle(before, text, answer)
            replies[:] = [reply]
            return after

        self.sessions.update(session, step)
        return replies[0]

    def stream_turn(self, text: str, session: str | Session | None, about: Heard | None = None) -> ReplyStream:
        """Answer piece by piece; the turn is kept when the last piece was read.

        Raises:
            InputError: the text is empty or too long, or there is no such session.
            ModerationError: a rule forbids the text.
        """
        text = screen_text(self.moderator, text)
        before = Session("new") if session is None else self.sessions.load(session)
        messages = self._messages(text, _with(before, about))
        return ReplyStream(_pieces(self.model, messages), lambda answer: self._keep(text, session, about, answer))

    def _keep(self, text: str, session: str | Session | None, about: Heard | None, answer: str) -> Reply:
        """Take a turn whose answer was read already."""
        replies: list[Reply] = []

        def step(before: Session) -> Session:
            after, reply = settle(_with(before, about), text, answer)
            replies[:] = [reply]
            return after

        self.sessions.update(session, step)
        return replies[0]

    def _messages(self, text: str, session: Session) -> Sequence[Message]:
        context = Context(text, session.brief, session.earlier, session.heard)
        return self.prompts.choose(context)(context, session.messages[-_WINDOW:])

    def _ask(self, messages: Sequence[Message]) -> str:
        answer = _guarded(self.model, lambda: self.model.reply(messages))
        if not isinstance(answer, Message) or not isinstance(answer.content, str):
            raise BackendError(_expected(self.model, f"a Message, got {type(answer).__name__}"))
        return _whole(self.model, answer.content)


class ReplyStream(Iterator[str]):
    """The pieces of an answer; when they are over, ``reply`` holds the whole of it and the session knows it.

    Args:
        pieces: of what the model says, its proposal included, which is held back.
        finish: makes the reply of the whole.
    """

    def __init__(self, pieces: Iterator[str], finish: Callable[[str], Reply]) -> None:
        """Begin with nothing said."""
        self.reply: Reply | None = None
        self._parts = _spoken(pieces, self._all)
        self._finish = finish
        self._heard: list[str] = []
        self._said = ""
        self._left = False

    def __next__(self) -> str:
        """The next piece.

        Raises:
            BackendError: the model failed, gave no words, or did not end.
        """
        for piece in self._parts:
            self._said += piece
            return piece
        if self.reply is None and not self._left:
            self.reply = self._finish("".join(self._heard))
            # What the model did not say itself: that its proposal cannot be used.
            rest = str(self.reply).removeprefix(self._said.strip())
            if rest and rest != str(self.reply):
                return rest
        raise StopIteration

    def close(self) -> None:
        """Stop reading: the model is asked for no more, and no turn is taken unless it was already."""
        self._left = True
        self._parts.close()

    def _all(self, piece: str) -> None:
        self._heard.append(piece)


def settle(session: Session, text: str, answer: str) -> tuple[Session, Reply]:
    """The session after a turn and the reply to it: pure, so that it can be done again on a newer session."""
    said, proposal = read_proposal(answer, session)
    said = said or "Done." if proposal.brief != session.brief or proposal.actions else said
    message = Message("assistant", said or "I have nothing to say to that.")
    after = attrs.evolve(
        session,
        brief=proposal.brief,
        earlier=proposal.earlier,
        messages=(*session.messages, Message("user", text), message),
        turns=session.turns + 1,
    )
    reply = Reply(
        message=message,
        brief=proposal.brief,
        changes=find_changes(session.brief, proposal.brief),
        actions=proposal.actions,
        session=session.id,
        unverified=_unverified(message.content, session, after),
    )
    return after, reply


def _unverified(said: str, before: Session, after: Session) -> tuple[str, ...]:
    if not any(sign.isdigit() for sign in said):
        return ()
    known = [item.content for item in after.messages[:-1] if item.role == "user"]
    known += [codec.to_json(value) for value in (before.brief, after.brief, *before.earlier[-1:], *before.heard)]
    reports = [item.report for item in before.heard]
    scores = [score for report in reports for score in _scores(report)]
    return find_unverified(said, "\n".join(known), tuple(scores))


def _scores(report: Report) -> tuple[float, ...]:
    hit = report.hit.score.value if report.hit else _SCALE
    return report.score.value, report.audio.quality.value, hit, _SCALE


def _with(session: Session, about: Heard | None) -> Session:
    if about is None or about in session.heard[-1:]:
        return session
    return attrs.evolve(session, heard=(*session.heard, about))


def _guarded(model: ChatModel, ask: Callable[[], R]) -> R:
    try:
        return ask()
    except MusicEngineError:
        raise
    except Exception as error:
        raise BackendError(f"the chat model {type(model).__name__} failed: {describe_error(error)}") from error


def _whole(model: ChatModel, answer: str) -> str:
    if not answer.strip():
        raise BackendError(_expected(model, "words, got an empty answer"))
    if len(answer) > _MOST_ANSWER:
        raise BackendError(_expected(model, f"at most {_MOST_ANSWER:,} characters, got {len(answer):,}"))
    return answer


def _pieces(model: ChatModel, messages: Sequence[Message]) -> Iterator[str]:
    """What the model streams, checked, and ended by force where it does not end."""
    stream = _guarded(model, lambda: iter(model.stream(messages)))
    size = 0
    for _ in range(_MOST_PIECES):
        piece = _guarded(model, lambda: next(stream, None))
        if piece is None:
            break
        if not isinstance(piece, str):
            raise BackendError(_expected(model, f"pieces of text, got {type(piece).__name__}"))
        size += len(piece)
        if size > _MOST_ANSWER:
            raise BackendError(_expected(model, f"at most {_MOST_ANSWER:,} characters, and streams on"))
        yield piece
    else:
        raise BackendError(_expected(model, f"at most {_MOST_PIECES:,} pieces, and streams on"))
    if not size:
        raise BackendError(_expected(model, "words, got an empty stream"))


def _spoken(pieces: Iterator[str], hear: Callable[[str], None]) -> Generator[str, None, None]:
    """The pieces without the proposal: what may be the beginning of its fence is held back until it is clear."""
    held = ""
    for piece in pieces:
        hear(piece)
        held += piece
        if _FENCE in held:
            spoken, held = held.split(_FENCE, 1)[0].rstrip(), ""
            if spoken:
                yield spoken
            for rest in pieces:
                hear(rest)
            return
        keep = next((size for size in range(len(_FENCE), 0, -1) if held.endswith(_FENCE[:size])), 0)
        ready = held[: len(held) - keep]
        if ready:
            yield ready
        held = held[len(held) - keep :]
    if held:
        yield held


def _expected(model: ChatModel, what: str) -> str:
    return f"the chat model {type(model).__name__} must give {what}; the session is as it was"
