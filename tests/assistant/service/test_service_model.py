"""A service whose answers a language model writes: sentences as they pass, and quotes where it fails."""

import json
import time
from collections.abc import Iterator

import pytest
from serving import DAM, Server, events, serving, town_in

from assistant.models.scripted.script import Trouble, Turn
from assistant.models.scripted.server import ScriptedServer

REPLY = "The dam at Oldwater held [1]. Engineers opened two of its five gates on Monday [1]. It cost 99 crowns [1]."
GOVERNED = "How long had Anna Berg governed?"
TURNS = (
    Turn(reply=REPLY, seconds=0.1, when=DAM),
    Turn(reply=GOVERNED, when="\n\nFollow-up: How long"),
    Turn(
        trouble=Trouble.DROP_MIDWAY,
        reply="The tram will cost 35,000 crowns a metre [1]. More " * 3,
        when="will the tram cost",
    ),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, ScriptedServer]]:
    home = tmp_path_factory.mktemp("written")
    town_in(home).close()
    with ScriptedServer(TURNS) as model:
        variables = {
            "ASSISTANT_MODEL": "scripted",
            "ASSISTANT_MODEL_BASE_URL": model.url,
            "ASSISTANT_MODEL_KEY": "sesame",
            "ASSISTANT_MODEL_RETRIES": "0",
            "ASSISTANT_MODEL_FAILURES": "0",
        }
        with serving(home, variables=variables) as served:
            wait_until_ready(served)
            yield served, model


def wait_until_ready(server: Server) -> None:
    with server.client() as client:
        for _ in range(300):
            if client.get("/ready").status_code == 200:
                return
            time.sleep(0.1)
    raise AssertionError(server.log.read_text())


def test_getting_ready_asks_the_model_nothing(server) -> None:
    served, model = server

    assert not [request for request in model.requests if DAM not in json.dumps(request.body)]
    with served.client() as client:
        assert client.get("/api/status").json()["reader"] == "model:scripted"


def test_a_sentence_arrives_before_the_model_has_written_the_last(server) -> None:
    served, _ = server
    arrived: dict[str, float] = {}
    text = ""
    with served.client() as client, client.stream("POST", "/api/ask", json={"question": DAM, "stream": True}) as reply:
        for line in reply.iter_lines():
            text += line + "\n"
            if line.startswith("event: "):
                arrived.setdefault(line.removeprefix("event: "), time.monotonic())

    assert arrived["answer"] - arrived["sentence"] > 0.5
    told = events(text)
    sentences = [data["text"] for name, data in told if name == "sentence"]
    (answer,) = (data for name, data in told if name == "answer")
    assert sentences == ["The dam at Oldwater held. [1]", "Engineers opened two of its five gates on Monday. [2]"]
    assert answer["text"] == " ".join(sentences)
    assert (answer["reader"], answer["degraded"]) == ("model:scripted", False)
    assert "99" not in answer["text"]
    assert "sesame" not in text


def test_where_the_model_breaks_off_the_articles_are_quoted_and_it_is_said(server) -> None:
    served, _ = server
    with served.client() as client:
        answer = client.post("/api/ask", json={"question": "How much will the tram cost?"}).json()

    assert answer["degraded"] is True
    assert answer["reader"] == "extractive"
    assert "35,000 crowns" in answer["text"]
    assert answer["writing"]["degraded_reason"]


def test_openais_form_carries_the_written_answer(server) -> None:
    served, _ = server
    with served.client() as client:
        name = client.get("/v1/models").json()["data"][0]["id"]
        body = {"model": name, "messages": [{"role": "user", "content": DAM}]}
        message = client.post("/v1/chat/completions", json=body).json()["choices"][0]["message"]

    assert message["content"].startswith(
        "The dam at Oldwater held. [1] Engineers opened two of its five gates on Monday."
    )


def shown_to_condense(model: ScriptedServer) -> str:
    """The conversation that the last request for a whole follow-up showed."""
    prompts = [str(request.body["messages"][-1]["content"]) for request in model.requests]
    return [prompt for prompt in prompts if "\n\nFollow-up: How long" in prompt][-1]


def test_a_follow_up_is_made_whole_by_the_model_out_of_all_questions_and_answers_before_it(server) -> None:
    served, model = server
    with served.client() as client:
        id_ = client.post("/api/ask", json={"question": "When did Mayor Anna Berg resign?"}).json()["conversation_id"]
        client.post("/api/ask", json={"question": "Which town is older?", "conversation_id": id_})
        follow_up = {"question": "How long had she governed?", "conversation_id": id_}
        answer = client.post("/api/ask", json=follow_up).json()

    assert answer["searched"] == GOVERNED
    told = shown_to_condense(model)
    assert "Question: When did Mayor Anna Berg resign?\nAnswer: " in told
    assert "Question: Which town is older?\nAnswer: " in told


def test_the_messages_of_an_openai_client_are_the_conversation(server) -> None:
    served, model = server
    said = [
        ("user", "When did Mayor Anna Berg resign?"),
        ("assistant", "She left in autumn."),
        ("user", "Which town is older?"),
        ("user", "How long had she governed?"),
    ]
    with served.client() as client:
        name = client.get("/v1/models").json()["data"][0]["id"]
        body = {"model": name, "messages": [{"role": role, "content": content} for role, content in said]}
        reply = client.post("/v1/chat/completions", json=body).json()

    assert reply["receipts"]["searched"] == GOVERNED
    told = shown_to_condense(model)
    assert "Answer: She left in autumn.\nQuestion: Which town is older?\n" in told
