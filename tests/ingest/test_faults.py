"""The embedder or the disk fails in the middle: a sentence says so, nothing is lost, and the next run finishes."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from ingest.index import Index, open_index
from ingest.job import Job, sources_of
from ingest.reading import hashed
from ingest.report import Report
from ingest.verify import verified
from tests.fakes.embedding_endpoint import Endpoint, Fails, HalfSent, Late, Reply, Sized, serving
from tests.fakes.ingesting import Site
from tests.fakes.shelf import Shelf

NAMES = ("amber", "basalt", "cobalt")


@pytest.fixture(scope="module")
def server() -> Iterator[Endpoint]:
    with serving() as endpoint:
        yield endpoint


@pytest.fixture
def endpoint(server: Endpoint) -> Endpoint:
    server.reset()
    return server


@pytest.fixture
def site(endpoint: Endpoint, tmp_path: Path) -> Site:
    made = Site(tmp_path, endpoint.url)
    made.articles.mkdir()
    for name in NAMES:
        said = " ".join(f"Line {n} says that {name} weighs {n * 7} grams." for n in range(20))
        (made.articles / f"{name}.md").write_text(f"# Report on {name}\n\n{said}\n")
    return made


def ingested(site: Site, timeout: float = 10) -> Report:
    settings = site.settings()
    quick = settings.embedding.model_copy(update={"timeout": timeout})
    settings = settings.model_copy(update={"embedding": quick})
    return Job(open_index(settings, create=True), settings).run(sources_of([site.articles]))


def index_of(site: Site) -> Index:
    return open_index(site.settings())


def found_by_keywords(index: Index) -> set[str]:
    found = index.catalogue.keyword_search(["weigh"], ["public"], 1000)
    return {chunk.article_id for chunk, _ in index.catalogue.visible([h.chunk_id for h in found], ["public"]).values()}


def assert_finished(site: Site, report: Report) -> None:
    """Everything is embedded, and search finds it both ways."""
    assert not report.failed, report.failed
    assert (report.waiting, report.set_aside) == (0, 0)
    index = index_of(site)
    assert found_by_keywords(index) == set(NAMES)
    assert not verified(index.catalogue, index.serving())
    assert index.vectors is not None
    assert index.vectors.count() == index.catalogue.counts()[1] == index.catalogue.count_chunks("ready")


@pytest.mark.parametrize(
    "reply",
    [
        Fails(429),
        Fails(429, {"retry-after": "0.01"}),
        Fails(500),
        Fails(503),
        HalfSent(),
    ],
    ids=str,
)
def test_a_passing_failure_goes_unnoticed(site: Site, endpoint: Endpoint, reply: Reply) -> None:
    endpoint.script = [reply, reply]
    assert_finished(site, ingested(site))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (Fails(429), "takes no more requests for now"),
        (Fails(500), "did not answer"),
        (HalfSent(), "did not answer"),
        (Late(2.0), "did not answer"),
    ],
    ids=str,
)
def test_a_lasting_failure_ends_the_run_and_the_next_one_embeds_what_is_left(
    site: Site, endpoint: Endpoint, reply: Reply, sentence: str
) -> None:
    answered: list[Sequence[str]] = []

    def decide(texts: Sequence[str]) -> Reply | None:
        if len(answered) < 2:
            answered.append(texts)
            return None
        return reply

    endpoint.decide = decide
    report = ingested(site, timeout=0.5 if isinstance(reply, Late) else 10)
    assert [sentence in f.error for f in report.failed] == [True]
    assert report.waiting > 0
    assert found_by_keywords(index_of(site)) == set(NAMES)
    keys = {hashed(text.encode()): text for texts in answered for text in texts}
    cached = {keys[key] for key in index_of(site).catalogue.embeddings("first@64", keys)}
    assert cached or isinstance(reply, Late)
    endpoint.reset()
    assert_finished(site, ingested(site))
    assert not cached & {text for _, text in endpoint.asked}


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (Fails(401), "refused the key: check FOOTNOTE_EMBEDDING__API_KEY"),
        (Fails(403), "refused the key: check FOOTNOTE_EMBEDDING__API_KEY"),
        (Fails(404), "has no model 'first@64': check FOOTNOTE_EMBEDDING__MODEL"),
        (Fails(400), "refuses every text"),
        (Sized(32), "sent 32 dimensions where 64 were expected"),
    ],
    ids=str,
)
def test_what_is_wrong_with_every_request_stops_the_run_at_once(
    site: Site, endpoint: Endpoint, reply: Reply, sentence: str
) -> None:
    endpoint.decide = lambda _: reply
    report = ingested(site)
    assert [sentence in f.error for f in report.failed] == [True]
    assert report.set_aside == 0
    assert len(endpoint.requests) <= 6
    assert found_by_keywords(index_of(site)) == set(NAMES)
    endpoint.reset()
    assert_finished(site, ingested(site))


def test_a_text_that_is_refused_is_set_aside_alone_and_embedded_when_it_is_tried_again(
    site: Site, endpoint: Endpoint
) -> None:
    endpoint.decide = lambda texts: Fails(400) if any("says that basalt weighs 0 grams" in t for t in texts) else None
    report = ingested(site)
    index = index_of(site)
    assert not report.failed
    assert (report.waiting, report.set_aside) == (0, 1)
    (aside,) = index.catalogue.failures()
    assert (aside.chunk_id, aside.state) == ("basalt:1:0", "failed")
    assert "refuses the text" in aside.error
    assert found_by_keywords(index) == set(NAMES)
    assert ingested(site).set_aside == 1  # not tried again unasked
    endpoint.reset()
    assert index.catalogue.retry() == 1
    assert_finished(site, ingested(site))
    assert endpoint.asked.total() == 1


def test_a_changed_article_with_a_refused_text_is_served_in_its_new_version(site: Site, endpoint: Endpoint) -> None:
    assert not ingested(site).failed
    file = site.articles / "basalt.md"
    file.write_text(file.read_text().replace("weighs 0 grams", "weighs nothing at all"))
    endpoint.decide = lambda texts: Fails(422) if any("nothing at all" in t for t in texts) else None
    report = ingested(site)
    article = index_of(site).catalogue.article("basalt")
    assert (report.failed, report.set_aside) == ([], 1)
    assert article is not None
    assert "nothing at all" in article.text


_INGEST = """
import sys
from pathlib import Path
from ingest.errors import FootnoteError
from ingest.index import open_index
from ingest.job import Job, sources_of
from tests.fakes.ingesting import Site
from tests.fakes.shelf import Shelf

site = Site(Path(sys.argv[1]), sys.argv[2])
try:
    report = Job(open_index(site.settings(), create=True), site.settings()).run(sources_of([site.articles]))
    print([f.error for f in report.failed])
except FootnoteError as error:
    print(error)
"""
_CHECKOUT = Path(__file__).parents[2]


# So full that there is room for nothing, for the catalogue alone, and for a part of the vectors.
@pytest.mark.slow
@pytest.mark.parametrize("kilobytes", [64, 300, 500])
def test_a_full_disk_loses_nothing_and_the_next_run_finishes(site: Site, endpoint: Endpoint, kilobytes: int) -> None:
    data, kept = site.settings().data, site.folder / "kept"
    data.mkdir()
    script = """
mount -t tmpfs -o size="$1"k none "$2" || exit 77
"$3" -c "$4" "$5" "$6"
status=$?
cp -r "$2" "$7"
exit $status
"""
    arguments = [str(kilobytes), str(data), sys.executable, _INGEST, str(site.folder), site.url, str(kept)]
    run = subprocess.run(
        ["unshare", "-m", "sh", "-c", script, "sh", *arguments],
        capture_output=True, text=True, timeout=120, cwd=_CHECKOUT, check=False,
    )  # fmt: skip
    if run.returncode == 77 or "unshare" in run.stderr:
        pytest.skip("no mount namespace of its own is allowed here")
    assert run.returncode == 0, run.stderr
    assert "is full. Free some space" in run.stdout
    shutil.rmtree(data)
    kept.rename(data)
    endpoint.reset()
    assert_finished(site, ingested(site))


def test_a_torn_vector_in_the_cache_is_made_again(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.put("travel.txt", "The manager approves travel.")
    shelf.ingest()
    with sqlite3.connect(shelf.settings.data / "catalogue.db") as raw:
        raw.execute("UPDATE embeddings SET vector = X'00'")
        raw.execute("UPDATE chunks SET state = 'new'")
    assert shelf.ingest().failed == []
    assert verified(shelf.index.catalogue, shelf.index.serving()) == []
