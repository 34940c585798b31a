"""The service's own interface, over a real server."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from serving import DAM, OPERA, TRAM, Server, assistant, events, serving, town_in


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("service")
    town_in(home)
    with serving(home) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with server.client() as one:
        yield one


def ask(client: httpx.Client, question: str, **fields: object) -> dict:
    response = client.post("/api/ask", json={"question": question, **fields})
    assert response.status_code == 200, response.text
    return response.json()


def error_of(response: httpx.Response) -> dict:
    """The error in a response, of the one shape that all have."""
    error = response.json()["error"]
    assert set(error) == {"code", "message", "remedy", "type", "param"}
    assert re.fullmatch(r"[a-z_]+", error["code"])
    assert error["message"]
    assert error["remedy"]
    return error


def test_an_answer_has_receipts_that_stand_in_the_articles(client):
    answer = ask(client, TRAM)

    assert answer["status"] == "answered"
    assert "35,000 crowns" in answer["text"]
    for citation in answer["citations"]:
        article = client.get(f"/api/articles/{citation['article_id']}").json()
        assert article["text"][citation["start"] : citation["end"]] == citation["quote"]
        assert article["sha256"] == citation["sha256"]


def test_an_answer_is_the_same_as_the_command_lines(client, server):
    run = assistant(server.data, "ask", "--json", "--index", server.log.parent / "index", TRAM)

    answer = ask(client, TRAM)

    assert f'"id": "{answer["id"]}"' in run.stdout


def test_what_the_articles_do_not_answer_is_refused(client):
    answer = ask(client, OPERA)

    assert (answer["status"], answer["citations"]) == ("refused", [])
    assert answer["reason"] in {"not_found", "insufficient"}


@pytest.mark.parametrize("how", ["field", "header"])
def test_a_stream_has_the_sentences_one_by_one_and_then_the_whole(client, how):
    headers = {"Accept": "text/event-stream"} if how == "header" else {}
    body = {"question": TRAM} | ({"stream": True} if how == "field" else {})

    response = client.post("/api/ask", json=body, headers=headers)

    assert response.headers["content-type"].startswith("text/event-stream")
    names, data = zip(*events(response.text), strict=True)
    answer = data[-1]
    assert names == ("start", *["sentence"] * (len(names) - 2), "answer")
    assert data[0] == {
        "conversation_id": answer["conversation_id"],
        "message_id": answer["message_id"],
        "searched": answer["searched"],
    }
    assert "\n".join(one["text"] for one in data[1:-1]) == answer["text"]
    assert [one["index"] for one in data[1:-1]] == list(range(len(data) - 2))
    assert [c for one in data[1:-1] for c in one["citations"]] == answer["citations"]


def test_each_receipt_of_a_question_of_two_parts_names_the_part_that_it_answers(client):
    body = {"question": "How much will the tram cost and which dam held?", "stream": True}

    sent = events(client.post("/api/ask", json=body).text)

    answer = sent[-1][1]
    assert [part.lower() for part in answer["parts"]] == [TRAM.lower(), DAM.lower()]
    named = {citation["article_id"]: citation["parts"] for citation in answer["citations"]}
    assert [(part["index"], part["question"]) for part in named["tram"]] == [(0, answer["parts"][0])]
    assert [(part["index"], part["question"]) for part in named["river"]] == [(1, answer["parts"][1])]
    assert [c for name, data in sent if name == "sentence" for c in data["citations"]] == answer["citations"]


def test_a_stream_that_cannot_begin_has_a_status_of_its_own(client):
    response = client.post("/api/ask", json={"question": "??", "stream": True})

    assert response.status_code == 400
    assert error_of(response)["message"] == "the question is empty"


def test_a_follow_up_is_made_whole_with_the_conversations_last_question(client):
    first = ask(client, "When did Mayor Anna Berg resign?")

    second = ask(client, "How long had she governed?", conversation_id=first["conversation_id"])

    assert second["searched"] == "How long had Mayor Anna Berg governed?"
    assert second["conversation_id"] == first["conversation_id"]


def test_filters_choose_the_articles(client):
    answer = ask(client, TRAM, filters={"publishers": ["Harbour Gazette"]})
    after = ask(client, TRAM, filters={"published_after": "2021-01-01", "published_before": "2021-12-31"})

    assert {p["article_id"] for p in answer["passages"]} <= {"river", "mayor"}
    assert {p["article_id"] for p in after["passages"]} <= {"river"}


def test_passages_can_be_searched(client):
    found = client.get("/api/search", params={"q": TRAM, "k": 2}).json()

    assert [p["rank"] for p in found["passages"]] == [1, 2]
    assert found["passages"][0]["article_id"] == "tram"


def test_articles_are_listed_a_page_at_a_time(client):
    first = client.get("/api/articles", params={"limit": 2}).json()
    second = client.get("/api/articles", params={"limit": 2, "after": first["next"]}).json()

    assert [a["article_id"] for a in first["articles"] + second["articles"]] == ["mayor", "river", "tram"]
    assert second["next"] is None
    assert first["articles"][0]["characters"] == len(client.get("/api/articles/mayor").json()["text"])


def test_the_status_describes_the_collection(client):
    status = client.get("/api/status").json()

    assert (status["articles"], status["reader"], status["uploads"]) == (3, "extractive", False)
    assert status["publishers"] == ["Harbour Gazette", "Valley Post"]
    assert status["without_publisher"] == 0
    assert (status["published_min"], status["published_max"]) == ("2020-01-05", "2022-04-26")


def test_a_conversation_can_be_read_renamed_found_and_erased(client):
    first = ask(client, DAM)
    id_ = first["conversation_id"]
    ask(client, TRAM, conversation_id=id_)

    read = client.get(f"/api/conversations/{id_}").json()
    assert [m["question"] for m in read["messages"]] == [DAM, TRAM]
    assert read["messages"][0]["answer"]["text"] == first["text"]
    assert read["messages"][0]["produced"]["settings"]["passages"] == 6

    assert client.patch(f"/api/conversations/{id_}", json={"title": "Of 100% water_works"}).status_code == 200
    for query, hit in (("100% WATER_", True), ("35,000 crowns", True), ("100%water", False), ("_____", False)):
        listed = client.get("/api/conversations", params={"query": query}).json()["conversations"]
        assert (id_ in [c["id"] for c in listed]) is hit, query

    assert client.delete(f"/api/conversations/{id_}").status_code == 204
    assert error_of(client.get(f"/api/conversations/{id_}"))["code"] == "conversation_not_found"
    assert client.delete(f"/api/conversations/{id_}").status_code == 404


def test_feedback_replaces_what_was_stored_and_can_be_taken_back(client):
    answer = ask(client, DAM)
    given = {"message_id": answer["message_id"]}

    def stored() -> object:
        return client.get(f"/api/conversations/{answer['conversation_id']}").json()["messages"][0]["feedback"]

    assert stored() is None
    client.post("/api/feedback", json={**given, "rating": "up"})
    response = client.post("/api/feedback", json={**given, "rating": "down", "reason": "too short"})
    assert (response.json()["rating"], response.json()["reason"]) == ("down", "too short")
    assert (stored()["rating"], stored()["reason"]) == ("down", "too short")
    client.post("/api/feedback", json={**given, "rating": None})
    assert stored() is None


def test_feedback_on_an_answer_that_was_never_given_is_refused(client):
    response = client.post("/api/feedback", json={"message_id": "0" * 24, "rating": "up"})

    assert response.status_code == 404
    assert error_of(response)["code"] == "message_not_found"


def test_an_answers_receipts_can_be_checked_again(client):
    answer = ask(client, TRAM)

    good = client.post("/api/verify", json=answer).json()
    answer["citations"][0]["quote"] = "The tram is free."
    bad = client.post("/api/verify", json=answer).json()

    assert {r["standing"] for r in good["receipts"]} == {"holds"}
    assert (good["verdict"], good["signed"], good["altered_answers"]) == ("holds", "trusted", 0)
    assert {one["standing"] for one in good["sentences"]} == {"holds"}
    assert bad["receipts"][0]["standing"] == "changed"
    assert (bad["verdict"], bad["signed"], bad["altered_answers"]) == ("fails", "broken", 1)


def test_every_way_in_which_an_answer_leaves_it_is_signed_with_the_key_that_the_server_tells(client):
    answer = ask(client, TRAM)
    conversation = client.get(f"/api/conversations/{answer['conversation_id']}").json()
    messages = [{"role": "user", "content": TRAM}]
    completion = client.post("/v1/chat/completions", json={"model": "index", "messages": messages}).json()
    exported = client.get("/api/export").text.splitlines()
    public = client.get("/api/key").json()["public_key"]

    for one in (
        answer,
        conversation["messages"][0]["answer"],
        completion["receipts"],
        json.loads(exported[-1])["answer"],
    ):
        assert one["signature"]["public_key"] == public
        assert client.post("/api/verify", json=one).json()["verdict"] == "holds"


def test_what_a_server_adds_to_an_answer_is_signed_too(client):
    answer = ask(client, TRAM)

    for name in ("conversation_id", "message_id"):
        assert client.post("/api/verify", json=answer | {name: "0" * 24}).json()["verdict"] == "fails"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"citations": [], "citations": []}',
        b'{"citations": [], "seconds": NaN}',
        b"[" * 9_999,
    ],
)
def test_what_is_no_answer_cannot_be_verified(client, body):
    response = client.post("/api/verify", content=body, headers={"Content-Type": "application/json"})

    assert response.status_code == 422
    assert error_of(response)["code"] == "invalid_field"


def test_why_a_body_is_no_json_is_said_in_a_sentence(client):
    response = client.post("/api/ask", content=b'{"question": "\n"}', headers={"Content-Type": "application/json"})

    assert error_of(response)["message"] == "the body is no JSON (invalid control character at character 14)"


def test_a_saved_answer_is_verified_by_the_command_line(client, server, tmp_path):
    saved = tmp_path / "answer.json"
    saved.write_text(client.post("/api/ask", json={"question": TRAM}).text, encoding="utf-8")

    key = tmp_path / "key.json"
    key.write_text(client.get("/api/key").text, encoding="utf-8")
    index = ("--index", server.log.parent / "index")

    run = assistant(server.data, "verify", *index, saved)
    elsewhere = assistant(tmp_path / "data", "verify", *index, saved)
    trusting = assistant(tmp_path / "data", "verify", "--public-key", key, saved)

    assert run.returncode == 0, run.stdout + run.stderr
    assert (elsewhere.returncode, "not trusted here" in elsewhere.stdout) == (11, True)
    assert (trusting.returncode, "not compared with the article" in trusting.stdout) == (0, True)


def test_everything_can_be_exported_and_then_erased(tmp_path):
    town_in(tmp_path)
    with serving(tmp_path) as server, server.client() as client:
        answers = [ask(client, question) for question in (DAM, TRAM)]
        client.post("/api/feedback", json={"message_id": answers[1]["message_id"], "rating": "down"})

        lines = [httpx.Response(200, text=line).json() for line in client.get("/api/export").text.splitlines()]
        erased = client.delete("/api/conversations").json()

        assert [line["message_id"] for line in lines] == [a["message_id"] for a in answers]
        assert [bool(line["feedback"]) for line in lines] == [False, True]
        assert lines[1]["answer"]["index"]["fingerprint"] == answers[1]["index"]["fingerprint"]
        assert lines[1]["produced"]["version"]
        assert erased == {"erased": 2}
        assert client.get("/api/export").text == ""
        kept = b"".join(path.read_bytes() for path in server.data.glob("service.sqlite*"))
        assert b"35,000 crowns" not in kept


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/api/ask", {}, 422, "invalid_field"),
        ("POST", "/api/ask", {"question": DAM, "colour": "red"}, 422, "invalid_field"),
        ("POST", "/api/ask", {"question": "x" * 3000}, 422, "invalid_field"),
        ("POST", "/api/ask", {"question": DAM, "filters": {"published_after": 5}}, 422, "invalid_field"),
        ("POST", "/api/ask", {"question": DAM, "conversation_id": "0" * 24}, 404, "conversation_not_found"),
        ("POST", "/api/verify", {"no": "answer"}, 422, "invalid_field"),
        ("POST", "/api/verify", {"citations": [], "status": "answered"}, 422, "invalid_field"),
        ("GET", "/api/articles/nothing", None, 404, "article_not_found"),
        ("GET", "/api/nothing", None, 404, "no_such_path"),
        ("GET", "/static/..%2fapp.py", None, 404, "no_such_path"),
        ("GET", "/static/nothing.js", None, 404, "no_such_path"),
        ("GET", "/api/search", None, 422, "invalid_field"),
        ("DELETE", "/api/ask", None, 405, "method_not_allowed"),
        ("DELETE", "/api/articles/tram", None, 403, "uploads_off"),
    ],
)
def test_every_error_has_one_shape_a_code_and_a_remedy(client, method, path, body, status, code):
    response = client.request(method, path, json=body)

    assert (response.status_code, error_of(response)["code"]) == (status, code)


def test_a_method_that_is_not_served_is_told_which_are(client):
    response = client.put(f"/api/conversations/{'0' * 24}")

    assert response.status_code == 405
    assert response.headers["allow"] == "DELETE, GET, PATCH"
    assert error_of(response)["remedy"] == "use DELETE, GET, PATCH"


@pytest.mark.parametrize("text", ["{", "[" * 100_000, '{"question": "\\ud800 a"}', '{"question": 1e999}', "\xff"])
def test_a_body_that_is_no_json_is_refused_in_the_same_shape(client, text):
    response = client.post(
        "/api/ask", content=text.encode("latin-1"), headers={"Content-Type": "application/json; charset=utf-8"}
    )

    assert response.status_code in {400, 422}
    error_of(response)


def test_the_server_is_alive_and_ready_and_counts(client):
    ask(client, DAM)

    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/ready").json() == {"status": "ready"}
    metrics = dict(line.rsplit(" ", 1) for line in client.get("/metrics").text.splitlines() if not line.startswith("#"))
    assert float(metrics['assistant_answers_total{status="answered"}']) >= 1
    assert float(metrics['assistant_answer_seconds_bucket{le="+Inf"}']) == float(
        metrics["assistant_answer_seconds_count"]
    )
    assert float(metrics["assistant_resident_bytes"]) > 1e6


def test_the_docs_need_nothing_from_elsewhere_and_list_every_path(client):
    page = client.get("/docs").text

    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    for path in client.get("/openapi.json").json()["paths"]:
        assert path in page


def test_the_access_log_has_no_question(client, server):
    client.get("/api/search", params={"q": "Xylophone tariffs"})
    ask(client, "What of the zyzzyva harvest?")

    log = Path(server.log).read_text()
    assert "POST /api/ask 200" in log
    assert "GET /api/search 200" in log
    assert "ylophone" not in log
    assert "zyzzyva" not in log


def test_a_body_that_is_no_json_is_called_that(client):
    response = client.post("/api/ask", content=b"{bad", headers={"Content-Type": "application/json"})

    assert response.status_code == 422
    assert response.json()["error"]["message"].startswith("the body is no JSON (expecting property name enclosed in")
    assert response.json()["error"]["param"] == "body"
