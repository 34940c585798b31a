"""Messages, tables in CSV and JSON Lines as articles."""

from datetime import date
from email.message import EmailMessage
from email.mime.text import MIMEText
from pathlib import Path

import pytest

from index.errors import ArticleUnreadable
from index.text.loading import load


def message(text: str = "The mill is sold.\n", **headers: str) -> EmailMessage:
    made = EmailMessage()
    stated = {"From": "Ida Poe <ida@example.org>", "To": "bob@example.org", "Subject": "The mill"} | headers
    for name, value in stated.items():
        made[name] = value
    made.set_content(text)
    return made


def mailed(made: EmailMessage):
    (article,) = load(Path("/a.eml"), made.as_bytes())
    return article


def test_a_message_has_its_head_as_lines_and_as_metadata():
    article = mailed(message(Date="Fri, 17 May 2024 09:00:00 +0200", Subject="Die Mühle über Orm"))

    assert article.text.startswith(
        "From: Ida Poe <ida@example.org>\nTo: bob@example.org\nDate: Fri, 17 May 2024 09:00:00 +0200\n"
        "Subject: Die Mühle über Orm\n\nThe mill is sold.\n"
    )
    assert (article.title, article.published) == ("Die Mühle über Orm", date(2024, 5, 17))
    assert article.authors == ("Ida Poe",)


def test_plain_text_is_preferred_to_html_and_html_read_where_it_is_alone():
    both = message()
    both.add_alternative("<p>The mill is <b>sold</b>!</p>", subtype="html")
    page = message()
    page.set_content("<p>The mill is <b>sold</b>!</p><p hidden>Not.</p>", subtype="html")

    assert mailed(both).text.endswith("\n\nThe mill is sold.\n")
    assert mailed(page).text.endswith("\n\nThe mill is sold!\n")


def test_html_is_read_beside_plain_text_that_is_no_other_form_of_it():
    page = message()
    page.set_content("<p>The mill is <b>sold</b>!</p>", subtype="html")
    forwarded = message("For all of you.\n")
    forwarded.add_attachment(page)
    both = message()
    both.add_alternative("<p>The mill is <b>sold</b>!</p>", subtype="html")
    for made in (page, both):
        made.make_mixed()
        made.attach(MIMEText("You get this as a member of the list.\n"))

    assert mailed(page).text.endswith("\n\nThe mill is sold!\n\nYou get this as a member of the list.\n")
    assert mailed(both).text.endswith("\n\nThe mill is sold.\n\nYou get this as a member of the list.\n")
    assert "\n\nFor all of you.\n" in mailed(forwarded).text
    assert "The mill is sold!" in mailed(forwarded).text


def test_quoted_replies_stay_quotations_and_the_signature_is_left_out():
    text = "Yes.\n\n> Is the mill sold?\n> I wonder.\n\n-- \nIda Poe, 12 Mill Lane\n"

    assert mailed(message(text)).text.endswith("\n\nYes.\n\n> Is the mill sold?\n> I wonder.\n")


def test_a_forwarded_message_keeps_its_head_and_is_not_lost_behind_a_signature():
    forwarded = message("The mill is closed from 11 March.\n", **{"From": "Eve Orr <eve@example.org>"})
    made = message("For all of you.\n\n-- \nIda Poe, 12 Mill Lane\n")
    made.add_attachment(forwarded)

    body = mailed(made).text.split("\n\n", 1)[1]

    assert body == (
        "For all of you.\n\nFrom: Eve Orr <eve@example.org>\nTo: bob@example.org\nSubject: The mill\n\n"
        "The mill is closed from 11 March.\n"
    )


def test_attachments_are_named_and_not_read():
    made = message()
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="deed.pdf")

    assert mailed(made).problems == ("1 attached and not read: deed.pdf",)


@pytest.mark.parametrize(
    "data",
    [b"no message at all", b"\xff\xfe\x00", b"X-Other: 1\n\nText."],
)
def test_what_is_no_message_is_refused(data):
    with pytest.raises(ArticleUnreadable, match=r"^/a\.eml: not a message"):
        load(Path("/a.eml"), data)


MALFORMED = [
    b"Date: 99 Foo 2024 99:99",
    b'From: "<<@,;:',
    b"Content-Type: multipart/mixed; boundary=",
    b"Subject: =?x?q?=FF?=",
    b"Content-Type: text/plain; charset=punycode",
    b"Content-Transfer-Encoding: base64",
    b"To: =?utf-8?b?////?=",
    b"Content-Type: message/rfc822",
]


@pytest.mark.parametrize("head", MALFORMED)
def test_malformed_headers_cost_no_message(head):
    (article,) = load(Path("/a.eml"), b"Subject: The mill\n" + head + b"\n\nThe mill is sold.\n")

    assert "Subject: The mill" in article.text


def table(text: str, name: str = "ships by_year.csv"):
    (article,) = load(Path("/") / name, text.encode())
    return article


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_table_is_markdown_under_the_files_name(delimiter):
    text = "\n".join(delimiter.join(row) for row in (("Year", "Ships"), ("2020", "4"), ("2021", "5")))

    article = table(text)

    assert article.text == "# ships by year\n\n| Year | Ships |\n| --- | --- |\n| 2020 | 4 |\n| 2021 | 5 |\n"
    assert article.title == "ships by year"


def test_quoted_cells_keep_commas_lines_and_bars():
    assert (
        '| Orm, "old" | 4 ships and a boat \\| barge |'
        in table('Port,Ships\n"Orm, ""old""","4 ships\nand a boat | barge"\nZell,5\n').text
    )


def test_columns_without_name_and_value_are_left_out_and_others_numbered():
    article = table(",Port,,Ships,\n1,Orm,,4,\n,,,,\n2,Zell,,5,\n")

    assert "| column 1 | Port | Ships |\n| --- | --- | --- |\n| 1 | Orm | 4 |\n| 2 | Zell | 5 |\n" in article.text
    assert article.problems == ()


def test_rows_of_another_length_are_told_and_excels_own_line_is_heeded():
    article = table("sep=;\nYear;Ships,old\n2020;4\n2021\n")

    assert "| Year | Ships,old |" in article.text
    assert article.problems == ("1 row does not have the header's 2 columns",)


def test_each_row_is_an_article_where_the_columns_are_those_of_articles():
    text = (
        "Title,Text,Publication Date,id,Pages\n"
        'The mill,"The mill is sold.\n\nIda Poe bought it.",2024-05-17,mill,3\n'
        "The ship,,2024-05-18,ship,\n"
        "The pond,The pond froze.,2024-05-19,,1\n"
    )

    mill, pond = load(Path("/news.csv"), text.encode())

    assert (mill.source, mill.title, mill.published) == ("/news.csv#mill", "The mill", date(2024, 5, 17))
    assert mill.text == "The mill is sold.\n\nIda Poe bought it."
    assert mill.problems == ("row 3 has no text",)
    assert (pond.source, pond.text) == ("/news.csv#4", "The pond froze.")


@pytest.mark.parametrize("header", ["title,price", "text,price", "article,price"])
def test_a_table_without_columns_of_articles_is_one_article(header):
    assert len(load(Path("/news.csv"), f"{header}\nMill,3\nShip,4\n".encode())) == 1


def test_columns_of_articles_without_any_text_are_refused():
    with pytest.raises(ArticleUnreadable, match=r"^/a\.csv: it is empty but for its header"):
        load(Path("/a.csv"), b"weir,height\n\n")
    with pytest.raises(ArticleUnreadable, match=r"^/news\.csv: no row has a text under 'body'"):
        load(Path("/news.csv"), b"headline,body\nThe mill,\n")


def test_a_cell_may_hold_a_long_article():
    (article,) = load(Path("/news.csv"), b"title,text\nThe mill," + b"The mill is sold. " * 10_000)

    assert len(article.text) > 170_000


def lines(*texts: str):
    return load(Path("/news.jsonl"), "\n".join(texts).encode())


def test_every_line_is_an_article_with_its_id_or_number():
    first, second = lines(
        '{"id": "mill", "title": "The mill", "text": "The mill is sold.", "date": "2024-05-17", "author": "Ida Poe"}',
        "",
        '{"body": "<p>The <b>ship</b> sank.</p>", "url": "https://example.org/ship"}',
    )

    assert (first.source, first.name, first.title) == ("/news.jsonl#mill", "news-mill", "The mill")
    assert (first.published, first.authors) == (date(2024, 5, 17), ("Ida Poe",))
    assert (second.source, second.text, second.url) == ("/news.jsonl#3", "The ship sank.\n", "https://example.org/ship")


def test_an_article_stays_the_same_whatever_becomes_of_the_others():
    one, two = ('{"id": "a", "text": "The mill."}', '{"id": "b", "text": "The ship."}')

    assert lines(one, two)[1] == lines(two)[0]


def test_an_id_that_is_the_number_of_another_line_costs_no_article():
    assert [one.source for one in lines('{"id": "2", "text": "The mill."}', '{"text": "The ship."}')] == [
        "/news.jsonl#2",
        "/news.jsonl#2-2",
    ]


@pytest.mark.parametrize(
    ("stated", "other"), [('"language": "en"', '"language": "de"'), ('"author": "A"', '"author": "B"')]
)
def test_another_language_or_author_is_a_change(stated, other):
    (before,), (after,) = (lines(f'{{"id": "a", "text": "The mill.", {one}}}') for one in (stated, other))

    assert before.source_sha256 != after.source_sha256


def test_lines_that_hold_no_article_are_told_and_the_others_taken():
    (article,) = lines("{", '{"text": ""}', "[1]", '{"id": 7, "text": "The mill is \\ud83d sold."}')

    assert article.text == "The mill is \ufffd sold."
    assert article.problems[0] == "line 1 is not JSON"
    assert len(article.problems) == 3


@pytest.mark.parametrize(
    ("value", "said"),
    [("41", "the number 41"), ("2.50", "the number 2.50"), ("true", "true or false"), ('["Salt."]', "a list")],
)
def test_a_text_that_is_no_string_is_told_with_its_line(value, said):
    (article,) = lines('{"body": "The weir was mended."}', f'{{"body": {value}}}')

    assert article.problems == (f"line 2 has {said} under 'body', and no text",)


@pytest.mark.parametrize("text", ["[" * 10_000, '{"text": [5]}', "1" * 5_000])
def test_a_file_without_articles_is_refused(text):
    with pytest.raises(ArticleUnreadable, match=r"^/news\.jsonl: no article in it \("):
        lines(text)
