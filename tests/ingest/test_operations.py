import json
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from ingest.errors import FootnoteError
from ingest.index import Catalogue, Index
from ingest.index.owner import InUse, Owner
from ingest.operations import ANY_MODEL, perform, wanted
from ingest.progress import Silent
from ingest.settings import ChunkSettings, EmbeddingSettings, IngestSettings
from ingest.sources.listed import named
from tests.fakes.embedding_endpoint import Endpoint, Fails, serving
from tests.fakes.shelf import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    made = Shelf(tmp_path)
    made.put("travel.txt", "The manager approves travel by zeppelin.")
    made.put("leave.txt", "Employees have fifteen days of leave.")
    made.ingest()
    return made


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as made:
        yield made


def done(shelf: Shelf, name: str, **arguments: Any) -> Mapping[str, Any]:
    """An operation as another process asks for it: everything goes through JSON."""
    result = perform(name, json.loads(json.dumps(arguments)), shelf.index, shelf.settings, Silent())
    assert json.loads(json.dumps(result)) == result
    return result


def test_removing_and_catching_up_report_like_a_run(shelf: Shelf) -> None:
    report = done(shelf, "remove", article_ids=["travel", "nothing"])
    assert (report["removed"], [f["source"] for f in report["failed"]]) == (1, ["nothing"])
    assert shelf.ids() == ["leave"]
    assert done(shelf, "catch_up")["chunks"] == 0


def test_what_was_set_aside_is_tried_again_for_some_or_all(tmp_path: Path, endpoint: Endpoint) -> None:
    shelf = Shelf(tmp_path, provider="openai", base_url=endpoint.url, model="m", dimensions=64, api_key="k")
    endpoint.decide = lambda texts: Fails(400) if any("poison" in text for text in texts) else None
    for name in ("one", "two", "three"):
        shelf.put(f"{name}.txt", f"The poison of {name}.")
    assert shelf.ingest().set_aside == 3
    endpoint.reset()
    assert done(shelf, "retry", article_ids=["one"])["chunks"] == 1
    report = done(shelf, "retry", article_ids=None)
    assert (report["chunks"], report["set_aside"], shelf.in_chroma()) == (2, 0, 3)


def test_a_build_is_made_as_the_asker_wants_it_and_flipped_back_and_dropped(shelf: Shelf) -> None:
    asker = shelf.settings.model_copy(
        update={
            "embedding": EmbeddingSettings(provider="hashing", dimensions=64),  # type: ignore[call-arg]
            "chunk": ChunkSettings(size=400),
        }
    )
    built = done(shelf, "build", **wanted(asker))
    assert (built["generation"]["embedder"], built["chunks"]) == ("hashing-64", 2)
    assert built["generation"]["chunker"].split(":")[1] == "400"
    assert done(shelf, "flip", number=None)["generation"]["id"] == 2
    shelf.with_settings(embedding=asker.embedding)
    assert shelf.by_vectors("manager approves travel") == ["travel@1"]
    index = Index(Catalogue(shelf.settings.data), shelf.settings, None)
    assert perform("rollback", {}, index, shelf.settings, Silent())["generation"]["id"] == 1
    assert perform("drop", {"number": 2}, index, shelf.settings, Silent()) == {"dropped": 2}
    assert [g.id for g in shelf.catalogue.generations()] == [1]


def test_keys_and_what_is_the_owners_own_are_not_told(shelf: Shelf) -> None:
    settings = IngestSettings(
        openai_api_key=SecretStr("secret"), embedding=EmbeddingSettings(api_key=SecretStr("secret"), threads=7)
    )  # type: ignore[call-arg]
    said = json.dumps(wanted(settings))
    assert "secret" not in said
    assert not {"threads", "timeout", "api_key"} & set(wanted(settings)["embedding"])
    assert wanted(settings)["embedding"]["model"] == settings.embedding.model


def test_the_owners_key_embeds_what_another_asks_for(shelf: Shelf, endpoint: Endpoint) -> None:
    asker = EmbeddingSettings(provider="openai", base_url=endpoint.url, model="m", dimensions=64)  # type: ignore[call-arg]
    owner = shelf.settings.model_copy(update={"openai_api_key": SecretStr("owner")})
    arguments = wanted(shelf.settings.model_copy(update={"embedding": asker}))
    built = perform("build", arguments, shelf.index, owner, Silent())
    assert (built["generation"]["embedder"], built["chunks"], len(endpoint.requests)) == ("m@64", 2, 1)


def test_an_unknown_operation_is_named(shelf: Shelf) -> None:
    with pytest.raises(FootnoteError, match="There is no operation 'destroy'"):
        done(shelf, "destroy")


def test_one_writer_at_a_time_is_let_in_and_readers_are_not_kept_out(shelf: Shelf) -> None:
    with Owner(shelf.settings.data, "footnote build", file="writer.lock"):
        with pytest.raises(InUse, match="is in use by footnote build"):
            done(shelf, "remove", article_ids=["travel"])
        assert shelf.find("zeppelin") == ["travel@1"]
    assert done(shelf, "remove", article_ids=["travel"])["removed"] == 1


def test_an_operation_on_an_empty_folder_starts_as_configured(tmp_path: Path) -> None:
    settings = IngestSettings(data=tmp_path / "data", embedding=EmbeddingSettings(provider="hashing"))  # type: ignore[call-arg]
    index = Index(Catalogue(settings.data, create=True), settings, None)
    assert perform("catch_up", {}, index, settings, Silent())["generation"] == 1
    generation = index.catalogue.generation()
    assert generation is not None
    assert generation.embedder == "hashing-384"


def test_progress_is_heard_while_it_works(shelf: Shelf) -> None:
    heard: list[tuple[int, int]] = []

    class Hearing(Silent):
        def embedding(self, done: int, total: int) -> None:
            heard.append((done, total))

    shelf.with_embedding(dimensions=64)
    index = Index(Catalogue(shelf.settings.data), shelf.settings, None)
    thread = threading.Thread(target=perform, args=("build", {}, index, shelf.settings, Hearing()))
    thread.start()
    thread.join(60)
    assert heard == [(0, 2), (2, 2)]


def test_articles_come_in_from_what_is_listed(shelf: Shelf) -> None:
    shelf.put("new.txt", "Trains are new.")
    (shelf.articles / "leave.txt").unlink()
    report = done(shelf, "ingest", sources=[named(str(shelf.articles), ["staff"]).as_json()], allow_removals=False)
    assert (report["added"], report["changed"], report["removed"], report["failed"]) == (1, 1, 1, [])
    assert (shelf.find("trains"), shelf.find("trains", "staff")) == ([], ["new@1"])


def test_operations_that_need_no_model_or_change_it_are_open_to_any(shelf: Shelf) -> None:
    assert {"remove", "build", "flip", "rollback", "drop"} <= ANY_MODEL
    assert not {"ingest", "retry", "catch_up"} & ANY_MODEL
