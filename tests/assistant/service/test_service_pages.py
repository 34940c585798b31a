"""The pages of a PDF over HTTP: described, drawn, with the boxes of a quote, and only where there are any."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from documents import Line, column, pdf
from serving import Server, serving, town_in

SHIPS = pdf(
    column("The harbour of Orm is small and old.", "It has two moles."),
    [*column("The ships of Orm sail in sum-", "mer, and rest in the winter."), Line("The dam of Zell is new.", 300)],
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("pages")
    town = town_in(home)
    (town.folder / "ships.pdf").write_bytes(SHIPS)
    (town.folder / "old.pdf").write_bytes(pdf(column("A page of which no file is kept.")))
    town.add()
    number = next(row.number for row in town.open().articles.values() if row.article_id == "old")
    sha256 = town.open().articles[number].source_sha256
    (town.root / "originals" / sha256).unlink()
    town.close()
    with serving(home) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with server.client() as one:
        yield one


def place(client: httpx.Client, quote: str) -> dict[str, int]:
    text = client.get("/api/articles/ships").json()["text"]
    return {"from": text.index(quote), "to": text.index(quote) + len(quote)}


def test_an_article_says_which_pages_it_has_and_whether_they_can_be_seen(client):
    ships, river, old = (client.get(f"/api/articles/{name}").json() for name in ("ships", "river", "old"))

    assert [page["number"] for page in ships["pages"]] == [1, 2]
    assert [ships["text"][page["start"] : page["end"]].split()[1] for page in ships["pages"]] == ["harbour", "ships"]
    assert (ships["pictures"], river["pages"], river["pictures"]) == (True, [], False)
    assert (len(old["pages"]), old["pictures"]) == (1, False)


def test_a_page_is_a_picture_that_is_sent_once(client):
    path = "/api/articles/ships/pages/2/picture"
    first = client.get(path)

    assert (first.status_code, first.headers["content-type"]) == (200, "image/png")
    assert first.content.startswith(b"\x89PNG")
    assert first.headers["cache-control"] == "private, no-cache"
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert client.get(path, headers={"If-None-Match": '"another"'}).content == first.content
    assert client.get("/api/articles/ships/pages/1/picture").headers["etag"] != first.headers["etag"]


def test_a_quote_has_boxes_on_its_page_and_none_on_another(client):
    quote = place(client, "sail in summer, and rest")
    found = client.get("/api/articles/ships/pages/2", params=quote).json()

    assert {name: found[name] for name in ("number", "count", "width", "height")} == {
        "number": 2, "count": 2, "width": 612, "height": 792,
    }  # fmt: skip
    first, second = found["boxes"]
    assert 0 < second["left"] < first["left"] < 1
    assert 0 < first["top"] < second["top"] < 0.2
    assert client.get("/api/articles/ships/pages/1", params=quote).json()["boxes"] == []
    assert client.get("/api/articles/ships/pages/2").json()["boxes"] == []


def test_a_quote_over_two_pages_has_boxes_on_both(client):
    text = client.get("/api/articles/ships").json()["text"]
    quote = {"from": text.index("two moles"), "to": text.index("sail")}

    for number in (1, 2):
        assert client.get(f"/api/articles/ships/pages/{number}", params=quote).json()["boxes"]


@pytest.mark.parametrize("suffix", ["", "/picture"])
@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("ships/pages/0", "page_not_found"),
        ("ships/pages/3", "page_not_found"),
        ("ships/pages/-1", "page_not_found"),
        ("river/pages/1", "original_not_found"),
        ("old/pages/1", "original_not_found"),
        ("nothing/pages/1", "article_not_found"),
    ],
)
def test_what_has_no_page_is_not_found(client, path, code, suffix):
    response = client.get(f"/api/articles/{path}{suffix}")

    assert (response.status_code, response.json()["error"]["code"]) == (404, code)


@pytest.mark.parametrize("number", ["x", "1.5", "9" * 12])
def test_a_page_without_a_number_is_refused(client, number):
    assert client.get(f"/api/articles/ships/pages/{number}").status_code == 422


def test_a_damaged_original_is_told_and_the_text_is_read_all_the_same(tmp_path):
    town = town_in(tmp_path)
    (town.folder / "ships.pdf").write_bytes(SHIPS)
    town.add()
    (kept,) = Path(town.root / "originals").iterdir()
    kept.write_bytes(SHIPS[:-1])
    town.close()

    with serving(tmp_path) as server, server.client() as client:
        response = client.get("/api/articles/ships/pages/1/picture")

        assert (response.status_code, response.json()["error"]["code"]) == (503, "index_unavailable")
        assert "The harbour of Orm" in client.get("/api/articles/ships").json()["text"]
        assert "the original of ships in" in server.log.read_text()


def test_an_uploaded_pdf_has_its_pages_until_it_is_removed(tmp_path):
    town = town_in(tmp_path)
    town.close()

    with serving(tmp_path, "--allow-upload") as server, server.client() as client:
        sent = client.post("/api/articles", files={"files": ("ships.pdf", SHIPS, "application/pdf")}).json()
        assert sent["added"] == ["ships"]
        assert client.get("/api/articles/ships/pages/2/picture").content.startswith(b"\x89PNG")
        (kept,) = (town.root / "originals").iterdir()
        assert kept.read_bytes() == SHIPS

        assert client.delete("/api/articles/ships").status_code == 204
        assert client.get("/api/articles/ships/pages/2/picture").json()["error"]["code"] == "article_not_found"
        assert list((town.root / "originals").iterdir()) == []
