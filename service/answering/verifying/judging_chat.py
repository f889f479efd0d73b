"""The chat model judges: yes, partly or no for each sentence, all sentences of an answer in one call."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

from prompts import newest, render
from service.answering.verifying.judge import Judged, Pair
from service.errors import JudgeUnavailable, ModelUnavailable
from service.models import ChatModel
from service.models.blocking import whole

# A word for a chance: a yes is shown as supported, partly as partial.
_CHANCES = {"yes": 0.9, "partly": 0.5, "partially": 0.5, "no": 0.1}
_WORD = "|".join(_CHANCES)
_VERDICT = re.compile(
    rf"^\W*(?:(?:number|sentence|claim)\s*)?(\d{{1,3}})\W{{1,6}}({_WORD})\b", re.IGNORECASE | re.MULTILINE
)
_ONLY = re.compile(rf"\W*({_WORD})\W*", re.IGNORECASE)


class ChatJudge:
    """Asks one chat model."""

    def __init__(self, model: ChatModel) -> None:
        self._model, self._version = model, newest("judge")

    async def judge(self, pairs: Sequence[Pair], within: float) -> Judged:
        """See `Judge.judge`."""
        claims = [{"number": n, "text": p.claim, "quote": p.quote} for n, p in enumerate(pairs, 1)]
        made = render("judge", self._version, claims=claims, mark=secrets.token_hex(3))
        try:
            written, usage = await whole(self._model, made.system, made.user, within)
        except ModelUnavailable as error:
            raise JudgeUnavailable(str(error)[:1].lower() + str(error)[1:].rstrip(".")) from None
        said = verdicts(written, len(pairs))
        if not said:
            raise JudgeUnavailable("the chat model wrote no verdict")
        return Judged(tuple(said.get(n) for n in range(1, len(pairs) + 1)), usage)


def verdicts(written: str, count: int) -> dict[int, float]:
    """The chance by number that a reply gives; a number with two different verdicts has none."""
    only = _ONLY.fullmatch(written)
    if only and count == 1:
        return {1: _CHANCES[only[1].casefold()]}
    found: dict[int, set[float]] = {}
    for number, word in _VERDICT.findall(written):
        found.setdefault(int(number), set()).add(_CHANCES[word.casefold()])
    return {n: chances.pop() for n, chances in found.items() if len(chances) == 1 and 1 <= n <= count}
