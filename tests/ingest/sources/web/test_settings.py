"""Settings of the web's sources."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from ingest.settings import WebSettings


def test_every_setting_is_described_and_has_a_default() -> None:
    assert all(field.description for field in WebSettings.model_fields.values())
    settings = WebSettings()
    assert (settings.max_redirects, settings.allow_private_addresses, settings.max_pages) == (5, False, 10_000)
    assert settings.product == "Footnote"


@pytest.mark.parametrize("agent", ["", "Footnote\r\nX-Evil: 1", "7", "/1.0", "Fußnote/1"])
def test_a_name_that_no_server_could_read_is_refused(agent: str) -> None:
    with pytest.raises(ValidationError):
        WebSettings(user_agent=agent)


def test_the_name_may_be_another() -> None:
    assert WebSettings(user_agent="Acme-Bot/2.0 (ask@acme.example)").product == "Acme-Bot"
