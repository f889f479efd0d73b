"""Makes a follow-up stand alone: by rules, and by the chat model where there is one and the rules see a need."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Callable, Sequence
from contextlib import aclosing

from ingest.language import is_cjk, language_of
from ingest.terms import question_terms, terms
from prompts import phrase, render
from service.answering.orders import is_order
from service.conversations import chinese, english
from service.conversations.courtesy import courtesy
from service.conversations.reading import Before, Reading
from service.conversations.turn import Turn
from service.errors import ModelUnavailable
from service.models import ChatModel, Usage

PROMPT = ("condense", "v1")
_log = logging.getLogger(__name__)
SECONDS = 5.0
_LONGEST = 300
_SHOWN = 600
_KNOWN = 0.8
_NAMED = ("zh", "en", "ja", "ko", "de", "fr", "es")
_LABEL = re.compile(r"^(?:[\w ]{0,30}question|问题|独立问题)\s*[:：]\s*", re.IGNORECASE)
# What a follow-up says of itself: a number, a name, anything in another script. It may not get lost.
_OWN = re.compile(r"\d+|\b[A-Z][\w-]+|[^\x00-\x7f]{2,}")


async def standalone(
    question: str,
    turns: Sequence[Turn],
    chat: ChatModel | None,
    language: str,
    seconds: float = SECONDS,
    count: Callable[[Usage], None] | None = None,
) -> str:
    """The question as it can be understood without the turns before it, which come oldest first.

    What is only courtesy is passed over. A question that stands alone comes back as it was asked, byte for byte. A
    model is asked where it leans on the turns or is too short to tell, for at most `seconds`; what it writes is taken
    only if it is a question in words of the conversation. `count` is told its tokens.
    """
    turns = [t for t in turns if courtesy(t.answer.question) is None]
    if not turns:
        return question
    before = Before.of(turns)
    reading = read(question, before)
    if reading.kind == "alone" or chat is None or (before.offered and reading.text == before.offered):
        return reading.text
    written = await _written(question, turns, chat, language, seconds, count)
    taken = fitting(written, question, turns)
    if taken is None or (taken == question and reading.kind == "leans"):
        return reading.text
    return taken


def read(question: str, before: Before) -> Reading:
    """By rules alone; in the question's own language, in that of the question before it where it has no letters."""
    own = language_of(question)
    if is_cjk(own if own != "und" else language_of(before.question)):
        return chinese.read(question, before)
    return english.read(question, before)


def fitting(written: str, question: str, turns: Sequence[Turn]) -> str | None:
    """What a model wrote, if it is a question about what was spoken of; None where it may be anything else."""
    lines = [line.strip() for line in written.strip().splitlines() if line.strip()]
    if len(lines) != 1:
        return None
    text = _LABEL.sub("", lines[0]).strip(" \"“”'*`")
    if not text or len(text) > max(_LONGEST, len(question)) or text[-1] not in "?？" or "://" in text:
        return None
    said = " ".join([question, *(f"{t.question} {t.answer.question} {_of(t)}" for t in turns)])
    known, used = set(terms(said)), question_terms(text)
    strange = [term for term in used if term not in known]
    if not used or len(strange) > (1 - _KNOWN) * len(used) or any(c.isdigit() for term in strange for c in term):
        return None
    kept = text.casefold()
    first = question[:1]
    if any(m.group().casefold() not in kept for m in _OWN.finditer(question) if m.start() or not first.isalpha()):
        return None
    scripts = {is_cjk(language_of(q)) for q in (question, turns[-1].question)}
    return text if is_cjk(language_of(text)) in scripts else None


async def _written(
    question: str,
    turns: Sequence[Turn],
    chat: ChatModel,
    language: str,
    seconds: float,
    count: Callable[[Usage], None] | None,
) -> str:
    """What the model makes of it; empty where it does not answer in time."""
    made = render(
        *PROMPT,
        question=question,
        turns=[{"question": t.question, "answer": _of(t)[:_SHOWN]} for t in turns],
        language=phrase(f"language_{language}", "en") if language in _NAMED else "the language of the question",
        mark=secrets.token_hex(3),
    )
    reply = chat.reply(made.system, made.user, seconds)
    written = ""
    try:
        async with asyncio.timeout(seconds), aclosing(reply.pieces) as pieces:
            async for piece in pieces:
                written += piece
                if len(written) > 2 * _LONGEST + len(question):
                    written = ""
                    break
    except (TimeoutError, ModelUnavailable) as error:
        _log.warning("A follow-up was read by rules: the chat model did not rewrite it (%s).", error or "no time left")
        return ""
    finally:
        if count is not None:
            count(reply.usage)
    return written


def _of(turn: Turn) -> str:
    """What was answered, as a prompt may hold it: a title that gives orders is left out."""
    said = [s.text for s in turn.answer.sentences] + [c.title for c in turn.answer.citations]
    return " ".join(text for text in dict.fromkeys(said) if not is_order(text))
