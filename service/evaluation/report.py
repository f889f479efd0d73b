"""A report: the figures of every set, language and kind, a row a question, and what made them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ingest.index import Index
from service.evaluation.figures import counts, deciding, summed
from service.evaluation.results import Result
from service.evaluation.rows import BadRows
from service.settings import RerankSettings, Settings, VerifySettings
from service.version import version


@dataclass(frozen=True, slots=True)
class Cut:
    """Some of the questions, by set, languages and kind (None: all of them), and their figures.

    `figures` has `{value, of}` by name; `counts` the questions, outcomes, seconds and tokens; `deciding` the curve of
    declining, where answers say how likely they were thought to be possible.
    """

    set: str | None
    language: str | None
    corpus_language: str | None
    kind: str | None
    counts: Mapping[str, Any]
    figures: Mapping[str, Mapping[str, float]]
    deciding: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a run gave; `made_by` is the command, `settings` what it ran with."""

    made_by: str
    settings: Mapping[str, Any]
    cuts: tuple[Cut, ...] = ()
    rows: tuple[Result, ...] = ()
    errors: tuple[str, ...] = ()
    form: int = 1
    notes: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def report_of(results: Sequence[Result], made_by: str, settings: Mapping[str, Any]) -> Report:
    """The report of some results, in the order they were asked."""
    return Report(made_by, settings, tuple(cuts_of(results)), tuple(results), tuple(_errors(results)))


def read_report(path: Path) -> Report:
    """A report that was written before.

    Raises:
        BadRows: it is not there, or is not a report of this form.
    """
    try:
        return TypeAdapter(Report).validate_json(path.read_bytes())
    except OSError as error:
        raise BadRows(f"{path} cannot be read: {error.strerror}. Name a report that --out has written.") from None
    except ValidationError:
        raise BadRows(f"{path} is not a report of this form. Make it again with `footnote eval … --out`.") from None


def settings_of(settings: Settings, index: Index, **more: Any) -> dict[str, Any]:
    """What a run ran with, so that two reports can be told apart."""
    generation = index.serving().generation
    articles, chunks = index.catalogue.counts()
    return {
        "version": version(),
        "embedder": generation.embedder if generation else None,
        "chunker": generation.chunker if generation else None,
        "articles": articles,
        "chunks": chunks,
        "evidence": settings.answer.evidence,
        "sentences": settings.answer.sentences,
        "reranker": _model_of(settings.rerank),
        "judge": _model_of(settings.verify),
        **more,
    }


def _model_of(section: RerankSettings | VerifySettings) -> str:
    """What is configured: its kind, and its name or folder's name."""
    name = section.model or (section.path.name if section.path else None)
    return f"{section.kind} {name}" if name else section.kind


def cuts_of(results: Sequence[Result]) -> Iterator[Cut]:
    """Each set whole, by languages, by kind and by both; and all sets together. No two with the same questions."""
    seen: set[tuple[int, ...]] = set()
    for key in _keys(results):
        some = [(n, r) for n, r in enumerate(results) if _is(r, key)]
        numbers = tuple(n for n, _ in some)
        if numbers in seen:
            continue
        seen.add(numbers)
        kept = [r for _, r in some]
        yield Cut(*_named(kept), counts(kept), summed(kept), deciding(kept))


Key = tuple[str | None, str | None, str | None, str | None]


def _of(result: Result) -> Key:
    return result.set, result.language, result.corpus_language, result.kind


def _is(result: Result, key: Key) -> bool:
    return all(wanted in (None, value) for wanted, value in zip(key, _of(result), strict=True))


def _keys(results: Sequence[Result]) -> list[Key]:
    every: list[Key] = [(None, None, None, None)]
    for name in sorted({r.set for r in results}):
        found = [_of(r) for r in results if r.set == name]
        every.append((name, None, None, None))
        for language, corpus, kind in (
            (True, False, False),
            (False, True, False),
            (True, True, False),
            (False, False, True),
            (True, True, True),
        ):
            some: set[Key] = {
                (name, k[1] if language else None, k[2] if corpus else None, k[3] if kind else None) for k in found
            }
            every += sorted(some, key=lambda key: tuple(part or "" for part in key))
    return every


def _named(results: Sequence[Result]) -> Key:
    """Named by what all of them have in common."""
    named = [
        values.pop() if len(values := set(column)) == 1 else None for column in zip(*map(_of, results), strict=True)
    ]
    return named[0], named[1], named[2], named[3]


def _errors(results: Sequence[Result]) -> Iterator[str]:
    for result in results:
        if result.error is not None:
            yield f"{result.id}: {result.error}"
        if result.answer is not None:
            yield from (f"{result.id}: {broken}." for broken in result.answer.broken)
            if result.answer.uncited and not result.answer.unsupported:  # kept on purpose, without verification
                yield f"{result.id}: {result.answer.uncited} of its sentences have no citation."
