"""What an English question was about, as a pronoun would mean it."""

from __future__ import annotations

import re

from service.conversations import english_parts as parts
from service.conversations import english_words as vocabulary
from service.conversations.english_parts import Span
from service.conversations.reading import Before

_OBJECT_ASKED = re.compile(r"(?i)^(?:what|which [\w-]+)\s+(?:did|does|do|has|have|will|would|can)\b")
_INDEFINITE = re.compile(r"\b(?:an?|the)\s+(?:[a-z-]+ ){0,2}[a-z-]+")
_ASKERS = re.compile(
    r"(?i)(?:the |an? |new |all |our )*(?:employees?|staff|customers?|users?|people|workers?|hosts?|managers?|"
    r"colleagues?|companies|company|articles|larkfield|one)"
)
_ASKED = re.compile(
    r"(?i)(why|when|where|how(?: long| often)?|since when|until when)\s+"
    r"(?=(?:is|was|are|were|does|did|do|can|may|must|will)\b)"
)
_COUNTED = re.compile(r"(?i)\bhow (?:many|much)\s+$")
_PERSON = re.compile(r"\b[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){1,2}\b")
_PLACE = re.compile(r"\b(?:in|at|from|to) (?:the )?((?:[A-Z][\w’'-]+)(?: [A-Z][\w’'-]+)*)")
_SINGULAR_S = re.compile(r"(?i)(?:ss|us|is|news|gps|sms|dns)$")

_AUXILIARY = rf"(?:{'|'.join(sorted(vocabulary.AUXILIARIES | vocabulary.BE - {chr(39) + 's'}))})"


def topic(before: Before, many: bool = False) -> str:
    """The phrase that “it” (or, for `many`, “they”) would mean; the whole question where none can be told apart."""
    found = parts.phrases(before.question)
    if not many and _OBJECT_ASKED.match(before.question) and before.statement:
        asked = _object(before, found)
        if asked:
            return asked
    found = [s for s in found if not _generic(s)] or found
    fitting = [s for s in found if is_plural(s.text) == many] or found
    if not fitting:
        return stripped(before.question)
    best = next((s for s in fitting if not s.before and s.text.casefold().startswith(("a ", "an "))), None)
    if best is None or (fitting[0].before == "" and not _acts(before.question)):
        best = fitting[0]
    return _whole(before.question, best, found)


def about(before: Before) -> str:
    """All that the question was about, for what asks for more of the same."""
    every = parts.phrases(before.question)
    found = [s for s in every if not _generic(s) and not _COUNTED.search(before.question[: s.start])] or every
    if not found:
        return stripped(before.question)
    return _whole(before.question, found[0], found)


def title(before: Before) -> str:
    """The article that was quoted first, as a question would name it."""
    return f"“{before.titles[0]}”" if before.titles else topic(before)


def person(before: Before) -> str:
    """Who was spoken of last."""
    known = [name for text in (before.statement, before.question) for name in _people(text)]
    return known[0] if known else (before.authors[0] if before.authors else "")


def place(before: Before) -> str:
    """Where that was."""
    named = [s.text for s in parts.names(before.question)]
    found = _PLACE.findall(before.question) or named or _PLACE.findall(before.statement)
    return str(found[-1]) if found else ""


def is_plural(phrase: str) -> bool:
    """Whether a noun phrase speaks of several."""
    last = phrase.split()[-1].casefold()
    if phrase.casefold().startswith(("a ", "an ", "each ", "every ")):
        return False
    return (last.endswith("s") and not _SINGULAR_S.search(last) and len(last) > 3) or last in (
        "people", "staff", "children", "men", "women", "police", "media",
    )  # fmt: skip


def stripped(question: str) -> str:
    """A question without its mark."""
    return question.rstrip(" ?!.…？！。")


def lowered(statement: str, before: Before) -> str:
    """A sentence as it goes on after “that”: its first word small unless that is a name."""
    first = statement.split(" ", 1)[0]
    small = first[:1].lower() + first[1:]
    known = re.findall(r"[\w'-]+", f"{before.question} {before.said}")
    common = parts.is_small(small) or small in known or (not first[1:].islower() and len(first) == 1)
    return stripped(small + statement[len(first) :] if common else statement)


def asked_again(wh: str, before: Before) -> str:
    """A bare question word, asked of the last question or of its answer."""
    word = re.sub(r"(?<!why) (?:is|was|did|does|exactly|though|then|so|that|this|it|come)\b.*", "", wh)
    word = "why" if wh.startswith(("how come", "what for", "why")) and wh != "why not" else word
    question = stripped(before.question)
    asked = _ASKED.match(question)
    yes_or_no = re.match(rf"(?i){_AUXILIARY}\s", question)
    plain = word in ("why", "when", "where", "how", "since when", "until when", "how long", "how often")
    if word == "why" and asked and asked.group(1).casefold().startswith("how ") and before.statement:
        plain = False
    if plain and (asked or yes_or_no) and not (asked and asked.group(1).casefold() == word):
        kept = question[asked.end() :] if asked else question[:1].lower() + question[1:]
        return f"{word[:1].upper()}{word[1:]} {kept}?"
    if before.statement and len(before.statement) <= 220 and word in ("why", "how"):
        return f"{word.capitalize()} is it that {lowered(before.statement, before)}?"
    return f"{question}, and {word}?"


def _object(before: Before, found: list[Span]) -> str:
    """What a question for an object was answered with: the phrase of the answer that the question did not have."""
    known = {w.plain for s in found for w in parts.words(s.text)}
    for m in _INDEFINITE.finditer(before.statement):
        span = parts.phrases(m.group())
        new = bool(span) and not ({w.plain for w in parts.words(span[0].text)} - {"a", "an"}) & known
        if new and m.group().startswith("a"):
            return span[0].text
    return ""


def _whole(question: str, span: Span, every: list[Span]) -> str:
    """A phrase with what is said of it after “of” and, in a question for a thing, after “for”."""
    end = span.end
    for other in every:
        gap = question[end : other.start] if other.start >= end else None
        if gap is None:
            continue
        if re.fullmatch(r"\s+of\s+|\s+for\s+", gap):
            end = other.end
        elif gap.strip():
            break
    return question[span.start : end]


def _acts(question: str) -> bool:
    """Whether somebody does something to something in it."""
    return any(parts.is_verb(w.plain) and not parts.is_small(w.plain) for w in parts.words(question))


def _generic(span: Span) -> bool:
    """Whoever asks such questions, not what they are about."""
    return bool(_ASKERS.fullmatch(span.text))


def _people(text: str) -> list[str]:
    return [m.group() for m in _PERSON.finditer(text) if text[: m.start()].strip() or m.group().count(" ") == 1]
