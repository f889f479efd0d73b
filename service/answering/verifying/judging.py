"""A judge of claims and quotes where words alone do not tell: the seam, and whom it is asked about."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.answering.cite import Cited, Embed, nearest
from service.answering.markers import Claim
from service.answering.verifying.judge import Judge, Pair
from service.answering.verifying.verify import Check, contradicted, judged
from service.errors import JudgeUnavailable
from service.models.base import Usage
from service.models.breaker import Breakers
from service.retrieval.evidence import Passage
from service.settings import Settings
from service.telemetry.stages import staged

_log = logging.getLogger(__name__)
# Where words give so much of a chance, no judge is asked.
_SURE = 0.9
# More sentences of one answer are left to words.
_MOST = 20


@dataclass(frozen=True, slots=True)
class Judging:
    """A judge, and the seconds that judging one answer may take."""

    judge: Judge
    seconds: float

    @staged("judge")
    async def decide(self, held: Sequence[Held], within: float = math.inf) -> Decided:
        """What was held back, decided on by one call; by words where the judge does not know, fails, or is late.

        `within` are the seconds that are left of the whole answer.
        """
        seconds = min(self.seconds, within)
        asked = [one for one in held if one.unsure][:_MOST]
        pairs = [Pair(one.cited.text, "\n".join(q.text for q in one.cited.quotes)) for one in asked]
        try:
            async with asyncio.timeout(seconds):
                made = await self.judge.judge(pairs, seconds)
            if len(made.chances) != len(pairs) or not all(c is None or 0 <= c <= 1 for c in made.chances):
                return _by_words(held, "the judge gave something else than a chance for each sentence")
        except TimeoutError:
            return _by_words(held, f"the judge took longer than {seconds:.3g} s")
        except JudgeUnavailable as error:
            return _by_words(held, str(error))
        except Exception as error:  # whatever it is, nobody who asks has to hear of it
            _log.exception("The judge failed.")
            return _by_words(held, f"the judge failed ({type(error).__name__})")
        chances = {id(one): chance for one, chance in zip(asked, made.chances, strict=True)}
        return Decided([_with(one.cited, chances.get(id(one))) for one in held], made.usage)


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A sentence that waits until the judge has decided on those before it; `unsure` where on itself too."""

    cited: Cited
    unsure: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """Sentences in their order, the tokens it took, and what to note."""

    sentences: list[Cited]
    usage: Usage | None
    note: str | None = None


def unsure(claim: Claim, cited: Cited, evidence: Sequence[Passage], embed: Embed) -> Cited | None:
    """The claim with the quotes that a judge has to look at; None where words decide, or there is nothing near it."""
    if _sure(cited.check):
        return None
    quotes = cited.quotes or nearest(claim, evidence, embed)
    if not quotes or words_decide(cited.check, claim.text, [q.text for q in quotes]):
        return None
    return replace(cited, quotes=quotes)


def words_decide(check: Check, claim: str, quotes: Sequence[str]) -> bool:
    """Whether words bear a claim clearly, or contradict it: a number that no quote has, a yes for a no."""
    return _sure(check) or contradicted(claim, quotes)


def _sure(check: Check) -> bool:
    return check.support == "supported" and check.score >= _SURE


def judging_from(settings: Settings, breakers: Breakers | None = None) -> Judging | None:
    """The configured judge; None where words alone decide. An endpoint's breaker is that of `breakers`.

    Raises:
        SettingsError: the entailment model cannot be loaded.
    """
    wanted = settings.verify
    if wanted.kind == "onnx" and wanted.path:
        from service.answering.verifying.judging_entailment import EntailmentJudge
        from service.models.cross_encoder import cross_encoder

        model = cross_encoder(wanted.path, settings.embedding.threads, "FOOTNOTE_VERIFY__PATH")
        return Judging(EntailmentJudge(model), wanted.timeout)
    if wanted.kind == "chat":
        from service.answering.verifying.judging_chat import ChatJudge
        from service.models import chat_model_for

        chat = chat_model_for(settings, wanted.model, wanted.timeout, breakers)
        return Judging(ChatJudge(chat), wanted.timeout) if chat is not None else None
    return None


def _by_words(held: Sequence[Held], why: str) -> Decided:
    _log.warning("Sentences were not judged: %s.", why)
    return Decided([one.cited for one in held], None, f"words alone decided what the quotes bear: {why}")


def _with(cited: Cited, chance: float | None) -> Cited:
    if chance is None:
        return cited
    return replace(cited, check=judged(cited.text, [q.text for q in cited.quotes], chance))
