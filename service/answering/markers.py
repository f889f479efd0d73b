"""What a chat model writes, taken apart: sentences, and the source numbers it put beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.sentences import sentences

REFUSAL = "NOT_IN_SOURCES"

_MARKER = re.compile(r"[\[【]\s*(?:source\s*)?\d+(?:\s*[,，、;]\s*\d+)*\s*[\]】]", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
_MARKERS_THEN_END = re.compile(r"((?:\s*[\[【]\s*(?:source\s*)?\d+(?:\s*[,，、;]\s*\d+)*\s*[\]】])+)(\s*[.。!?！？]+[\"”’」』]*)", re.IGNORECASE)
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]+)\]\((?:[^()]|\([^)]*\))*\)")
_ADDRESS = re.compile(r"<?(?:https?|ftp)://[^\s<>）)\]]+>?|\bwww\.[^\s<>）)\]]+", re.IGNORECASE)
_TAG = re.compile(r"<[^>\n]{1,200}>")
_LEAD = re.compile(r"^[ \t]*(?:[-*•]|\d{1,2}[.)]|#{1,6})[ \t]+", re.MULTILINE)
_EMPHASIS = re.compile(r"\*\*|__|`+")
_TAIL = re.compile(r"^\s*(?:sources?|references?|citations?|来源|参考(?:资料|文献)?)\s*[:：].*", re.IGNORECASE | re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of the model's, and the sources it names for it."""

    text: str
    sources: tuple[int, ...]


def claims(text: str) -> list[Claim]:
    """Sentences in order, without markers, links or markup; a marker counts for the sentence it stands at."""
    cleaned = _MARKERS_THEN_END.sub(r"\2\1", _plain(text))
    found: list[Claim] = []
    waiting: tuple[int, ...] = ()
    for span in sentences(_MARKER.sub(lambda m: " " * len(m.group()), cleaned)):
        raw = cleaned[span.start : span.end]
        following = _following_markers(cleaned, span.end)
        own = _numbers(raw) + following
        body = re.sub(r"\s+([.,;:!?。，；：！？])", r"\1", " ".join(_MARKER.sub(" ", raw).split()))
        before = _numbers(_preceding_markers(cleaned, span.start)) if not found else ()
        waiting = waiting or before
        numbers = own or waiting
        found.append(Claim(body, tuple(dict.fromkeys(numbers))))
        if own:
            waiting = ()
    return found


def refuses(text: str) -> bool:
    """Whether the model says that the sources do not tell."""
    return REFUSAL in text.upper().replace(" ", "_") or not text.strip()


def _plain(text: str) -> str:
    for pattern, replacement in (
        (_IMAGE, ""), (_LINK, r"\1"), (_ADDRESS, ""), (_TAG, ""), (_TAIL, ""), (_LEAD, ""), (_EMPHASIS, ""),
    ):
        text = pattern.sub(replacement, text)
    return text


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(n) for marker in _MARKER.findall(text) for n in _NUMBER.findall(marker))


def _following_markers(text: str, at: int) -> tuple[int, ...]:
    match = re.compile(rf"(?:[ \t]*{_MARKER.pattern})+", re.IGNORECASE).match(text, at)
    return _numbers(match.group()) if match else ()


def _preceding_markers(text: str, at: int) -> str:
    return text[:at] if not _MARKER.sub("", text[:at]).strip() else ""
