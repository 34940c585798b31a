"""Metadata is what the article plainly says, and nothing else."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.metadata import Metadata, complete_from_text, parse_date, plain_language, split_front_matter

ENGLISH = "The mayor of the town said that it was for the people and by the people, as it is in all of the valley. " * 2


def front(text):
    return split_front_matter(text)


def test_yaml_front_matter_is_read_and_split_off():
    known, text = front(
        "---\ntitle: 'A: \"title\"'\npublished: 2021-03-09\npublisher: The Post\nurl: https://example.org/a\n"
        "language: en-GB\nseed: x\n---\nThe text.\n"
    )

    assert known == Metadata(
        title='A: "title"',
        published=date(2021, 3, 9),
        publisher="The Post",
        url="https://example.org/a",
        language="en",
    )
    assert text == "The text.\n"


def test_toml_front_matter_is_read_and_split_off():
    known, text = front('+++\ntitle = "A"\ndate = 2021-03-09T10:00:00Z\nlang = "zh_CN"\n+++\n正文。')

    assert known == Metadata(title="A", published=date(2021, 3, 9), language="zh")
    assert text == "正文。"


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("headline: B", "title", "B"),
        ("Title: B", "title", "B"),
        ("title: 2021", "title", "2021"),
        ("title: >\n  two\n  lines", "title", "two lines"),
        ("date: 2021-03-09", "published", date(2021, 3, 9)),
        ("datePublished: 2021-03-09 10:00:00", "published", date(2021, 3, 9)),
        ("pubdate: 9 March 2021", "published", date(2021, 3, 9)),
        ("publication_date: 2021年3月9日", "published", date(2021, 3, 9)),
        ("site_name: Post", "publisher", "Post"),
        ("source: Post", "publisher", "Post"),
        ("link: https://example.org", "url", "https://example.org"),
        ("canonical_url: https://example.org", "url", "https://example.org"),
        ("locale: zh_CN", "language", "zh"),
        ("lang: EN", "language", "en"),
    ],
)
def test_keys_in_common_use_are_understood(line, field, value):
    known, _ = front(f"---\n{line}\n---\nText")

    assert getattr(known, field) == value


def test_the_preferred_key_wins():
    known, _ = front("---\ndate: 2020-01-01\npublished: 2021-01-01\n---\n")

    assert known.published == date(2021, 1, 1)


@pytest.mark.parametrize(
    "line", ["title:", "title: ''", "title: [a, b]", "title: {a: b}", "publisher: null", "tags: x"]
)
def test_a_value_that_is_no_text_stays_absent(line):
    assert front(f"---\n{line}\n---\nText") == (Metadata(), "Text")


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("title: Trains: a history", "title", "Trains: a history"),
        ("title: yes", "title", "yes"),
        ("title: 007", "title", "007"),
        ("title: 2.10", "title", "2.10"),
        ("title: 10:20:30", "title", "10:20:30"),
        ("title: [", "title", None),
        ("\ttitle: tab", "title", "tab"),
        ("language: no", "language", "no"),
        ("author: Ada Holm and Bo Lind", "authors", ("Ada Holm", "Bo Lind")),
        ("authors: [Ada Holm, Bo Lind]", "authors", ("Ada Holm", "Bo Lind")),
        ("author:\n  - name: Ada Holm\n  - Bo Lind", "authors", ("Ada Holm", "Bo Lind")),
        ("date: Tue, 09 Mar 2021 10:00:00 +0100", "published", date(2021, 3, 9)),
        ("date: Tuesday, March 9, 2021", "published", date(2021, 3, 9)),
        ("date: 20210309", "published", date(2021, 3, 9)),
        ("date: [2021-03-09, 2022-01-01]", "published", date(2021, 3, 9)),
        ("date: 9. März 2021", "published", date(2021, 3, 9)),
    ],
)
def test_values_mean_what_their_writer_meant(line, field, value):
    known, text = front(f"---\n{line}\n---\nText")

    assert getattr(known, field) == value
    assert known.problems == ()
    assert text == "Text"


@pytest.mark.parametrize("title", ['"Salt" and "iron"', "'We sailed at dawn': a log", '"Rain, said the miller'])
def test_a_value_that_is_quoted_in_part_is_taken_whole_and_told(title):
    known, text = front(f"---\ntitle: {title}\npublisher: 'The Tide: weekly'\n---\nText")

    assert known == Metadata(
        title=title,
        publisher="The Tide: weekly",
        problems=("its title is quoted in part, which is no YAML; it is taken whole",),
    )
    assert text == "Text"


@pytest.mark.parametrize("value", ["2021", "2021-05", "March 2021", "yesterday", "2021-02-30", "31.31.2021"])
def test_a_stated_date_that_is_no_full_date_is_reported(value):
    known, text = front(f"---\ntitle: A\ndate: {value}\n---\nText")

    assert known == Metadata(title="A", problems=(f"its date {value!r} is no full date; it is indexed without one",))
    assert text == "Text"


@pytest.mark.parametrize("value", ["n/a", "unknown", "-", ""])
def test_a_date_that_is_said_to_be_absent_is_no_problem(value):
    assert front(f"---\ndate: {value}\n---\nText") == (Metadata(), "Text")


@pytest.mark.parametrize(
    "text",
    [
        "---\n---\nText",
        "---\nJust a line.\n---\nText",
        "---\n\nA note: it rained.\n\n---\n\nText",
        "---\nFirst voice: Come in.\nSecond voice: I will.\n---\nText",
        "---\n# A line that is a heading\nopening: noon\n---\nText",
        "---\nDate: soon\nThe mill burned down.\n---\nText",
        "--- \nText",
        "---\ntitle: never closed",
        "Text\n---\ntitle: x\n---\n",
        "----\na: b\n----\n",
        "{not json}\nText",
    ],
)
def test_a_rule_is_not_front_matter(text):
    assert front(text) == (Metadata(), text)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff\ufeff---\ntitle: A\n---\nText",
        "\n\n---\ntitle: A\n---\nText",
        "---\ntitle: A\n...\nText",
        '{"title": "A"}\n\nText',
        '+++\ntitle = "A"\n+++\nText',
    ],
)
def test_front_matter_is_found_in_each_form(text):
    assert front(text) == (Metadata(title="A"), "Text")


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: A\na: " + "[" * 5_000 + "\n---\nText",
        "---\ntitle: A\na: !!python/object/apply:os.getcwd []\n---\nText",
        "---\ntitle: A\na: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n---\nText",
        "---\ntitle: A\nn: " + "9" * 5_000 + "\n---\nText",
        "---\ntitle: A\ndate: 190:20:30:15\n---\nText",
        "+++\ntitle = 'A'\nn = " + "9" * 5_000 + "\n+++\nText",
        "+++\ntitle = 'A'\na" + ".a" * 20_000 + " = 1\n+++\nText",
        "---\ntitle: A\ndate:" + " " * 50_000 + "x\n---\nText",
    ],
)
def test_hostile_front_matter_takes_no_time_and_loses_nothing(text):
    started = time.process_time()

    known, rest = front(text)

    assert (known.title, rest) == ("A", "Text")
    assert time.process_time() - started < 2


@given(st.text(max_size=200))
def test_front_matter_is_split_off_or_stays_text(text):
    _, rest = front("---\n" + text)

    assert ("---\n" + text).endswith(rest)


@pytest.mark.parametrize(
    "text",
    [
        "2021-03-09",
        "2021/3/9",
        "2021.03.09",
        "20210309",
        "Tuesday, 9 March 2021",
        "Tue, 09 Mar 2021 10:00:00 +0100",
        "9 de marzo de 2021",
        "9 mars 2021",
        "2021年3月9日",
        "2021-03-09T10:00:00+08:00",
        "9 March 2021",
        "9th Mar. 2021",
        "March 9, 2021",
        "Mar 9th 2021",
        "  march 9 2021 (updated)",
    ],
)
def test_dates_are_read_in_the_forms_people_write(text):
    assert parse_date(text) == date(2021, 3, 9)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2021",
        "2021-3",
        "03/09/2021",
        "9/3/2021",
        "2021-00-10",
        "2021-02-30",
        "9 Brumaire 2021",
        "March 2021",
        "x 2021-03-09",
        "2021-03-091",
    ],
)
def test_what_is_no_full_date_is_not_taken_for_one(text):
    assert parse_date(text) is None


@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_date_is_read_back(day):
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day.day} {day:%B} {day.year}") == day


def test_what_nothing_says_stays_absent():
    assert complete_from_text(Metadata(), "It happened in the night of Tuesday, and in 1999 as well.") == Metadata()


def test_what_was_stated_is_never_overruled():
    stated = Metadata(title="T", published=date(2000, 1, 1), publisher="P", url="https://p.org", language="fr")

    assert complete_from_text(stated, "# Other\n\nPublished: 2021-03-09\nSource: Q\n\n" + ENGLISH) == stated


def test_labelled_lines_near_the_top_are_taken():
    text = "# The title #\n\n**Published:** 9 March 2021\nSource: The Post\nURL: https://example.org/a\n\nText."

    assert complete_from_text(Metadata(), text) == Metadata(
        title="The title", published=date(2021, 3, 9), publisher="The Post", url="https://example.org/a"
    )


def test_labelled_values_on_one_line_are_told_apart():
    known = complete_from_text(Metadata(), "大桥通车\n\n2022年10月3日 来源：江州晚报 作者：赵敏\n\n大桥正式通车。")

    assert (known.published, known.publisher, known.authors) == (date(2022, 10, 3), "江州晚报", ("赵敏",))


def test_chinese_labels_are_taken():
    text = "数字改革大会召开\n\n发布时间：2021年3月9日\n来源：浙江日报\n\n会议指出，改革很重要。"

    assert complete_from_text(Metadata(), text) == Metadata(
        title="数字改革大会召开", published=date(2021, 3, 9), publisher="浙江日报", language="zh"
    )


@pytest.mark.parametrize(
    "line",
    [
        "March 9, 2021",
        "Tue 9 March 2021",
        "Tuesday, 9 March 2021",
        "Tuesday 9 March 2021",
        "Dienstag, 9. März 2021",
        "2021-03-09 10:30 GMT",
        "2021年3月9日 来源：新华社",
        "Tue, 09 Mar 2021 10:00:00 +0100",
    ],
)
def test_a_line_that_is_a_date_is_the_date(line):
    assert complete_from_text(Metadata(), f"Title\n\n{line}\n\nText.").published == date(2021, 3, 9)


@pytest.mark.parametrize(
    "text",
    [
        "On 9 March 2021 the mayor of the town resigned after a long fight.",
        "March 9, 2021 was the day on which the mayor resigned.",
        "March 9, 2021 was cold.",
        "2021年3月9日，下雨了。",
        "# Ida Poe\n\nBorn 9 March 1921\n\nText.",
        "Until 3 May 1950",
        "Birthday 3 May 1950",
        "3 May 1921 Work began",
        "Opened 4 July 1976 by the king",
        "\n".join(["A line."] * 8) + "\n2021-03-09",
    ],
)
def test_a_date_in_the_story_is_not_the_date_of_the_article(text):
    assert complete_from_text(Metadata(), text).published is None


def test_a_link_that_is_no_web_address_is_not_taken():
    assert complete_from_text(Metadata(), "Title\n\nLink: see below\n").url is None


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# One\n\nText", "One"),
        ("Intro.\n\n# Two\n\nText", "Two"),
        ("A plain first line\n\nText", "A plain first line"),
        ("A sentence ends here.\n\nText", None),
        ("- a list item\n\nText", None),
        ("first of several\nlines\n\nText", None),
        ("```\n# a comment\n```\n\nText here that goes on.", None),
        ("x" * 201 + "\n\nText", None),
        ("## Deeper\n\nText", None),
        ("", None),
    ],
)
def test_a_title_is_a_heading_or_a_line_of_its_own(text, title):
    assert complete_from_text(Metadata(), text).title == title


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ENGLISH, "en"),
        ("改革很重要。" * 10, "zh"),
        ("これは日本語の文章です。改革。" * 5, "ja"),
        ("이것은 한국어 문장입니다. " * 5, "ko"),
        ("Der Fluss stieg in der Nacht um drei Meter und hat die Markthalle überflutet. " * 4, None),
        ("The river.", None),
        ("12345", None),
        ("", None),
    ],
)
def test_a_language_is_named_only_where_there_is_no_doubt(text, language):
    assert plain_language(text) == language
