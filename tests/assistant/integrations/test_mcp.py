"""The tools for agent programs, through the client of the protocol's own SDK."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from serving import DAM, TRAM, assistant, environment, town_in

mcp = pytest.importorskip("mcp")
T = TypeVar("T")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("mcp")
    town_in(made)
    return made


def talk(home: Path, work: Callable[[object], Awaitable[T]]) -> T:
    """What `work` makes of a client that talks to `assistant mcp`."""
    server = mcp.StdioServerParameters(
        command=sys.executable,
        args=["-m", "assistant", "mcp", "--index", str(home / "index")],
        env=environment(home / "data"),
    )

    async def run() -> T:
        with (home / "errors.txt").open("w") as errors:
            async with mcp.Client(mcp.stdio_client(server, errlog=errors)) as client:
                return await work(client)

    return asyncio.run(run())


def test_there_are_three_tools_that_say_what_they_take(home):
    tools = talk(home, lambda client: client.list_tools()).tools

    assert [tool.name for tool in tools] == ["ask", "search", "read_article"]
    for tool in tools:
        assert tool.description
        assert all(one.get("description") for one in tool.input_schema["properties"].values())
        assert tool.annotations.read_only_hint


def test_an_answers_quotes_stand_in_the_articles_that_the_tools_read(home):
    async def work(client):
        answer = (await client.call_tool("ask", {"question": TRAM})).structured_content
        articles = [
            (await client.call_tool("read_article", {"article_id": c["article_id"]})).structured_content
            for c in answer["citations"]
        ]
        return answer, articles

    answer, articles = talk(home, work)
    saved = home / "answer.json"
    saved.write_text(json.dumps(answer), encoding="utf-8")
    verified = assistant(home / "data", "verify", "--index", home / "index", saved)

    assert "35,000 crowns" in answer["text"]
    assert articles
    for citation, article in zip(answer["citations"], articles, strict=True):
        assert article["text"][citation["start"] : citation["end"]] == citation["quote"]
        assert article["sha256"] == citation["sha256"]
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_passages_are_searched_best_first(home):
    found = talk(home, lambda client: client.call_tool("search", {"question": DAM, "k": 2})).structured_content

    assert [p["rank"] for p in found["passages"]] == [1, 2]
    assert found["passages"][0]["article_id"] == "river"


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("ask", {"question": "??"}, "the question is empty"),
        ("read_article", {"article_id": "../river"}, "there is no article '../river'"),
        ("search", {"question": DAM, "k": 0}, "greater than or equal to 1"),
    ],
)
def test_a_mistake_is_told_in_words(home, tool, arguments, said):
    result = talk(home, lambda client: client.call_tool(tool, arguments))

    assert result.is_error
    assert said in result.content[0].text
