"""A page of HTML gives the text of its article, and says what it says about itself."""

import random
from datetime import date
from pathlib import Path

import pytest

from index.errors import ArticleUnreadable
from index.text.loading import load


def page(body: str, head: str = ""):
    (article,) = load(
        Path("/page.html"), f"<!doctype html><html lang=en-GB><head>{head}</head><body>{body}</body>".encode()
    )
    return article


def text_of(body: str) -> str:
    return page(body).text.rstrip("\n")


def test_headings_paragraphs_and_lists_are_markdown():
    body = (
        "<h1>Harbour</h1><p>The  harbour\n of <b>Orm</b>.<h2>Ships</h2>"
        "<ul><li>one<li>two<ol start=3><li>x<li>y</ol></ul>"
    )

    assert text_of(body) == "# Harbour\n\nThe harbour of Orm.\n\n## Ships\n\n- one\n- two\n  3. x\n  4. y"


def test_tables_keep_header_caption_and_spans():
    body = (
        "<table><caption>Ships by year</caption><thead><tr><th>Year<th>Port<th>Ships</thead>"
        "<tr><td rowspan=2>2020<td>Orm<td>4<tr><td>Zell | old<td>5</table>"
    )

    assert text_of(body) == (
        "Ships by year:\n\n| Year | Port | Ships |\n| --- | --- | --- |\n"
        "| 2020 | Orm | 4 |\n| 2020 | Zell \\| old | 5 |"
    )


def test_a_table_without_a_header_of_its_own_takes_its_first_row_unless_rows_are_headed():
    plain = "<table><tr><td>Year<td>Ships<tr><td>2020<td>4</table>"
    rows = "<table><tr><th>Height<td>4 m<tr><th>Width<td>5 m</table>"

    assert text_of(plain).split("\n")[0] == "| Year | Ships |"
    assert text_of(rows).split("\n") == ["|  |  |", "| --- | --- |", "| Height | 4 m |", "| Width | 5 m |"]


def test_a_table_that_only_places_things_is_no_table():
    assert (
        text_of("<table><tr><td><p>One.</p><td><table><tr><td>a<td>b</table></table>")
        == "One.\n\n| a | b |\n| --- | --- |"
    )


def test_quotations_code_terms_and_questions_keep_their_kind():
    body = (
        "<blockquote><p>Fine.</p></blockquote><pre>a\n  b</pre><dl><dt>Quay<dd>A wall.</dl>"
        "<details><summary>Why?</summary>Because.</details><p><strong>When?</strong></p>"
        "<p>Use <code>x &lt; y</code>.</p>"
    )

    assert text_of(body).split("\n\n") == [
        "> Fine.", "```\na\n  b\n```", "**Quay**", "A wall.", "**Why?**", "Because.", "**When?**", "Use `x < y`.",
    ]  # fmt: skip


def test_raised_signs_do_not_melt_into_figures():
    body = "<p>It weighs 12<sup><a href='#n1'>1</a></sup> t, 10<sup>6</sup> g, the 2<sup>nd</sup> most.</p>"

    assert text_of(body) == "It weighs 12[1] t, 10^6 g, the 2nd most."


@pytest.mark.parametrize(
    "unseen",
    [
        "<p hidden>Nine.</p>",
        "<p style='display:none'>Nine.</p>",
        "<p class=gone>Nine.</p>",
        "<p id=away>Nine.</p>",
        "<!-- Nine. -->",
        "<script>'Nine.'</script>",
        "<template><p>Nine.</p></template>",
        "<p><del>Nine.</del></p>",
        "<p><s>Nine.</s></p>",
        "<nav>Nine.</nav>",
        "<div class='cookie-notice'>Nine.</div>",
        "<div role=dialog>Nine.</div>",
        "<footer>Nine.</footer>",
        "<ul class=breadcrumbs><li>Nine.</ul>",
        "<table><tr><td hidden>Nine.<td>a</table>",
    ],
)
def test_what_is_not_shown_or_stands_around_the_article_is_left_out(unseen):
    head = "<style>p{color:red} .gone, #away {display: none}</style>"
    body = f"<main><p>The hall has ten rooms and a long history of being painted blue.</p>{unseen}</main>"

    assert "Nine" not in page(body, head).text
    assert "ten rooms" in page(body, head).text


def test_a_large_part_of_the_page_is_no_furniture_whatever_it_is_called():
    assert "ten rooms" in text_of("<div class='social related'><p>The hall has ten rooms.</p></div><p>Yes.</p>")


def test_the_article_is_preferred_to_what_stands_beside_it_and_keeps_the_pages_heading():
    body = (
        "<h1>The hall</h1><div>Read also: The barn</div>"
        "<article><header><p>By Ida</p></header><p>The hall has ten rooms, all of them blue.</p></article>"
    )

    assert text_of(body) == "# The hall\n\nBy Ida\n\nThe hall has ten rooms, all of them blue."


def test_metadata_come_from_linked_data_then_open_graph_then_the_page():
    head = (
        '<script type="application/ld+json">{"@graph": [{"@type": "WebSite", "name": "x"}, {"@type": "NewsArticle",'
        '"headline": "The hall &amp; the barn", "datePublished": "2024-05-17T08:00:00+02:00",'
        '"author": [{"name": "Ida Poe"}, {"name": "Bob Ray"}]}]}</script>'
        '<meta property="og:title" content="Other"><meta property="og:site_name" content="Valley Post">'
        '<link rel=canonical href="https://example.org/hall">'
    )

    article = page("<p>The hall has ten rooms.</p>", head)

    assert (article.title, article.published, article.publisher) == (
        "The hall & the barn",
        date(2024, 5, 17),
        "Valley Post",
    )
    assert (article.url, article.language, article.authors) == (
        "https://example.org/hall",
        "en",
        ("Ida Poe", "Bob Ray"),
    )
    assert article.extractor.startswith("selectolax ")


def test_dublin_core_and_the_title_without_the_sites_name_are_read():
    head = (
        "<title>The hall | Valley Post</title><meta name=DC.date content=2019-02-03>"
        "<meta name=DC.creator content='Ida Poe'>"
        "<meta property=og:site_name content='Valley Post'>"
    )

    article = page("<p>Ten rooms.</p>", head)

    assert (article.title, article.published, article.authors) == ("The hall", date(2019, 2, 3), ("Ida Poe",))


@pytest.mark.parametrize(
    "broken", ["{", "[" * 5000, '{"@type": 1}', '{"@type": "Article", "headline": {"a": 1}}', "null"]
)
def test_linked_data_that_is_none_costs_no_article(broken):
    article = page("<h1>Hall</h1><p>Ten rooms.</p>", f'<script type="application/ld+json">{broken}</script>')

    assert article.title == "Hall"


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("windows-1252", "cp1252"), ("GB2312", "gb18030"), ("utf-8", "utf-8"), ("punycode", "utf-8"), ("", "cp1252")],
)
def test_the_charset_that_the_page_names_is_used_if_it_is_one(charset, encoding):
    word = "数字" if encoding == "gb18030" else "café"
    data = f"<html><head><meta charset='{charset}'></head><body><p>{word} is a word.</p>".encode(encoding)

    assert load(Path("/a.htm"), data)[0].text.startswith(f"{word} is")


@pytest.mark.parametrize("data", [b"<html><body><script>x()</script></body></html>", b"<!-- only this -->"])
def test_a_page_without_visible_text_is_refused_with_a_remedy(data):
    with pytest.raises(
        ArticleUnreadable, match=r"/a\.html: no text in it that is visible without scripts; save the page"
    ):
        load(Path("/a.html"), data)


def test_a_short_value_stands_behind_its_term_and_a_sentence_below_it():
    body = (
        "<dl><dt>Weight<dd>410 g<dt>Colours<dd>red<dd>blue<dt>How long?<dd>Four minutes"
        "<dt><code>size</code><dd>Of the cache. It is 256.</dl>"
    )

    assert text_of(body).split("\n\n") == [
        *("Weight: 410 g", "Colours: red", "blue", "**How long?**", "Four minutes"),
        *("`size`", "Of the cache. It is 256."),
    ]


def test_signs_for_links_and_editing_lists_of_contents_and_notes_aside_are_left_out():
    body = (
        "<div class=nav>Home News</div><article><h1>Mill<a class=headerlink href=#mill>¶</a></h1>"
        "<div class=toc><ul><li>1 Its age</ul></div><h2>Its age<span class=mw-editsection>[edit]</span></h2>"
        f"<p>{'The mill is old and turns in the wind. ' * 4}<aside class=related>Read of the ford</aside>"
        "<aside>It was a gift.</aside></article>"
    )

    article = page(body)

    assert article.title == "Mill"
    assert article.text.split("\n\n")[:2] == ["# Mill", "## Its age"]
    assert "Read of" not in article.text
    assert article.text.endswith("It was a gift.\n")


def test_deeply_nested_pages_are_read():
    assert "hello" in text_of("<div>" * 3000 + "hello")
    assert "hello" in text_of("<table><tr><td>" * 200 + "hello")


@pytest.mark.parametrize("size", [100, 1_000, 200_000])
def test_bytes_that_are_no_text_are_no_page(size):
    data = random.Random(size).randbytes(size)

    with pytest.raises(ArticleUnreadable, match="binary data, not HTML; leave it out"):
        load(Path("/page.html"), data)


def test_a_page_with_a_stray_control_character_is_a_page():
    assert text_of("<p>The harbour\x07 of\x01 Orm.") == "The harbour of Orm."
