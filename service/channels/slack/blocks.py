"""An answer as Slack shows it: sentences, what else to know of them, their sources. Pure: asks nobody anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.language import is_cjk
from prompts import phrase
from service.answer import Answer, Citation, Nearest, Sentence
from service.channels.slack.mrkdwn import line, markdown, marker, mrkdwn, pieces, shortened
from service.channels.slack.rich import (
    Block,
    Element,
    blocks_of,
    flowing,
    link,
    packed,
    quoted,
    section,
    spoken_by,
    text,
)
from service.footnotes import absolute, remarks

_QUOTE, _TITLE, _NOTICE = 280, 150, 3000
# A sentence longer than this is cut, because no block holds it whole.
_SENTENCE = 2900


@dataclass(frozen=True, slots=True)
class Message:
    """A message: its blocks, and the same as text for notifications and readers of the screen."""

    text: str
    blocks: tuple[Block, ...]

    @property
    def plain(self) -> str:
        """All that its rich text says, where Slack takes no blocks."""
        return "\n".join(spoken_by(block) for block in self.blocks if block["type"] == "rich_text")


def message_of(blocks: Sequence[Block]) -> Message:
    """Blocks as a message. Slack takes none without a text."""
    made = Message("", tuple(blocks))
    return replace(made, text=mrkdwn(shortened(made.plain, _NOTICE)) or "…")


@dataclass(frozen=True, slots=True)
class Rendering:
    """Renders answers; `base` is the address that their links are relative to, empty where it is not known."""

    base: str = ""

    def messages(self, answer: Answer, buttons: Sequence[Block] = (), lead: Sequence[Block] = ()) -> list[Message]:
        """A whole answer; `lead` stands above it, `buttons` below."""
        cited = {c.number: c for c in answer.citations}
        blocks = [*lead, *self.body(answer.sentences, cited, answer.language), *self.closing(answer)]
        return self.split(blocks, buttons)

    def split(self, blocks: Sequence[Block], buttons: Sequence[Block] = ()) -> list[Message]:
        """Blocks in as few messages as take them."""
        made = packed(blocks) or [[]]
        made[-1] = [*made[-1], *buttons]
        return [message_of(one) for one in made]

    def body(self, sentences: Sequence[Sentence], cited: Mapping[int, Citation], language: str) -> Iterator[Block]:
        """The sentences, with numbers that open the article at the quote."""
        gap = gap_of(language)
        units: list[list[Element]] = []
        for sentence in sentences:
            parts = pieces(line(sentence.text), _SENTENCE)
            units += [[text(part)] for part in parts[:-1]]
            own = [text((gap if units else "") + parts[-1])]
            own += [text(f"{gap}{weakness}") for weakness in _weakness(sentence, language)]
            for number in sentence.citations:
                to = self.open(cited[number].link) if number in cited else ""
                own += [text(gap), link(f"[{number}]", to)] if gap else [link(f"[{number}]", to)]
            units.append(own)
        yield from flowing(units)

    def closing(self, answer: Answer) -> Iterator[Block]:
        """What stands below the sentences: what is missing, conflicts, sources or the nearest articles."""
        if not answer.sentences:
            yield from flowing([[text(part)] for part in pieces(line(answer.text), _SENTENCE)])
        notes = [[section(text(shortened(note, _NOTICE), italic=True))] for note in notes_of(answer) if line(note)]
        yield from blocks_of(notes)
        if answer.citations:
            head = section(text(phrase("slack_sources", answer.language), bold=True))
            sources = [self._source(c, answer.language) for c in answer.citations]
            yield from blocks_of([[head, *sources[0]], *sources[1:]])
        if answer.nearest:
            head = section(text(phrase("slack_nearest", answer.language), bold=True))
            yield from blocks_of([[head], *([self._nearest(n)] for n in answer.nearest)])

    def spoken(self, sentence: Sentence, cited: Mapping[int, Citation], language: str) -> str:
        """A sentence in Markdown."""
        gap = gap_of(language)
        words = " ".join(markdown(part) for part in pieces(line(sentence.text), _SENTENCE))
        words += "".join(f"{gap}{markdown(weakness)}" for weakness in _weakness(sentence, language))
        numbers = (marker(n, self.open(cited[n].link) if n in cited else "") for n in sentence.citations)
        return words + "".join(f"{gap}{number}" for number in numbers)

    def open(self, to: str) -> str:
        """A link as it opens from anywhere."""
        return absolute(to, self.base)

    def said(self, sentence: str) -> Iterator[Block]:
        """Words of the bot's own, as a paragraph."""
        yield from blocks_of([[section(text(line(sentence) or "…"))]])

    def _source(self, citation: Citation, language: str) -> list[Element]:
        about = [(citation.published_at or "")[:10], line(citation.section or "")[:_TITLE]]
        if citation.page is not None:
            about.append(phrase("page_number", language, number=citation.page))
        to = self.open(citation.link)
        title = shortened(citation.title, _TITLE) or citation.article_id
        facts = "".join(f" · {fact}" for fact in about if fact)
        head = [text(f"[{citation.number}] "), link(title, to)]
        if facts:
            head.append(text(facts))
        return [section(*head), quoted(f"“{shortened(citation.quote, _QUOTE)}”")]

    def _nearest(self, near: Nearest) -> Element:
        title = shortened(near.title, _TITLE) or near.article_id
        date = f" · {near.published_at[:10]}" if near.published_at else ""
        return section(text("• "), link(title, self.open(near.link)), *([text(date)] if date else []))


def gap_of(language: str) -> str:
    """What stands between sentences."""
    return "" if is_cjk(language) else " "


def notes_of(answer: Answer) -> list[str]:
    """What a reader has to know beside the sentences, each a line."""
    return [*remarks(answer), *_conflicts(answer)]


def _conflicts(answer: Answer) -> Iterator[str]:
    dates = {c.number: (c.published_at or "")[:10] or phrase("undated", answer.language) for c in answer.citations}
    for conflict in answer.conflicts:
        one, other = conflict.citations
        if one not in dates or other not in dates:
            continue
        values = {"number": one, "date": dates[one], "other": other, "other_date": dates[other]}
        newer = "" if conflict.newer is None else phrase("slack_newer", answer.language, number=conflict.newer)
        yield f"{phrase('slack_conflict', answer.language, **values)}{gap_of(answer.language)}{newer}".strip()


def _weakness(sentence: Sentence, language: str) -> Iterator[str]:
    if sentence.support != "supported":
        yield phrase("slack_weak" if sentence.support == "partial" else "slack_unborne", language)
