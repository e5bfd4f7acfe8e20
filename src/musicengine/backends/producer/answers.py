"""Questions about tracks, answered from measured reports and nothing else; about words of the trade; small talk."""

from __future__ import annotations

import re

import attrs

from musicengine.backends.producer.draft import Draft
from musicengine.backends.producer.terms import GLOSSARY
from musicengine.values.conversation import find_changes
from musicengine.values.making import Brief
from musicengine.values.reports import Report
from musicengine.values.scores import Deduction

__all__ = ["answer", "chat_along", "summary"]

_NOTHING_HEARD = "I have not heard a take yet, so I have nothing measured to go by."
_WHY = re.compile(
    r"\b(?:why\b.*\b(?:score|points?|low|bad|high|lose|lost|deduct\w*|rating|rated)|explain (?:the "
    r"|this |that |my )?(?:score|report|rating)"
    r"|what(?:'s| is| was)? (?:wrong|the (?:problem|matter|issue))|what (?:did|does|do) (?:it"
    r"|this|we|i) lose|what cost|"
    r"where (?:did|does|do) (?:it|we|i) lose|how (?:can|could|do|should|would) (?:i|we|you) (?:improve"
    r"|fix|raise|better)|"
    r"what (?:should|can|could|would) (?:i|we|you) (?:improve|fix|change)|any (?:feedback|problems?"
    r"|issues?|suggestions?|advice)|feedback"
    r"|what(?:'s| is) (?:the|my|our|its) score|how (?:good|is the score)|how did (?:it|we|i|that) (?:do"
    r"|go|score)|is (?:it|this|that) (?:any )?good"
    r"|why (?:this|that|the|only|so|did)|what do you think|why\?*$|rate (?:it|this|that)|your opinion"
    r"|review (?:it|this))\b"
)
_COMPARE = re.compile(
    r"\b(?:better|worse|improve\w*|different|difference|compare\w*|versus|vs)\b.*\b(?:than|last|before|previous|first|old|earlier|other|one|two|them|both|takes|between)\b"
    r"|^(?:is|are|was|did|does)\b.*\b\w+er than (?:the )?(?:last|previous|before|first|other|old|earlier)\b"
    r"|\bcompare\b|\bwhich (?:one|take|version)?\b.*\b(?:better|best|prefer)\b|\bdid (?:it|that"
    r"|this|we) (?:improve|get better|help)\b"
    r"|\bis (?:it|this|that) (?:any )?(?:better|worse)\b|\bwhat(?:'s| is) the difference\b"
)
_DEFINE = re.compile(
    r"\b(?:what(?:'s| is| are| does| do)|whats|define|explain|meaning of|tell me (?:about|what)|what about)\b\s*"
    r"(?:an? |the |is |by |does |do |you mean by |mean by )*(?P<t>[a-z][a-z -]{0,30}?)(?: is| are)?"
    r"(?: (?:mean|means|stand for|even mean|do|actually mean|really mean)\b.*| here| in this.*"
    r"| exactly| actually)?\s*[?.!]*$"
)
_EXPLAIN = re.compile(r"\b(?:explain|define|mean|means|meaning|stands? for)\b")
_SET_SCORE = re.compile(r"\b(?:set|make|give|put|change|raise|get|pretend|say)\b.*\b(?:score|rating)\b")
_FACTS = (
    ("tempo", re.compile(
        r"\b(?:how fast|(?:what|which)(?:'s| is)?(?: the| its| our)? (?:tempo|bpm|speed)|tempo is it"
        r"|bpm is (?:it|this)|what tempo|what bpm)\b")),
    ("key", re.compile(r"\b(?:(?:what|which)(?:'s| is)?(?: the| its| our)? key|key is (?:it|this)|what key)\b")),
    ("loudness", re.compile(
        r"\b(?:how loud|(?:what|how)(?:'s| is)?(?: the| its)? (?:loudness|level)|loud enough|too loud\?"
        r"|lufs (?:is|does|do we))\b")),
    ("length", re.compile(r"\b(?:how long|what(?:'s| is)?(?: the| its)? (?:length|duration))\b")),
    ("form", re.compile(
        r"\b(?:(?:what|which)(?:'s| is| are)?(?: the| its)? (?:structure|form|sections|arrangement)"
        r"|where(?:'s| is| does)?(?: the)? (?:chorus|verse|bridge|drop))\b")),
    ("range", re.compile(
        r"\b(?:what(?:'s| is)? (?:the|its|our|my) (?:dynamic|loudness) range|how (?:dynamic|compressed) is)\b")),
    ("peak", re.compile(r"\b(?:clip(?:ping|s)?\b.*\?|how high.*peak|(?:what|how)(?:'s| is)?(?: the)? (?:true )?peak)")),
)  # fmt: skip
_HIT = re.compile(
    r"\b(?:(?:a |be |become |next |big |smash )hit|hits?\?|hit (?:potential|score|song)|chart(?:s"
    r"|ing)?|viral|go platinum|sell|radio|commercial|successful|blow up|spotify|tiktok|famous"
    r"|streams)\b"
)
_STATUS = re.compile(
    r"\b(?:where are we|what (?:do|have) we (?:have|got)|what have you got|so far|summar\w*|recap"
    r"|what(?:'s| is) the (?:brief|direction|plan)|"
    r"show (?:me )?(?:the |my |our )?(?:brief|settings|direction)|current (?:brief|settings|state)|the settings)\b"
)
_CHANGED = re.compile(
    r"\bwhat(?:'s| is| has| have| did)?(?: \w+){0,2} (?:change|changed|different|do|did)\b(?! (?:you )?(?:do$|mean))"
)
_HELP = re.compile(
    r"\b(?:help|what (?:else )?can (?:you|i|we)|how does this work|how do i (?:use|start|begin)|what do you do"
    r"|who are you|what are you|are you (?:a |an )?(?:human|real|bot|ai|robot)|"
    r"commands|options|where do i start|get started|not sure what)\b"
)
_DOUBT = re.compile(r"^(?:is|isn't|do you think|does|are)\b.*\btoo (?P<q>fast|slow|loud|quiet)\b")
_PRACTICE = re.compile(
    r"\b(?:master|export|save|download|mp3|wav|flac|hear it(?! (?:in|with|without|as|at|like|slower|faster)\b)"
    r"|listen|play it|play back|where is the (?:file"
    r"|audio|sound))\b"
)
_HELLO = re.compile(
    r"^(?:hi+|hello+|hey+|yo+|hiya|sup|good (?:morning|evening|afternoon|day)|howdy|greetings|what's up|whats up)\b"
)
_HOW_ARE_YOU = re.compile(r"\bhow (?:are|r) (?:you|u)|how's it going|how is it going|how's life\b")
_THANKS = re.compile(r"\b(?:thanks?|thank you|thx|ty|cheers|appreciate|much obliged)\b")
_END = re.compile(
    r"\b(?:end|close|quit|exit|leave|finish|stop|delete) (?:the|this|my|our) (?:session|chat|conversation)\b"
    r"|\b(?:delete|erase|forget|remove|clear) (?:all )?(?:of )?(?:my|our|this|the) (?:data|history|messages|chats?)\b"
)
_BYE = re.compile(r"^(?:bye|goodbye|good night|see (?:you|ya)|cya|later|that's all|that is all|i'm done|we're done)\b")
_PRAISE = re.compile(
    r"\b(?:(?<!'d )(?<!would )(?:love|like|dig|adore) (?:it|this|that)|perfect|awesome|amazing|great|nice|cool|sick"
    r"|fire|brilliant|beautiful|excellent|wow|dope|lovely|fantastic|well done|good job|slaps|banger)\b"
)
_PAN = re.compile(
    r"\b(?:hate|boring|bored|sucks?|terrible|awful|bad|don't like|do not like|dislike|horrible"
    r"|ugly|trash|garbage|crap|shit|shitty|meh|bland|generic|lame|annoying|weak|rubbish)\b"
)
_TERM_FACTS = {
    "lufs": "loudness", "loudness": "loudness", "true peak": "peak", "peak": "peak", "dbtp": "peak", "bpm": "tempo",
    "tempo": "tempo", "key": "key",
}  # fmt: skip


def answer(draft: Draft, text: str) -> bool:
    """Answer what a normal text asks; whether it asked anything that has an answer here."""
    if _COMPARE.search(text):
        _compare(draft)
    elif _HIT.search(text) and re.search(
        r"\?|\b(?:will|could|would|can|is|think|chance|how|potential|become|does)\b", text
    ):
        _typicality(draft)
    elif doubt := _DOUBT.search(text):
        _tell(draft, "tempo" if doubt["q"] in ("fast", "slow") else "loudness")
        draft.say("Whether that is too much is for your ears: tell me and I change it.")
    elif _PRACTICE.search(text):
        draft.say(
            "Every take is mastered already. Run a proposed action with engine.execute(action, session=...): it gives "
            "a take, and engine.save(take, path) writes it to a file."
        )
    elif _CHANGED.search(text) and "would" not in text and "can" not in text and "should" not in text:
        _what_changed(draft)
    elif (_WHY.search(text) or text.strip(" ?!.") == "why") and not _facts(text):
        _explain(draft)
    elif _STATUS.search(text):
        draft.say(summary(draft))
    elif (found := _facts(text)) and not (_EXPLAIN.search(text) and _term(text)):
        for name in found:
            _tell(draft, name)
    elif term := _term(text):
        draft.say(GLOSSARY[term])
        _tell_of_term(draft, term)
    elif _HELP.search(text) or re.search(r"^(?:can|could) you\b", text):
        _explain_oneself(draft)
    else:
        return False
    return True


def chat_along(draft: Draft, text: str) -> bool:
    """Greetings, thanks, praise and dislike; whether the text was one of these."""
    bare = text.strip(" !.?,")
    if _END.search(bare):
        draft.say(
            "To end it, call end_session with this session: its direction and what was said are then gone. "
            "Left alone, it expires by itself."
        )
    elif _SET_SCORE.search(bare):
        draft.say("The score is measured from the sound, so nobody sets it.")
    elif _BYE.search(bare):
        draft.say("See you. The session keeps your direction until it expires.")
    elif _THANKS.search(bare):
        draft.say("You're welcome." + (" Anything else to change?" if draft.begun else " What shall we make?"))
    elif _HOW_ARE_YOU.search(bare) or _HELLO.search(bare):
        draft.say(
            "Hello again. What shall we change?" if draft.begun
            else 'Hello. What shall we make? Name a genre, a mood, a tempo, e.g. "a warm disco track in A minor".'
        )  # fmt: skip
    elif _PAN.search(bare):
        draft.say(
            "Fair enough. Say what bothers you, such as too slow, too dark or too busy."
            + (" Or run the first action for another version." if draft.begun else "")
        )
        if draft.begun:
            draft.set(seed=draft.brief.seed + 1)
            draft.propose("generate")
    elif _PRAISE.search(bare) and len(bare.split()) <= 8:
        draft.say("Glad you like it." + (" I keep it as it is." if draft.begun else " What shall we make?"))
    else:
        return False
    return True


def summary(draft: Draft) -> str:
    """The direction so far, in a sentence."""
    if draft.brief == Brief():
        return "There is no direction yet. Tell me a genre, a mood or a tempo."
    changes = find_changes(Brief(), attrs.evolve(draft.brief, seed=0))
    parts = ", ".join(f"{str(change).split(' ' + change.before + ' → ')[0]} {change.after}" for change in changes)
    heard = f" The latest take scored {_score(draft.report)}." if draft.report else " No take was made yet."
    return f"So far: {parts or 'genre, tempo and key are left to me'}.{heard}"


def _score(report: Report | None) -> str:
    return f"{report.score.value:.0f} of 100" if report else "nothing"


def _explain(draft: Draft) -> None:
    report = draft.report
    if report is None:
        _not_heard(draft)
        return
    reasons = report.score.deductions
    if not reasons:
        draft.say(f"It scored {_score(report)}: nothing that I measure was wrong with the recording. Taste is yours.")
        return
    draft.say(f"It scored {_score(report)}. What cost points, heaviest first:")
    draft.said.extend(f"- {_reason(item)}" for item in reasons[:4])
    if len(reasons) > 4:
        draft.say("The rest cost less.")
    draft.propose("refine")


def _reason(item: Deduction) -> str:
    name = re.sub(r"_(?:s|bpm|lufs|lu|db|hz)$", "", item.rule).replace(".", ": ").replace("_", " ")
    found, wanted = f"{_number(item.measured)}{_unit(item)}", f"{_number(item.target)}{_unit(item)}"
    return f"{name} (-{item.points:.1f}): {found}, expected {wanted}. {item.fix}"


def _unit(item: Deduction) -> str:
    return f" {item.unit}" if item.unit else ""


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.1f}"


def _not_heard(draft: Draft) -> None:
    if draft.brief != Brief():
        draft.say(_NOTHING_HEARD + " Let me make one first.")
        draft.propose("generate")
    else:
        draft.say(_NOTHING_HEARD + " Tell me what to make.")


def _compare(draft: Draft) -> None:
    heard = draft.context.heard
    if len(heard) < 2:
        draft.say(
            "I have only heard one take, so there is nothing to compare it with yet."
            if heard else _NOTHING_HEARD
        )  # fmt: skip
        if draft.brief != Brief():
            draft.propose("generate")
        return
    old, new = heard[-2].report, heard[-1].report
    gain = new.score.value - old.score.value
    verdict = (
        "they score alike"
        if abs(gain) < 1
        else "the latest scores higher"
        if gain > 0
        else "the one before scores higher"
    )
    draft.say(f"By what I measure, {verdict}: {new.score.value:.1f} now, {old.score.value:.1f} before.")
    were = {item.rule for item in old.score.deductions}
    are = {item.rule for item in new.score.deductions}
    if gone := _names(were - are):
        draft.say(f"Gone: {gone}.")
    if come := _names(are - were):
        draft.say(f"New: {come}.")
    facts = [f"{name} {before} before, {after} now" for name, before, after in _differences(old, new)]
    if facts:
        draft.say(f"Measured: {'; '.join(facts)}.")
    draft.say("Which one you like better is for your ears.")


def _names(rules: set[str]) -> str:
    return ", ".join(sorted(rule.replace(".", " ").replace("_", " ") for rule in rules))


def _differences(old: Report, new: Report) -> list[tuple[str, str, str]]:
    pairs = [(name, _fact_of(old, name), _fact_of(new, name)) for name in ("tempo", "key", "loudness", "length")]
    return [(name, before, after) for name, before, after in pairs if before and after and before != after]


def _fact_of(report: Report, name: str) -> str:
    audio = report.audio
    match name:
        case "tempo":
            return f"{audio.tempo.bpm:.0f} bpm" if audio.tempo else ""
        case "key":
            return str(audio.key) if audio.key else ""
        case "loudness":
            return f"{audio.loudness.integrated_lufs:.1f} LUFS" if audio.loudness else ""
        case "range":
            return f"{audio.loudness.range_lu:.1f} LU from soft to loud" if audio.loudness else ""
        case "peak":
            return f"{audio.loudness.true_peak_dbtp:.1f} dBTP" if audio.loudness else ""
        case "length":
            return f"{audio.duration_s:.0f} s"
    if not audio.sections:
        return ""
    return ", ".join(f"{part.label} from {part.start_s:.0f} s" for part in audio.sections)


def _facts(text: str) -> tuple[str, ...]:
    """Everything that a text asks for."""
    return tuple(name for name, pattern in _FACTS if pattern.search(text))


def _tell(draft: Draft, name: str) -> None:
    report = draft.report
    asked = {"tempo": draft.brief.bpm and f"{draft.brief.bpm:g} bpm", "key": draft.brief.key and str(draft.brief.key),
             "length": draft.brief.duration_s and f"{draft.brief.duration_s:g} s",
             "form": ", ".join(draft.brief.sections)}.get(name)  # fmt: skip
    if report is None:
        if asked:
            draft.say(f"The brief asks for {asked}. Nothing is measured yet.")
        else:
            draft.say(_NOTHING_HEARD)
            if draft.brief != Brief():
                draft.propose("generate")
        return
    found = _fact_of(report, name)
    why = report.audio.abstained.get(
        {"length": "duration_s", "form": "sections", "peak": "loudness", "range": "loudness"}.get(name, name), ""
    )
    draft.say(
        f"I measured {found} in the latest take."
        if found
        else f"The latest take does not say{': ' + why if why else ''}."
    )
    if asked and found and asked != found and name != "form":
        draft.say(f"The brief asks for {asked}.")


def _tell_of_term(draft: Draft, term: str) -> None:
    name = _TERM_FACTS.get(term)
    if name and draft.report and (found := _fact_of(draft.report, name)):
        draft.say(f"The latest take measures {found}.")
    elif term == "score" and draft.report:
        draft.say(f"The latest take scored {_score(draft.report)}.")


def _term(text: str) -> str:
    found = _DEFINE.search(text)
    if not found:
        return ""
    asked = found["t"].strip().removeprefix("what ")
    return next((term for term in (asked, asked.removesuffix("s")) if term in GLOSSARY), "")


def _typicality(draft: Draft) -> None:
    report = draft.report
    draft.say("Nobody can tell a hit beforehand, and I will not pretend to.")
    if report is None:
        draft.say("Once there is a take, I can say how typical it is of records that charted.")
        if draft.brief != Brief():
            draft.propose("generate")
    elif report.hit is None or report.hit.abstained:
        draft.say("There is no comparison with charting records in this report.")
    else:
        hit = report.hit
        draft.say(
            f"The latest take is {hit.score.value:.0f} of 100 typical of records that charted"
            f" in the {hit.era or 'past'}."
        )
        if hit.score.deductions:
            draft.say("What sets it apart:")
            draft.said.extend(f"- {_reason(item)}" for item in hit.score.deductions[:3])


def _what_changed(draft: Draft) -> None:
    earlier = draft.context.earlier
    changes = find_changes(earlier[-1], draft.context.brief) if earlier else ()
    if changes:
        draft.say(f'The last change was: {"; ".join(map(str, changes))}. "Undo" takes it back.')
    else:
        draft.say("Nothing was changed yet.")


def _explain_oneself(draft: Draft) -> None:
    draft.say(
        "I am the producer that comes with musicengine: a program that reads plain requests, no person and no language "
        'model. Tell me what to make ("a dark trap beat in F# minor"), what to change ("slower", "chorus bigger", '
        '"less muddy", "drop the bridge"), ask for words ("write me a second verse about summer"), ask why a take '
        'scored as it did, compare it with the one before, or say "undo".'
    )
    if draft.brief != Brief():
        draft.propose("generate")
