"""What is told of each sentence of the passages, told again here word by word."""

import numpy as np
import pytest
from library import Library

from assistant.language.sentence import Sentences, parse
from assistant.question.question import analyse
from assistant.reading.evidence import FEATURES, Evidence
from index.search.engine import Filters, SearchEngine
from index.search.query import Query

QUESTION = "How many lanes does the new Harbour tunnel not have?"
ARTICLES = {
    "tunnel.md": "# The Harbour tunnel\n\n## Traffic\n\nThe tunnel was opened in May. It has 4 lanes, and not six. "
    "Nobody fails to see the first of them.",
    "bridge.md": "# A bridge\n\nThe bridge has three lanes. Its toll is 2 crowns.",
}


def described(library: Library) -> tuple[SearchEngine, Query, dict[str, dict[str, float]]]:
    """The features of each sentence, by its text, under the question as it was searched."""
    for name, text in ARTICLES.items():
        library.write(name, text)
    library.add()
    engine = library.search()
    found = engine.search(QUESTION, k=6, filters=Filters())
    (query,) = found.queries
    candidates = Evidence(
        analyse(QUESTION), found.passages, engine, Sentences(engine.idf, engine.highest_idf)
    ).candidates(query)
    return engine, query, {c.text: dict(zip(FEATURES, c.features, strict=True)) for c in candidates}


def test_headings_are_no_candidates_and_every_other_sentence_is_one(library: Library) -> None:
    _, _, rows = described(library)

    assert {text for text in rows if text.startswith("#")} == set()
    assert {"It has 4 lanes, and not six.", "The bridge has three lanes.", "Its toll is 2 crowns."} <= set(rows)


def test_what_a_sentence_shares_with_the_question_is_counted_by_idf(library: Library) -> None:
    engine, query, rows = described(library)
    for text, row in rows.items():
        own = set(parse(text).terms)
        whole = sum(word.idf for word in query.content)
        shared = sum(word.idf for word in query.content if word.stem in own)
        worst = max((word.idf for word in query.content if word.stem not in own), default=0.0)

        assert row["coverage"] == pytest.approx(shared / whole)
        assert row["unmatched_idf"] == pytest.approx(worst / engine.highest_idf)


def test_late_interaction_is_the_mean_of_the_best_match_of_each_word(library: Library) -> None:
    engine, query, rows = described(library)
    idf = np.asarray([word.idf for word in query.content])
    for passage in engine.search(QUESTION, k=6, filters=Filters()).passages:
        tokens, counts = engine.token_vectors(passage)
        ends = np.cumsum(counts)
        for sentence, end, count in zip(passage.sentences, ends, counts, strict=True):
            text = passage.text[sentence.start - passage.start : sentence.end - passage.start]
            if text not in rows:
                continue
            own = tokens[end - count : end]
            best = [max(float((query.tokens[list(w.tokens)] @ t).mean()) for t in own) for w in query.content]
            assert rows[text]["late"] == pytest.approx(float(idf @ best / idf.sum()), abs=1e-5)


def test_turns_of_phrase_that_are_asked_for_and_missing_are_told(library: Library) -> None:
    _, _, rows = described(library)

    assert all(row["negation_asked"] for row in rows.values())
    assert not rows["It has 4 lanes, and not six."]["negation_missing"]
    assert rows["The bridge has three lanes."]["negation_missing"]
    assert rows["It has 4 lanes, and not six."]["unit_beside_figure"]
    assert rows["The bridge has three lanes."]["unit_beside_figure"]
    assert not rows["Its toll is 2 crowns."]["unit_beside_figure"]


def test_the_first_sentence_of_a_passage_has_none_before_it(library: Library) -> None:
    _, _, rows = described(library)

    for row in rows.values():
        if row["first_sentence"]:
            assert row["coverage_with_previous"] == row["coverage"]
            assert row["late_with_previous"] == pytest.approx(row["late"])


def test_without_passages_there_is_nothing_to_describe(library: Library) -> None:
    engine, query, _ = described(library)

    assert Evidence(analyse(QUESTION), (), engine, Sentences(engine.idf, engine.highest_idf)).candidates(query) == []
