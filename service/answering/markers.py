"""What a chat model writes, taken apart: sentences, and the source numbers it put beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.sentences import sentences
from service.answering.markup import closed, plain

REFUSAL = "NOT_IN_SOURCES"

_LABEL = r"(?:sources?|references?|citations?|来源|出处|参考(?:资料|文献)?)"
_MARKER = re.compile(
    rf"[\[【［]\s*+(?:{_LABEL}\s*+[:：#]?\s*+|\^)?(\d++(?:\s*+[,，、;；–-]\s*+\d++)*+)(?:†[^\[\]【】［］\n]{{0,60}})?\s*+[\]】］]",
    re.IGNORECASE,
)
# The same in round brackets, which hold a number that may be anything: only with its label.
_ROUND = re.compile(rf"[(（]\s*+({_LABEL}\s*+[:：#]?\s*+\d++(?:\s*+[,，、;；–-]\s*+\d++)*+)\s*+[)）]", re.IGNORECASE)
_BRACKETS = re.compile(r"[\[【［\]】］]")
_NUMBER = re.compile(r"(?<!\d)(\d{1,4})(?!\d)(?:\s*[–-]\s*(\d{1,4})(?!\d))?")
_MOST_IN_RANGE = 20
# A list of sources that the model appends: from a line that is, or begins with, such a label.
_TAIL = re.compile(rf"\n[ \t#*_>]*+{_LABEL}[ \t*_]*+(?:[:：]|$).*", re.IGNORECASE | re.MULTILINE | re.DOTALL)
_HEAD = re.compile(rf"\A\s*+{_LABEL}[ \t]*+(?:[:：]|\n)", re.IGNORECASE)
_NOTHING_BUT_LABEL = re.compile(rf"\W*+(?:{_LABEL})?\W*+\Z", re.IGNORECASE)
_LABEL_AT_END = re.compile(rf" [(（]?{_LABEL} ?[:：][^\w]*+\Z", re.IGNORECASE)
_REFUSAL = re.compile(r"not[_ ]in[_ ]sources", re.IGNORECASE)
_SPACE_BEFORE_MARK = re.compile(r"[ \t](?=[.,;:!?。，；：！？])")
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)）」』》]{0,3}\Z")
# As much of a sentence as shows that the one before it is over, whatever follows.
_UNDERWAY = re.compile(r"\W{0,4}(?:\w+\W+\w+\W+\w|[\u3040-\u30ff\u3400-\u9fff]{2}|\w{17})")
_LONGEST_WORD = 200
_BETWEEN_WORDS = re.compile(r"[\s\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of the model's, and the sources it names for it."""

    text: str
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence, the source numbers that are its own, and the line it stands on."""

    text: str
    sources: tuple[int, ...]
    line: int


@dataclass(frozen=True, slots=True)
class _Mark:
    """Source numbers, and where they stood in the text without them; `leads` where that is before their sentence."""

    at: int
    numbers: tuple[int, ...]
    leads: bool


def claims(text: str) -> list[Claim]:
    """Sentences in order, without markers, links or markup; a sentence that holds the refusal is none.

    A marker counts for the sentence it stands in or behind; at the start of a text or line, for what follows. A
    sentence without markers has those of the next that has some on its line: models mark a paragraph at its end.
    """
    return _claims(_said(text))


def _claims(told: Sequence[_Said]) -> list[Claim]:
    found: list[Claim] = []
    behind: tuple[int, ...] = ()
    line = -1
    for said in reversed(told):
        behind = said.sources or (behind if said.line == line else ())
        line = said.line
        found.append(Claim(said.text, behind))
    return found[::-1]


def finished_claims(text: str) -> list[Claim]:
    """Those of the claims of a text that still comes which stay as they are, however it goes on.

    A sentence without markers is one of them when a later one on its line is, or when its line is over.
    """
    text = closed(text)
    said = _said(text)
    last = len(said) - (1 if said and _UNDERWAY.match(said[-1].text) else 2)
    while last > 0 and not said[last - 1].sources and said[last - 1].line == said[last].line:
        last -= 1
    return _claims(said)[: max(last, 0)]


def _said(text: str) -> list[_Said]:
    """Sentences with the markers that are their own."""
    bare, marks = _parted(text)
    found: list[_Said] = []
    led: list[int] = []
    led_at, left = -1, 0
    for span in sentences(bare):
        own: list[int] = []
        while left < len(marks) and (
            marks[left].at < span.end or (marks[left].at == span.end and not marks[left].leads)
        ):
            mark = marks[left]
            left += 1
            if not mark.leads:
                own.extend(mark.numbers)
                continue
            led = [*(led if mark.at == led_at else ()), *mark.numbers]
            led_at = mark.at
        body = _SPACE_BEFORE_MARK.sub("", " ".join(bare[span.start : span.end].split()))
        body = _LABEL_AT_END.sub("", body)
        if not _NOTHING_BUT_LABEL.match(body) and not _REFUSAL.search(body):
            found.append(_Said(body, tuple(dict.fromkeys((*led, *own))), bare.count("\n", 0, span.start)))
        if own:
            led = []
    return found


def provisional(text: str, complete: bool = False) -> str:
    """What may be shown of a text that still comes: no markers, links or markup, and no word before it is whole."""
    bare = _parted(text if complete else closed(_whole_words(closed(text))))[0]
    if not complete:
        bare = _whole_words(bare)
    return _SPACE_BEFORE_MARK.sub("", bare).strip()


def _whole_words(text: str) -> str:
    end = len(text)
    least = max(0, end - _LONGEST_WORD)
    while end > least and not _BETWEEN_WORDS.match(text, end - 1):
        end -= 1
    return text[:end]


def refuses(text: str) -> bool:
    """Whether the model says, before anything else, that the sources do not tell."""
    bare = _parted(text)[0]
    refusal = _REFUSAL.search(bare)
    return refusal is not None and not any(c.isalnum() for c in bare[: refusal.start()])


def may_refuse(text: str) -> bool:
    """Whether a text that still comes may turn out to be the refusal."""
    begun = "".join(c if c.isalnum() else "_" for c in plain(text).strip(" \n\t\"'“”.[]")[: len(REFUSAL) + 1].upper())
    return begun.startswith(REFUSAL) or REFUSAL.startswith(begun)


def _parted(text: str) -> tuple[str, list[_Mark]]:
    """The text without its markers, and where they stood."""
    text = _HEAD.sub("", plain(_TAIL.sub("", text.replace("\r\n", "\n").strip())))
    text = _ROUND.sub(r"[\1]", text)
    found = list(_MARKER.finditer(text))
    between = [
        text[a:b] for a, b in zip([0, *(m.end() for m in found)], [*(m.start() for m in found), len(text)], strict=True)
    ]
    starts_line, goes_on = _at_line_starts(between), _with_text_behind(between)
    leading = bool(found) and not between[0].strip()
    bare, length, words_end = [between[0]], len(between[0]), len(between[0].rstrip())
    marks = []
    for i, match in enumerate(found):
        ends = leading and _SENTENCE_END.search("".join(bare[-2:]).rstrip()[-5:]) is not None
        leads = goes_on[i] and (words_end == 0 or starts_line[i] or ends)
        marks.append(_Mark(words_end, _numbers(match.group(1)), leads))
        following = between[i + 1]
        glued = following[:1].isalnum() and length > 0 and not bare[-1][-1:].isspace() and following[:1].isascii()
        piece = f" {following}" if glued else following
        bare.append(piece)
        if piece.strip():
            words_end = length + len(piece.rstrip())
        length += len(piece)
    whole = "".join(bare)
    # What taking markers out put together, "[1[2],3]", is as long as the text with brackets blanked.
    return (_BRACKETS.sub(" ", whole) if _MARKER.search(whole) else whole), marks


def _at_line_starts(between: Sequence[str]) -> list[bool]:
    """For each marker, whether only markers stand before it on its line."""
    found: list[bool] = []
    for text in between[:-1]:
        last = text.rpartition("\n")[2]
        found.append(not last.strip() and ("\n" in text or not found or found[-1]))
    return found


def _with_text_behind(between: Sequence[str]) -> list[bool]:
    """For each marker, whether text follows it on its line."""
    found: list[bool] = []
    for text in reversed(between[1:]):
        first = text.partition("\n")[0]
        found.append(any(c.isalnum() for c in first) or ("\n" not in text and bool(found) and found[-1]))
    return found[::-1]


def _numbers(text: str) -> tuple[int, ...]:
    numbers: list[int] = []
    for first, last in _NUMBER.findall(text):
        until = int(last) if last and 0 < int(last) - int(first) <= _MOST_IN_RANGE else int(first)
        numbers.extend(range(int(first), until + 1))
    return tuple(numbers)
