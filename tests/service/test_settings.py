"""Settings of the service: refused where they are unknown, malformed or unsafe."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import SettingsError
from service.settings import Settings


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "localhost"])
def test_this_machine_may_be_listened_on(host: str) -> None:
    assert Settings.load(host=host).host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.4", "intranet.example", "", "127.0.0.1.example"])
def test_an_address_that_others_reach_is_refused(host: str) -> None:
    with pytest.raises(SettingsError, match="can be reached from other machines") as told:
        Settings.load(host=host)
    assert "FOOTNOTE_OPEN_ACCESS=true" in str(told.value)


def test_open_access_allows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_OPEN_ACCESS", "true")
    assert Settings.load(host="0.0.0.0").open_access
    monkeypatch.setenv("FOOTNOTE_OPEN_ACCESS", "false")
    with pytest.raises(SettingsError, match="can be reached from other machines"):
        Settings.load(host="0.0.0.0")


def test_the_environment_is_held_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_HOST", "0.0.0.0")
    with pytest.raises(SettingsError, match=r"0\.0\.0\.0 can be reached"):
        Settings.load()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FOOTNOTE_PORT", "65536"),
        ("FOOTNOTE_PORT", "http"),
        ("FOOTNOTE_CHAT__TIMEOUT", "0"),
        ("FOOTNOTE_CHAT__TEMPERATURE", "3"),
        ("FOOTNOTE_ANSWER__SENTENCES", "0"),
        ("FOOTNOTE_ANSWER__EVIDENCE", "51"),
        ("FOOTNOTE_OPEN_ACCESS", "perhaps"),
    ],
)
def test_a_value_that_does_not_fit_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name}: "):
        Settings.load()


@pytest.mark.parametrize(
    ("name", "meant"),
    [("FOOTNOTE_CHAT__MODLE", "FOOTNOTE_CHAT__MODEL"), ("FOOTNOTE_OPENACCESS", "FOOTNOTE_OPEN_ACCESS")],
)
def test_an_unknown_name_is_refused_with_the_one_that_was_meant(
    monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.setenv(name, "x")
    with pytest.raises(SettingsError, match=f"{name}.*Did you mean {meant}"):
        Settings.load()


def test_a_dotenv_file_counts_the_environment_wins_and_an_option_wins_over_both(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("FOOTNOTE_PORT=8001\nFOOTNOTE_CHAT__MODEL=from-file\nOPENAI_API_KEY=sk-1\n")
    settings = Settings.load()
    assert (settings.port, settings.chat.model) == (8001, "from-file")
    monkeypatch.setenv("FOOTNOTE_PORT", "8002")
    assert Settings.load().port == 8002
    assert Settings.load(port=8003).port == 8003
    assert Settings.load(port=None).port == 8002


def test_a_key_is_never_printed() -> None:
    settings = Settings(OPENAI_API_KEY="sk-secret", chat={"api_key": "sk-other"})  # type: ignore[call-arg, arg-type]
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == "sk-secret"
    assert "sk-" not in repr(settings)
    assert "sk-" not in settings.model_dump_json()
