"""API keys: what is kept of them, what they give, and when they end."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import pytest
from sqlalchemy import text

from ingest.index import Catalogue
from ingest.index.catalogue import now
from service.errors import NotAllowed
from service.identity.key_store import KeyStore

PAST, FUTURE = "2001-01-01T00:00:00+00:00", "2101-01-01T00:00:00+00:00"


async def test_a_key_gives_its_scopes_and_groups_and_no_more(keys: KeyStore, opened: Any) -> None:
    key, sent = keys.create("bot", ["ask", "ingest"], ["hr"], expires_at=FUTURE)
    async with opened() as door:
        asker = await door(sent)
    assert (asker.name, asker.groups, asker.scopes) == (f"key:{key.id}", ("hr",), {"ask", "ingest"})
    assert (asker.owner, asker.key, asker.address) == (False, key.id, "192.0.2.7")


def test_the_secret_is_kept_nowhere(keys: KeyStore, catalogue: Catalogue) -> None:
    _, sent = keys.create("bot", ["ask"], ["public"])
    secret = sent.rpartition("_")[2]
    catalogue.close()
    for file in catalogue.data.iterdir():
        if file.is_file():
            assert secret.encode() not in file.read_bytes(), file.name


def test_two_keys_share_neither_salt_nor_hash(keys: KeyStore) -> None:
    one, two = (keys.find(keys.create("", ["ask"], ["public"])[0].id) for _ in range(2))
    assert one and two and one.salt != two.salt and one.hash != two.hash


async def test_what_is_nearly_a_key_is_refused(keys: KeyStore, opened: Any) -> None:
    key, sent = keys.create("bot", ["ask"], ["public"])
    wrong = sent[:-1] + ("0" if sent[-1] != "0" else "1")
    async with opened() as door:
        for bad in (
            wrong,
            sent.upper(),
            sent + "0",
            sent[:-1],
            f"fn_{key.id}_",
            "fn_",
            "fn_é_ü",
            f"fn_{'0' * 12}_{'0' * 64}",
        ):
            with pytest.raises(NotAllowed, match="not one that this service knows"):
                await door(bad)
        assert (await door(sent)).name == f"key:{key.id}"


async def test_an_expired_key_is_refused(keys: KeyStore, opened: Any) -> None:
    _, sent = keys.create("bot", ["ask"], ["public"], expires_at=PAST)
    async with opened() as door:
        with pytest.raises(NotAllowed, match="expired on 2001-01-01"):
            await door(sent)


async def test_a_key_that_is_revoked_while_it_is_used_is_refused_within_a_second(keys: KeyStore, opened: Any) -> None:
    key, sent = keys.create("bot", ["ask"], ["public"])
    async with opened() as door:
        await door(sent)
        KeyStore(keys._catalogue).revoke(key.id)
        revoked = time.monotonic()
        with pytest.raises(NotAllowed, match="was revoked"):
            while time.monotonic() - revoked < 5:
                await door(sent)
                await asyncio.sleep(0.02)
        assert time.monotonic() - revoked < 1


async def test_a_known_key_is_checked_in_less_than_a_millisecond(keys: KeyStore, opened: Any) -> None:
    _, sent = keys.create("bot", ["ask"], ["public"])
    async with opened() as door:
        await door(sent)
        began = time.perf_counter()
        for _ in range(200):
            await door(sent)
        assert (time.perf_counter() - began) / 200 < 0.001


async def test_that_a_key_is_used_is_written_down_at_once_for_each_key(keys: KeyStore, opened: Any) -> None:
    made = [keys.create(name, ["ask"], ["public"]) for name in ("bot", "another")]
    async with opened() as door:
        for key, sent in made:
            await door(sent)
            until = time.monotonic() + 10
            while (found := keys.find(key.id)) and found.key.used_at is None:
                assert time.monotonic() < until
                await asyncio.sleep(0.01)
            assert found
            assert found.key.used_at
            assert found.key.used_at >= key.created_at


async def test_the_last_use_of_a_key_is_written_down_when_the_service_ends(keys: KeyStore, opened: Any) -> None:
    key, sent = keys.create("bot", ["ask"], ["public"])
    async with opened() as door:
        await door(sent)
        await asyncio.sleep(1.1)  # times are in seconds
        at = now()
        await door(sent)
    found = keys.find(key.id)
    assert found
    assert found.key.used_at
    assert found.key.used_at >= at


def test_revoking_again_keeps_the_first_time_and_revoking_nothing_says_so(keys: KeyStore) -> None:
    key, _ = keys.create("bot", ["ask"], ["public"])
    assert keys.revoke(key.id)
    first = keys.find(key.id)
    time.sleep(1.1)
    assert keys.revoke(key.id)
    assert keys.find(key.id) == first
    assert not keys.revoke("000000000000")


@pytest.mark.parametrize(
    "spoiled", ["""groups = '"hr"'""", "groups = '{}'", "scopes = 'null'", "groups = '[1]'", "salt = x'ff'"]
)
async def test_a_key_that_cannot_be_read_opens_nothing(
    keys: KeyStore, opened: Any, catalogue: Catalogue, spoiled: str
) -> None:
    key, sent = keys.create("bot", ["ask"], ["hr"])
    with catalogue.writing() as connection:
        connection.execute(text(f"UPDATE api_keys SET {spoiled} WHERE id = '{key.id}'"))
    async with opened() as door:
        with pytest.raises(NotAllowed):
            await door(sent)


async def test_a_key_for_some_pages_is_of_no_use_on_others(keys: KeyStore, opened: Any) -> None:
    _, sent = keys.create("page", ["ask"], ["public"], origins=["https://intranet.example"])
    async with opened() as door:
        assert (await door(sent)).groups == ("public",)
        assert (await door(sent, origin="https://intranet.example")).groups == ("public",)
        for other in ("https://evil.example", "null", "https://intranet.example.evil.example"):
            with pytest.raises(NotAllowed, match="pages of this origin"):
                await door(sent, origin=other)


async def test_the_log_tells_of_a_bad_key_and_never_the_key(
    keys: KeyStore, opened: Any, caplog: pytest.LogCaptureFixture
) -> None:
    key, sent = keys.create("bot", ["ask"], ["public"], expires_at=PAST)
    with caplog.at_level(logging.DEBUG):
        async with opened() as door:
            for bad in (sent, "fn_" + "0" * 12 + "_" + "5" * 64, "hunter2-hunter2"):
                with pytest.raises(NotAllowed) as told:
                    await door(bad)
                assert bad not in str(told.value)
    assert f"Refused a request from 192.0.2.7. The API key {key.id} expired" in caplog.text
    assert sent.rpartition("_")[2] not in caplog.text
    assert "5" * 64 not in caplog.text
    assert "hunter2" not in caplog.text
