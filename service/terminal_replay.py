"""A replayed answer for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from service.answer import Answer
from service.conversations.changes import SentenceChange
from service.conversations.replay import Replay

_MARKS = {"same": " ", "added": "+", "removed": "-"}


def render_replay(replay: Replay) -> str:
    """What is different, then what took how long; removed words in [-…-], added ones in {+…+}."""
    before, after = replay.before, replay.after
    parts = [
        f"{before.question}" if before.question == before.standalone_question else
        f"{before.question}\n= {before.standalone_question}",
        f"Asked on {replay.asked_at[:10]} by Footnote {replay.made_by}, generation {before.receipt.generation}.",
        "The answer is the same." if replay.same else "The answer is different.",
    ]  # fmt: skip
    told = [line for name, old, new in _facts(before, after) if (line := _fact(name, old, new))]
    parts += ["\n".join(told)] if told else []
    parts += ["\n".join(_sentence(s) for s in replay.sentences)] if replay.sentences else []
    cited = [f"{_MARKS[c.kind]} {c.title}: “{c.quote}”" + (f" ({c.note})" if c.note else "") for c in replay.citations]
    parts += ["Citations:\n" + "\n".join(cited)] if cited else []
    parts.append("Milliseconds: " + ", ".join(_timings(before, after)))
    return "\n\n".join(parts)


def _facts(before: Answer, after: Answer) -> Iterator[tuple[str, object, object]]:
    """(name, then, now)."""
    yield "outcome", before.outcome, after.outcome
    yield "mode", before.mode, after.mode
    yield "model", before.receipt.model, after.receipt.model
    prompts = [f"{p.name}/{p.version} ({p.hash})" if p else None for p in (before.receipt.prompt, after.receipt.prompt)]
    yield "prompt", prompts[0], prompts[1]
    yield "tokens", sum(before.receipt.tokens.values()), sum(after.receipt.tokens.values())


def _fact(name: str, old: object, new: object) -> str:
    if old == new:
        return f"{name}: {new}" if new else ""
    return f"{name}: {old or 'none'} → {new or 'none'}"


def _sentence(change: SentenceChange) -> str:
    if change.kind == "changed":
        marks = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
        return "~ " + "".join(marks[w.kind].format(w.text) for w in change.words)
    return f"{_MARKS[change.kind]} {change.before if change.after is None else change.after}"


def _timings(before: Answer, after: Answer) -> Iterator[str]:
    old, new = before.receipt.timings_ms, after.receipt.timings_ms
    for stage in dict.fromkeys([*old, *new]):
        yield f"{stage} {old.get(stage, 0):.0f} → {new.get(stage, 0):.0f}"
