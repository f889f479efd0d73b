"""`footnote slack`: the bot alone, over a WebSocket."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from tests.fakes.running_app import serving, settings_over
from tests.fakes.serving import FOOTNOTE, environment
from tests.fakes.slack.people import MENTION
from tests.fakes.slack.server import APP_TOKEN, BOT_TOKEN, fake_slack
from tests.service.channels.conftest import ARTICLES
from tests.service.channels.slack.conftest import Desk, eventually, shown


def run(data: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [FOOTNOTE, "slack", "--data", str(data)]
    return subprocess.run(command, env=environment(**settings), capture_output=True, text=True, cwd=data.parent)


@pytest.mark.slow
def test_it_answers_until_it_is_stopped_and_commands_go_through_it(tmp_path: Path) -> None:
    settings = settings_over(tmp_path, ARTICLES)
    with fake_slack() as slack:
        slack.delivery.over_sockets = True
        desk = Desk(slack, settings, "")
        user = desk.person()
        room = desk.room(user)
        told = {"BOT_TOKEN": BOT_TOKEN, "APP_TOKEN": APP_TOKEN, "API_URL": slack.api}
        variables = environment(**{f"FOOTNOTE_SLACK__{name}": value for name, value in told.items()})
        command = [FOOTNOTE, "slack", "--data", str(settings.data)]
        log = tmp_path / "slack.log"
        with log.open("wb") as file:
            process = subprocess.Popen(command, env=variables, stderr=file, cwd=tmp_path)
        try:
            eventually(lambda: slack.delivery.sockets, 30)
            ts = slack.says(user, room, f"{MENTION} How long is parental leave?")
            assert "20 weeks" in shown(desk.answers(room, ts)[0])
            asked = [FOOTNOTE, "ask", "How long is annual leave?", "--data", str(settings.data)]
            other = subprocess.run(asked, env=environment(), capture_output=True, text=True, cwd=tmp_path)
            assert "28 days" in other.stdout
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            if process.poll() is None:
                process.kill()
        assert "Traceback" not in log.read_text("utf-8")
        assert BOT_TOKEN not in log.read_text("utf-8")
        assert slack.violations == []


def test_it_says_which_settings_it_needs(tmp_path: Path) -> None:
    done = run(tmp_path / "data")
    assert done.returncode == 1
    assert "FOOTNOTE_SLACK__BOT_TOKEN and FOOTNOTE_SLACK__APP_TOKEN" in done.stderr
    assert "Traceback" not in done.stderr


def test_beside_a_service_it_says_who_answers(tmp_path: Path) -> None:
    settings = settings_over(tmp_path, ARTICLES)
    with serving(settings) as url:
        done = run(settings.data, FOOTNOTE_SLACK__BOT_TOKEN=BOT_TOKEN, FOOTNOTE_SLACK__APP_TOKEN=APP_TOKEN)
    assert done.returncode == 1
    assert "answers in Slack itself" in done.stderr
    assert "Traceback" not in done.stderr
    assert url


@pytest.mark.slow
def test_a_token_that_slack_does_not_know_is_told_in_a_sentence(tmp_path: Path) -> None:
    settings = settings_over(tmp_path, ARTICLES)
    with fake_slack() as slack:
        told = {"BOT_TOKEN": BOT_TOKEN, "APP_TOKEN": "xapp-of-another-app", "API_URL": slack.api}
        variables = environment(**{f"FOOTNOTE_SLACK__{name}": value for name, value in told.items()})
        log = tmp_path / "slack.log"
        with log.open("wb") as file:
            command = [FOOTNOTE, "slack", "--data", str(settings.data)]
            process = subprocess.Popen(command, env=variables, stderr=file, cwd=tmp_path)
        try:
            eventually(lambda: "not_allowed_token_type" in log.read_text("utf-8"), 30)
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        assert "Traceback" not in log.read_text("utf-8")
        assert "xapp-" not in log.read_text("utf-8")
