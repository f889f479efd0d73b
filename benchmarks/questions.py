"""Questions with evidence, as `footnote eval` reads them, and the index of the articles they are asked of."""

from __future__ import annotations

from pathlib import Path

from ingest.index import Index, open_index
from ingest.job import Job, sources_of
from ingest.progress import Lines
from service.evaluation.questions import Asked, Evidence, read_questions
from service.settings import Settings

__all__ = ["Asked", "Evidence", "index_of", "read_questions"]


def index_of(articles: Path, data: Path) -> Index:
    """The index of some articles in `data`; what is already there is not embedded again.

    Raises:
        SystemExit: an article could not be read.
    """
    settings = Settings.load(env_file=None, data=data)
    index = open_index(settings, create=True)
    report = Job(index, settings, Lines()).run(sources_of([articles]))
    if report.failed:
        raise SystemExit(report.failed[0].error)
    return index
