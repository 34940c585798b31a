"""Overviews: chosen out of many passages, each statement as it stands."""

from datetime import date

import pytest
from memory_search import MemorySearch

from assistant.question.scope import Scope, load_classifier
from assistant.reading.overview.catalog import named_articles, said_by
from assistant.reading.overview.moments import Moment, moment
from assistant.reading.overview.overviews import Overview, Overviews
from assistant.reading.overview.sides import sides_of
from assistant.reading.overview.writings import is_of_one, writings_meant
from index.encoding.encoder import Encoder, HashEncoder
from index.search.engine import Filters
from index.text.article import Article

FERRY = """# The ferry of Oldwater

## Summary

The ferry of Oldwater carries 900 passengers a day. It loses money every winter.

## Strike

On 4 May 2021 the crew of the ferry went on strike. The strike ended on 9 June 2021 with a rise of 4%.

## Past

The ferry first sailed in 1931. Its present ship was built in 1998.

What will become of the ferry?
"""
FARES = """# Fares on the water

The ferry costs 3 crowns. The water bus costs 5 crowns.

| Boat | Adults | Children |
|---|---|---|
| Ferry | 3 | 1 |
| Water bus | 5 | 2 |
"""
BAKERY = """# A bakery in Mill Lane

The bakery sells 40 kinds of bread. In 1950 Otto Lind built its oven.
"""


@pytest.fixture(scope="module")
def engine(minilm: Encoder) -> MemorySearch:
    articles = [
        Article(
            source=name,
            name=name,
            text=text,
            title=text.split("\n")[0].lstrip("# "),
            published=published,
            publisher=publisher,
            authors=authors,
        )
        for name, text, published, publisher, authors in (
            ("ferry", FERRY, date(2021, 7, 1), "Harbour Gazette", ("Ada Holm",)),
            ("fares", FARES, date(2022, 3, 5), "Valley Post", ()),
            ("bakery", BAKERY, None, None, ()),
        )
    ]
    return MemorySearch(articles, minilm)


@pytest.fixture(scope="module")
def overviews(engine: MemorySearch) -> Overviews:
    return made(engine, Filters())


def made(engine: MemorySearch, filters: Filters) -> Overviews:
    return Overviews(lambda text, k, passing: engine.search(text, k=k, filters=passing), engine, filters)


def quoted(overview: Overview | None, engine: MemorySearch) -> list[str]:
    assert overview is not None
    return [engine.text(quote.article.article_id)[quote.start : quote.end] for quote in overview.quotes]


def test_a_timeline_is_in_the_order_of_its_dates_and_not_of_the_text(overviews: Overviews, engine: MemorySearch):
    told = " ".join(quoted(overviews.timeline("the ferry"), engine))

    places = [told.index(dated) for dated in ("1931", "1998", "4 May 2021", "9 June 2021")]
    assert places == sorted(places)
    assert "900 passengers" not in told


def test_a_timeline_of_nothing_in_particular_is_of_all_articles(overviews: Overviews, engine: MemorySearch):
    told = " ".join(quoted(overviews.timeline(""), engine))

    assert told.index("1931") < told.index("1950") < told.index("2021")


def test_a_summary_takes_from_each_section_and_quotes_no_heading_or_question(
    overviews: Overviews, engine: MemorySearch
):
    told = quoted(overviews.summary("the ferry of Oldwater"), engine)

    assert all(any(part in one for one in told) for part in ("900 passengers", "strike", "1931"))
    assert not any("#" in one or one.endswith("?") or "bread" in one for one in told)


def test_everything_about_a_subject_comes_from_several_articles_each_in_one_run(
    overviews: Overviews, engine: MemorySearch
):
    overview = overviews.everything("the ferry")

    assert overview is not None
    numbers = [quote.article.number for quote in overview.quotes]
    assert set(numbers) == {1, 2}
    assert numbers in (sorted(numbers), sorted(numbers, reverse=True))


def test_nothing_is_said_about_what_no_article_has(overviews: Overviews):
    assert overviews.everything("submarines") is None
    assert overviews.summary("the submarine of Thule") is None
    assert overviews.timeline("submarines") is None
    assert overviews.mentions("submarines") is None


def test_a_comparison_quotes_the_one_for_one_side_and_the_other_for_the_other(
    overviews: Overviews, engine: MemorySearch
):
    question = "Compare the ferry and the water bus"
    apart = frozenset({"water", "bus"})
    bus = quoted(overviews.side("water bus", question, apart, frozenset({"ferri"})), engine)

    assert any("The water bus costs 5 crowns." in one for one in bus)
    assert not any("strike" in one for one in bus)


def test_a_row_of_a_table_comes_with_the_header_before_it(overviews: Overviews, engine: MemorySearch):
    told = quoted(overviews.mentions("water bus"), engine)

    row = next(place for place, one in enumerate(told) if one.startswith("| Water bus"))
    assert told[row - 1] == "| Boat | Adults | Children |"


def test_all_articles_have_a_statement_each(overviews: Overviews):
    overview = overviews.about()

    assert overview is not None
    assert sorted(quote.article.number for quote in overview.quotes) == [1, 2, 3]
    assert overview.left == 0


def test_filters_hold_for_overviews(engine: MemorySearch):
    overview = made(engine, Filters(publishers=("Valley Post",))).everything("the ferry")

    assert overview is not None
    assert {quote.article.publisher for quote in overview.quotes} == {"Valley Post"}


@pytest.mark.parametrize(
    ("text", "numbers", "topic"),
    [
        ("What did the Gazette report in 2021?", [1], ""),
        ("What did the Gazette report about the strike?", [1], "strike"),
        ("What was published in March 2022?", [2], ""),
        ("What did Ada Holm write?", [1], ""),
    ],
)
def test_articles_are_named_by_publisher_date_and_author(
    text: str, numbers: list[int], topic: str, engine: MemorySearch
):
    named = named_articles(text, list(engine.articles.values()), load_classifier().asking[Scope.CATALOG])

    assert named is not None
    assert [row.number for row in named.articles] == numbers
    assert named.topic == topic


@pytest.mark.parametrize("text", ["What did the Herald report?", "What did the Gazette report in 1999?"])
def test_a_publisher_or_date_that_no_article_has_names_none(text: str, engine: MemorySearch):
    assert named_articles(text, list(engine.articles.values()), load_classifier().asking[Scope.CATALOG]) is None


@pytest.mark.parametrize(
    ("topic", "sides"),
    [
        ("the ferry and the water bus", ("ferry", "water bus")),
        ("Ada Holm and Bo Lind differ over parking", ("Ada Holm", "Bo Lind")),
        ("the ferry with the bridge", ("ferry", "bridge")),
        ("the price of bread in May and June", ("price of bread in May", "June")),
        ("the ferry", None),
    ],
)
def test_a_comparison_has_two_sides(topic: str, sides: tuple[str, str] | None):
    assert sides_of(topic, load_classifier().asking[Scope.COMPARE]) == sides


def test_a_date_without_a_year_is_of_the_article_and_a_time_of_day_of_the_title(engine: MemorySearch):
    ferry, _, bakery = engine.articles.values()

    assert moment("It closed on 4 May.", ferry) == Moment(2021, 5, 4, 0)
    assert moment("It closed on 4 May.", bakery) is None
    assert moment("At 2:30 pm on 4 May it closed.", ferry) == Moment(2021, 5, 4, 870)
    assert moment("At 08:05 it closed.", ferry) is None
    assert moment("It carries 900 passengers.", ferry) is None


PUBLISHERS = ("The Harbour Courier", "Valley Post", "Parish of Lund", "Fjord News Agency")


@pytest.mark.parametrize(
    ("question", "publishers", "topic"),
    [
        ("What does the Courier say about the lift?", ("The Harbour Courier",), "lift"),
        ("what has the harbour courier reported", ("The Harbour Courier",), ""),
        ("What did the parish write on the path?", ("Parish of Lund",), "path"),
        ("What does Fjord News say about fog?", ("Fjord News Agency",), "fog"),
        ("What did FNA report on fog?", ("Fjord News Agency",), "fog"),
        ("What do the Post and the Courier say about fog?", ("Valley Post", "The Harbour Courier"), "fog"),
        ("According to the Post, who built the mill?", ("Valley Post",), None),
        ("Who built the mill according to the Valley Post?", ("Valley Post",), None),
    ],
)
def test_a_publisher_is_named_by_its_noun_its_beginning_or_its_initials(
    question: str, publishers: tuple[str, ...], topic: str | None
):
    said = said_by(question, PUBLISHERS)

    assert said is not None
    assert (said.publishers, said.topic) == (publishers, topic)


@pytest.mark.parametrize(
    "question",
    [
        "What do the Courier and the mayor say about fog?",
        "What does the harbour say about the lift?",
        "What did the mayor say about the Courier?",
        "What does it say about the lift?",
        "Who owns the Courier?",
        "According to the plan, when does it open?",
    ],
)
def test_what_is_no_publisher_is_not_taken_for_one(question: str):
    assert said_by(question, PUBLISHERS) is None


TALK = "Ada: How long?\n\nBo: Thirty years. I like it.\n\nAda: What next?\n\nBo: The tower opens in May.\n"
WRITTEN = {
    "interview-2": ("A visit to the tower", "The tower is old."),
    "lund": ("Minutes of the parish of Lund", "The council approved the path."),
    "aas": ("Minutes of the parish of Aas", "The council refused the path."),
    "tower": ("The keeper of the tower", TALK),
    "path": ("The path", "# The path\n\nDear Ms Holm,\n\nThe path is closed.\n"),
}


@pytest.mark.parametrize(
    ("topic", "among", "meant"),
    [
        ("interview", set(WRITTEN), ["interview-2"]),
        ("the interview", {"lund", "tower", "path"}, ["tower"]),
        ("the letter", set(WRITTEN), ["path"]),
        ("minutes", set(WRITTEN), ["lund", "aas"]),
        ("meeting minutes", {"lund", "path"}, ["lund"]),
        ("podcast", {"lund", "path"}, []),
        ("article", set(WRITTEN), []),
    ],
)
def test_a_word_for_a_writing_means_what_is_called_so_or_has_its_form(topic: str, among: set[str], meant: list[str]):
    articles = [Article(source=name, name=name, text=text, title=title) for name, (title, text) in WRITTEN.items()]
    engine = MemorySearch(articles, HashEncoder())
    rows = [row for row in engine.articles.values() if row.article_id in among]

    assert [row.article_id for row in writings_meant(topic, rows, engine.structure)] == meant


@pytest.mark.parametrize(("topic", "one"), [("the minutes", True), ("interview", True), ("both interviews", False)])
def test_a_writing_is_one_or_several(topic: str, one: bool):
    assert is_of_one(topic) is one


LETTERS = """# Letters about the lift

Dear Ms Holm, the lift of Lund carried 4,100 people in March.

Dear Mr Lind,

the lift of Lund has a motor of 1961.

Sehr geehrte Frau Holm,

der Lift von Lund wird im Mai repariert.

Note: The lift of Lund costs three crowns.

Present: Ada Holm, Bo Lind and the keeper of the lift of Lund

Yours sincerely,
Bo Lind, keeper of the lift of Lund
"""


def test_what_stands_behind_a_salutation_or_a_label_is_a_statement(minilm: Encoder):
    engine = MemorySearch([Article(source="lift", name="lift", text=LETTERS, title="Letters about the lift")], minilm)

    assert quoted(made(engine, Filters()).everything("the lift of Lund"), engine) == [
        "Dear Ms Holm, the lift of Lund carried 4,100 people in March.",
        "the lift of Lund has a motor of 1961.",
        "der Lift von Lund wird im Mai repariert.",
        "Note: The lift of Lund costs three crowns.",
    ]


PRICES = """# Prices of the harbour museum and the maritime museum

| Museum | Adult | Child |
|---|---|---|
| Harbour museum | £8 | £4 |
| **Further off** | | |
| Museum | Adult | Child |
| Whaling museum | £6 | £2 |
| Maritime museum | £11 | £5 |

The harbour museum is closed on Mondays.
"""


def test_of_an_article_on_both_things_each_side_has_its_own_rows_and_no_header_as_a_row(minilm: Encoder):
    title = PRICES.split("\n")[0].lstrip("# ")
    engine = MemorySearch([Article(source="prices", name="prices", text=PRICES, title=title)], minilm)
    sides = made(engine, Filters())
    apart = frozenset({"harbour"}), frozenset({"maritim"})

    first = quoted(sides.side("harbour museum", title, *apart), engine)
    second = quoted(sides.side("maritime museum", title, *reversed(apart)), engine)
    everything = quoted(sides.everything("museum"), engine)

    header = "| Museum | Adult | Child |"
    assert first == [header, "| Harbour museum | £8 | £4 |", "The harbour museum is closed on Mondays."]
    assert second == [header, "| Maritime museum | £11 | £5 |"]
    assert everything.count(header) == 1
    assert "| **Further off** | | |" not in everything
