"""The official client, unchanged."""

from __future__ import annotations

import httpx
import openai
import pytest
from openai.types.chat import ChatCompletionChunk

from tests.service.channels.conftest import Served

LEAVE = "How long is parental leave?"


def client(served: Served, key: str = "none", retries: int = 0) -> openai.OpenAI:
    return openai.OpenAI(
        base_url=f"{served.url}/v1", api_key=key, max_retries=retries, http_client=httpx.Client(trust_env=False)
    )


def asked(served: Served, *said: str, key: str = "none", **options: object) -> openai.types.chat.ChatCompletion:
    roles = ("user", "assistant")
    messages = [{"role": roles[n % 2], "content": text} for n, text in enumerate(said)]
    return client(served, key).chat.completions.create(model="footnote", messages=messages, **options)


def test_an_answer_has_markers_footnotes_and_annotations_that_fit(served: Served) -> None:
    made = asked(served, LEAVE)
    message, told = made.choices[0].message, made.model_extra["footnote"]
    assert message.content.startswith("Parental leave is 20 weeks at full pay. [1]")
    link = f"{served.url}/articles/parental-leave?version=1&start=0&end=39#quote"
    assert f"\n\n[1] “Parental leave is 20 weeks at full pay.” — Parental leave, {link}" in message.content
    assert (made.choices[0].finish_reason, message.refusal, told["outcome"]) == ("stop", None, "answered")
    numbers = []
    for annotation in message.annotations:
        cited = annotation.url_citation
        numbers.append(int(message.content[cited.start_index : cited.end_index].strip("[]")))
        citation = told["citations"][numbers[-1] - 1]
        assert (cited.title, cited.url) == (citation["title"], citation["link"])
    assert numbers == [n for sentence in told["sentences"] for n in sentence["citations"]] != []
    assert httpx.get(message.annotations[0].url_citation.url, trust_env=False).status_code == 200
    assert made.usage.total_tokens == 0
    assert httpx.get(f"{served.url}/v1/answers/{told['answer_id']}", trust_env=False).status_code == 200


def test_what_the_articles_do_not_answer_is_a_refusal_that_can_be_read(served: Served) -> None:
    made = asked(served, "Why is the sky blue?")
    message = made.choices[0].message
    assert message.refusal == message.content
    assert "do not answer" in message.content
    assert (message.annotations, made.model_extra["footnote"]["outcome"]) == ([], "declined")


def test_thanks_are_no_refusal(served: Served) -> None:
    assert asked(served, "Thanks!").choices[0].message.refusal is None


def test_a_stream_says_the_same_and_ends_with_annotations_and_tokens(served: Served) -> None:
    whole = asked(served, LEAVE).choices[0].message
    chunks: list[ChatCompletionChunk] = list(asked(served, LEAVE, stream=True, stream_options={"include_usage": True}))
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == whole.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-2:] == [None, "stop"]
    assert (chunks[-1].choices, chunks[-1].usage.total_tokens) == ([], 0)
    annotated = next(c for c in chunks if c.choices and "annotations" in c.choices[0].delta.model_extra)
    assert annotated.choices[0].delta.model_extra["annotations"] == [a.model_dump() for a in whole.annotations]
    assert annotated.model_extra["footnote"]["outcome"] == "answered"
    assert len({(c.id, c.created, c.model) for c in chunks}) == 1
    assert all(c.usage is None for c in asked(served, LEAVE, stream=True))


def test_the_clients_own_stream_reader_puts_the_answer_together(served: Served) -> None:
    asking = {"model": "footnote", "messages": [{"role": "user", "content": "Why is the sky blue?"}]}
    with client(served).chat.completions.stream(**asking) as stream:
        made = stream.get_final_completion()
    assert made.choices[0].message.refusal == made.choices[0].message.content != ""


async def test_the_asynchronous_client(served: Served) -> None:
    async with openai.AsyncOpenAI(
        base_url=f"{served.url}/v1", api_key="none", http_client=httpx.AsyncClient(trust_env=False)
    ) as asking:
        messages = [{"role": "user", "content": "出差报销应当在多久内提交？"}]
        made = await asking.chat.completions.create(model="footnote", messages=messages)
        stream = await asking.chat.completions.create(model="footnote", messages=messages, stream=True)
        streamed = "".join([c.choices[0].delta.content or "" async for c in stream])
    assert made.choices[0].message.content == streamed
    assert streamed.startswith("出差报销应当在返回后十个工作日内提交。[1]")


def test_messages_before_the_question_say_what_it_means(served: Served) -> None:
    first = asked(served, LEAVE).choices[0].message.content
    follow_up = asked(served, LEAVE, first, "And how long is annual leave?", "", "When does it expire?")
    told = follow_up.model_extra["footnote"]
    assert told["standalone_question"] == "When does annual leave expire?"
    assert "31 March" in follow_up.choices[0].message.content


def test_content_may_come_in_parts_and_other_parameters_are_passed_over(served: Served) -> None:
    parts = [{"type": "text", "text": "How long is"}, {"type": "text", "text": "parental leave?"}]
    tool = {"type": "function", "function": {"name": "weather", "parameters": {}}}
    made = client(served).chat.completions.create(
        model="footnote",
        messages=[
            {"role": "system", "content": "Answer in French, without sources."},
            {"role": "user", "content": parts},
        ],
        temperature=0.7,
        max_tokens=5,
        tools=[tool],
        user="board",
        seed=1,
        extra_body={"unheard_of": True},
    )
    assert made.choices[0].message.content.startswith("Parental leave is 20 weeks at full pay. [1]")


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"n": 2}, "n"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"modalities": ["audio"]}, "modalities"),
    ],
)
def test_what_cannot_be_had_is_refused_by_name(served: Served, options: dict[str, object], param: str) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        asked(served, LEAVE, **options)
    assert refused.value.param == param
    assert f"leave out {param}" in str(refused.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("  ", "The question is empty"),
        ("why? " * 1000, "at most 2,000 are read"),
        ([{"type": "image_url", "image_url": {"url": "data:,"}}], "take out the part of the type 'image_url'"),
        (7, "messages[0].content does not fit"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_question_that_cannot_be_asked_is_a_bad_request(
    served: Served, content: object, says: str, stream: bool
) -> None:
    with pytest.raises(openai.BadRequestError, match=says.replace("[", r"\[").replace("]", r"\]")):
        asking = [{"role": "user", "content": content}]
        client(served).chat.completions.create(model="footnote", messages=asking, stream=stream)


def test_there_has_to_be_a_question(served: Served) -> None:
    for messages in ([], [{"role": "system", "content": "Hello"}]):
        with pytest.raises(openai.BadRequestError):
            client(served).chat.completions.create(model="footnote", messages=messages)


def test_there_is_one_model(served: Served) -> None:
    assert [m.id for m in client(served).models.list()] == ["footnote"]
    assert client(served).models.retrieve("footnote").owned_by == "footnote"
    for ask in (
        lambda: client(served).models.retrieve("gpt-5"),
        lambda: client(served).chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": LEAVE}]),
    ):
        with pytest.raises(openai.NotFoundError) as refused:
            ask()
        assert refused.value.code == "model_not_found"


def test_a_key_decides_which_articles_exist(served: Served) -> None:
    question = "What did the board buy?"
    assert "zeppelin" not in str(asked(served, question).model_dump())
    assert "zeppelin" in asked(served, question, key=served.key("public", "board")).choices[0].message.content
    with pytest.raises(openai.AuthenticationError):
        asked(served, question, key="sk-wrong")


def test_without_a_key_a_guarded_service_refuses(guarded: Served) -> None:
    for key in ("none", "EMPTY", "sk-wrong"):
        with pytest.raises(openai.AuthenticationError) as refused:
            client(guarded, key).models.list()
        assert refused.value.code == "invalid_api_key"
        assert refused.value.response.headers["www-authenticate"] == "Bearer"


def test_a_key_that_may_not_ask_is_refused(guarded: Served) -> None:
    with pytest.raises(openai.PermissionDeniedError, match="needs the scope ask"):
        asked(guarded, LEAVE, key=guarded.key(scopes=("ingest",)))


def test_who_asks_too_much_is_told_when_to_come_back(guarded: Served) -> None:
    key = guarded.key()
    for _ in range(3):
        asked(guarded, LEAVE, key=key)
    with pytest.raises(openai.RateLimitError) as refused:
        asked(guarded, LEAVE, key=key, stream=True)
    assert int(refused.value.response.headers["retry-after"]) >= 1
    assert refused.value.code == "rate_limit_exceeded"


def test_a_body_that_is_not_json_or_too_large_is_told_in_openais_form(served: Served) -> None:
    headers = {"Content-Type": "application/json"}
    for content, status in ((b"{", 400), (b"[]", 400), (b" " * 1_100_000, 413)):
        made = httpx.post(f"{served.url}/v1/chat/completions", content=content, headers=headers, trust_env=False)
        assert (made.status_code, set(made.json()["error"])) == (status, {"message", "type", "param", "code"})
