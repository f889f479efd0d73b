"""`footnote eval`: figures of an index over questions whose evidence is known, or of verification over claims."""

from __future__ import annotations

import asyncio
import json
import shlex
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.commands import shared
from ingest.errors import FootnoteError, IndexUnavailable

if TYPE_CHECKING:
    from ingest.index import Index
    from service.evaluation.claims import ClaimReport
    from service.evaluation.questions import Asked, Chosen
    from service.evaluation.report import Report
    from service.settings import Settings


def evaluate(
    questions: Annotated[
        list[Path],
        typer.Argument(
            help="JSON Lines, also packed with gzip: questions with their evidence, or claims with their passages.",
            metavar="QUESTIONS.jsonl…",
        ),
    ],
    articles: Annotated[
        list[Path] | None,
        typer.Option(
            help="Index these first, as `footnote ingest` would, in --data or else in a folder that is thrown away; "
            "repeatable. Default: ask the index there is."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the report, with a row a question, as JSON.")] = None,
    compare: Annotated[Path | None, typer.Option(help="A report of before: say what rose and fell.")] = None,
    run: Annotated[Path | None, typer.Option(help="Write the passages that were found, as JSON Lines.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask only the first so many questions.")] = None,
    kinds: Annotated[list[str] | None, typer.Option("--kind", help="Only questions of this kind; repeatable.")] = None,
    language: Annotated[str | None, typer.Option(help="Only questions in this language.")] = None,
    corpus_language: Annotated[str | None, typer.Option(help="Only questions put to articles in this one.")] = None,
    name: Annotated[str | None, typer.Option("--set", help="Call the set so; default: as its file or folder.")] = None,
    retrieval_only: Annotated[bool, typer.Option("--retrieval-only", help="Search; answer nothing.")] = False,
    without_verification: Annotated[
        bool, typer.Option("--without-verification", help="Keep what no source bears, to see what checking removes.")
    ] = False,
    groups: Annotated[list[str] | None, typer.Option("--group", help="Ask as a member; repeatable.")] = None,
    as_json: shared.AsJson = False,
    data: shared.Data = None,
) -> None:
    """Ask questions whose evidence is known, and say how well it was found, cited and answered."""
    with shared.told():
        from service.evaluation.claims import holds_claims
        from service.evaluation.questions import Chosen
        from service.evaluation.rows import BadRows

        for option, path in (("--out", out), ("--run", run)):
            _may_be_written(path, option)
        claims = [holds_claims(path) for path in questions]
        if any(claims) != all(claims):
            raise BadRows("Questions and claims are measured apart: name files of the one or of the other.")
        if all(claims):
            unused = {"--articles": articles, "--compare": compare, "--run": run, "--retrieval-only": retrieval_only}
            for option in (option for option, given in unused.items() if given):
                raise typer.BadParameter("claims are checked against their own passages.", param_hint=option)
            _show_claims(_claims(questions, limit, language, data), out, as_json)
            return
        if compare is not None and out is not None and compare.resolve() == out.resolve():
            raise typer.BadParameter("this would write over the report of before.", param_hint="--out")
        chosen = Chosen(frozenset(kinds or ()), language, corpus_language, limit)
        asked = _questions(questions, chosen, name)
        before = None
        if compare is not None:
            from service.evaluation.report import read_report

            before = read_report(compare)
        with _index(data, articles or []) as (settings, index):
            report = _report(settings, index, asked, groups or ["public"], run, retrieval_only, without_verification)
        if out is not None:
            _write(out, report.as_json())
        _show(report, before, as_json)


def _may_be_written(path: Path | None, option: str) -> None:
    """Said before an hour of asking, not after it."""
    if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
        raise FootnoteError(f"{path} cannot be written: name a file in a folder that is there with {option}.")


def _questions(paths: list[Path], chosen: Chosen, name: str | None) -> list[Asked]:
    from service.evaluation.questions import read_questions
    from service.evaluation.rows import BadRows

    asked = [q for path in paths for q in chosen.of(read_questions(path, name=name))]
    if not asked:
        raise BadRows("There is no question to ask: the files have none of that kind and language.")
    return asked


@contextmanager
def _index(data: Path | None, articles: list[Path]) -> Iterator[tuple[Settings, Index]]:
    """The index that is asked, with the articles in it."""
    from ingest.index import open_index
    from ingest.index.owner import InUse
    from service.settings import Settings

    with TemporaryDirectory(prefix="footnote-eval-") as temporary:
        settings = Settings.load(data=data)
        if articles and data is None:
            settings = settings.model_copy(update={"data": Path(temporary), "chroma_url": None})
        try:
            with shared.owned(settings, "footnote eval"):
                index = open_index(settings, create=bool(articles))
                with closing(index.catalogue):
                    if articles:
                        _ingest(index, settings, articles)
                    yield settings, index
        except InUse as busy:
            if busy.running is None:
                raise
            raise IndexUnavailable(
                f"The data folder {settings.data} belongs to the service at {busy.running.address}, and eval needs the "
                "folder itself. Stop the service first, or name a copy of the folder with --data."
            ) from None


def _ingest(index: Index, settings: Settings, articles: list[Path]) -> None:
    from ingest.job import Job, sources_of
    from ingest.progress import Lines

    for path in articles:
        if not path.exists():
            raise FootnoteError(f"There is no {path}: name a file or folder of articles with --articles.")
    report = Job(index, settings, Lines()).run(sources_of(articles))
    if report.failed:
        raise FootnoteError(f"An article could not be read, so that nothing was asked: {report.failed[0].error}")


def _report(
    settings: Settings,
    index: Index,
    asked: list[Asked],
    groups: list[str],
    run: Path | None,
    retrieval_only: bool,
    without_verification: bool,
) -> Report:
    from ingest.progress import Lines
    from service.answering.engine import build_engine
    from service.evaluation.report import report_of, settings_of
    from service.evaluation.run import Evaluation

    progress = Lines()
    engine = build_engine(settings, index, keep_unsupported=without_verification)
    evaluation = Evaluation(engine, index.catalogue, groups, retrieval_only)
    results = []
    with _run_file(run) as write:
        progress.counting("asking", "questions", 0, len(asked))
        for outcome in evaluation.run(asked):
            results.append(outcome.result)
            write(outcome.as_run())
            progress.counting("asking", "questions", len(results), len(asked))
    progress.finish()
    made_with = settings_of(
        settings,
        index,
        retrieval_only=retrieval_only,
        verification=not without_verification,
        **evaluation.written_with,
    )
    return report_of(results, _command(), made_with)


@contextmanager
def _run_file(path: Path | None) -> Iterator[Any]:
    if path is None:
        yield lambda _: None
        return
    try:
        with path.open("w", encoding="utf-8") as file:
            yield lambda row: file.write(json.dumps(row, ensure_ascii=False) + "\n")
    except OSError as error:
        raise FootnoteError(f"{path} cannot be written: {error.strerror}. Name another file with --run.") from None


def _claims(paths: list[Path], limit: int | None, language: str | None, data: Path | None) -> ClaimReport:
    from ingest.embedding import embedder_from
    from service.answering.verifying.judging import judging_from
    from service.evaluation.claims import Nearness, claim_report, judged, judged_by, read_claims
    from service.evaluation.rows import BadRows
    from service.settings import Settings

    settings = Settings.load(data=data)
    claims = [c for path in paths for c in read_claims(path) if language in (None, c.language)][:limit]
    if not claims:
        raise BadRows("There is no claim to check: the files have none in that language.")
    nearness = Nearness(lambda: embedder_from(settings))
    results = [judged(claim, nearness) for claim in claims]
    judging = judging_from(settings)
    if judging is not None:
        results = asyncio.run(judged_by(judging, claims, results))
    return claim_report(results, _command())


def _show(report: Report, before: Report | None, as_json: bool) -> None:
    from service.evaluation.compare import compare
    from service.evaluation.tables import render_comparison, render_report

    comparison = compare(before, report) if before is not None else None
    if as_json:
        shared.print_json({**report.as_json(), "comparison": comparison.as_json() if comparison else None})
    else:
        typer.echo(render_report(report))
        if comparison is not None:
            typer.echo(f"\nAgainst the report of before\n\n{render_comparison(comparison)}")
    if report.errors:
        typer.echo(f"footnote: {len(report.errors)} errors; each is in the report.", err=True)
        raise typer.Exit(1)


def _show_claims(report: ClaimReport, out: Path | None, as_json: bool) -> None:
    from service.evaluation.tables import render_claims

    if out is not None:
        _write(out, report.as_json())
    if as_json:
        shared.print_json(report.as_json())
    else:
        typer.echo(render_claims(report))
        if report.mean_auroc is not None:
            typer.echo(f"\nMean AUROC of the sources: {report.mean_auroc:.3f}")


def _write(path: Path, report: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    except OSError as error:
        raise FootnoteError(f"{path} cannot be written: {error.strerror}. Name another file with --out.") from None


def _command() -> str:
    """The command as it was given."""
    return shlex.join(["footnote", *sys.argv[1:]])
