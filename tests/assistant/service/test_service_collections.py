"""Several collections served by one process: each is asked by its name, and answers from its own articles alone."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from island import FERRY, both, island_in
from library import Library
from serving import DAM, TRAM, Server, assistant, events, serving, town_in

from eval.cases.case_file import load_gold

REGATTA = "# The regatta\n\nThe crew of the Petrel won the regatta on Sunday.\n"
WINNER = "Who won the regatta?"


@pytest.fixture
def island(tmp_path: Path) -> Library:
    """Beside a town in `tmp_path`."""
    town_in(tmp_path)
    return island_in(tmp_path / "island")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("collections")
    town_in(home)
    island_in(home / "island")
    with serving(home, *both(home)) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with server.client() as one:
        yield one


def ask(client: httpx.Client, question: str, **fields: object) -> dict:
    response = client.post("/api/ask", json={"question": question, **fields})
    assert response.status_code == 200, response.text
    return response.json()


def refusal(response: httpx.Response) -> tuple[int, str, str]:
    """Status and code of an error, and all of its words."""
    error = response.json()["error"]
    assert set(error) == {"code", "message", "remedy", "type", "param"}
    return response.status_code, error["code"], f"{error['message']}; {error['remedy']}"


def test_each_collection_is_a_model_in_the_order_given(client):
    listed = client.get("/v1/models").json()["data"]

    assert [one["id"] for one in listed] == ["index", "island"]
    assert [client.get(f"/v1/models/{one['id']}").json() for one in listed] == listed
    assert client.get("/api/status").json()["collections"] == ["index", "island"]
    assert client.get("/ready").status_code == 200


def test_an_answer_comes_from_the_chosen_collection_alone(client):
    of_town, of_island = ask(client, TRAM, collection="index"), ask(client, TRAM, collection="island")

    assert ("35,000 crowns" in of_town["text"], "7 crowns" in of_island["text"]) == (True, True)
    assert (of_town["index"]["articles"], of_island["index"]["articles"]) == (3, 2)
    assert (of_town["collection"], of_island["collection"]) == ("index", "island")
    assert ask(client, FERRY, collection="index")["status"] == "refused"
    assert "at nine" in ask(client, FERRY, collection="island")["text"]


def test_without_a_name_the_first_is_asked(client):
    assert ask(client, TRAM)["id"] == ask(client, TRAM, collection="index")["id"]
    assert client.get("/api/status").json() == client.get("/api/status", params={"collection": "index"}).json()


def test_a_model_of_the_openai_interface_is_a_collection(client):
    def completed(model: str) -> dict:
        body = {"model": model, "messages": [{"role": "user", "content": TRAM}]}
        return client.post("/v1/chat/completions", json=body).json()

    of_town, of_island = completed("index"), completed("island")

    assert (of_town["model"], of_island["model"]) == ("index", "island")
    assert "35,000 crowns" in of_town["choices"][0]["message"]["content"]
    assert "7 crowns" in of_island["choices"][0]["message"]["content"]
    assert of_island["receipts"]["collection"] == "island"
    addresses = [
        completion["choices"][0]["message"]["annotations"][0]["url_citation"]["url"]
        for completion in (of_town, of_island)
    ]
    assert [address.endswith("&in=island") for address in addresses] == [False, True]


def test_search_articles_and_status_are_of_the_collection_that_the_query_names(client):
    island = {"collection": "island"}

    found = client.get("/api/search", params={"q": TRAM, **island}).json()["passages"]
    listed = client.get("/api/articles", params=island).json()["articles"]
    read = client.get("/api/articles/tram", params=island).json()
    status = client.get("/api/status", params=island).json()

    assert {one["article_id"] for one in found} == {"ferry", "tram"}
    assert [one["article_id"] for one in listed] == ["ferry", "tram"]
    assert "7 crowns" in read["text"]
    assert "35,000 crowns" in client.get("/api/articles/tram").json()["text"]
    assert (status["model"], status["articles"], status["publishers"]) == ("island", 2, ["Gull Press"])
    assert client.get("/api/articles/ferry").status_code == 404


def test_a_stream_is_of_the_chosen_collection(client):
    text = client.post("/api/ask", json={"question": TRAM, "collection": "island", "stream": True}).text

    assert "7 crowns" in events(text)[-1][1]["text"]


def test_receipts_are_checked_in_the_collection_that_they_came_from(client):
    answer = ask(client, TRAM, collection="island")

    alone = client.post("/api/verify", json=answer).json()
    elsewhere = client.post("/api/verify", json=answer, params={"collection": "index"}).json()

    assert (alone["receipts"][0]["standing"], alone["altered_answers"]) == ("holds", 0)
    assert elsewhere["receipts"][0]["standing"] != "holds"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/ask", {"question": TRAM, "collection": "moon"}),
        ("POST", "/api/verify?collection=moon", {"citations": []}),
        ("GET", "/api/search?q=tram&collection=moon", None),
        ("GET", "/api/articles?collection=moon", None),
        ("GET", "/api/articles/tram?collection=moon", None),
        ("DELETE", "/api/articles/tram?collection=moon", None),
        ("GET", "/api/status?collection=moon", None),
    ],
)
def test_a_collection_that_is_not_served_is_refused_with_those_that_are(client, method, path, body):
    status, code, words = refusal(client.request(method, path, json=body))

    assert (status, code) == (404, "collection_not_found")
    assert words == "there is no collection 'moon'; name one of 'index', 'island'; without a name it is the first"


@pytest.mark.parametrize("named", [{}, {"collection": "moon"}])
def test_an_answer_that_names_no_collection_of_this_server_is_verified_in_the_one_that_gave_it(client, named):
    answer = ask(client, FERRY, collection="island")
    del answer["collection"]
    answer |= named

    found = client.post("/api/verify", json=answer).json()

    assert (found["other_index"], found["receipts"][0]["standing"]) == (None, "holds")


def test_an_answer_of_a_collection_that_is_not_served_is_not_verified(client):
    answer = ask(client, TRAM) | {"collection": "moon"}
    answer["index"]["fingerprint"] = "0" * 32
    answer["citations"][0]["sha256"] = "0" * 64

    assert refusal(client.post("/api/verify", json=answer))[:2] == (404, "collection_not_found")


def test_a_model_that_is_not_served_is_refused_with_those_that_are(client):
    body = {"model": "gpt-4", "messages": [{"role": "user", "content": TRAM}]}

    status, code, words = refusal(client.post("/v1/chat/completions", json=body))

    assert (status, code) == (404, "model_not_found")
    assert "ask 'index' or 'island'" in words


def test_a_conversation_goes_on_in_its_own_collection(client):
    first = ask(client, FERRY, collection="island")
    id_ = first["conversation_id"]

    second = ask(client, "On which days does it sail?", conversation_id=id_)
    named = ask(client, FERRY, conversation_id=id_, collection="island")
    other = client.post("/api/ask", json={"question": TRAM, "conversation_id": id_, "collection": "index"})

    assert (second["collection"], named["collection"]) == ("island", "island")
    assert second["index"] == first["index"]
    status, code, words = refusal(other)
    assert (status, code) == (409, "other_collection")
    assert "is about the collection 'island', not 'index'" in words
    assert "leave `conversation_id` out to begin a new one" in words
    assert client.get(f"/api/conversations/{id_}").json()["collection"] == "island"
    assert len(client.get(f"/api/conversations/{id_}").json()["messages"]) == 3


def test_conversations_say_which_collection_they_are_about(client):
    client.delete("/api/conversations")
    ask(client, DAM)
    ask(client, FERRY, collection="island")

    listed = client.get("/api/conversations").json()["conversations"]
    exported = client.get("/api/export").text

    assert [one["collection"] for one in listed] == ["island", "index"]
    assert re.findall(r'"collection": "(\w+)"', exported) == ["index", "island"]


def test_answers_are_counted_by_collection(client):
    def counted(series: str) -> float:
        lines = client.get("/metrics").text.splitlines()
        return next(float(line.split()[-1]) for line in lines if line.startswith(series))

    of_island = 'assistant_collection_answers_total{collection="island",status="answered"}'
    of_all = 'assistant_answers_total{status="answered"}'
    before = counted(of_island), counted(of_all)

    ask(client, FERRY, collection="island")
    ask(client, TRAM)

    assert (counted(of_island) - before[0], counted(of_all) - before[1]) == (1, 2)


def test_an_upload_to_one_leaves_the_other_as_it_was(island, tmp_path):
    with serving(tmp_path, "--allow-upload", *both(tmp_path)) as server, server.client() as client:
        before = client.get("/api/status").json()
        files = {"files": ("regatta.md", REGATTA)}
        sent = client.post("/api/articles", files=files, params={"collection": "island"})
        answers = [ask(client, WINNER, collection=name) for name in ("index", "island")]
        untouched = client.get("/api/status").json()
        removed = client.delete("/api/articles/tram", params={"collection": "island"})
        listed = {
            name: client.get("/api/articles", params={"collection": name}).json()["articles"]
            for name in ("index", "island")
        }

    assert (sent.status_code, removed.status_code) == (201, 204)
    assert ["Petrel" in answer["text"] for answer in answers] == [False, True]
    assert untouched == before
    assert [one["article_id"] for one in listed["index"]] == ["mayor", "river", "tram"]
    assert [one["article_id"] for one in listed["island"]] == ["ferry", "regatta"]


def test_a_change_of_one_index_is_picked_up_and_the_other_stays(island, tmp_path):
    with serving(tmp_path, *both(tmp_path)) as server, server.client() as client:
        before = [ask(client, WINNER, collection=name) for name in ("index", "island")]
        island.write("regatta.md", REGATTA)
        island.add()
        after = [ask(client, WINNER, collection=name) for name in ("index", "island")]

    assert ["Petrel" in answer["text"] for answer in after] == [False, True]
    assert before[0]["index"] == after[0]["index"]
    assert before[1]["index"]["generation"] < after[1]["index"]["generation"]


def test_several_processes_serve_the_same_collections_after_one_was_killed(island, tmp_path):
    with serving(tmp_path, "--workers", 2, *both(tmp_path)) as server:
        answers = []
        for _ in range(8):
            with server.client() as client:  # A new connection, which any of them may take.
                answers.append(ask(client, TRAM, collection="island")["text"])
                answers.append(ask(client, TRAM, collection="index")["text"])
        os.kill(server.workers()[0], signal.SIGKILL)
        with server.client() as client:
            again = [ask(client, TRAM, collection=name)["text"] for name in ("island", "index")]
            counted = client.get("/metrics").text

    assert len(set(answers)) == 2
    assert again == answers[:2]
    assert 'assistant_collection_answers_total{collection="island",status="answered"} 9' in counted


def test_a_conversation_survives_a_restart_and_waits_for_its_collection(island, tmp_path):
    with serving(tmp_path, *both(tmp_path)) as server, server.client() as client:
        id_ = ask(client, FERRY, collection="island")["conversation_id"]

    with serving(tmp_path) as server, server.client() as client:
        (listed,) = client.get("/api/conversations").json()["conversations"]
        read = client.get(f"/api/conversations/{id_}")
        refused = client.post("/api/ask", json={"question": FERRY, "conversation_id": id_})

    with serving(tmp_path, *both(tmp_path)) as server, server.client() as client:
        again = ask(client, FERRY, conversation_id=id_)

    assert (listed["collection"], read.status_code, len(read.json()["messages"])) == ("island", 200, 1)
    status, code, words = refusal(refused)
    assert (status, code) == (409, "collection_not_served")
    assert "'island', which is not served now; begin a new conversation" in words
    assert "at nine" in again["text"]


def test_what_one_serves_alone_can_be_named_too(tmp_path):
    town_in(tmp_path / "a=b")
    home = tmp_path / "a=b"
    command = ("-m", "assistant", "serve", "--index", f"town={home / 'index'}")
    with serving(home, command=command) as server, server.client() as client:
        names = client.get("/api/status").json()["collections"]

    assert names == ["town", "index"], "a folder whose path has an = is a folder"


def test_two_folders_of_one_name_are_told_with_what_to_do(island, tmp_path):
    twice = ("--index", tmp_path / "index", "--index", tmp_path / "island" / "index")

    run = assistant(tmp_path / "data", "serve", "--port", 0, *twice)

    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert f"{tmp_path}/index and {tmp_path}/island/index would both be the collection 'index'" in run.stderr
    assert f"name one of them, as in --index other={tmp_path}/island/index" in run.stderr


@pytest.mark.parametrize("workers", [1, 2])
def test_an_index_that_is_not_there_is_told_before_anything_listens(island, tmp_path, workers):
    for folder in (tmp_path / "none", island.folder):
        run = assistant(
            tmp_path / "data",
            "serve",
            "--port",
            0,
            "--workers",
            workers,
            "--index",
            tmp_path / "index",
            "--index",
            folder,
        )

        assert (run.returncode, run.stdout) == (3, "")
        assert run.stderr == f"assistant: no index in {folder}; make one with `assistant index add FOLDER`\n"


def test_a_name_without_a_folder_is_a_mistake(tmp_path):
    run = assistant(tmp_path / "data", "serve", "--index", "town=")

    assert (run.returncode, run.stderr) == (2, "assistant: --index is 'town='; give FOLDER, or NAME=FOLDER\n")


def test_an_answer_that_was_rated_down_is_promoted_with_the_index_that_it_came_from(island, tmp_path):
    with serving(tmp_path, *both(tmp_path)) as server, server.client() as client:
        ids = [ask(client, TRAM, collection=name)["message_id"] for name in ("index", "island")]
        for id_ in ids:
            client.post("/api/feedback", json={"message_id": id_, "rating": "down"})
    gold, said = tmp_path / "own.jsonl", ("--evidence", 1, "--fact", "crowns", "--yes")

    for id_ in ids:
        run = assistant(server.data, "feedback", "promote", id_, "--gold", gold, *said)
        assert run.returncode == 0, run.stderr
    shown = assistant(server.data, "feedback", "show", ids[1]).stdout

    quotes = [case.evidence[0].quote for case in load_gold([gold])]
    assert ["35,000" in quotes[0], "7 crowns" in quotes[1]] == [True, True]
    assert "of        island" in shown
