"""The articles of a collection: listed, searched, and what each lacks; examples made of them."""

import itertools
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from serving import serving, town_in

from assistant.service.work.hits import hits

FAQ = """---
title: Questions of visitors
published: 2023-02-01
---
Q: When does the lighthouse of Orm open?

A: It opens at nine.
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    home = tmp_path_factory.mktemp("library")
    made = town_in(home)
    made.write("faq.txt", FAQ)
    made.add()
    made.close()
    with serving(home) as server, server.client() as one:
        yield one


def listed(client: httpx.Client, **params: object) -> list[str]:
    return [one["article_id"] for one in client.get("/api/articles", params=params).json()["articles"]]


def test_articles_are_sorted_and_what_has_no_date_or_publisher_comes_last(client):
    assert listed(client) == ["faq", "mayor", "river", "tram"]
    dates = {one["article_id"]: one["published"] for one in client.get("/api/articles").json()["articles"]}
    newest = listed(client, sort="newest")
    assert newest == sorted(dates, key=lambda name: dates[name] or "", reverse=True)
    assert listed(client, sort="publisher")[-1] == "faq"
    assert set(listed(client, sort="oldest")) == set(newest)


@pytest.mark.parametrize("sort", ["name", "title", "newest", "oldest", "publisher"])
def test_pages_of_a_sorted_list_follow_each_other(client, sort):
    found, after = [], ""
    while after is not None:
        page = client.get("/api/articles", params={"limit": 1, "after": after, "sort": sort}).json()
        found += [one["article_id"] for one in page["articles"]]
        assert page["total"] == 4
        after = page["next"]

    assert found == listed(client, sort=sort)


@pytest.mark.parametrize(
    ("params", "ids"),
    [
        ({"query": "TRAM valley"}, ["tram"]),
        ({"query": "post"}, ["tram"]),
        ({"publisher": "Valley Post"}, ["tram"]),
        ({"kind": "txt"}, ["faq"]),
        ({"published_after": "2023-01-01"}, ["faq"]),
        ({"published_before": "2020-12-31"}, ["tram"]),
        ({"query": "nothing of this"}, []),
    ],
)
def test_articles_are_filtered(client, params, ids):
    assert listed(client, **params) == ids


def test_an_article_says_its_kind_and_what_it_lacks(client):
    faq = next(one for one in client.get("/api/articles").json()["articles"] if one["article_id"] == "faq")

    assert faq["kind"] == "txt"
    assert faq["lacks"] == ["no publisher", f"only {faq['characters']} characters of text"]
    assert client.get("/api/status").json()["kinds"] == ["md", "txt"]


def test_the_words_of_a_search_are_told_by_their_characters(client):
    found = client.get("/api/search", params={"q": "trams cost"}).json()["passages"][0]
    text = client.get(f"/api/articles/{found['article_id']}").json()["text"]
    assert {text[start:end].lower() for start, end in found["hits"]} == {"tram", "cost"}

    whole = client.get(f"/api/articles/{found['article_id']}", params={"query": "trams cost"}).json()
    assert {tuple(hit) for hit in found["hits"]} <= {tuple(hit) for hit in whole["hits"]}


def test_examples_are_the_articles_own_questions(client):
    examples = client.get("/api/status").json()["examples"]

    assert examples[0] == "When does the lighthouse of Orm open?"
    assert examples[-1] == "What are the articles about?"
    for question in examples:
        assert client.post("/api/ask", json={"question": question}).json()["status"] == "answered", question


@pytest.mark.parametrize(
    ("text", "query", "words"),
    [
        ("The dams held; a dam's gate.", "dam", ["dams", "dam's"]),
        ("It cost 35,000 crowns, not 35.", "35,000", ["35,000"]),
        ("The the of.", "the", ["The", "the"]),
        ("The river", "the river", ["river"]),
        ("浙江省有产业大脑。", "产业", ["产业"]),
        ("Nothing here", "…", []),
    ],
)
def test_hits_are_words_of_the_query(text, query, words):
    assert [text[start:end] for start, end in hits(text, query)] == words


@given(text=st.text(max_size=60), query=st.text(max_size=20))
def test_hits_are_in_order_and_apart(text, query):
    found = hits(text, query)

    assert all(0 <= start < end <= len(text) for start, end in found)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(found))


def test_articles_are_tagged_found_by_their_tags_and_lose_them_when_removed(tmp_path):
    town_in(tmp_path).close()
    with serving(tmp_path, "--allow-upload") as server, server.client() as client:
        given = client.patch("/api/articles/tram", json={"tags": ["  to read", "rails", "to  read"]})
        assert given.json() == {"tags": ["rails", "to read"]}
        client.patch("/api/articles/river", json={"tags": ["to read"]})

        assert listed(client, tag="to read") == ["river", "tram"]
        assert client.get("/api/articles/tram").json()["tags"] == ["rails", "to read"]
        assert client.get("/api/status").json()["tags"] == ["rails", "to read"]
        assert client.patch("/api/articles/nothing", json={"tags": []}).status_code == 404
        assert client.patch("/api/articles/tram", json={"tags": ["x" * 61]}).status_code == 422

        client.delete("/api/articles/tram")
        assert client.get("/api/status").json()["tags"] == ["to read"]
