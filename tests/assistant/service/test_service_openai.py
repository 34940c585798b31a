"""The OpenAI-compatible endpoint, through OpenAI's own client."""

import json
from collections.abc import Iterator

import httpx
import openai
import pytest
from serving import DAM, OPERA, TRAM, Server, events, serving, town_in

IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
TOOL = {"type": "function", "function": {"name": "look", "parameters": {}}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("openai")
    town_in(home)
    with serving(home) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[openai.OpenAI]:
    transport = httpx.Client(trust_env=False)
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="none needed", max_retries=0, http_client=transport) as one:
        yield one


def user(*texts: str) -> list[dict[str, str]]:
    """Messages of the user, with something said in between."""
    found = []
    for text in texts:
        found += [{"role": "user", "content": text}, {"role": "assistant", "content": "Said so [1]."}]
    return found[:-1]


def test_the_collection_is_a_model(client):
    assert [model.id for model in client.models.list()] == ["index"]
    assert client.models.retrieve("index").object == "model"


def test_a_completion_is_the_answer_with_annotations_and_receipts(client):
    completion = client.chat.completions.create(model="index", messages=user(TRAM))

    message, receipts = completion.choices[0].message, completion.receipts
    assert message.content == receipts["text"]
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens > 0
    spans = sorted(tuple(span) for citation in receipts["citations"] for span in citation["answer_spans"])
    assert [(a.url_citation.start_index, a.url_citation.end_index) for a in message.annotations] == spans
    assert {a.type for a in message.annotations} == {"url_citation"}
    assert {a.url_citation.title for a in message.annotations} == {"A tram for the valley"}
    shown = [message.content[start:end] for start, end in spans]
    assert "The tram will cost 35,000 crowns a metre." in shown


def test_the_note_on_an_overview_is_the_last_paragraph_so_that_annotations_keep_their_places(client):
    asked = {"model": "index", "messages": user("What are the articles about?")}
    completion = client.chat.completions.create(**asked)
    chunks = list(client.chat.completions.create(**asked, stream=True))

    message, receipts = completion.choices[0].message, completion.receipts
    assert receipts["scope"] == "about"
    assert message.content == f"{receipts['text']}\n\n({receipts['note']})"
    assert all(a.url_citation.end_index <= len(receipts["text"]) for a in message.annotations)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == message.content


def test_what_the_assistant_says_of_itself_has_no_annotations(client):
    completion = client.chat.completions.create(model="index", messages=user("What articles do you have?"))

    assert completion.receipts["status"] == "help"
    assert completion.choices[0].message.content == completion.receipts["text"]
    assert completion.choices[0].message.annotations == []


def test_an_article_without_an_address_is_read_on_the_page_the_quote_marked(client, server):
    completion = client.chat.completions.create(model="index", messages=user(TRAM))

    address = completion.choices[0].message.annotations[0].url_citation.url
    receipt = completion.receipts["citations"][0]
    assert address == f"{server.url}/#a=tram&from={receipt['start']}&to={receipt['end']}"
    assert httpx.get(address, trust_env=False).headers["Content-Type"].startswith("text/html")


def test_a_stream_adds_up_to_the_completion(client):
    whole = client.chat.completions.create(model="index", messages=user(DAM))

    chunks = list(
        client.chat.completions.create(
            model="index", messages=user(DAM), stream=True, stream_options={"include_usage": True}
        )
    )

    choices = [chunk.choices[0] for chunk in chunks if chunk.choices]
    assert choices[0].delta.role == "assistant"
    assert "".join(choice.delta.content or "" for choice in choices) == whole.choices[0].message.content
    assert [choice.finish_reason for choice in choices] == [None] * (len(choices) - 1) + ["stop"]
    annotations = [a for choice in choices for a in getattr(choice.delta, "annotations", None) or []]
    assert annotations == [a.model_dump() for a in whole.choices[0].message.annotations]
    assert [c.receipts["id"] for c in chunks if hasattr(c, "receipts")] == [whole.receipts["id"]]
    assert chunks[-1].usage == whole.usage
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_stream_ends_with_done_and_has_no_usage_unless_asked_for(server):
    body = {"model": "index", "messages": user(DAM), "stream": True}

    found = events(httpx.post(f"{server.url}/v1/chat/completions", json=body, trust_env=False).text)

    assert found[-1] == ("message", "[DONE]")
    assert all("usage" not in data for _, data in found[:-1])


def test_a_follow_up_leans_on_the_questions_before_it(client):
    completion = client.chat.completions.create(
        model="index",
        messages=user("When did Mayor Anna Berg resign?", "Why did she resign?", "How long had she governed?"),
    )

    assert completion.receipts["searched"] == "How long had Mayor Anna Berg governed?"


def test_parts_of_text_are_read_as_one_question(client):
    parts = [{"type": "text", "text": "Which dam"}, {"type": "text", "text": "held?"}]

    completion = client.chat.completions.create(model="index", messages=[{"role": "user", "content": parts}])

    assert completion.receipts["searched"] == DAM


def test_parts_of_earlier_messages_that_are_no_text_are_passed_over(client):
    earlier = [
        {"role": "user", "content": [{"type": "text", "text": "What is this?"}, IMAGE]},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
    ]

    completion = client.chat.completions.create(model="index", messages=[*earlier, *user(DAM)])

    assert completion.receipts["searched"] == DAM


def test_the_reply_tells_which_parts_of_the_question_were_not_read(client):
    messages = [{"role": "user", "content": [{"type": "text", "text": DAM}, IMAGE]}]

    completion = client.chat.completions.create(model="index", messages=messages)
    stream = client.chat.completions.create(model="index", messages=messages, stream=True)

    content = completion.choices[0].message.content
    assert content.endswith("(Only text is read; not read: image_url.)")
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices) == content


def test_a_question_of_images_alone_is_refused_with_what_is_not_read(client):
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="index", messages=[{"role": "user", "content": [IMAGE, IMAGE]}])

    assert caught.value.body["message"] == "the last message of the user has only parts that are not read: image_url"
    assert caught.value.body["remedy"] == "add the question as text"


def test_what_other_front_ends_send_along_changes_nothing(client):
    plain = client.chat.completions.create(model="index", messages=user(DAM))

    busy = client.chat.completions.create(
        model="index",
        messages=[{"role": "system", "content": "Be a pirate."}, *user(DAM)],
        temperature=1.5,
        max_tokens=1,
        user="someone",
        tools=[TOOL],
    )

    assert busy.receipts["id"] == plain.receipts["id"]


def test_filters_come_as_an_extension(client):
    completion = client.chat.completions.create(
        model="index", messages=user(TRAM), extra_body={"filters": {"articles": ["river"]}}
    )

    assert {p["article_id"] for p in completion.receipts["passages"]} <= {"river"}


def test_a_refusal_is_an_answer_without_annotations(client):
    completion = client.chat.completions.create(model="index", messages=user(OPERA))

    assert completion.receipts["status"] == "refused"
    assert completion.choices[0].message.annotations == []
    first, _, heading, *lines = completion.choices[0].message.content.split("\n")
    assert (first, heading) == (completion.receipts["text"], "The nearest articles:")
    nearest = completion.receipts["nearest"]
    assert len(lines) == len(nearest) > 0
    for line, near in zip(lines, nearest, strict=True):
        assert line.startswith(f"- {near['title']} (")
        assert line.endswith(f"%): {near['quote']}")


def test_a_refusal_is_streamed_with_what_came_closest(client):
    whole = client.chat.completions.create(model="index", messages=user(OPERA))

    chunks = list(client.chat.completions.create(model="index", messages=user(OPERA), stream=True))

    assert "".join(c.choices[0].delta.content or "" for c in chunks) == whole.choices[0].message.content


def test_an_answer_can_be_rated_by_the_id_of_its_completion(client, server):
    completion = client.chat.completions.create(model="index", messages=user(DAM))

    rating = {"message_id": completion.id.removeprefix("chatcmpl-"), "rating": "up"}
    assert httpx.post(f"{server.url}/api/feedback", json=rating, trust_env=False).status_code == 200


def test_conversations_of_other_clients_are_kept_and_not_listed(client, server):
    completion = client.chat.completions.create(model="index", messages=user(DAM))

    listed = httpx.get(f"{server.url}/api/conversations", trust_env=False).json()["conversations"]
    exported = httpx.get(f"{server.url}/api/export", trust_env=False).text.splitlines()
    assert listed == []
    assert completion.receipts["message_id"] in {json.loads(line)["message_id"] for line in exported}


def test_an_unknown_model_is_named_in_the_error(client):
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="gpt-4o", messages=user(DAM))

    assert (caught.value.code, caught.value.param, caught.value.type) == ("model_not_found", "model", "not_found_error")
    assert "ask 'index'" in caught.value.body["remedy"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"messages": []}, 422),
        ({"messages": [{"role": "assistant", "content": "Yes?"}]}, 400),
        ({"messages": user("?")}, 400),
        ({"messages": user("x" * 2001)}, 400),
        ({"messages": user(DAM), "n": 2}, 422),
        ({"messages": [{"role": "user", "content": [IMAGE]}]}, 400),
        ({"messages": [*user(DAM), {"role": "assistant", "content": "One."}, *user("?")]}, 400),
        ({"messages": user(DAM), "response_format": {"type": "json_object"}}, 422),
        ({"messages": user(DAM), "tool_choice": "required", "tools": [TOOL]}, 422),
        ({"messages": user(DAM), "tool_choice": {"type": "function", "function": {"name": "look"}}}, 422),
        ({"messages": user(DAM), "logprobs": True}, 422),
    ],
)
def test_what_cannot_be_answered_is_an_error_and_not_an_answer(client, body, status):
    for stream in (False, True):
        with pytest.raises(openai.APIStatusError) as caught:
            client.chat.completions.create(model="index", stream=stream, **body)
        assert caught.value.status_code == status


@pytest.mark.parametrize("question", [TRAM, OPERA, "What are the articles about?", "What can you do?"])
def test_a_completion_holds_as_it_was_given_and_fails_with_a_claim_more(server, question):
    said = {"role": "user", "content": [{"type": "text", "text": question}, IMAGE]}
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        asked = http.post("/v1/chat/completions", json={"model": "index", "messages": [said]}, timeout=60).json()
        assert http.post("/api/verify", json=asked, timeout=60).json()["verdict"] in {"holds", "unproven"}

        asked["choices"][0]["message"]["content"] += "\n\nThe mayor keeps geese. [1]"
        refused = http.post("/api/verify", json=asked, timeout=60)

    assert refused.status_code == 422
    assert "says something else than the answer" in refused.json()["error"]["message"]
