from pathlib import Path

import pytest

from ingest.errors import SettingsError
from ingest.settings import IngestSettings


def refusal(**given: object) -> str:
    with pytest.raises(SettingsError) as caught:
        IngestSettings.load(**given)
    return str(caught.value)


def test_defaults_need_nothing() -> None:
    settings = IngestSettings.load()
    assert (settings.data, settings.chroma_url, settings.embedding.provider) == (Path("data"), None, "local")


def test_the_environment_is_read_nested_names_and_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_DATA", "/srv/index")
    monkeypatch.setenv("footnote_chunk__size", "500")
    monkeypatch.setenv("FOOTNOTE_EMBEDDING__PROVIDER", "none")
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    settings = IngestSettings.load()
    assert (settings.data, settings.chunk.size, settings.embedding.provider) == (Path("/srv/index"), 500, "none")
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == "secret"
    assert "secret" not in repr(settings)


def test_dotenv_is_read_the_environment_wins_and_options_win_over_both(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("FOOTNOTE_DATA=dotenv\nFOOTNOTE_CHUNK__SIZE=300\nOPENAI_API_KEY=k\n# a comment\n")
    assert IngestSettings.load().data == Path("dotenv")
    monkeypatch.setenv("FOOTNOTE_DATA", "environment")
    assert IngestSettings.load(data=None).data == Path("environment")
    settings = IngestSettings.load(data=Path("option"))
    assert (settings.data, settings.chunk.size) == (Path("option"), 300)
    assert settings.openai_api_key is not None


def test_other_programs_may_share_dotenv() -> None:
    Path(".env").write_text("DATABASE_URL=x\nembedding=7\nFOOTNOTE_DATA=mine\nCHUNK__SIZE=1\n")
    settings = IngestSettings.load()
    assert (settings.data, settings.chunk.size) == (Path("mine"), 1000)


def test_empty_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("FOOTNOTE_CHUNK__SIZE=\nFOOTNOTE_CHROMA_URL\n")
    for name in ("FOOTNOTE_DATA", "FOOTNOTE_EMBEDDING__DIMENSIONS", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "")
    settings = IngestSettings.load()
    assert (settings.data, settings.chunk.size, settings.chroma_url) == (Path("data"), 1000, None)
    assert (settings.embedding.dimensions, settings.openai_api_key) == (None, None)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("FOOTNOTE_DATE", "FOOTNOTE_DATA"),
        ("FOOTNOTE_EMBEDDING_MODEL", "FOOTNOTE_EMBEDDING__MODEL"),
        ("FOOTNOTE_CHUNK__SIZES", "FOOTNOTE_CHUNK__SIZE"),
        ("footnote_chroma", "FOOTNOTE_CHROMA_URL"),
        ("FOOTNOTE_OPENAI_API_KEY", "OPENAI_API_KEY"),
    ],
)
def test_an_unknown_name_is_refused_and_the_nearest_suggested(
    monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.setenv(name, "1")
    assert refusal() == f"{name} (set in the environment) is not a setting of Footnote. Did you mean {meant}?"
    monkeypatch.delenv(name)
    Path(".env").write_text(f"{name}=1\n")
    assert refusal() == f"{name} (set in .env) is not a setting of Footnote. Did you mean {meant}?"


def test_a_name_like_no_other_points_to_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_ZZZZZZZZZZZZZZZZZZZZZZ", "1")
    assert refusal().endswith("is not a setting of Footnote. See docs/settings.md for all settings.")


def test_every_bad_value_is_named_at_once_and_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_CHUNK__SIZE", "huge")
    monkeypatch.setenv("FOOTNOTE_EMBEDDING__PROVIDER", "magic")
    monkeypatch.setenv("FOOTNOTE_EMBEDDING__API_KEY", "secret")
    monkeypatch.setenv("FOOTNOTE_EMBEDDING__BATCH", "0")
    message = refusal()
    for name in ("FOOTNOTE_CHUNK__SIZE: ", "FOOTNOTE_EMBEDDING__PROVIDER: ", "FOOTNOTE_EMBEDDING__BATCH: "):
        assert message.count(name) == 1
    assert "'local', 'openai', 'hashing' or 'none'" in message
    assert "secret" not in message


def test_a_section_set_as_a_whole_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_CHUNK", '{"size": 300}')
    assert "Did you mean FOOTNOTE_CHUNK__SIZE?" in refusal()


@pytest.mark.parametrize("content", [b"FOOTNOTE_DATA=\xff\xfe\n", "FOOTNOTE_DATA=x\n".encode("utf-16")])
def test_a_dotenv_that_is_not_utf8_is_named(content: bytes) -> None:
    Path(".env").write_bytes(content)
    assert refusal() == ".env is not UTF-8: save it as UTF-8."


def test_a_folder_called_dotenv_is_passed_over() -> None:
    Path(".env").mkdir()
    assert IngestSettings.load().data == Path("data")


def test_an_unknown_option_is_refused() -> None:
    assert "FOOTNOTE_DATTA: " in refusal(datta="x")


def test_the_names_in_the_environment_are_all_different() -> None:
    names = list(IngestSettings.environment_names())
    assert len(names) == len(set(names)) > 10
    assert {"FOOTNOTE_DATA", "OPENAI_API_KEY", "FOOTNOTE_LIMITS__FILE_BYTES"} <= set(names)
