"""The stub producer: understands plain requests by their words, offline and the same every time.

It is asked like any chat model: it reads the context and the request out of the messages, and answers with words and a
proposal in a block of code. It says no number that is not in the user's words, a brief or a report.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from musicengine import codec
from musicengine.backends.producer.answers import answer, chat_along, summary
from musicengine.backends.producer.draft import Draft
from musicengine.backends.producer.editing import edit, keep
from musicengine.backends.producer.reading import clauses, normal
from musicengine.errors import BriefError, CodecError, InputError
from musicengine.synth import parse_brief
from musicengine.values.conversation import Context, find_changes
from musicengine.values.making import MAX_PROMPT, Brief, Message

__all__ = ["StubChat"]

_CONTEXT = re.compile(r"<context>(\{.*\})</context>", re.DOTALL)
_REQUEST = re.compile(r"<request>(.*)</request>", re.DOTALL)
_UNDO = re.compile(
    r"\b(?:undo|revert|roll(?:ed)? back|take (?:that|it) back|scratch that|go back|put it back|back to (?:the )?(?:last|previous|old|earlier|before|how it was|what it was)"
    r"|(?:liked|preferred) (?:it|the (?:last|previous|old|other|first) one)(?: \w+)? (?:better|more|before)|(?:liked|preferred) it before|as it was before)\b"
)
_ALL = re.compile(r"\b(?:everything|all|original|first version|beginning|start over|very start)\b")
_RESET = re.compile(
    r"\b(?:start over|start again|start fresh|from scratch|reset|clear (?:it|everything)|forget (?:it|everything|all)|new (?:song|track|beat|tune|idea|one|project))\b"
)
_THING = r"(?:song|track|beat|tune|piece|instrumental|ballad|banger|anthem|loop|jam|groove|riff|melody|number|music|something|mix|record|score|soundtrack|jingle|lullaby|waltz|theme|demo|single|bop)"
_MAKE = re.compile(
    rf"\b(?:(?:make|create|generate|produce|compose|build|give|write|cook|do|play|start|lay down|whip up|record)(?: \w+){{0,2}}? (?:me |us |up )?(?:an? |some |the next )"
    rf"|(?:i|we)(?:'d| would)? (?:want|need|like|love|fancy) (?:to (?:make|hear|have|write) )?(?:an? |some )|i'm (?:looking for|after) |can (?:you|i|we) (?:make|get|have|do|create) (?:me |us )?(?:an? |some )|how about (?:an? |some )|let's (?:make|do|try|have) (?:an? |some )|in the style of|another {_THING}|new {_THING})"
)  # fmt: skip
_ABOUT_IT = re.compile(r"\b(?:make|get|turn|have) (?:it|this|that|the|my|our|everything)\b")
_LYRICS = re.compile(
    r"\b(?:lyrics?|words|rhymes?|poem)\b|\b(?:write|rewrite|pen|compose)\b.*\b(?:verse|chorus|hook|bridge|refrain|lines?|pre-chorus|lyrics?)\b|\bsing about\b"
)
_GIVEN_LYRICS = re.compile(r"\b(?:lyrics|words)\b[^\n:]{0,40}:\s*(?P<words>\S.*)", re.DOTALL | re.IGNORECASE)
_ABOUT = re.compile(
    r"\babout (?P<topic>[^.,;!?\n]{2,120}?)(?=\s+(?:at|in|with|for) (?:\d|[a-g][#b]?\b)|\s+and\b|[.,;!?\n]|$)"
)
_WHICH = re.compile(
    r"\b(?:(?P<n>first|second|third|fourth|last|another|new|1st|2nd|3rd|1|2|3|4) )?(?P<s>verse|chorus|hook|refrain|bridge|pre-chorus)(?: (?P<m>\d))?\b"
)
_GO = re.compile(
    r"^(?:(?:yes|yeah|yep|yup|sure|ok|okay|alright|please|great|cool|do it|go|go ahead|go on|go for it|run it|let's go|sounds good|make it|do that|please do|render(?: it)?|play it|play|generate(?: it)?|let's hear (?:it|that)|let me hear (?:it|that)|i want to hear (?:it|that)|hit it|ship it|now|produce it|produce|it|that|and|then|,|!|\.)\s*)+$"
)
_NO = re.compile(r"^(?:no|nope|nah|not now|no thanks|never ?mind|nvm|cancel|stop|wait|hold on)\b[ !.]*$")
_BETTER = re.compile(
    r"\b(?:make it better|improve (?:it|this|that|the (?:score|track|song|mix))|fix (?:it|this|that|the (?:mix|problems?|issues?|score))|refine|polish|better please|best version|as good as|optimi[sz]e|raise the score)\b"
)
_ROUNDS = re.compile(r"\b(\d{1,2}) rounds?\b")
_ANOTHER = re.compile(
    r"\b(?:another (?:one|version|take|try|go|idea|variation)|try again|again|different (?:one|version|take)|something (?:else|different|new)|surprise me|reroll|re-roll|shuffle|vary it|variation|one more(?: time| take)?|regenerate|redo)\b"
)
_QUESTION = re.compile(
    r"\?\s*$|^(?:why|what|how|is|are|does|do you|did|will|would|should|which|when|where|who|explain|define|compare|tell me|rate|whats|any)\b"
)
_OCCURRENCE = {
    "first": 1,
    "1st": 1,
    "1": 1,
    "second": 2,
    "2nd": 2,
    "2": 2,
    "third": 3,
    "3rd": 3,
    "3": 3,
    "fourth": 4,
    "4": 4,
}
_SECTION_NAMES = {"hook": "chorus", "refrain": "chorus"}
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
    if not (_undone(draft, text) or _gone(draft, text) or _worded(draft, text)):
        if _is_new(draft, text):
            _begin(draft, text)
        elif not (_QUESTION.search(text.strip()) and answer(draft, text)):
            _change(draft, text)
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
        draft.say("Same direction, another seed.")
        draft.propose("generate")
    else:
        return False
    return True


def _improve(draft: Draft, text: str) -> None:
    if draft.report and draft.report.score.deductions and draft.context.heard[-1].brief is not None:
        draft.say("I can answer the deductions of the latest report and make it again, or work in rounds.")
        draft.propose("refine")
    else:
        draft.say("I can make it in rounds: make, listen, correct, and keep what is better.")
    rounds = _ROUNDS.search(text)
    draft.propose("produce", rounds=min(max(int(rounds[1]), 1), 20) if rounds else None)


def _worded(draft: Draft, text: str) -> bool:
    """Whether the request is about words to sing."""
    request = draft.context.request
    given = _GIVEN_LYRICS.search(request)
    if given and ("\n" in given["words"].strip() or re.search(r"\b(?:use|here|these|sing|with)\b", request.lower())):
        draft.set(instrumental=False)
        draft.brief = attrs.evolve(draft.brief, lyrics=_parsed(given["words"]))
        draft.say("I took your words into the brief.")
        draft.propose("analyze_lyrics")
        draft.propose("generate")
        return True
    negative = re.search(r"\b(?:no|without|remove|delete|drop) (?:any |the |all )?(?:lyrics|words)\b", text)
    if not _LYRICS.search(text) or negative or _is_question_of_words(draft, text):
        return False
    song = _MAKE.search(text) and not re.search(r"\b(?:lyrics?|verse|chorus|bridge|hook|words|rhymes?)\b", text)
    if song:
        return False
    which, topic = _WHICH.search(text), _topic(draft.context.request)
    section = _SECTION_NAMES.get(which["s"], which["s"]) if which else ""
    number = _OCCURRENCE.get((which["n"] or which["m"] or "") if which else "", 1)
    draft.set(instrumental=False)
    if section and draft.sections.count(section) < number:
        edit(draft, f"add a {section}")
    draft.say(
        f"I can write {'the ' + _ordinal(number) + ' ' + section if section else 'the words'}"
        f"{' about ' + topic if topic else ''}: run the first action to get {'it' if section else 'them'}."
    )
    draft.propose("write_lyrics", section=section, topic=topic, occurrence=number if number > 1 else None)
    return True


def _is_question_of_words(draft: Draft, text: str) -> bool:
    asks = re.search(
        r"\b(?:why|how (?:good|are|is)|score|rhyme scheme|feedback|what do you think|analy[sz]e|check)\b", text
    )
    if asks and draft.brief.lyrics is not None:
        draft.say("I read the lyric in the brief for rhyme, flow and words: run the first action.")
        draft.propose("analyze_lyrics")
    elif asks:
        draft.say('There are no lyrics in the brief yet. Paste some after "lyrics:", or ask me to write some.')
    return False


def _parsed(words: str) -> Any:
    from musicengine import lyrics

    return lyrics.parse(words.strip().strip('"'))


def _ordinal(number: int) -> str:
    return ("first", "second", "third", "fourth")[min(number, 4) - 1] if number > 1 else ""


def _topic(request: str) -> str:
    found = _ABOUT.search(" ".join(request.lower().split()))
    return found["topic"].strip()[:100] if found else ""


def _is_new(draft: Draft, text: str) -> bool:
    """Whether the request begins a track rather than changes one."""
    if _RESET.search(text):
        return True
    style = "in the style of" in text or "style of" in text
    if draft.brief != Brief() and (style or _ABOUT_IT.search(text)):
        return False
    if _MAKE.search(text):
        return not re.search(
            r"\b(?:give|add|want|need|do|make)\b(?: \w+)? (?:an? |some )(?:\w+ )?(?:intro|verse|chorus|bridge|outro|hook|solo|break|breakdown|pre-chorus|bit|little|touch|tad|lot|vocals?|drums?)\b",
            text,
        )
    if draft.begun:
        return False
    try:
        return bool(parse_brief(text).understood)
    except BriefError:
        return True


def _begin(draft: Draft, text: str) -> None:
    """A new brief of what the text says."""
    request = draft.context.request
    try:
        found = parse_brief(text)
    except BriefError as error:
        draft.say(f"That cannot be: {_reason(error)}.")
        return
    nothing = not found.understood and not _topic(request)
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
    if topic := _topic(request):
        draft.say(f"A track about {topic}: I can write the words too.")
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
    if understood and (draft.brief != draft.context.brief or draft.said):
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
    if _QUESTION.search(text.strip()):
        draft.say(f"That I cannot answer: I know about the track in front of us. Try {hint}.")
    else:
        draft.say(f"I did not understand that as something to do with the track. Try {hint}.")


def _report(draft: Draft) -> None:
    """Say what changed before anything else, and offer to make it."""
    before = Brief() if draft.new else draft.context.brief
    changes = find_changes(before, draft.brief)
    changes = tuple(change for change in changes if change.field != "seed") if not draft.undo else changes
    lyrics_only = all(change.field == "lyrics" for change in changes)
    if draft.new and draft.brief != Brief():
        draft.said.insert(
            0,
            summary(attrs.evolve(draft, context=attrs.evolve(draft.context, heard=()))).replace(
                " No take was made yet.", ""
            ),
        )
    elif draft.undo:
        draft.said.insert(0, f"Taken back: {'; '.join(map(str, changes))}." if changes else "Taken back.")
    elif changes and not lyrics_only:
        draft.said.insert(0, f"Done: {'; '.join(map(str, changes))}.")
    if changes and draft.brief != Brief() and not any(item["action"] == "generate" for item in draft.actions):
        draft.propose("generate")
    if not draft.said:
        draft.say("It is like that already.")
