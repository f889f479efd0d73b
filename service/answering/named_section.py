"""Questions for a section of an article by both their names, as they are suggested below answers.

What the section says seldom has a word of its heading in it, so no search for those words finds it.
"""

from __future__ import annotations

import re

from prompts import phrase
from service.answering.candidates import candidates_in
from service.answering.orders import is_order
from service.retrieval.evidence import Passage
from service.retrieval.found import Found


def section_for(question: str, found: Found) -> Passage | None:
    """The section that is asked for, of an article that was found; None where none is, or it has nothing to quote."""
    for form in _FORMS:
        named = form.fullmatch(question.strip())
        if named is None:
            continue
        title, heading = _plain(named["title"]), _plain(named["section"])
        for hit in found.hits:
            if _plain(hit.article.title) != title:
                continue
            for section in hit.article.sections:
                passage = Passage(1, hit.article, hit.chunk.version, section.start, section.end, (hit,))
                if _plain(section.heading) == heading and quotable(passage):
                    return passage
    return None


def quotable(section: Passage) -> list[tuple[int, int]]:
    """(start, end) of the sentences of a section that may be quoted, in order."""
    return [(c.span.start, c.span.end) for c in candidates_in(section) if not is_order(c.text)]


def _form(language: str) -> re.Pattern[str]:
    asked = re.escape(phrase("follow_up", language, title="TITLE", section="SECTION"))
    quotes = re.sub("[“”]", '[“”"]', asked).replace("？", "[？?]").replace(re.escape("?"), "[？?]?")
    return re.compile(quotes.replace("TITLE", "(?P<title>.+?)").replace("SECTION", "(?P<section>.+?)"), re.IGNORECASE)


_FORMS = tuple(_form(language) for language in ("en", "zh"))


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
