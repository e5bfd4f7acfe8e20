"""The stub producer: understands plain requests by their words, offline and the same every time.

It is asked like any chat model: it reads the context and the request out of the messages, and answers with words and a
proposal in a block of code. It says no number that is not in the user's words, a brief or a report.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

import attrs

from musicengine import codec
from musicengine.backends.producer.answers import answer, chat_along, summary
from musicengine.backends.producer.draft import Draft
from musicengine.backends.producer.editing import edit, keep
from musicengine.backends.producer.reading import clauses, normal
from musicengine.backends.producer.terms import QUALITIES
from musicengine.backends.producer.wording import find_topic, say_what_is_known, word
from musicengine.errors import BriefError, CodecError, InputError
from musicengine.synth import parse_brief
from musicengine.synth.briefs import MOODS
from musicengine.synth.genres import find_genre, named_genre, played_genres
from musicengine.values.conversation import Change, Context, find_changes
from musicengine.values.making import MAX_PROMPT, Brief, Message

__all__ = ["StubChat"]

_CONTEXT = re.compile(r"<context>(\{.*\})</context>", re.DOTALL)
_REQUEST = re.compile(r"<request>(.*)</request>", re.DOTALL)
_UNDO = re.compile(
    r"\b(?:undo|revert|roll(?:ed)? back|take (?:that|it) back|scratch that|go back|put it back"
    r"|back to (?:the )?(?:last|previous|old|earlier|before|how it was|what it was)"
    r"|(?:liked|preferred) (?:it|the (?:last|previous|old|other|first) one)(?: \w+)? (?:better"
    r"|more|before)|(?:liked|preferred) it before|as it was before)\b"
)
_ALL = re.compile(r"\b(?:everything|all|original|first version|beginning|start over|very start)\b")
_RESET = re.compile(
    r"\b(?:start over|start again|start fresh|from scratch|reset|(?:clear|delete) (?:it|everything"
    r"|all)|forget (?:it|everything|all)|new (?:song|track|beat|tune|idea|one|project))\b"
)
_THING = (
    r"(?:song|track|beat|tune|piece|instrumental|ballad|banger|anthem|loop|jam|groove|riff|melody"
    r"|number|music|something|mix|record|score|soundtrack|jingle|lullaby|waltz|theme|demo|single|bop)"
)
_MAKE = re.compile(
        rf"\b(?:(?:make|create|generate|produce|compose|build|give|write|cook|do|play|start|lay down"
        rf"|whip up|record)(?: \w+){{0,2}}? (?:me |us |up )?(?:an? |some |the next )"
        rf"|(?:i|we)(?:'d| would)? (?:want|need|like|love|fancy) (?:to (?:make|hear|have|write) )?(?:an? "
        rf"|some )|i'm (?:looking for|after) |can (?:you|i|we) (?:make|get|have|do|create) (?:me |us )?(?:an? "
        rf"|some )|how about (?:an? |some )|let's (?:make|do|try|have) (?:an? |some )|in the style of"
        rf"|another {_THING}|new {_THING})"
)  # fmt: skip
_PIECE_OF_MUSIC = re.compile(
    rf"(?:^|\b(?:make|create|generate|produce|compose|write|give)(?: me| us)? )(?:an?|some"
    rf"|new) (?:[\w#&'-]+[ ,]+){{0,6}}?{_THING}\b(?! (?:is"
    rf"|was))"
)
_PART_OF_IT = re.compile(
    r"\b(?:give|add|want|need|do|make)\b(?: \w+)? (?:an? |some )(?:\w+[ -]){0,3}?(?:intro|verse"
    r"|chorus|bridge|outro|hook|solo|break|breakdown|pre-chorus|bit|little|touch|tad|lot|vocals?"
    r"|drums?)\b"
)
_ABOUT_IT = re.compile(r"\b(?:make|get|turn|have|give) (?:it|this|that|the|my|our|everything)\b")
_VERSION_OF_IT = re.compile(r"\b(?:an?|the) (?:\w+ ){0,2}?(?:version|mix|edit|remix)\b(?! of (?!it|this|that))")
_A_BIT = re.compile(r"\ba (?:little |tiny )?(?:bit|touch|tad|notch|little) ?(?:of )?")
_GO = re.compile(
    r"^(?:(?:yes|yeah|yep|yup|sure|ok|okay|alright|please|great|cool|do it|go|go ahead|go on|go for it"
    r"|run it|let's go|sounds good|make it|do that|please do|render(?: it)?|play it|play|generate(?: it)?"
    r"|let's hear (?:it|that)|let me hear (?:it|that)|i want to hear (?:it|that)|hit it|ship it"
    r"|now|produce it|produce|it|that|and|then|,|!|\.)\s*)+$"
)
_NO = re.compile(r"^(?:no|nope|nah|not now|no thanks|never ?mind|nvm|cancel|stop|wait|hold on)\b[ !.]*$")
_VERSIONS = re.compile(
    r"\b(?P<n>\d{1,2}|a couple of|a few|several|some|more) (?:(?:different|other|more|new) )?"
    r"(?:versions?|takes?|variations?|variants?|options?|alternatives?|tries)\b(?: of (?:it|this|that)\b| of\b)?"
)
_UNCOUNTED = {"a couple of": 2}
_MOST_VERSIONS = 8
_HARDLY_ANY = 4  # words, such as "can you give me"
_BETTER = re.compile(
    r"\b(?:make it better|improve (?:it|this|that|the (?:score|track|song|mix))|fix (?:it|this"
    r"|that|the (?:mix|problems?|issues?|score))|refine|polish|better please|best version|as good as"
    r"|optimi[sz]e|raise the score)\b"
)
_ROUNDS = re.compile(r"\b(\d{1,2}) rounds?\b")
_ANOTHER = re.compile(
    r"\b(?:another (?:one|version|take|try|go|idea|variation)|try again|again|different (?:one"
    r"|version|take)|something (?:else|different|new)|surprise me|reroll|re-roll|shuffle|vary it"
    r"|variation|one more(?: time| take)?|regenerate|redo)\b"
)
_QUESTION = re.compile(
    r"\?\s*$|^(?:why|what|how|is|are|does|do you|did|will|would|should|which|when|where|who|explain"
    r"|define|compare|tell me|rate|whats|any)\b"
)
#: It asks for knowledge, never for a change; "what if it were slower?" does.
_OPEN_QUESTION = re.compile(
    r"^(?:why|what|which|how (?:many|much)|when|where|who|whose)\b(?! (?:if|about))[^,;]*\?\s*$"
)
_MORE_OF = re.compile(r"^(?:(?:more|less|add|remove|with|without|no|some|an?|the|please) ){1,3}([a-z]{2,20})[ .!]*$")
_BLEND = re.compile(
    r"\b(?:blend\w*|mix(?:es|ed|ing)?|fusion|fuse|fusing|cross(?:over|ed|ing)?|combin\w+|mash\w*|hybrid|meets?|merge)\b"
)
_PIECE = re.compile(r"\S+\s*|\s+")


@attrs.frozen
class StubChat:
    """A producer that needs no key and no network."""

    def reply(self, messages: Sequence[Message], /) -> Message:
        """The answer to the last message of the user.

        Raises:
            InputError: there is no message of a user.
        """
        draft = _work(_read(messages))
        text = "\n".join(draft.said)
        block = {"new": draft.new, "undo": draft.undo, "edits": draft.edits(), "actions": draft.actions}
        block = {name: item for name, item in block.items() if item}
        if block:
            text += f"\n\n```json\n{json.dumps(block, ensure_ascii=False).replace('`', chr(92) + 'u0060')}\n```"
        return Message("assistant", text)

    def stream(self, messages: Sequence[Message], /) -> Iterator[str]:
        """The same answer, word by word."""
        return iter(_PIECE.findall(self.reply(messages).content))


def _read(messages: Sequence[Message]) -> Context:
    """The context that the messages tell, as far as they do."""
    request = next((item.content for item in reversed(messages) if item.role == "user"), None)
    if request is None:
        raise InputError(f"expected a message of the user among {len(messages)}")
    try:
        found = _REQUEST.search(request)
        said = json.loads(found[1]) if found else request
        told = next((_CONTEXT.search(item.content) for item in messages if item.role == "system"), None)
        context = codec.from_json(told[1]) if told else Context("")
    except (ValueError, CodecError):
        said, context = request, Context("")
    return attrs.evolve(context if isinstance(context, Context) else Context(""), request=str(said))


def _work(context: Context) -> Draft:
    """What one turn makes of a context."""
    draft = Draft(context, context.brief)
    text = normal(context.request)
    if not (_undone(draft, text) or _varied(draft, text) or _gone(draft, text) or word(draft, text)):
        if _is_new(draft, text):
            _begin(draft, text)
        elif not (_QUESTION.search(text.strip()) and answer(draft, text)):
            _wonder(draft, text) if _OPEN_QUESTION.search(text.strip()) else _change(draft, text)
    _report(draft)
    return draft


def _undone(draft: Draft, text: str) -> bool:
    if not _UNDO.search(text):
        return False
    depth = len(draft.context.earlier)
    if not depth:
        draft.say("There is nothing to undo.")
        return True
    draft.undo = depth if _ALL.search(text) else 1
    draft.brief = draft.context.earlier[-draft.undo]
    rest = _UNDO.sub(" ", text)
    for clause in clauses(rest):
        if len(clause.split()) > 1 and not _ALL.search(clause):
            edit(draft, clause)
    return True


def _gone(draft: Draft, text: str) -> bool:
    """Whether the user agrees, declines, or asks for the last idea again."""
    bare = re.sub(r"\bplease\b", "", text).strip(" !.?,")
    if _GO.search(text.strip()) and draft.brief != Brief():
        draft.say("Here we go: run the first action to hear it.")
        draft.propose("produce" if "produce" in text else "generate")
    elif _GO.search(text.strip()):
        draft.say("Gladly, but of what? Name a genre, a mood or a tempo.")
    elif _NO.search(bare):
        draft.say("Fine, I leave it as it is." if draft.begun else "Fine. Tell me when you have an idea.")
    elif _BETTER.search(text) and draft.begun and not text.strip().startswith(("how", "what", "can i", "why")):
        _improve(draft, text)
    elif _ANOTHER.search(bare) and draft.brief != Brief() and len(bare.split()) <= 7 and not _MAKE.search(bare):
        draft.set(seed=draft.brief.seed + 1)
        draft.say("Another seed, so other notes.")
        for clause in clauses(_ANOTHER.sub(" ", text)):
            if not QUALITIES.keys().isdisjoint(clause.split()):
                edit(draft, clause)
        draft.propose("generate")
    else:
        return False
    return True


def _varied(draft: Draft, text: str) -> bool:
    """Several takes of one direction, each with a seed of its own; whether the request is for that."""
    several = _VERSIONS.search(text)
    if not several:
        return False
    rest = _VERSIONS.sub(" ", text)
    if named_genre(rest) or len(rest.split()) > _HARDLY_ANY:
        _begin(draft, rest) if _is_new(draft, rest) else _change(draft, rest)
        draft.actions.clear()
    if draft.brief == Brief():
        draft.say("Gladly, but of what? Name a genre, a mood or a tempo.")
        return True
    count = several["n"]
    wanted = int(count) if count.isdigit() else _UNCOUNTED.get(count, 3)
    for step in range(min(max(wanted, 1), _MOST_VERSIONS)):
        draft.propose("generate", seed=draft.brief.seed + 1 + step)
    if wanted > _MOST_VERSIONS:
        draft.say(f"Not {wanted} at once: one action each is what I can hold, so here are as many as fit.")
    draft.say("One direction, a seed for each version: run every action, and compare.")
    return True


def _improve(draft: Draft, text: str) -> None:
    if draft.report and draft.report.score.deductions and draft.context.heard[-1].brief is not None:
        draft.say("I can answer the deductions of the latest report and make it again, or work in rounds.")
        draft.propose("refine")
    else:
        draft.say("I can make it in rounds: make, listen, correct, and keep what is better.")
    rounds = _ROUNDS.search(text)
    draft.propose("produce", rounds=min(max(int(rounds[1]), 1), 20) if rounds else None)


def _is_new(draft: Draft, text: str) -> bool:
    """Whether the request begins a track rather than changes one."""
    if _RESET.search(text):
        return True
    if draft.brief != Brief() and (_ABOUT_IT.search(text) or _VERSION_OF_IT.search(text)):
        return False
    text = _A_BIT.sub("", text)
    if _PIECE_OF_MUSIC.search(text) or _names_music(text):
        return True
    if draft.brief != Brief() and "style of" in text:
        return False
    if _MAKE.search(text):
        return not _PART_OF_IT.search(text)
    if draft.begun:
        return False
    try:
        return bool(parse_brief(text).understood)
    except BriefError:
        return True


def _names_music(text: str) -> bool:
    """Whether the text is of the kind "sad song at 80 bpm"."""
    first = text.split(maxsplit=1)[0].strip(",.") if text.strip() else ""
    return bool((first in MOODS or named_genre(first)) and re.search(rf"^(?:[\w#'-]+[ ,]+){{1,3}}{_THING}\b", text))


def _begin(draft: Draft, text: str) -> None:
    """A new brief of what the text says."""
    request = draft.context.request
    try:
        found = parse_brief(text)
    except BriefError as error:
        draft.say(f"That cannot be: {_reason(error)}.")
        return
    nothing = not found.understood and not find_topic(request)
    bare = _RESET.sub(" ", text)
    if nothing and not re.search(r"\b(?:make|create|generate|produce|compose|write|surprise)\b", bare):
        if _RESET.search(text):
            draft.new, draft.brief = True, Brief()
            draft.say("A clean sheet. What shall we make? A genre, a mood or a tempo is enough.")
        else:
            draft.say("Gladly. Name a genre, a mood or a tempo, so that I know where to go.")
        return
    before = draft.brief
    draft.new = True
    draft.brief = attrs.evolve(found, prompt=request.strip()[:MAX_PROMPT], understood=(), seed=before.seed)
    _refine_new(draft, text)
    if nothing:
        draft.say("You leave everything open, so I choose.")
    if topic := find_topic(request):
        draft.say(f"A track about {topic}: I can write the words too.")
        say_what_is_known(draft, topic)
        draft.propose("write_lyrics", topic=topic)
    draft.actions.insert(0, {"action": "generate"})
    draft.propose("produce")


def _refine_new(draft: Draft, text: str) -> None:
    """Work what the prompt reader does not know into a new brief: wishes such as "not too fast" or "wide"."""
    found = draft.brief
    draft.kept = {name for name in ("bpm", "mood", "duration_s") if getattr(found, name) is not None}
    draft.kept |= {"genre", "sections", "key", "instrumental"}
    for clause in clauses(text):
        if not keep(draft, clause):
            edit(draft, _WITHOUT_NAMES.sub(" ", clause))
    draft.kept = set()


_WITHOUT_NAMES = re.compile(
    r"\b(?:hip|hard|dark|warm|big band|deep|chill|dream|drum and bass|power ballad|beat|with (?:a )?\w+)\b(?! \w+er\b)"
)


def _reason(error: Exception) -> str:
    asked = str(error).partition(", got ")[2]
    return f"you ask for {asked}" if asked else "the request is outside of what a brief can hold"


def _change(draft: Draft, text: str) -> None:
    """Work the request into the brief, clause by clause; what is no change may be a question or small talk."""
    parts = list(clauses(text))
    for clause in parts:  # what must stay is known before anything moves
        keep(draft, clause)
    understood, carried = bool(draft.said), tuple[str, ...]()
    for clause in parts:
        if re.search(r"\b(?:don't|do not|dont|never) (?:chang|touch|alter)|^(?:keep|leave|same)\b", clause):
            continue
        sections = edit(draft, clause, carried)
        understood, carried = understood or sections is not None, sections or carried
    if not understood and (alone := re.fullmatch(r"(\d{2,3})[ !.]*", text.strip())):
        draft.tempo(float(alone[1]))
        understood = True
    if understood:
        if draft.brief != draft.context.brief and draft.context.brief == Brief():
            draft.new = False
            draft.brief = attrs.evolve(draft.brief, prompt=draft.context.request.strip()[:MAX_PROMPT])
        return
    if not (answer(draft, text) or chat_along(draft, text)):
        _wonder(draft, text)


def _wonder(draft: Draft, text: str) -> None:
    """Own up to not having understood."""
    hint = (
        '"slower", "chorus bigger", "less muddy", "why this score?"'
        if draft.begun
        else '"a warm disco track in A minor"'
    )
    if unknown := _MORE_OF.search(text.strip()):
        draft.say(f"The brief has no knob for the {unknown[1]} alone. The genre picks who plays.")
    elif _QUESTION.search(text.strip()):
        draft.say(f"That I cannot answer: I know about the track in front of us. Try {hint}.")
    else:
        draft.say(f"I did not understand that as something to do with the track; I read plain English. Try {hint}.")


def _say_who_leads(draft: Draft) -> None:
    """Own up that a blend of genres is one of them."""
    chosen = find_genre(draft.brief.genre)[0].name
    named = played_genres(draft.context.request)
    if _BLEND.search(draft.context.request.lower()) and chosen in named and len(named) > 1:
        others = " and ".join(name for name in named if name != chosen)
        draft.say(f"One genre leads at a time: I play {chosen}; what {others} would add I cannot blend in.")


def _said(change: Change, brief: Brief) -> str:
    if change.field != "energy" or not brief.energy:
        return str(change)
    levels = zip(brief.sections, brief.energy, strict=True)
    return "energy by section now " + ", ".join(f"{label} {level:g}" for label, level in levels)


def _report(draft: Draft) -> None:
    """Say what changed before anything else, and offer to make it."""
    before = Brief() if draft.new else draft.context.brief
    changes = find_changes(before, draft.brief)
    said = [_said(change, draft.brief) for change in changes if change.field not in ("seed", "lyrics")]
    if form := next((change for change in changes if change.field == "sections"), None):
        # Energy follows a new form; a form that is only written out for its energy is no change to speak of.
        louder = any(part.startswith("energy ") for part in said) and form.before == "open"
        said = [part for part in said if not part.startswith("sections " if louder else "energy ")]
    if draft.new and draft.brief != Brief():
        draft.said.insert(
            0,
            summary(attrs.evolve(draft, context=attrs.evolve(draft.context, heard=())))
            .replace(" No take was made yet.", "")
            .replace("So far", "Got it"),
        )
    elif draft.undo:
        draft.said.insert(0, f"Taken back: {'; '.join(said)}." if said else "Taken back.")
    elif said:
        draft.said.insert(0, f"Done: {'; '.join(said)}.")
    if any(change.field == "genre" for change in changes):
        nearest, note = find_genre(draft.brief.genre)
        if note:
            draft.say(f"I do not play {draft.brief.genre}: what I make is {nearest.name}, the nearest I know.")
    _say_who_leads(draft)
    if changes and draft.brief != Brief() and not any(item["action"] == "generate" for item in draft.actions):
        draft.propose("generate")
    if not draft.said:
        draft.say("It is like that already.")
