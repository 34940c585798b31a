"""Questions about the whole collection through the chain: status, note, receipts, filters, follow-ups."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from library import assert_proven, ignore, indexed
from oldwater import COST, QUESTION, opened

from assistant.answer.answer import Answer, Citation, Status
from assistant.answer.sealing import sealed
from assistant.chain.assistant import Assistant
from assistant.models.scripted.model import ScriptedModel
from assistant.question.followups import Turn
from assistant.settings.settings import Settings
from index.encoding.encoder import Encoder
from index.errors import ReceiptBroken
from index.search.embedded import embedded_opener
from index.search.engine import Filters


@pytest.fixture(scope="module")
def assistant(root: Path, minilm: Encoder) -> Iterator[Assistant]:
    assistant = Assistant(embedded_opener(root, lambda _: minilm, note=ignore), Settings(), note=ignore)
    yield assistant
    assistant.close()


def assert_overview(assistant: Assistant, answer: Answer, scope: str) -> None:
    """An answered question of this scope, with a note, of which every receipt holds."""
    assert (answer.status, answer.scope) == (Status.ANSWERED, scope)
    assert answer.note
    assert answer.citations
    assert_proven(answer, assistant.engine)


@pytest.mark.parametrize(
    ("question", "scope", "said"),
    [
        ("What are the articles about?", "about", ["bridge", "museum", "tram"]),
        ("Summarise the article on the bridge", "summary", ["9 March 2021", "3.5 million"]),
        ("Tell me everything about the museum", "everything", ["19 halls", "Mondays"]),
        ("What did the Valley Post report in June 2022?", "catalog", ["19 halls"]),
        ("What did the Gazette publish in May?", "catalog", ["9 March 2021"]),
        ("What happened in March 2021?", "catalog", ["9 March 2021"]),
        ("what was published in june 2022", "catalog", ["19 halls"]),
        ("Compare the bridge and the museum", "compare", ["bridge", "museum"]),
        ("List every mention of Oldwater", "list_all", ["bridge", "museum", "tram"]),
    ],
)
def test_an_overview_is_quoted_with_receipts_and_a_note(
    question: str, scope: str, said: list[str], assistant: Assistant
):
    answer = assistant.ask(question)

    assert_overview(assistant, answer, scope)
    assert all(one in answer.text for one in said)
    assert answer.note not in answer.text


def test_the_sides_of_a_comparison_are_parts_and_one_that_is_not_there_is_named(assistant: Assistant):
    both = assistant.ask("Compare the bridge and the museum")
    one = assistant.ask("Compare the bridge and the submarine")

    assert both.parts == ("bridge", "museum")
    assert {part.index for citation in both.citations for part in citation.parts} == {0, 1}
    assert one.unanswered == ("submarine",)


def test_what_a_publisher_named_by_part_says_is_quoted_from_its_articles_alone(assistant: Assistant):
    said = assistant.ask("What does the Gazette say about Oldwater?")
    all_of_it = assistant.ask("What does the Harbour Gazette say")
    absent = assistant.ask("What does the Gazette say about the museum?")
    assert assistant.ask("What did the Gazette publish in June?").status is Status.REFUSED
    one_thing = assistant.ask("According to the Gazette, how much did the bridge cost?")

    assert_overview(assistant, said, "everything")
    assert_overview(assistant, all_of_it, "catalog")
    assert (absent.status, one_thing.status) == (Status.REFUSED, Status.ANSWERED)
    for answer in (said, all_of_it, absent, one_thing):
        assert {passage.article_id for passage in answer.passages} == {"bridge"}


def test_the_word_of_a_body_that_others_report_is_taken_from_them_too(tmp_path: Path, minilm: Encoder):
    articles = {
        "rules.md": "---\npublisher: Lund Council\n---\n# Rules\n\nDogs are kept on a lead in the park of Lund.\n",
        "news.md": "---\npublisher: Courier\n---\n# News\n\nThe council said that the ferry of Lund will be free.\n",
    }
    root = indexed(tmp_path, articles, minilm)
    assistant = Assistant(embedded_opener(root, lambda _: minilm, note=ignore), Settings(), note=ignore)

    answer = assistant.ask("What did the council say about the ferry of Lund?")

    assistant.close()
    assert "news" in {passage.article_id for passage in answer.passages}


def test_the_interview_is_the_one_and_several_are_told(tmp_path: Path, minilm: Encoder):
    articles = {
        "tower.md": "# Interview with the keeper\n\nThe keeper lights the lamp of the tower.\n",
        "lund.md": "# Minutes of the parish of Lund\n\nThe council approved the path by the lake.\n",
        "aas.md": "# Minutes of the parish of Aas\n\nThe council refused a bridge over the brook.\n",
    }
    root = indexed(tmp_path, articles, minilm)
    assistant = Assistant(embedded_opener(root, lambda _: minilm, note=ignore), Settings(), note=ignore)

    one, several = (assistant.ask(f"Summarise the {what}") for what in ("interview", "minutes"))
    assistant.close()
    assert {citation.article_id for citation in one.citations} == {"tower"}
    assert {citation.article_id for citation in several.citations} == {"lund", "aas"}
    assert "“Minutes of the parish of Lund”" in several.note
    assert several.note.endswith("ask for one of them by its title to have it alone.")
    assert "Several" not in one.note


@pytest.mark.parametrize("question", ["Everything about submarines", "Give me a summary of the report on submarines"])
def test_an_overview_of_what_no_article_has_is_refused_as_any_question(question: str, assistant: Assistant):
    answer = assistant.ask(question)

    assert answer.status is Status.REFUSED
    assert "scope" not in answer.to_json()
    assert "note" not in answer.to_json()


@pytest.mark.parametrize("question", ["Hello", "What can you do?", "What articles do you have?"])
def test_what_is_asked_of_the_assistant_is_answered_in_its_own_words_without_receipts(
    question: str, assistant: Assistant
):
    answer = assistant.ask(question)

    assert answer.status is Status.HELP
    assert (answer.citations, answer.passages, answer.reason) == ((), (), None)
    assert "3 articles" in answer.text
    assert_proven(answer, assistant.engine)


def test_the_list_of_articles_can_be_narrowed_by_the_question_and_by_filters(assistant: Assistant):
    by_question = assistant.ask("Which articles are from the Valley Post?")
    by_filter = assistant.ask("What articles do you have?", filters=Filters(publishers=("Harbour Gazette",)))

    assert by_question.text.splitlines()[1:] == [
        "- The museum of Oldwater (Valley Post, 2022-06-15)",
        "- A tram for the valley (Valley Post, 2020-01-05)",
    ]
    assert by_filter.text.splitlines()[1:] == ["- The new bridge of Oldwater (Harbour Gazette, 2021-05-02)"]


def test_filters_hold_for_an_overview(assistant: Assistant):
    answer = assistant.ask("What are the articles about?", filters=Filters(publishers=("Valley Post",)))

    assert {citation.publisher for citation in answer.citations} == {"Valley Post"}


def test_a_follow_up_asks_for_an_overview_of_what_was_spoken_of(assistant: Assistant):
    turns = [Turn(question="What is the Oldwater Museum?", answer="The museum of Oldwater has 19 halls.")]

    answer = assistant.ask("Tell me everything about it", previous=turns)

    assert_overview(assistant, answer, "everything")
    assert {citation.article_id for citation in answer.citations} == {"museum"}
    assert answer.searched == "Tell me everything about Oldwater Museum"


def test_an_ordinary_answer_has_neither_scope_nor_note(assistant: Assistant):
    data = assistant.ask(QUESTION).to_json()

    assert data["status"] == "answered"
    assert not {"scope", "note"} & set(data)


def test_words_of_the_program_with_a_receipt_are_not_let_out(assistant: Assistant):
    row = assistant.engine.articles["bridge"]
    text = assistant.engine.text("bridge")
    receipt = replace(Citation.of(row, 0, 10, text, number=1), answer_spans=((0, 5),))
    helped = assistant.ask("Hello")

    with pytest.raises(ReceiptBroken, match="own words carries citations"):
        sealed(
            Answer(
                question="Hello",
                status=Status.HELP,
                reason=None,
                text=helped.text,
                citations=(receipt,),
                passages=(),
                index=helped.index,
            ),
            assistant.engine.text,
        )


def test_a_model_writes_out_of_what_the_overview_gathered_and_the_note_on_quotes_goes(root: Path, minilm: Encoder):
    model = ScriptedModel([f"{COST} [1]"])
    with opened(root, minilm, model, Settings()) as assistant:
        answer = assistant.ask("Summarise the article on the bridge")

    assert answer.scope == "summary"
    assert answer.reader != "extractive"
    assert answer.note == ""
