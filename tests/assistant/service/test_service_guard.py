"""Who may use the service and how much of it: keys, origins, sizes, headers."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from serving import DAM, TRAM, Server, assistant, serving, town_in

ASK = {"question": DAM}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks for keys and lets one origin in."""
    home = tmp_path_factory.mktemp("guarded")
    town_in(home)
    with serving(home, "--keys", "--cors-origin", "https://chat.example.org", "--log-questions") as running:
        yield running


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server as it starts without any option."""
    home = tmp_path_factory.mktemp("unguarded")
    town_in(home)
    with serving(home) as running:
        yield running


def key(server: Server, *options: object) -> dict:
    run = assistant(server.data, "keys", "create", "someone", "--json", *options)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_without_a_key_nothing_is_told_of_the_articles(server):
    with server.client() as client:
        paths = client.get("/openapi.json").json()["paths"]
        for path, operations in paths.items():
            for method in operations:
                response = client.request(method.upper(), path.replace("{", "").replace("}", ""))
                expected = 200 if path in {"/api/key", "/health", "/ready"} else 401
                assert response.status_code == expected, (method, path)
                if expected == 401:
                    assert response.headers["www-authenticate"] == "Bearer"
                    assert "assistant keys create" in response.json()["error"]["remedy"]


def test_a_list_of_no_keys_says_so(tmp_path):
    listed = assistant(tmp_path / "data", "keys", "list")

    assert (listed.returncode, listed.stdout) == (0, "")
    assert listed.stderr == "assistant: there are no keys; assistant keys create NAME makes one\n"


def test_a_key_works_until_it_is_revoked(server):
    made = key(server)
    with server.client(headers=bearer(made["key"])) as client:
        assert client.post("/api/ask", json=ASK).status_code == 200

        assert assistant(server.data, "keys", "revoke", made["id"]).returncode == 0

        response = client.post("/api/ask", json=ASK)
        assert (response.status_code, response.json()["error"]["code"]) == (401, "key_unknown")


def test_a_key_is_nowhere_in_the_database(server):
    made = key(server)

    kept = b"".join(path.read_bytes() for path in server.data.glob("service.sqlite*"))

    assert made["id"].encode() in kept
    assert made["key"].encode() not in kept
    assert made["key"] not in assistant(server.data, "keys", "list", "--json").stdout


def test_a_key_allows_what_its_scopes_say(server):
    asks, manages = key(server), key(server, "--scope", "manage")
    with server.client() as client:
        for secret, path, status in (
            (asks["key"], "/api/status", 200),
            (asks["key"], "/metrics", 403),
            (manages["key"], "/metrics", 200),
            (manages["key"], "/api/status", 403),
        ):
            assert client.get(path, headers=bearer(secret)).status_code == status, (path, status)
        refused = client.delete("/api/articles/tram", headers=bearer(asks["key"]))
        assert refused.json()["error"]["code"] == "scope_missing"


def test_a_key_that_has_used_up_its_minute_is_told_how_long_to_wait(server):
    made = key(server, "--per-minute", 3)
    with server.client(headers=bearer(made["key"])) as client:
        responses = [client.get("/api/status") for _ in range(8)]

    # A minute may begin in the middle, never two of them.
    late = [r for r in responses if r.status_code == 429]
    assert 2 <= len(late) <= 5
    assert 1 <= int(late[0].headers["retry-after"]) <= 60
    assert late[0].json()["error"]["type"] == "rate_limit_error"


def test_a_key_sees_its_own_conversations_only(server):
    one, other = key(server), key(server)
    with server.client() as client:
        answer = client.post("/api/ask", json=ASK, headers=bearer(one["key"])).json()
        path = f"/api/conversations/{answer['conversation_id']}"
        rating = {"message_id": answer["message_id"], "rating": "down"}

        assert client.get(path, headers=bearer(other["key"])).status_code == 404
        assert client.delete(path, headers=bearer(other["key"])).status_code == 404
        assert client.post("/api/feedback", json=rating, headers=bearer(other["key"])).status_code == 404
        asked = {**ASK, "conversation_id": answer["conversation_id"]}
        assert client.post("/api/ask", json=asked, headers=bearer(other["key"])).status_code == 404
        assert client.get("/api/export", headers=bearer(other["key"])).text == ""
        assert client.delete("/api/conversations", headers=bearer(other["key"])).json() == {"erased": 0}
        assert client.get(path, headers=bearer(one["key"])).status_code == 200


def test_the_access_log_names_the_key_by_its_id_and_the_question_when_asked_to(server):
    made = key(server)
    with server.client(headers=bearer(made["key"])) as client:
        client.post("/api/ask", json={"question": "What of the\nzyzzyva harvest?"})

    log = Path(server.log).read_text()
    assert made["key"] not in log
    line = next(line for line in log.splitlines() if "zyzzyva" in line)
    assert f"{made['id']} 'What of the\\nzyzzyva harvest?'" in line


def test_an_origin_that_was_let_in_may_use_the_service(server):
    made = key(server)
    headers = {"Origin": "https://chat.example.org"}
    with server.client() as client:
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        preflight = client.options("/api/ask", headers=headers | asked)
        response = client.post("/api/ask", json=ASK, headers=headers | bearer(made["key"]))

    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "https://chat.example.org"
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    assert response.headers["access-control-allow-origin"] == "https://chat.example.org"
    assert "Origin" in response.headers["vary"]


@pytest.mark.parametrize("origin", ["https://evil.example.org", "null", "http://127.0.0.1:1"])
def test_pages_of_other_origins_are_turned_away(open_server, origin):
    with open_server.client(headers={"Origin": origin}) as client:
        for response in (
            client.get("/api/status"),
            client.post("/api/ask", json=ASK),
            client.options("/api/ask", headers={"Access-Control-Request-Method": "POST"}),
        ):
            assert (response.status_code, response.json()["error"]["code"]) == (403, "origin_not_allowed")
            assert "access-control-allow-origin" not in response.headers


def test_the_page_of_this_server_may_use_it(open_server):
    with open_server.client(headers={"Origin": open_server.url}) as client:
        assert client.post("/api/ask", json=ASK).status_code == 200


def test_a_name_that_was_bent_to_this_machine_is_turned_away(open_server):
    with open_server.client(headers={"Host": "evil.example.org:8000"}) as client:
        response = client.get("/api/status")

    assert (response.status_code, response.json()["error"]["code"]) == (421, "host_not_allowed")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_a_body_that_a_form_could_send_is_refused(open_server, kind):
    with open_server.client() as client:
        response = client.post("/api/ask", content=json.dumps(ASK).encode(), headers={"Content-Type": kind})

    assert (response.status_code, response.json()["error"]["code"]) == (415, "media_type_not_supported")


def test_a_body_that_is_too_large_is_refused_before_it_is_read(open_server):
    with open_server.client() as client:
        stated = client.post("/api/ask", json={"question": DAM, "pad": "x" * 1_000_001})
        assert stated.status_code == 413

        def parts() -> Iterator[bytes]:
            for _ in range(30):
                yield b"x" * 50_000

        unstated = client.post("/api/ask", content=parts(), headers={"Content-Type": "application/json"})
        assert (unstated.status_code, unstated.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize("path", ["/", "/api/status", "/api/nothing", "/docs", "/health", "/static/nothing.js"])
def test_every_response_carries_the_security_headers(open_server, path):
    with open_server.client() as client:
        headers = client.get(path).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers
    if path.startswith("/api/"):
        assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("proxy", "scheme", "address"), [("127.0.0.0/8", "https", "203.0.113.7"), ("10.9.9.9", "http", "127.0.0.1")]
)
def test_forwarded_headers_are_believed_of_a_proxy_that_was_named(tmp_path, proxy, scheme, address):
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.1, 203.0.113.7"}
    asked = {"model": "index", "messages": [{"role": "user", "content": DAM}]}
    town_in(tmp_path)
    with serving(tmp_path, "--trusted-proxy", proxy, "--log-addresses") as server:
        with server.client(headers=forwarded) as client:
            message = client.post("/v1/chat/completions", json=asked).json()["choices"][0]["message"]

        assert message["annotations"][0]["url_citation"]["url"].startswith(f"{scheme}://")
        assert server.stop() == 0  # A line is written after its reply.
    (line,) = [line for line in server.log.read_text().splitlines() if "/v1/chat" in line]
    assert line.endswith(f" from {address}")


def test_forwarded_headers_are_believed_of_nobody_otherwise(open_server):
    asked = {"model": "index", "messages": [{"role": "user", "content": DAM}]}
    with open_server.client(headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}) as client:
        message = client.post("/v1/chat/completions", json=asked).json()["choices"][0]["message"]

    assert message["annotations"][0]["url_citation"]["url"].startswith("http://")
    assert "203.0.113.7" not in open_server.log.read_text()
    assert "127.0.0.1" not in open_server.log.read_text()


def test_bytes_that_are_no_http_end_the_connection_and_nothing_else(open_server):
    host, port = open_server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as one:
        one.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        assert one.recv(1_000).startswith(b"HTTP/1.1 400")
    with open_server.client() as client:
        assert client.post("/api/ask", json={"question": TRAM}).status_code == 200


def test_listening_beyond_this_machine_asks_for_keys_by_itself(tmp_path):
    town_in(tmp_path)
    with serving(tmp_path, "--host", "0.0.0.0") as server:
        assert httpx.get(f"{server.url}/api/status", trust_env=False).status_code == 401
        assert "no key can be used yet; make one with `assistant keys create NAME`" in server.log.read_text()


def test_keys_can_be_switched_off_by_name(tmp_path):
    town_in(tmp_path)
    with serving(tmp_path, "--host", "0.0.0.0", "--no-keys") as server:
        assert httpx.get(f"{server.url}/api/status", trust_env=False).status_code == 200
        assert "without keys anyone who reaches this server may use it" in server.log.read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["keys", "create", " "], 2, "the name is empty"),
        (["keys", "create", "me", "--scope", "rule"], 2, "--scope is 'rule'; give one of: ask, manage"),
        (["keys", "revoke", "k0"], 1, "there is no key 'k0'; `assistant keys list` shows them"),
        (["serve", "--cors-origin", "chat.example.org"], 2, "--cors-origin is 'chat.example.org'; give an origin"),
        (["serve", "--trusted-proxy", "proxy"], 2, "--trusted-proxy is 'proxy'; give its own address (10.0.0.7)"),
        (["serve", "--index", "nowhere"], 3, "there is no collection and no folder 'nowhere'"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_line(tmp_path, monkeypatch, arguments, code, said):
    monkeypatch.chdir(tmp_path)
    run = assistant(tmp_path / "data", *arguments)

    assert run.returncode == code
    assert run.stderr.startswith(f"assistant: {said}")
    assert run.stderr.count("\n") == 1


def test_a_port_that_is_taken_is_said_in_one_line(open_server, tmp_path):
    port = open_server.url.rsplit(":", 1)[1]

    run = assistant(tmp_path, "serve", "--port", port, "--index", open_server.log.parent / "index")

    assert run.returncode == 3
    assert f"cannot listen on 127.0.0.1 port {port} (Address already in use)" in run.stderr
    assert run.stderr.count("\n") == 1
