"""The verbs that talk to the producer: chat, streams, actions, sessions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import TypeVar

from musicengine.flows.actions import Done, Room, execute
from musicengine.flows.chat import Producer, ReplyStream
from musicengine.flows.prompts import Prompts
from musicengine.flows.sessions import Sessions
from musicengine.protocols import ChatModel, Moderator, Store
from musicengine.values.conversation import Action, Heard, Reply, Session
from musicengine.values.making import Take
from musicengine.values.reports import Report

__all__ = ["Talk"]

R = TypeVar("R")


class Talk:
    """What an engine with a chat model, a moderator and a store can do with them."""

    __slots__ = ()

    chat_model: ChatModel
    moderator: Moderator
    prompts: Prompts
    store: Store
    session_ttl_s: float

    def chat(self, text: str, *, session: str | Session | None = None, about: Report | Take | None = None) -> Reply:
        """Talk to the producer, who answers and proposes actions to execute.

        Args:
            text: what you say.
            session: to go on with; None begins one, whose id is in the reply.
            about: a track from elsewhere to talk about; a take is measured first.

        Raises:
            InputError: the text is empty or too long, or there is no such session.
            ModerationError: the moderator refuses the text.
            BackendError: the chat model failed; the session is as it was.
        """
        return self._call("chat", lambda: self._producer.take_turn(text, session, self._heard(about)))

    def stream_chat(
        self, text: str, *, session: str | Session | None = None, about: Report | Take | None = None
    ) -> ReplyStream:
        """As :meth:`chat`, piece by piece; the stream's ``reply`` is there when the pieces are over."""
        return self._call("stream_chat", lambda: self._producer.stream_turn(text, session, self._heard(about)))

    def execute(self, action: Action, *, session: str | Session | None = None) -> Done:
        """Do what a reply proposed; the session, if any, hears what was made.

        Raises:
            InputError: the action needs a take that the session does not have, or there is no such session.
            BackendError: a backend failed.
        """
        return self._call("execute", lambda: execute(action, self._room, self._producer.sessions, session))

    def session(self, session: str | Session) -> Session:
        """A conversation: its brief, its history, what was heard; InputError if there is none, or no more."""
        return self._call("session", lambda: self._producer.sessions.load(session))

    def sessions(self) -> tuple[str, ...]:
        """The ids of the living conversations."""
        return self._call("sessions", self._producer.sessions.names)

    def end_session(self, session: str | Session) -> None:
        """Forget a conversation; no error if there is none."""
        self._call("end_session", lambda: self._producer.sessions.end(session))

    @property
    def _producer(self) -> Producer:
        sessions = Sessions(self.store, self.session_ttl_s)
        return Producer(self.chat_model, self.moderator, self.prompts, sessions)

    def _heard(self, about: Report | Take | None) -> Heard | None:
        if isinstance(about, Take):
            return Heard.of(self._room.analyze(about), about)
        return None if about is None else Heard.of(about)

    @property
    def _room(self) -> Room:
        """The engine itself, with the verbs that actions need."""
        return self  # type: ignore[return-value]  # the engine that this is a part of has them

    @abstractmethod
    def _call(self, verb: str, function: Callable[[], R]) -> R:
        """The result of the function, run as this verb."""
