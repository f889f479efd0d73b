"""Reads an English question against the turns before it."""

from __future__ import annotations

import re

from ingest.language import is_cjk, language_of
from ingest.terms import question_terms, terms
from service.conversations import english_parts as parts
from service.conversations import english_words as vocabulary
from service.conversations.english_pronouns import RELATIONAL, resolved
from service.conversations.english_topic import asked_again, is_plural, lowered, stripped
from service.conversations.reading import Before, Reading
from service.conversations.topics import about, in_place, more, title, why

_ASSENT = re.compile(
    r"(?:yes|yeah|yep|yup|sure|of course|ok|okay|alright|right|please|please do|go on|go ahead|continue|do it|i do|"
    r"i would|show me|tell me)(?:[, ]+(?:please|sure|go on|go ahead|do|tell me(?: more)?|show me|continue|thanks))*"
)
_MORE = re.compile(
    r"(?:(?:yes|ok|okay|please|and|can you|could you|sure|thanks)[, ]+)*(?:tell me more|say more|more|more details?|"
    r"(?:give me |some )?more (?:details?|information|info|about (?:it|that|this))|elaborate|explain|go into detail|"
    r"(?:tell me|say) more about (?:it|that|this)|explain (?:it|that|this|more)|(?:what|anything) (?:else|more)|"
    r"what else is there|anything else (?:about|on) (?:it|that|this)|in more detail|details?)(?:[, ]+please)?"
)
_LEAD = re.compile(
    r"(?i)^(?:(?:ok(?:ay)?|so|well|thanks|thank you|hm+|great|good|i see|right)\b[,.! ]*)*"
    r"(?:and|but|or|also|plus|then)\b,?\s+"
)
_OF = re.compile(
    r"(?i)^(?:what|how) about\s+|^what of\s+|^(?:the )?same (?:question )?(?:for|with)\s+|^same (?=in|at|on)"
)
_BARE = re.compile(
    r"(?:why(?: (?:is|was) (?:that|this|it)(?: so| the case)?| (?:did|does) (?:that|this|it) happen|(?: not| so))?|"
    r"how(?: come| so| much| many| long| often)?|(?:since |until |till |from |by )?when|where|(?:by |for )?who[m]?|"
    r"which(?: ones?)?|what for|under what conditions)(?: is that| was that| exactly| though| then)?"
)
_SAYS = re.compile(r"(?:who|where does it|which (?:article|page|document)) says? (?:so|that|this)|says who")
_SO = re.compile(r"why (?:is (?:that|it|this) )?(?:so|that|this|such) (\w+)")
_WHY_SO_MUCH = re.compile(r"why (?:only |just |exactly )?(?:\w+ ){0,2}\w+")
_DOUBT = re.compile(
    r"really|is (?:that|this|it) (?:so|(?:still )?(?:true|right|correct|the case))|are you sure|sure about (?:that|it)"
)
_ASKING = re.compile(r"(?i)^\s*(?:how (?:many|much|long|often)|what|which|who|when|where|why)\s*")
# A question word with a place or a time and no verb.
_WHERE = re.compile(r"(?:how (?:many|much|long|often)|who|when|where) (?:in|at|on|for|from|by|during|with|without)\b")
_MOST_OWN = 5


def read(question: str, before: Before) -> Reading:
    """See `Reading`."""
    core = " ".join(stripped(question).split())
    low = core.casefold().replace("’", "'")
    if _MORE.fullmatch(low) or (_ASSENT.fullmatch(low) and not before.offered):
        return Reading(more(before), "leans")
    if _ASSENT.fullmatch(low):
        return Reading(before.offered, "leans")
    if _DOUBT.fullmatch(low) and before.statement:
        return Reading(f"Is it true that {lowered(before.statement, before)}?", "leans")
    if _SAYS.fullmatch(low) and before.statement:
        return Reading(f"Who says that {lowered(before.statement, before)}?", "leans")
    led = _LEAD.match(core)
    rest = core[led.end() :] if led else core
    of = _OF.match(rest)
    fragment = rest[of.end() :] if of else rest
    plain = fragment.casefold().replace("’", "'")
    if _BARE.fullmatch(plain):
        return Reading(_bare(plain, before), "leans")
    degree = _SO.fullmatch(plain)
    if degree:
        subject = about(before)
        return Reading(
            f"Why {'are' if is_plural(re.split(' (?:of|for) ', subject)[0]) else 'is'} {subject} so {degree.group(1)}?",
            "leans",
        )
    if _WHY_SO_MUCH.fullmatch(plain) and before.statement and _told(plain, before.statement):
        return Reading(f"Why is it that {lowered(before.statement, before)}?", "leans")
    own = question_terms(fragment)
    if of and len(own) <= _MOST_OWN and plain.split()[0] not in vocabulary.AUXILIARIES | vocabulary.BE:
        return Reading(in_place(fragment, before), "leans")
    if not of and _is_fragment(fragment, plain, bool(led), question):
        return Reading(in_place(fragment, before), "leans")
    pointed = resolved(fragment, before)
    if pointed is not None:
        return Reading(_asked(pointed), "leans")
    if (led or _WHERE.match(plain)) and len(own) <= 3 and _asks_the_same(plain, before):
        return Reading(in_place(_ASKING.sub("", fragment), before), "leans")
    named = bool(parts.names(fragment))
    if own and len(own) <= 2 and RELATIONAL.issuperset(own) and not named:
        return Reading(_related(fragment, before), "leans")
    few = len(own) <= 1 and not named and not any(c.isdigit() for c in fragment)
    return Reading(question, "unclear" if few else "alone")


def _bare(wh: str, before: Before) -> str:
    """A question word alone, asked of the last question or its answer, in the language of those."""
    if is_cjk(language_of(before.question)):
        return why(before) if wh.startswith(("why", "how come")) else f"{before.question.rstrip('?？')}, {wh}?"
    return asked_again(wh, before)


def _told(why: str, statement: str) -> bool:
    """Whether what is asked why stands in a statement and is no sentence: “why two years?”"""
    said = why.split()[1:]
    if any(parts.is_verb(w) or w in vocabulary.AUXILIARIES | vocabulary.BE | vocabulary.PERSONAL for w in said):
        return False
    asked = question_terms(why)
    return bool(asked) and frozenset(asked) <= frozenset(terms(statement))


def _is_fragment(fragment: str, plain: str, led: bool, question: str) -> bool:
    """Whether it is no sentence: a phrase after “and”, a time, a place, or a name with a question mark."""
    every = plain.split()
    if not every or len(every) > 6 or every[0] in vocabulary.WH | vocabulary.AUXILIARIES | vocabulary.BE:
        return False
    if any(parts.is_verb(w) and w not in ("last", "following") for w in every[1:]):
        return False
    if any(w in vocabulary.PERSONAL | vocabulary.AUXILIARIES | vocabulary.BE for w in every):
        return False
    if led or every[0] in vocabulary.PREPOSITIONS - {"about"}:
        return True
    if any(s.text.casefold() == plain for _, s in parts.times(fragment)):
        return True
    return question.rstrip().endswith(("?", "？")) and len(every) <= 3 and fragment[:1].isupper()


def _asks_the_same(plain: str, before: Before) -> bool:
    """Whether it begins as the last question did and says no more: “how many in Dongguan”."""
    ours, theirs = (re.match(r"how \w+|\w+", text) for text in (plain, before.question.casefold()))
    if not ours or not theirs or ours.group() != theirs.group():
        return False
    return not any(parts.is_verb(w) or w in vocabulary.BE | vocabulary.AUXILIARIES for w in plain.split()[1:])


def _related(fragment: str, before: Before) -> str:
    """A question for the deadline, the limit, the author: of what was asked about."""
    if re.search(r"(?i)\b(?:author|sources?|date)\b", fragment) and before.titles:
        return f"{_asked(fragment)[:-1]} of {title(before)}?"
    verb = re.fullmatch(r"(?i)(?:who|what) (?!is |are |was )\w+", fragment)
    return f"{_asked(fragment)[:-1]} {'' if verb else 'for '}{about(before)}?"


def _asked(core: str) -> str:
    return f"{core[:1].upper()}{core[1:]}?"
