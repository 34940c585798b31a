"""Conversations exported as documents, and shared by links that can be revoked."""

import json
from collections.abc import Iterator

import httpx
import pytest
from serving import DAM, OPERA, Server, assistant, serving, town_in

HOSTILE = "Which dam held? <img src=x onerror=alert(1)> [a](javascript:alert(1))"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("export")
    town_in(home).close()
    with serving(home, "--allow-share") as running:
        yield running


@pytest.fixture(scope="module")
def client(server) -> Iterator[httpx.Client]:
    with server.client() as one:
        yield one


@pytest.fixture(scope="module")
def told(client) -> list[dict]:
    """An answer and a refusal of one conversation."""
    first = client.post("/api/ask", json={"question": DAM}).json()
    refused = {"question": OPERA, "conversation_id": first["conversation_id"]}
    return [first, client.post("/api/ask", json=refused).json()]


def exported(client: httpx.Client, answer: dict, **params: str) -> httpx.Response:
    return client.get(f"/api/conversations/{answer['conversation_id']}/export", params=params)


@pytest.mark.parametrize(("form", "kind"), [("markdown", "text/markdown"), ("html", "text/html")])
def test_a_document_has_every_question_answer_quote_and_receipt(client, told, form, kind):
    response = exported(client, told[0], form=form)

    assert response.headers["content-type"] == f"{kind}; charset=utf-8"
    for answer in told:
        assert answer["question"] in response.text
        assert answer["id"] in response.text
    (citation, *_) = told[0]["citations"]
    assert citation["quote"] in response.text
    assert f"characters {citation['start']} to {citation['end']}, sha256 {citation['sha256']}" in response.text
    assert told[1]["nearest"][0]["quote"] in response.text


def test_one_answer_is_exported_alone(client, told):
    text = exported(client, told[0], message=told[1]["message_id"]).text

    assert OPERA in text
    assert DAM not in text
    assert exported(client, told[0], message="0" * 24).status_code == 404


def test_an_exported_answer_verifies(client, told, tmp_path):
    messages = exported(client, told[0], form="json").json()["messages"]

    assert [one["question"] for one in messages] == [DAM, OPERA]
    for message in messages:
        assert client.post("/api/verify", json=message).json()["verdict"] == "holds"


def test_what_people_and_articles_wrote_is_text_in_a_document(client):
    answer = client.post("/api/ask", json={"question": HOSTILE}).json()

    html, markdown = (exported(client, answer, form=form).text for form in ("html", "markdown"))

    assert "<img" not in html
    assert "&lt;img src=x" in html
    assert "<img" not in markdown.replace("\\<", "")
    assert "[a](" not in markdown


def test_a_shared_conversation_is_read_without_a_key_until_it_is_revoked(server, client, told):
    id_ = told[0]["conversation_id"]
    first = client.post(f"/api/conversations/{id_}/share").json()["path"]
    path = client.post(f"/api/conversations/{id_}/share").json()["path"]
    assert client.get(f"/{first}").status_code == 404, "an earlier link ends"

    page = client.get(f"/{path}")
    assert page.status_code == 200
    assert DAM in page.text
    assert "script" not in page.text
    assert "style-src 'sha256-" in page.headers["content-security-policy"]
    assert path.removeprefix("shared/") not in server.log.read_text()
    assert path.removeprefix("shared/").encode() not in b"".join(
        file.read_bytes() for file in server.data.glob("service.sqlite*")
    )

    assert client.delete(f"/api/conversations/{id_}/share").status_code == 204
    assert client.get(f"/{path}").json()["error"]["code"] == "not_shared"


def test_an_erased_conversation_is_shared_no_more(client):
    answer = client.post("/api/ask", json={"question": DAM}).json()
    path = client.post(f"/api/conversations/{answer['conversation_id']}/share").json()["path"]

    client.delete(f"/api/conversations/{answer['conversation_id']}")

    assert client.get(f"/{path}").status_code == 404


def test_a_server_that_shares_nothing_says_so(tmp_path):
    town_in(tmp_path).close()
    with serving(tmp_path, "--keys") as locked, locked.client() as client:
        key = assistant(locked.data, "keys", "create", "reader").stdout.split()[0]
        own = {"Authorization": f"Bearer {key}"}
        answer = client.post("/api/ask", json={"question": DAM}, headers=own).json()
        path = f"/api/conversations/{answer['conversation_id']}"

        assert client.get(f"{path}/export").status_code == 401
        assert client.get(f"{path}/export", headers=own).status_code == 200
        assert client.post(f"{path}/share", headers=own).json()["error"]["code"] == "shares_off"
        assert client.get("/shared/anything").json()["error"]["code"] == "shares_off"
        other = assistant(locked.data, "keys", "create", "other").stdout.split()[0]
        theirs = {"Authorization": f"Bearer {other}"}
        assert client.get(f"{path}/export", headers=theirs).status_code == 404
        assert json.loads(client.get("/api/status", headers=own).text)["shares"] is False
