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


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"RERANK__KIND": "http", "RERANK__MODEL": "m"}, "no address to ask. Set FOOTNOTE_RERANK__URL"),
        ({"RERANK__KIND": "http", "RERANK__URL": "https://r.example/rerank"}, "Set FOOTNOTE_RERANK__MODEL"),
        ({"RERANK__KIND": "http", "RERANK__URL": "r.example/rerank", "RERANK__MODEL": "m"}, "begins with http"),
        ({"RERANK__KIND": "http", "RERANK__URL": "file:///rerank", "RERANK__MODEL": "m"}, "begins with http"),
        (
            {"RERANK__KIND": "http", "RERANK__URL": "http://u:sk-1@r.example/", "RERANK__MODEL": "m"},
            "has a password in it",
        ),
        ({"RERANK__KIND": "http", "RERANK__URL": "http://r:port/", "RERANK__MODEL": "m"}, "begins with http"),
        ({"RERANK__KIND": "http", "RERANK__URL": "http://r:99999/", "RERANK__MODEL": "m"}, "begins with http"),
        ({"RERANK__KIND": "http", "RERANK__URL": "http://[::1/", "RERANK__MODEL": "m"}, "begins with http"),
        ({"RERANK__KIND": "http", "RERANK__URL": "http://a b/", "RERANK__MODEL": "m"}, "begins with http"),
        (
            {
                "RERANK__KIND": "http",
                "RERANK__URL": "http://r.example/",
                "RERANK__MODEL": "m",
                "RERANK__API_KEY": "sk-1é",
            },
            "FOOTNOTE_RERANK__API_KEY has a letter or a line break that no request can carry",
        ),
        ({"RERANK__MODEL": "m"}, "FOOTNOTE_RERANK__MODEL names a model to ask for, but FOOTNOTE_RERANK__KIND is none"),
        ({"RERANK__URL": "https://r.example/rerank"}, "FOOTNOTE_RERANK__KIND is none. Set it to http"),
        ({"RERANK__KIND": "onnx", "RERANK__PATH": "m", "RERANK__API_KEY": "sk-1"}, "FOOTNOTE_RERANK__KIND is onnx"),
        ({"RERANK__KIND": "onnx"}, "no model is named. Set FOOTNOTE_RERANK__PATH"),
        ({"RERANK__PATH": "models/m"}, "FOOTNOTE_RERANK__KIND is none. Set that to onnx"),
        ({"RERANK__KIND": "chat"}, "there is no chat model. Set FOOTNOTE_CHAT__BASE_URL or OPENAI_API_KEY"),
        ({"RERANK__DEPTH": "1"}, "^FOOTNOTE_RERANK__DEPTH: "),
        ({"RERANK__KIND": "magic"}, "^FOOTNOTE_RERANK__KIND: "),
        ({"VERIFY__KIND": "onnx"}, "no model is named. Set FOOTNOTE_VERIFY__PATH"),
        ({"VERIFY__KIND": "chat", "VERIFY__PATH": "models/m"}, "FOOTNOTE_VERIFY__KIND is chat. Set that to onnx"),
        ({"VERIFY__KIND": "chat"}, "FOOTNOTE_VERIFY__KIND is chat, but there is no chat model"),
        ({"CHAT_FALLBACK__BASE_URL": "http://127.0.0.1:9/v1"}, "Set FOOTNOTE_CHAT_FALLBACK__MODEL, or leave out"),
        ({"LIMITS__COST_PER_DAY": "5"}, "Set FOOTNOTE_CHAT__PRICE_INPUT and FOOTNOTE_CHAT__PRICE_OUTPUT"),
        (
            {"LIMITS__ALL_COST_PER_DAY": "5", "CHAT__PRICE_INPUT": "1", "CHAT_FALLBACK__MODEL": "m"},
            "Set FOOTNOTE_CHAT_FALLBACK__PRICE_INPUT",
        ),
        (
            {"VERIFY__KIND": "onnx", "VERIFY__PATH": "models/n", "VERIFY__MODEL": "m"},
            "FOOTNOTE_VERIFY__MODEL names a model to ask for, but FOOTNOTE_VERIFY__KIND is onnx",
        ),
    ],
)
def test_a_model_that_cannot_work_as_it_is_set_is_refused(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], told: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"FOOTNOTE_{name}", value)
    with pytest.raises(SettingsError, match=told) as error:
        Settings.load()
    assert "sk-1" not in str(error.value)


@pytest.mark.parametrize(
    "given",
    [
        {"RERANK__KIND": "http", "RERANK__URL": "http://127.0.0.1:8080/rerank", "RERANK__FORM": "tei"},
        {"RERANK__KIND": "http", "RERANK__URL": "https://r.example/v2/rerank", "RERANK__MODEL": "rerank-v3.5"},
        {"RERANK__KIND": "onnx", "RERANK__PATH": "models/m", "VERIFY__KIND": "onnx", "VERIFY__PATH": "models/n"},
        {"RERANK__KIND": "chat", "VERIFY__KIND": "chat", "CHAT__BASE_URL": "http://127.0.0.1:8081/v1"},
        {"RERANK__KIND": "chat", "CHAT__API_KEY": "sk-1"},
    ],
)
def test_a_reranker_and_a_judge_that_are_whole_are_taken(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"FOOTNOTE_{name}", value)
    settings = Settings.load()
    assert settings.rerank.kind == given["RERANK__KIND"]
    assert settings.verify.kind == given.get("VERIFY__KIND", "none")


def test_a_key_for_openai_is_a_chat_model_that_may_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_VERIFY__KIND", "chat")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    assert Settings.load().verify.kind == "chat"


OIDC = {"issuer": "https://issuer.example", "audience": "footnote"}
PROXY = {"user_header": "X-Forwarded-User", "addresses": "10.0.0.5"}


@pytest.mark.parametrize("auth", [{"required": True}, {"oidc": OIDC}, {"proxy": PROXY}])
def test_who_is_asked_who_they_are_may_come_from_other_machines(auth: dict[str, object]) -> None:
    settings = Settings.load(host="0.0.0.0", public_url="https://footnote.example", auth=auth)
    assert not settings.answers_anyone


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"public_url": "https://footnote.example"}, "^FOOTNOTE_OPEN_ACCESS: FOOTNOTE_PUBLIC_URL says"),
        ({"auth": {"required": True}, "open_access": True}, "Set one of the two"),
        ({"auth": {"oidc": {"issuer": "https://issuer.example"}}}, "without an audience"),
        ({"auth": {"oidc": {"audience": "footnote"}}}, "no issuer is"),
        ({"auth": {"oidc": OIDC | {"issuer": "http://issuer.example"}}}, "asked over http"),
        ({"auth": {"oidc": OIDC | {"issuer": "issuer.example"}}}, "begins with https://"),
        ({"auth": {"oidc": OIDC | {"issuer": "https://me:secret@issuer.example"}}}, "has a password in it"),
        ({"auth": {"proxy": PROXY | {"addresses": ""}}}, "could claim to be anyone"),
        ({"auth": {"proxy": PROXY | {"addresses": "10.0.0.5, 0.0.0.0/0"}}}, "could claim to be anyone"),
        ({"auth": {"proxy": PROXY | {"addresses": "::/0"}}}, "could claim to be anyone"),
        ({"auth": {"proxy": PROXY | {"addresses": "proxy.example"}}}, "addresses or networks"),
        ({"auth": {"proxy": {"groups_header": "X-Forwarded-Groups"}}}, "FOOTNOTE_AUTH__PROXY__USER_HEADER"),
        ({"auth": {"proxy": PROXY | {"user_header": "X User"}}}, "not the name of a header"),
        ({"auth": {"proxy": PROXY | {"user_header": "Authorization"}}}, "in another header"),
        ({"auth": {"proxy": PROXY}, "widget": {"origins": "*"}}, "any web site could ask"),
        ({"widget": {"origins": "*"}}, "any web site that is visited"),
        ({"widget": {"origins": "https://a.example/"}}, "Write https://a.example"),
        ({"widget": {"origins": "intranet"}}, "Write scheme and host"),
        ({"auth": {"hosts": "https://a.example"}}, "name hosts alone"),
        ({"http": {"ingest_folders": '["/srv/articles"]'}}, "is no absolute path"),
    ],
)
def test_what_would_let_in_whom_nobody_meant_is_refused_with_a_sentence(given: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=said) as told:
        Settings.load(**given)
    assert str(told.value).startswith("FOOTNOTE_") and str(told.value).endswith(".")


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_AUTH__PROXY__USER_HEADER", "X-Forwarded-User")
    monkeypatch.setenv("FOOTNOTE_AUTH__PROXY__ADDRESSES", "10.0.0.5, 10.1.0.0/24")
    monkeypatch.setenv("FOOTNOTE_WIDGET__ORIGINS", "https://a.example,https://b.example:8443")
    settings = Settings.load()
    assert settings.auth.proxy.addresses == ("10.0.0.5", "10.1.0.0/24")
    assert settings.widget.origins == ("https://a.example", "https://b.example:8443")
