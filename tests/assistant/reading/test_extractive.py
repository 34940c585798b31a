"""The extractive reader under weights written by hand, so that nothing hangs on how they were fitted."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from library import Library

from assistant.answer.answer import Reason
from assistant.question.question import analyse
from assistant.reading.evidence import FEATURES
from assistant.reading.extractive import ExtractiveReader, unknown_names
from assistant.reading.network import Network, shared_network
from assistant.reading.reader import Quote, Reading
from assistant.reading.weights import (
    ANSWERABILITY_FEATURES,
    Linear,
    Weights,
    answerability_row,
    load_weights,
    probability,
    shares,
)
from index.search.engine import Filters

TUNNEL = "How many lanes does the tunnel have?"


def linear(names: tuple[str, ...], *, bias: float = 0.0, **weights: float) -> Linear:
    """A score of a few features."""
    weight = np.asarray([weights.get(name, 0.0) for name in names])
    return Linear(names=names, mean=np.zeros(len(names)), scale=np.ones(len(names)), weight=weight, bias=bias)


WEIGHTS = Weights(
    ranking=linear(FEATURES, coverage=12.0, kind_held=2.0),
    answerability=linear(ANSWERABILITY_FEATURES, bias=-2.0, top_coverage=20.0),
    about=linear(ANSWERABILITY_FEATURES, bias=-2.0, max_coverage_of_passage=20.0),
    threshold=0.5,
    about_threshold=0.5,
)
"""The sentence with most of the question's words answers, if it has some that tell."""


def article(text: str, published: str = "") -> str:
    return f"---\ntitle: An article\n{f'published: {published}' if published else ''}\n---\n{text}\n"


def reading(
    library: Library,
    question: str,
    *,
    filters: Filters | None = None,
    network: Network | None = None,
    **options: float,
) -> Reading:
    """What the reader makes of a question."""
    engine = library.search()
    found = engine.search(question, k=6, filters=filters or Filters())
    threshold, most = options.get("threshold"), int(options.get("max_sentences", 3))
    reader = ExtractiveReader(WEIGHTS, network=network, threshold=threshold, max_sentences=most)
    return reader.read(analyse(question), found, engine)


def texts(library: Library, quotes: list[Quote]) -> list[str]:
    """The characters that are quoted."""
    return [library.open().text(quote.article.number)[quote.start : quote.end] for quote in quotes]


def test_the_sentence_that_answers_is_quoted(library: Library) -> None:
    library.write("tunnel.md", article("Rain fell all night. The tunnel has six lanes. Birds sang at dawn."))
    library.add()

    found = reading(library, TUNNEL, max_sentences=1)

    assert texts(library, found.quotes) == ["The tunnel has six lanes."]
    assert found.reason is None
    assert WEIGHTS.threshold <= found.confidence < 1


def test_the_shortest_answer_is_marked_in_the_sentence_that_answers(library: Library) -> None:
    library.write("tunnel.md", article("Rain fell all night. In the end the tunnel has six lanes. Birds sang."))
    library.add()

    (quote,) = reading(library, TUNNEL, max_sentences=1, network=shared_network(threads=1)).quotes

    assert quote.lead is not None
    assert library.open().text(quote.article.number)[slice(*quote.lead)] in {"six", "six lanes"}
    assert quote.best.start <= quote.lead[0] < quote.lead[1] <= quote.best.end


@pytest.mark.parametrize("opening", ["It", "This", "However, it", "In addition, it", "These days it", "“It"])
def test_a_sentence_that_leans_on_the_one_before_brings_it(library: Library, opening: str) -> None:
    library.write("tunnel.md", article(f"Engineers dug for years. {opening} has six lanes in the tunnel. Birds sang."))
    library.add()

    (quote,) = texts(library, reading(library, TUNNEL).quotes)

    assert quote == f"Engineers dug for years. {opening} has six lanes in the tunnel."


def test_a_chain_of_leaning_sentences_goes_back_two_sentences_at_most(library: Library) -> None:
    library.write("tunnel.md", article("Anna dug. She rested. Then she sang. It has six lanes in the tunnel."))
    library.add()

    (quote,) = texts(library, reading(library, TUNNEL).quotes)

    assert quote == "She rested. Then she sang. It has six lanes in the tunnel."


def test_a_leaning_sentence_brings_no_heading(library: Library) -> None:
    library.write("tunnel.md", article("## Plans\n\nIt has six lanes in the tunnel."))
    library.add()

    (quote,) = texts(library, reading(library, TUNNEL).quotes)

    assert quote == "It has six lanes in the tunnel."


@pytest.mark.parametrize(("head", "quoted"), [("| Tunnel | Lanes |", 2), ("|  |  |", 1)])
def test_a_row_brings_the_header_of_its_table_if_it_has_one(library: Library, head: str, quoted: int) -> None:
    library.write("tunnel.md", article(f"## Facts\n\n{head}\n| --- | --- |\n| Lanes of the tunnel | six |"))
    library.add()

    quotes = texts(library, reading(library, TUNNEL, max_sentences=1).quotes)

    assert quotes == ["| Lanes of the tunnel | six |", head][:quoted]


def test_a_heading_is_never_an_answer(library: Library) -> None:
    library.write("tunnel.md", article("## The tunnel lanes: six\n\nRain fell on the tunnel all night."))
    library.add()

    found = reading(library, TUNNEL, threshold=0.0)

    assert not any(quote.startswith("#") for quote in texts(library, [*found.quotes, *found.withheld]))


def test_a_sentence_that_only_names_a_speaker_is_not_quoted(library: Library) -> None:
    library.write("mayor.md", article("Anna Berg said. Anna Berg is the mayor of the harbour town of Oldwater."))
    library.add()

    found = reading(library, "Who is Anna Berg?", threshold=0.0)

    assert texts(library, found.quotes) == ["Anna Berg is the mayor of the harbour town of Oldwater."]


def test_no_more_sentences_are_quoted_than_allowed(library: Library) -> None:
    library.write("tunnel.md", article("Anna dug. She rested. It has six lanes in the tunnel. The tunnel is long."))
    library.add()

    for most in (1, 2, 3):
        quotes = reading(library, TUNNEL, max_sentences=most).quotes
        assert sum(len(quote.sentences) for quote in quotes) <= most
        assert any("six lanes" in quote for quote in texts(library, quotes))


def test_articles_of_two_dates_that_disagree_are_dated_the_newer_first(library: Library) -> None:
    library.write("old.md", article("The tunnel has six lanes.", "2020-02-01"))
    library.write("new.md", article("The tunnel has eight lanes.", "2022-06-15"))
    library.add()

    quotes = reading(library, TUNNEL).quotes

    assert texts(library, quotes) == ["The tunnel has eight lanes.", "The tunnel has six lanes."]
    assert [quote.dated for quote in quotes] == [True, True]


def test_what_holds_instead_stands_beside_a_denied_value(library: Library) -> None:
    denied = "The ferry to Holm will not sail again on 3 May as announced."
    instead = "Its owner said on Friday that the date has been put back to 9 June, for want of a pilot."
    library.write("ferry.md", article(f"{denied} {instead} The kiosk opens on 1 May."))
    library.add()

    quotes = reading(library, "When will the ferry to Holm sail again?", network=shared_network(), threshold=0.0).quotes

    assert texts(library, quotes) == [f"{denied} {instead}"]
    assert quotes[0].lead is None


@pytest.mark.parametrize("question", ["Who is Anna Berg?", "who's anna berg"])
def test_others_beside_the_person_who_is_asked_about_are_no_disagreement(library: Library, question: str) -> None:
    library.write("old.md", article("Anna Berg is the mayor of the town after Ada Holm.", "2020-02-01"))
    library.write("new.md", article("Anna Berg met Otto Lind in the town of the river.", "2022-06-15"))
    library.add()

    quotes = reading(library, question, threshold=0.0).quotes

    assert len(quotes) == 2
    assert not any(quote.dated for quote in quotes)


@pytest.mark.parametrize("dates", [("2020-02-01", "2020-02-01"), ("", ""), ("2020-02-01", "")])
def test_without_two_dates_a_disagreement_is_not_dated(library: Library, dates: tuple[str, str]) -> None:
    library.write("one.md", article("The tunnel has six lanes.", dates[0]))
    library.write("two.md", article("The tunnel has eight lanes.", dates[1]))
    library.add()

    quotes = reading(library, TUNNEL).quotes

    assert len(quotes) == 2
    assert not any(quote.dated for quote in quotes)


def test_articles_of_two_dates_that_agree_are_not_dated_and_quoted_once(library: Library) -> None:
    library.write("old.md", article("The tunnel has six lanes.", "2020-02-01"))
    library.write("new.md", article("The tunnel has six lanes.", "2022-06-15"))
    library.add()

    quotes = reading(library, TUNNEL).quotes

    assert texts(library, quotes) == ["The tunnel has six lanes."]
    assert not quotes[0].dated


def test_a_question_about_a_change_is_answered_with_every_date(library: Library) -> None:
    library.write("old.md", article("The tunnel lanes are narrow.", "2020-02-01"))
    library.write("new.md", article("The tunnel lanes are wide.", "2022-06-15"))
    library.add()

    quotes = reading(library, "How have the tunnel lanes changed?").quotes

    assert texts(library, quotes) == ["The tunnel lanes are wide.", "The tunnel lanes are narrow."]
    assert all(quote.dated for quote in quotes)


def test_below_the_threshold_it_is_refused_and_what_it_would_have_quoted_is_kept_aside(library: Library) -> None:
    library.write("tunnel.md", article("The tunnel has six lanes."))
    library.add()

    found = reading(library, TUNNEL, threshold=0.9999)

    assert found.reason is Reason.INSUFFICIENT
    assert found.quotes == ()
    assert texts(library, found.withheld) == ["The tunnel has six lanes."]


def test_what_the_collection_is_not_about_is_not_found(library: Library) -> None:
    library.write("tunnel.md", article("The tunnel has six lanes."))
    library.add()

    assert reading(library, "Who composed an opera?").reason is Reason.NOT_FOUND


def test_without_passages_nothing_is_found(library: Library) -> None:
    library.write("tunnel.md", article("The tunnel has six lanes."))
    library.add()

    found = reading(library, TUNNEL, filters=Filters(articles=("absent",)))

    assert (found.quotes, found.reason, found.confidence) == ((), Reason.NOT_FOUND, 0.0)


@pytest.mark.parametrize(
    "question",
    [
        "How many lanes does the tunnel of Fujian have?",
        "How many lanes had the tunnel in 1877?",
        "Did the tunnel have six lanes in 1874?",
    ],
)
def test_a_name_or_figure_that_no_article_has_is_refused_however_sure_the_rest(library: Library, question: str) -> None:
    library.write("tunnel.md", article("The tunnel has six lanes, or none."))
    library.add()

    found = reading(library, question, threshold=0.0)

    assert found.reason is Reason.INSUFFICIENT
    assert found.withheld


def test_years_versions_and_names_that_no_article_has_are_unknown(library: Library) -> None:
    library.write("tunnel.md", article("The tunnel of Oldwater has 6 lanes."))
    library.write("anna.md", article("Anna Berg likes opera."))
    library.add()
    engine = library.search()

    def unknown(question: str) -> list[str]:
        return unknown_names(engine.search(question, k=3, filters=Filters()).queries[0], engine)

    assert unknown("Has Anna seen the 6 lanes of Oldwater?") == []
    assert unknown("Fujian has how many quokkas?") == []
    assert unknown("Has the CEO 7 quokkas?") == []
    assert unknown("Is the tunnel longer than 1500 m, with more than 2000 lamps?") == []
    assert unknown("How old is the église of Oldwater?") == []
    assert unknown("Has Anna seen version 4.3 in Fujian in 1874?") == ["4.3", "Fujian", "1874"]


def test_of_each_article_the_likeliest_sentence_is_closest_and_the_first_has_the_confidence(town: Library) -> None:
    found = reading(town, "Who governs the town by the river?", threshold=1.0)

    articles = [close.article.number for close in found.closest]
    chances = [close.probability for close in found.closest]
    assert len(articles) == len(set(articles)) > 1
    assert chances[0] == found.confidence
    assert chances == sorted(chances, reverse=True)
    assert found.closest[0].sentence == found.withheld[0].best


def test_an_article_that_states_nothing_comes_last_with_its_first_sentence(library: Library) -> None:
    library.write("tunnel.md", article("The tunnel has six lanes."))
    library.write("asked.md", article("How many lanes does the tunnel have?\n\n# Lanes of the tunnel"))
    library.add()

    first, last = reading(library, TUNNEL, threshold=1.0).closest

    assert (first.article.article_id, last.article.article_id) == ("tunnel", "asked")
    assert (last.probability, last.sentence.start) == (0.0, 0)


def test_quotes_never_overlap_and_each_is_whole_sentences_in_a_row(town: Library) -> None:
    town.folder = town.root.parent / "more"
    town.folder.mkdir()
    facts = [f"It has {n} gates. The dam of Oldwater is {n} metres high." for n in range(4)]
    for number in range(4):
        town.write(f"dam-{number}.md", article(" ".join(facts[number:]), f"202{number}-01-01"))
    town.add()
    questions = [
        "How many gates does the dam of Oldwater have?",
        "How high is the dam of Oldwater?",
        "How have the gates of the dam changed?",
        "Who is the mayor of the town?",
        "When did the river rise?",
    ]

    for question in questions:
        for most in (1, 2, 5):
            found = reading(town, question, threshold=0.0, max_sentences=most)
            quotes = [*found.quotes, *found.withheld]
            assert quotes
            assert sum(len(quote.sentences) for quote in quotes) <= most
            for one, other in combinations(quotes, 2):
                assert one.article.number != other.article.number or one.end <= other.start or other.end <= one.start
            for quote in quotes:
                text = town.open().text(quote.article.number)
                for before, after in zip(quote.sentences, quote.sentences[1:], strict=False):
                    assert not text[before.end : after.start].strip()


# What was fitted


def test_the_weights_that_ship_are_for_the_features_there_are() -> None:
    weights = load_weights()

    assert weights.ranking.names == FEATURES
    assert weights.answerability.names == weights.about.names == ANSWERABILITY_FEATURES
    assert 0 < weights.threshold < 1
    assert 0 < weights.about_threshold < 1
    for one in (weights.ranking, weights.answerability, weights.about):
        assert np.isfinite([one.mean, one.scale, one.weight]).all()
        assert (one.scale > 0).all()


def test_weights_survive_being_written_and_read() -> None:
    again = Linear.from_json(WEIGHTS.ranking.to_json(), FEATURES)

    rows = np.eye(len(FEATURES))
    np.testing.assert_allclose(again.score(rows), WEIGHTS.ranking.score(rows))


def test_weights_for_other_features_are_refused() -> None:
    with pytest.raises(ValueError, match="fitted on other features"):
        Linear.from_json(WEIGHTS.ranking.to_json(), FEATURES[::-1])


def test_shares_sum_to_one_and_keep_the_order_even_of_huge_scores() -> None:
    found = shares(np.asarray([1000.0, 999.0, -1000.0]))

    assert found.sum() == pytest.approx(1)
    assert found[0] > found[1] > found[2] >= 0


def test_a_probability_lies_between_none_and_one() -> None:
    assert probability(0.0) == 0.5
    assert 0 <= probability(-30.0) < probability(30.0) <= 1


def test_a_row_for_answerability_has_a_number_for_every_name() -> None:
    features = np.asarray([np.arange(len(FEATURES)), np.zeros(len(FEATURES))], dtype=float)

    row = answerability_row(features, np.asarray([1.0, 3.0]), analyse("Who is Anna Berg?"))

    named = dict(zip(ANSWERABILITY_FEATURES, row, strict=True))
    assert (named["top_coverage"], named["max_coverage"]) == (0.0, FEATURES.index("coverage"))
    assert (named["top_score"], named["margin"], named["asked_names"]) == (3.0, 2.0, 2)
    assert (named["kind_person"], named["kind_date"]) == (1.0, 0.0)


def test_a_reader_takes_the_fitted_threshold_unless_told_otherwise(library: Library) -> None:
    library.write("tunnel.md", article("The tunnel has six lanes."))
    library.add()
    engine = library.search()
    found = engine.search(TUNNEL, k=3, filters=Filters())
    strict = replace(WEIGHTS, threshold=0.9999)

    assert ExtractiveReader(strict).read(analyse(TUNNEL), found, engine).reason is Reason.INSUFFICIENT
    assert ExtractiveReader(strict, threshold=0.1).read(analyse(TUNNEL), found, engine).reason is None
