"""A second search for what the first leaves unmet, and how the two share the places."""

from collections.abc import Callable

import pytest
from library import Library

from assistant.retrieval.second_search import KEPT, KEPT_IN_CONVERSATION, in_places, search_twice, second_question
from index.search.engine import Filters, Passage, Retrieved
from index.text.terms import stems

BODY = "The Harbour Gazette is published by the Valley Society in the old mill of Lindholm."


@pytest.fixture
def engine(library: Library):
    library.write("gazette.md", f"---\ntitle: Harbour Gazette\n---\n{BODY}\n")
    library.write("society.md", "---\ntitle: Valley Society\n---\nOtto Lind led it from 1931.\n")
    for number in range(12):
        library.write(
            f"other-{number}.md", f"---\ntitle: Poster {number}\n---\nPoster number {number} of the harbour.\n"
        )
    library.add()
    return library.search()


@pytest.fixture
def searches() -> list[str]:
    return []


@pytest.fixture
def search(engine, searches: list[str]) -> Callable[[str, int], Retrieved]:
    def search(question: str, k: int) -> Retrieved:
        searches.append(question)
        return engine.search(question, k=k, filters=Filters())

    return search


def ids(passages: tuple[Passage, ...]) -> list[int]:
    return [passage.chunk_id for passage in passages]


def test_a_question_that_the_best_passage_meets_is_searched_once(engine, search, searches) -> None:
    found = search_twice("Who publishes the Harbour Gazette?", 10, search, engine.idf)

    assert searches == ["Who publishes the Harbour Gazette?"]
    assert ids(found.passages) == ids(engine.search(searches[0], k=10, filters=Filters()).passages)


def test_what_is_unmet_is_searched_again_with_the_names_that_the_best_passage_adds(engine, search, searches) -> None:
    found = search_twice("Who financed the body that publishes the Harbour Gazette?", 10, search, engine.idf)

    _, again = searches
    assert "financed" in again
    assert "Valley Society" in again
    assert "Gazette?" not in again.split("Valley")[0]
    society = next(passage for passage in found.passages if passage.article.title == "Valley Society")
    assert society.rank == KEPT + 1


def test_the_best_places_stay_as_the_first_search_has_them(engine, search) -> None:
    question = "Who financed the body that publishes the Harbour Gazette?"

    found = search_twice(question, 10, search, engine.idf)

    assert ids(found.passages)[:KEPT] == ids(engine.search(question, k=KEPT, filters=Filters()).passages)
    assert [passage.rank for passage in found.passages] == list(range(1, len(found.passages) + 1))


def test_a_second_search_that_has_no_place_is_not_made(engine, search, searches) -> None:
    search_twice("Who financed the body that publishes the Harbour Gazette?", KEPT, search, engine.idf)

    assert len(searches) == 1


@pytest.mark.parametrize("k", [7, 10, 14])
def test_more_places_do_not_change_the_first_of_them(engine, search, k: int) -> None:
    question = "Who financed the body that publishes the Harbour Gazette?"

    few, many = (search_twice(question, places, search, engine.idf).passages for places in (k, 15))
    assert [(p.chunk_id, p.rank, p.score, p.bm25) for p in few] == [
        (p.chunk_id, p.rank, p.score, p.bm25) for p in many[:k]
    ]


def test_a_follow_up_is_searched_in_the_light_of_the_last_answer(engine, search, searches) -> None:
    search_twice("Who financed it?", 6, search, engine.idf, context=BODY)

    assert searches == ["Who financed it?", f"{BODY} Who financed it?"]


def test_another_topic_keeps_its_best_places_whatever_was_answered_before(engine, search) -> None:
    question = "What does Otto Lind think of number 7?"

    found = search_twice(question, 6, search, engine.idf, context=BODY)

    alone = engine.search(question, k=6, filters=Filters())
    assert ids(found.passages)[:KEPT_IN_CONVERSATION] == ids(alone.passages)[:KEPT_IN_CONVERSATION]


def test_a_passage_that_names_nothing_new_leads_nowhere(engine) -> None:
    (best,) = engine.search("Harbour Gazette Valley Society Lindholm", k=1, filters=Filters()).passages
    held = frozenset(stems(best.text))

    assert second_question("Harbour Gazette by The Valley Society in Lindholm?", best, held, engine.idf) is None


def test_passages_of_the_second_search_alone_have_the_least_scores_of_the_first(engine) -> None:
    passages = engine.search("poster number of the harbour", k=14, filters=Filters()).passages

    placed = in_places(passages[:8], passages[5:], kept=6)

    assert ids(placed)[:6] == ids(passages)[:6]
    assert len(set(ids(placed))) == len(placed) == len(passages)
    least = min(passage.cosine for passage in passages[:8])
    assert all(passage.cosine == least for passage in placed if passage.chunk_id in set(ids(passages[8:])))
