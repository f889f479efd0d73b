import random
import shutil
import socket
from pathlib import Path

import numpy as np
import pytest

from ingest.embedding import Vectors
from ingest.errors import IndexUnavailable, SettingsError, TransientError
from ingest.index import VectorIndex
from ingest.settings import IngestSettings


def units(number: int, seed: int = 0, dimensions: int = 16) -> Vectors:
    made = np.random.default_rng(seed).normal(size=(number, dimensions)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


def opened(data: Path, collection: str = "footnote-1", url: str | None = None) -> VectorIndex:
    return VectorIndex(IngestSettings(data=data, chroma_url=url), collection)


@pytest.fixture
def vectors(tmp_path: Path) -> VectorIndex:
    return opened(tmp_path)


def test_the_nearest_are_those_of_the_highest_cosine_best_first(vectors: VectorIndex) -> None:
    made = units(300)
    vectors.put([str(n) for n in range(300)], made, ["a"] * 300)
    question = units(1, seed=1)[0]
    expected = np.argsort(-(made @ question))[:10]
    hits = vectors.nearest(question, 10)
    assert [h.chunk_id for h in hits] == [str(n) for n in expected]
    assert [h.cosine for h in hits] == pytest.approx((made @ question)[expected].tolist(), abs=1e-5)


def test_putting_an_id_again_replaces_its_vector(vectors: VectorIndex) -> None:
    old, new = units(1, seed=1), units(1, seed=2)
    vectors.put(["a"], old, ["x"])
    vectors.put(["a"], new, ["x"])
    assert vectors.count() == 1
    assert vectors.get(["a"])["a"] == pytest.approx(new[0])


def test_what_is_dropped_is_found_no_more_and_unknown_ids_are_fine(vectors: VectorIndex) -> None:
    made = units(3)
    vectors.put(["a", "b", "c"], made, ["x"] * 3)
    vectors.drop(["b", "nothing"])
    assert {h.chunk_id for h in vectors.nearest(made[1], 3)} == {"a", "c"}
    assert vectors.get(["b"]) == {}


def test_vectors_survive_the_process(tmp_path: Path) -> None:
    made = units(5)
    opened(tmp_path).put(list("abcde"), made, ["x"] * 5)
    assert opened(tmp_path).nearest(made[2], 1)[0].chunk_id == "c"
    assert opened(tmp_path, "footnote-2").count() == 0


def test_a_relative_folder_is_the_one_of_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        opened(Path("data")).put([name], units(1), ["x"])
        assert opened(Path("data")).count() == 1


def test_more_vectors_than_chroma_takes_at_once(vectors: VectorIndex) -> None:
    made = units(6000, dimensions=4)
    ids = [str(n) for n in range(6000)]
    vectors.put(ids, made, ["x"] * 6000)
    assert vectors.count() == 6000
    vectors.drop(ids)
    assert vectors.count() == 0


def test_a_collection_lists_its_ids_and_can_be_thrown_away_beside_another(tmp_path: Path, vectors: VectorIndex) -> None:
    other = opened(tmp_path, "footnote-2")
    vectors.put([str(n) for n in range(1500)], units(1500, dimensions=4), ["x"] * 1500)
    other.put(["a"], units(1, dimensions=8), ["x"])
    listed = list(vectors.ids())
    assert len(listed) == 2
    assert {one for part in listed for one in part} == {str(n) for n in range(1500)}
    vectors.delete()
    assert (vectors.count(), other.count()) == (0, 1)
    opened(tmp_path, "footnote-3").delete()


def test_nothing_is_nearest_in_an_empty_index(vectors: VectorIndex) -> None:
    assert vectors.nearest(units(1)[0], 10) == []


def test_vectors_of_another_length_are_refused(vectors: VectorIndex) -> None:
    vectors.put(["a"], units(1), ["x"])
    for call in (
        lambda: vectors.put(["b"], units(1, dimensions=8), ["x"]),
        lambda: vectors.nearest(units(1)[0][:8], 1),
    ):
        with pytest.raises(IndexUnavailable, match="other dimensions than the configured embedding model"):
            call()


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody answers
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(TransientError, match=f"Chroma at {url} cannot be reached"):
            opened(tmp_path, url=url).connect()


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://example.org", "http://", "http://host:99999", "http://[::1"])
def test_an_address_that_is_none_is_named(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match=r"FOOTNOTE_CHROMA_URL: .* is not an address like"):
        opened(tmp_path, url=url).connect()


@pytest.mark.parametrize("spoil", ["random", "short", "middle", "file"])
def test_damaged_vectors_are_a_sentence(tmp_path: Path, spoil: str) -> None:
    source = tmp_path / "sound"
    opened(source).put(["a"], units(1), ["x"])
    data = tmp_path / "data"
    shutil.copytree(source, data)
    database = data / "chroma" / "chroma.sqlite3"
    if spoil == "file":
        shutil.rmtree(data / "chroma")
        (data / "chroma").write_text("x")
    else:
        sound, noise = database.read_bytes(), random.Random(1).randbytes(60_000)
        spoilt = {"random": noise, "short": sound[:9000], "middle": sound[:20_000] + noise + sound[80_000:]}
        database.write_bytes(spoilt[spoil])
    with pytest.raises(TransientError, match=f"Chroma in {data} is damaged. Run `footnote doctor --repair`"):
        opened(data).nearest(units(1)[0], 1)
