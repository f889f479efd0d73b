"""The chat model puts numbered passages in order (RankGPT, Sun et al. 2023, arXiv:2304.09542): one call a question."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

from ingest.language import is_cjk, language_of
from prompts import newest, render
from service.answering.orders import around_orders
from service.errors import ModelUnavailable, RerankerUnavailable
from service.models.blocking import BlockingChat
from service.retrieval.rerank.base import Scored

# Tokens that are left for the rules and the reply, and the most that a passage takes; letters a token, about.
_KEPT_BACK, _MOST, _LEAST = 1000, 250, 40
_LETTERS, _HAN = 3, 1
# A whole reply may be a list; in a longer one the passages have to be compared.
_LISTED = re.compile(r"\W*\d{1,3}(?:[\s\]】)>＞≻→,，、]+[\[【(]*\d{1,3})*\W*")
_COMPARED = re.compile(r"\d{1,3}(?:[\s\]】)]*[>＞≻→]=?[\s\[【(]*\d{1,3})+")
# What models write around the numbers: marks of Markdown, and what they call a passage.
_AROUND = re.compile(r"[*_`\\]|\b(?:passage|source|number)s?(?=[\s\[(]*\d)", re.IGNORECASE)


class ChatReranker:
    """Passages that the model does not name stay below those it does, in their order."""

    def __init__(self, chat: BlockingChat, context_window: int) -> None:
        """`context_window` is in tokens: passages are cut to fit."""
        self._chat, self._window = chat, context_window
        self._version = newest("rerank")

    def scores(self, question: str, texts: Sequence[str], within: float) -> Scored:
        """See `Reranker.scores`: from 1 for the first to nearly 0 for the last."""
        each = max(_LEAST, min(_MOST, (self._window - _KEPT_BACK) // max(1, len(texts))))
        made = render(
            "rerank",
            self._version,
            question=question,
            mark=secrets.token_hex(3),
            passages=[{"number": n, "text": _shown(text, each)} for n, text in enumerate(texts, 1)],
        )
        try:
            written, usage = self._chat.text(made.system, made.user, within)
        except ModelUnavailable as error:
            raise RerankerUnavailable(str(error)[:1].lower() + str(error)[1:].rstrip(".")) from None
        named = order_in(written, len(texts))
        if not named:
            raise RerankerUnavailable("the chat model wrote no order of the passages")
        order = [*named, *(i for i in range(len(texts)) if i not in named)]
        place = {i: rank for rank, i in enumerate(order)}
        return Scored(tuple(1 - place[i] / len(texts) for i in range(len(texts))), usage)


def order_in(written: str, count: int) -> list[int]:
    """The passages that a reply such as "[2] > [1]" names, best first, counted from 0; none where it is no order."""
    text = _AROUND.sub("", written.replace("&gt;", ">")).strip()
    compared = [text] if _LISTED.fullmatch(text) else [m[0] for m in _COMPARED.finditer(text)]
    longest = max(compared, key=len, default="")
    named = (int(n) - 1 for n in re.findall(r"\d+", longest))
    return list(dict.fromkeys(i for i in named if 0 <= i < count))


def _shown(text: str, tokens: int) -> str:
    """The beginning of a passage, without what speaks to a model."""
    told = "\n".join(text[start:end].strip() for start, end in around_orders(text, 0, len(text)))
    return told[: tokens * (_HAN if is_cjk(language_of(told)) else _LETTERS)]
