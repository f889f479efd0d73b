"""Articles that somebody sends, and takes away again."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote

from fastapi import APIRouter, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from ingest.errors import ArticleTaken, PermanentError
from ingest.extract.dates import iso_date
from ingest.extract.stated import web_address
from ingest.job import Job
from ingest.reading import may_change
from ingest.sources.sent import SentArticle
from service.channels.http.deps import Ingesting, Service
from service.channels.http.filters import GroupName
from service.channels.http.idempotency import Once, OnceDeleted
from service.channels.http.writable import groups_to_write, within
from service.errors import ArticleRejected, Conflict, Forbidden, NotFound
from service.jobs import Work

router = APIRouter(prefix="/v1/articles", tags=["articles"])

LONGEST_ID = 200


def _address(value: str) -> str:
    if web_address(value) is None:
        raise PydanticCustomError("web_address", "no web address")
    return value.strip()


def _date(value: str) -> str:
    found = iso_date(value)
    if found is None:
        raise PydanticCustomError("date", "no date")
    return found


class ArticleRequest(BaseModel):
    """An article. Its `text` is quoted as it is; of `html` the article is taken out of the page around it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "oneOf": [
                {"required": ["text"], "properties": {"text": {"type": "string"}, "html": {"type": "null"}}},
                {"required": ["html"], "properties": {"html": {"type": "string"}, "text": {"type": "null"}}},
            ],
            "examples": [
                {
                    "title": "Parental leave",
                    "text": "Parental leave is 20 weeks at full pay. It may be taken in up to three parts.",
                    "url": "https://intranet.example/hr/parental-leave",
                    "published_at": "2026-02-01",
                    "author": "People team",
                    "language": "en",
                    "groups": ["public"],
                }
            ],
        },
    )

    title: Annotated[str, Field(max_length=500)] | None = Field(
        None, description="Default: what the page says, or the first line of the text."
    )
    text: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="The article as plain text; paragraphs have an empty line between them."
    )
    html: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="The article as a web page, instead of `text`."
    )
    url: (
        Annotated[
            str,
            Field(max_length=2000, json_schema_extra={"pattern": r"^https?://[^\s<>\"']+$"}),
            AfterValidator(_address),
        ]
        | None
    ) = Field(None, description="Where people read the original: begins with http:// or https://.")
    published_at: (
        Annotated[
            str,
            Field(max_length=100, json_schema_extra={"pattern": r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])"}),
            AfterValidator(_date),
        ]
        | None
    ) = Field(None, description="Day it was published, as 2026-02-01.")
    author: Annotated[str, Field(max_length=500)] | None = Field(None, description="Who wrote it.")
    language: Annotated[str, Field(max_length=35, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = Field(
        None, description="Its language, such as `en` or `zh-CN`; default: found out from its text."
    )
    groups: Annotated[list[GroupName], Field(min_length=1, max_length=100)] | None = Field(
        None,
        description="Who may read it: groups of your own key, unless it has the scope `admin`. Default: the one group "
        "of your key; a key of several has to name them.",
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.html is None):
            raise PydanticCustomError("text_or_html", "one of both")
        return self


class ArticleWritten(BaseModel):
    """What became of the article.

    `version` is the one that was recorded, null while the job that does it still waits for others. `searched` is
    whether questions find that version now; a version before it stays in search until the vectors of the new one are
    there. `job` is what to follow, at `/v1/jobs/{job}`.
    """

    id: str
    outcome: Literal["added", "changed", "unchanged", "queued"]
    version: int | None
    searched: bool
    job: str


@router.put(
    "/{article_id:path}",
    dependencies=[Once],
    responses={
        200: {"model": ArticleWritten, "description": "It was there: changed, or unchanged."},
        201: {"model": ArticleWritten, "description": "It is new, and found by questions from now on."},
        202: {"model": ArticleWritten, "description": "It waits for other jobs."},
    },
)
async def put_article(
    article_id: str, request: ArticleRequest, asker: Ingesting, running: Service, response: Response
) -> ArticleWritten:
    """Take in an article under an id of your own, or replace the one of that id that was sent before.

    It is found by its words at once and by its meaning as soon as its vectors are there. The same again changes
    nothing. Where other jobs keep the index busy for long (ten seconds, if nothing else is set) the answer is 202, and
    the job goes on.
    """
    sent = SentArticle(
        id=_identity(article_id),
        groups=groups_to_write(asker, request.groups),
        text=request.text,
        html=request.html,
        title=request.title,
        url=request.url,
        published_at=request.published_at,
        author=request.author,
        language=request.language,
    )
    arguments = {"article": sent.as_json(), "within": within(asker)}
    work = await asyncio.to_thread(running.jobs.start, "put", arguments, asker.name)
    try:
        await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(work.ended)), running.settings.http.article_seconds)
    except TimeoutError:
        running.audit.note(asker, "article.written", sent.id)
        response.status_code = 202
        return ArticleWritten(id=sent.id, outcome="queued", version=None, searched=False, job=work.id)
    done = _result(work)
    if done["outcome"] != "unchanged":
        running.audit.note(asker, "article.written", sent.id)
    response.status_code = 201 if done["outcome"] == "added" else 200
    response.headers["Location"] = f"/v1/articles/{quote(sent.id, safe='')}"
    return ArticleWritten(
        id=sent.id, outcome=done["outcome"], version=done["version"], searched=done["searched"], job=work.id
    )


@router.delete("/{article_id:path}", status_code=204, response_class=Response, dependencies=[OnceDeleted])
def delete_article(article_id: str, asker: Ingesting, running: Service) -> None:
    """Take an article out of search, at once. What answers have cited of it stays open under its citations.

    An article that a source still has comes back when that source is read again. With the header
    `Idempotency-Key`, the same request again is 204 again.
    """
    catalogue = running.index.catalogue
    newest = catalogue.article(article_id, catalogue.next_version(article_id) - 1, asker.sees)
    if newest is None or catalogue.serving(article_id) is None:
        raise NotFound("There is no such article, or it was removed: GET /v1/articles lists what there is.")
    if not may_change(catalogue, article_id, within(asker)):
        raise Forbidden("This article is for other groups, too, that your key does not have: ask one of theirs.")
    if Job(running.index, running.settings).hide(article_id):
        running.audit.note(asker, "article.removed", article_id)
        running.jobs.catch_up()


def _identity(article_id: str) -> str:
    if not article_id.strip() or article_id != article_id.strip() or len(article_id) > LONGEST_ID:
        raise ArticleRejected(f"The id has to have 1 to {LONGEST_ID} characters, and no space at its ends.")
    if not article_id.isprintable() or "\ufffd" in article_id:
        raise ArticleRejected("The id has characters that cannot be printed: use letters, digits and punctuation.")
    return article_id


def _result(work: Work) -> dict[str, Any]:
    if isinstance(work.failure, ArticleTaken):
        raise Conflict(str(work.failure))
    if isinstance(work.failure, PermanentError):
        raise ArticleRejected(str(work.failure))
    if work.failure is not None or work.result is None:
        raise work.failure or RuntimeError(f"{work.id} has no result")
    return work.result
