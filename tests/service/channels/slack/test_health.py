"""Whoever watches over the service learns what waits in Slack, and that Slack does not let the bot in."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from tests.fakes.openai_server import Says
from tests.fakes.openai_server import running as model_running
from tests.service.channels.slack.conftest import Desk, Opened, eventually


def warnings(desk: Desk) -> list[str]:
    told: Any = httpx.get(f"{desk.url}/readyz", trust_env=False).json()
    return [one for one in told["warnings"] if "Slack" in one]


def gauge(desk: Desk, name: str) -> float:
    page = httpx.get(f"{desk.url}/metrics", trust_env=False).text
    found = re.search(rf"^{name} (\S+)$", page, re.MULTILINE)
    assert found, page
    return float(found[1])


def test_questions_that_wait_are_counted_and_the_oldest_is_timed(opened: Opened) -> None:
    with model_running() as model:
        model.will(Says(["Parental leave is 20 weeks ", "at full pay [1]."], pause=0.7))
        chat = {"base_url": model.url, "model": "fake", "api_key": "none"}
        desk = opened.serve(chat=chat, cache={"enabled": False})
        assert gauge(desk, "footnote_slack_waiting") == 0
        user = desk.person()
        direct = desk.slack.direct(user)
        for question in ("How long is parental leave?", "How long is annual leave?"):
            desk.slack.says(user, direct, question)
        eventually(lambda: gauge(desk, "footnote_slack_waiting") == 2)
        assert gauge(desk, "footnote_slack_oldest_seconds") > 0
        eventually(lambda: gauge(desk, "footnote_slack_waiting") == 0, 30)
        assert gauge(desk, "footnote_slack_oldest_seconds") == 0


def test_a_token_that_slack_refuses_is_a_warning_and_questions_over_http_are_answered(opened: Opened) -> None:
    opened.slack.faults["auth.test"].extend(["invalid_auth"] * 50)
    desk = opened.serve()
    (said,) = eventually(lambda: warnings(desk))
    assert "FOOTNOTE_SLACK__BOT_TOKEN (invalid_auth)" in said
    answer = httpx.post(f"{desk.url}/v1/ask", json={"question": "How long is parental leave?"}, trust_env=False)
    assert answer.json()["outcome"] == "answered"
    assert httpx.get(f"{desk.url}/readyz", trust_env=False).status_code == 200


@pytest.mark.slow
def test_without_a_connection_to_listen_with_there_is_a_warning_until_it_is_made_again(opened: Opened) -> None:
    desk = opened.serve(socket=True)
    eventually(lambda: warnings(desk) == [])
    desk.slack.faults["apps.connections.open"].extend(["internal_error"] * 100)
    desk.slack.disconnects()
    eventually(lambda: any("listen to Slack" in one for one in warnings(desk)))
    desk.slack.faults.clear()
    eventually(lambda: warnings(desk) == [], 30)
