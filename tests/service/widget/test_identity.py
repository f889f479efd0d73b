"""Who asks: tokens of the page's own server, renewed in time, within their groups, and no secret that lasts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.async_api import Locator, Page, Request, expect

from ingest.index import Catalogue
from service.identity.key_store import KeyStore
from tests.fakes.browser import Chat
from tests.fakes.openai_server import FakeOpenAI, Says
from tests.fakes.widget_host import STRICT
from tests.service.widget.conftest import Visit, World

QUESTION = "Which VPN client do I install?"
SECRET = "How high is the yearly bonus of a falconer?"


async def test_groups_decide_what_exists(world: World, visit: Visit) -> None:
    world.site.groups = ["public", "hr"]
    chat = await visit(world.site.page())
    await chat.open()
    await expect(await chat.ask(SECRET)).to_contain_text("7000 ducats")
    world.site.groups = ["public"]
    other = await visit(world.site.page(token_url="/token?user=guest"))
    await other.open()
    answer = await other.ask(SECRET)
    await expect(answer).to_contain_text("The articles do not answer this")
    for told in ("7000", "Bonus of falconers", "hr-bonus"):
        await expect(other.element).not_to_contain_text(told)


async def test_another_visitor_of_the_same_browser_does_not_get_the_conversation(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    await chat.open()
    await chat.ask(QUESTION)
    await chat.page.goto(world.site.page(token_url="/token?user=guest"))
    await expect(chat.part("empty")).to_be_visible()
    await expect(chat.part("turn")).to_have_count(0)


async def test_a_token_is_fetched_once_and_kept(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    before = len(world.site.asked)
    await chat.open()
    await chat.ask(QUESTION)
    await chat.ask("Who approves an expense claim of CNY 8,000?")
    assert len(world.site.asked) == before + 1


async def test_a_token_is_renewed_before_it_ends(world: World, visit: Visit) -> None:
    chat = await visit("about:blank")
    await chat.page.clock.install()
    await chat.page.goto(world.site.page())
    await chat.open()
    await chat.ask(QUESTION)
    first = len(world.site.asked)
    await chat.page.clock.fast_forward("14:45")
    refused: list[int] = []
    chat.page.on("response", lambda response: refused.append(response.status) if response.status >= 400 else None)
    await chat.ask("Who approves an expense claim of CNY 8,000?")
    assert len(world.site.asked) == first + 1
    assert refused == []


def rotate(world: World) -> None:
    """Have the service sign with another secret."""
    catalogue = Catalogue(world.data)
    KeyStore(catalogue).rotate()
    catalogue.close()


async def test_a_token_that_is_refused_is_renewed_once_and_the_question_goes_on(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    await chat.open()
    await chat.ask(QUESTION)
    before = len(world.site.asked)
    rotate(world)
    await chat.page.wait_for_timeout(1100)  # what it takes for a service to heed it
    await chat.ask("Who approves an expense claim of CNY 8,000?")
    assert len(world.site.asked) == before + 1
    await expect(chat.part("turn")).to_have_count(2)
    assert all("401" in one for one in chat.complaints) and chat.complaints
    chat.complaints.clear()


async def test_a_session_that_has_ended_says_so_and_goes_on_after_signing_in(world: World, visit: Visit) -> None:
    world.site.gives = 401
    chat = await visit(world.site.page())
    await chat.open()
    await chat.send(QUESTION)
    await expect(chat.part("status")).to_contain_text("sign-in has ended")
    world.site.gives = None
    await expect(chat.part("actions")).to_have_count(1, timeout=10_000)
    await expect(chat.answer).to_contain_text("Passway")
    await expect(chat.part("status")).not_to_contain_text("sign-in")
    chat.complaints.clear()


async def test_a_page_may_fetch_tokens_by_a_function_of_its_own(world: World, visit: Visit) -> None:
    script = """<script nonce="page">
      addEventListener("DOMContentLoaded", () => {
        const chat = document.querySelector("footnote-chat");
        chat.getToken = async () => (await fetch("/token?user=mara&own=1")).json();
      });
    </script>"""
    element = f'<footnote-chat service="{world.service.url}"></footnote-chat>'
    chat = await visit(world.site.page(element, head=script, script=False))
    await chat.open()
    await chat.ask(QUESTION)
    assert world.site.minted[-1]["user"] == "mara"
    await expect(chat.answer).to_contain_text("Passway")


async def test_a_page_of_another_origin_is_refused_and_told(world: World, visit: Visit) -> None:
    elsewhere = world.site.page().replace("127.0.0.1", "localhost")
    chat = await visit(elsewhere)
    await chat.open()
    await chat.send(QUESTION)
    await expect(chat.element.locator("[part~=problem], [part~=status].bar").first).to_be_visible()
    await expect(chat.element.locator("[part~=sentence]")).to_have_count(0)
    await expect(chat.element).not_to_contain_text("Passway")
    chat.complaints.clear()


async def test_a_token_for_another_page_is_of_no_use(world: World, visit: Visit) -> None:
    """The service takes it from nobody else: the request comes from a page whose origin is not the token's."""
    chat = await visit(world.site.page())
    await chat.open()
    await chat.ask(QUESTION)
    token = world.site.minted[-1]["token"]
    for origin in ("https://evil.example", "null", world.site.url.replace("127.0.0.1", "localhost")):
        headers = {"Authorization": f"Bearer {token}", "Origin": origin}
        answer = world.service.client.post("/v1/ask", json={"question": QUESTION}, headers=headers)
        assert answer.status_code == 401
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_no_secret_that_lasts_is_anywhere_in_the_page(world: World, visit: Visit) -> None:
    sent: list[str] = []

    async def note(request: Request) -> None:
        sent.append(f"{request.url} {await request.all_headers()} {request.post_data}")

    chat = await visit("about:blank")
    chat.page.on("request", note)
    responses: list[str] = []
    chat.page.on("response", lambda response: responses.append(str(response.url)))
    await chat.page.goto(world.site.page())
    await chat.open()
    await chat.ask(QUESTION)
    cdp = await chat.page.context.new_cdp_session(chat.page)
    pieces: list[str] = []
    cdp.on("HeapProfiler.addHeapSnapshotChunk", lambda event: pieces.append(event["chunk"]))
    await cdp.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    heap = "".join(pieces)
    token = world.site.minted[-1]["token"]
    assert token[:40] in heap  # the search finds what is there
    everything = heap + await chat.storage() + await chat.page.content() + "".join(sent) + "".join(responses)
    assert world.site.key not in everything
    assert world.site.key.rpartition("_")[2] not in everything
    assert all(token not in address for address in responses)
    ends = datetime.fromisoformat(world.site.minted[-1]["expires_at"])
    assert ends - datetime.now(UTC) < timedelta(minutes=16)


async def test_without_a_token_the_service_on_this_machine_answers_what_is_public(
    written: World, model: FakeOpenAI, visit: Visit
) -> None:
    model.will(Says(["Open the Software Centre and choose Passway 2 [1]."]))
    chat = await visit(written.site.page(token_url=None, heading="Ask", policy=STRICT))
    before = len(written.site.asked)
    await chat.open()
    await expect(await chat.ask(QUESTION)).to_contain_text("Passway")
    await expect(await chat.ask(SECRET)).to_contain_text("The articles do not answer this")
    assert len(written.site.asked) == before
    article = await opened(chat, chat.part("source").first.locator("a"))
    await expect(article.locator("mark").first).to_contain_text("Passway")


async def opened(chat: Chat, link: Locator) -> Page:
    """The tab that a link opens."""
    async with chat.page.context.expect_page() as opening:
        await link.click()
    return await opening.value


async def test_an_article_opens_in_a_tab_of_its_own_for_who_may_read_it_and_goes_on_to_be_read(
    world: World, visit: Visit
) -> None:
    world.site.groups = ["public", "hr"]
    chat = await visit(world.site.page())
    await chat.open()
    await chat.ask(SECRET)
    link = chat.part("source").first.locator("a")
    address = await link.get_attribute("href")
    assert address is not None
    assert (await chat.page.context.request.get(address)).status == 401
    article = await opened(chat, link)
    await expect(article.locator("mark")).to_contain_text("7000 ducats")
    assert article.url == address
    assert await article.evaluate("window.opener") is None
    await article.reload()
    await expect(article.locator("mark")).to_contain_text("7000 ducats")
    await article.goto(address.replace("#quote", "&again=1"))
    await expect(article.locator("mark")).to_contain_text("7000 ducats")


async def test_an_article_opens_from_the_list_from_a_quote_and_from_those_that_are_nearest(
    world: World, visit: Visit
) -> None:
    chat = await visit(world.site.page())
    await chat.open()
    await chat.ask("How much does Larkfield pay towards a desk chair at home?")
    nearest = chat.answer.locator("[part~=nearest] a").first
    title = await nearest.inner_text()
    await expect((await opened(chat, nearest)).get_by_role("heading", name=title)).to_be_visible()
    await chat.ask(QUESTION)
    await chat.marker().click()
    article = await opened(chat, chat.popover.get_by_role("link"))
    await expect(article.locator("mark").first).to_be_visible()


async def test_who_is_signed_out_meanwhile_is_told_by_the_article_where_to_open_it(world: World, visit: Visit) -> None:
    chat = await visit(world.site.page())
    await chat.open()
    await chat.ask(QUESTION)
    world.site.gives = 401
    rotate(world)
    await chat.page.wait_for_timeout(1100)  # what it takes for a service to heed it
    article = await opened(chat, chat.part("source").first.locator("a"))
    await expect(article.locator("body")).to_contain_text("open it there again")
    chat.complaints.clear()
