"""Answers that a model writes: what passes, what does not, and what answers when the model cannot."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from library import assert_proven, ignore
from oldwater import COST, HALLS, HASTY, KEY, QUESTION, QUICK

from assistant.answer.answer import Answer, Reason, Status
from assistant.chain.assistant import Assistant
from assistant.chain.write import Piece
from assistant.models.opening import open_model
from assistant.models.scripted.model import Call, ScriptedModel
from assistant.models.scripted.script import Trouble, Turn
from assistant.models.scripted.server import ScriptedServer
from assistant.models.seam import ChatModel, Failure, ModelFailed
from assistant.settings.model import ModelSettings
from assistant.settings.settings import Settings
from assistant.writing.writer import MAX_READ, ModelWriter
from index.encoding.encoder import Encoder
from index.search.embedded import embedded_opener
from index.storage.changes import add_paths
from index.storage.store import create_index
from prompts import REFUSAL


@contextmanager
def opened(
    root: Path, encoder: Encoder, model: ChatModel | None, settings: ModelSettings = QUICK
) -> Iterator[Assistant]:
    chosen = Settings(model=settings)
    writer = ModelWriter(model, chosen) if model else None
    assistant = Assistant(embedded_opener(root, lambda _: encoder, note=ignore), chosen, note=ignore, writer=writer)
    try:
        yield assistant
    finally:
        assistant.close()


@pytest.fixture
def ask(root: Path, minilm: Encoder):
    """Ask with a model that replies as scripted; the receipts of what comes are checked anew."""

    def asked(*replies: str | ModelFailed, question: str = QUESTION, settings: ModelSettings = QUICK) -> Answer:
        with opened(root, minilm, ScriptedModel(replies), settings) as assistant:
            answer = assistant.ask(question)
            assert_sealed(assistant, answer)
            return answer

    return asked


@pytest.fixture
def quoted(root: Path, minilm: Encoder) -> Answer:
    """The answer without a model."""
    with opened(root, minilm, None) as assistant:
        return assistant.ask(QUESTION)


@pytest.fixture
def number(root: Path, minilm: Encoder) -> dict[str, int]:
    """The number under which a model is shown each article's first passage for the question."""
    with opened(root, minilm, None) as assistant:
        ids = [passage.article_id for passage in assistant.ask(QUESTION).passages]
    return {id_: ids.index(id_) + 1 for id_ in dict.fromkeys(ids)}


def assert_sealed(assistant: Assistant, answer: Answer) -> None:
    assert_proven(answer, assistant.engine)


def assert_quoted(answer: Answer, quoted: Answer, reason: str) -> None:
    """It is the extractive answer, marked as degraded with the reason."""
    assert (answer.degraded, answer.reader) == (True, "extractive")
    assert answer.writing is not None
    assert reason in (answer.writing.degraded_reason or "")
    assert (answer.text, answer.citations, answer.status) == (quoted.text, quoted.citations, quoted.status)


def fates(answer: Answer) -> list[str]:
    assert answer.writing is not None
    return [verdict.fate for verdict in answer.writing.sentences]


# What becomes of a sentence


def test_a_sentence_that_its_passage_supports_is_kept(ask, number) -> None:
    answer = ask(f"{COST} [{number['bridge']}]")

    assert (answer.text, answer.reader, answer.degraded) == (f"{COST} [1]", "model:scripted", False)
    assert [citation.quote for citation in answer.citations] == [COST]
    assert fates(answer) == ["kept"]


def test_a_sentence_without_a_marker_gets_one(ask) -> None:
    answer = ask(COST)

    assert answer.text == f"{COST} [1]"
    assert fates(answer) == ["marked"]


def test_a_marker_to_another_article_is_corrected(ask, number) -> None:
    answer = ask(f"{COST} [{number['museum']}]")

    assert [citation.article_id for citation in answer.citations] == ["bridge"]
    assert fates(answer) == ["corrected"]


@pytest.mark.parametrize("marker", ["[0]", "[7]", "[99]", "[999]"])
def test_a_citation_to_a_passage_that_was_not_shown_is_corrected_or_dropped(ask, number, marker: str) -> None:
    answer = ask(f"{COST} {marker} The bridge of Oldwater is pink. {marker}")

    assert answer.text == f"{COST} [1]"
    assert fates(answer) == ["corrected", "dropped"]


def test_a_sentence_of_two_articles_rests_on_both_a_clause_each(ask, number) -> None:
    bridge, museum = number["bridge"], number["museum"]
    answer = ask(f"{COST[:-1]} [{bridge}], while the museum of Oldwater has 19 halls [{museum}].")
    assert answer.text == f"{COST[:-1]}, [1] while the museum of Oldwater has 19 halls. [2]"
    assert [citation.quote for citation in answer.citations] == [COST, HALLS]
    assert fates(answer) == ["kept", "kept"]


@pytest.mark.parametrize(
    "written",
    [
        "The bridge of Oldwater cost 19 million crowns, while the museum of Oldwater has 3.5 halls.",
        "The museum of Oldwater cost 3.5 million crowns, while the bridge of Oldwater has 19 halls.",
        "The bridge of Oldwater cost 3.5 million crowns, while the bridge of Oldwater has 19 halls.",
        "In 2022 the bridge of Oldwater cost 3.5 million crowns, while the museum of Oldwater has 19 halls.",
    ],
)
def test_what_one_article_says_is_not_borne_out_by_the_other(ask, quoted, number, written) -> None:
    answer = ask(f"{written} [{number['bridge']}][{number['museum']}]")
    assert fates(answer) == ["dropped"]
    assert_quoted(answer, quoted, "nothing that it wrote stands in the passages")


def test_what_is_told_of_one_thing_is_not_borne_out_of_another(ask, quoted, number) -> None:
    answer = ask(f"The bridge of Oldwater has 19 halls [{number['museum']}].")
    assert answer.writing is not None
    assert [verdict.reason for verdict in answer.writing.sentences] == ["it has “museum” in the place of “bridge”"]
    assert_quoted(answer, quoted, "nothing that it wrote stands in the passages")


def test_a_synonym_may_stand_in_the_place_of_a_word(ask, number) -> None:
    answer = ask(f"Work on the tram starts in autumn [{number['tram']}].")
    assert fates(answer) == ["kept"]


def test_a_sentence_in_two_clauses_is_not_said_twice(ask) -> None:
    both = f"{COST[:-1]}, while the museum of Oldwater has 19 halls."
    answer = ask(f"{both} {both}")
    assert fates(answer) == ["marked", "marked", "dropped"]


@pytest.mark.parametrize(
    "wrong",
    [
        "The bridge of Oldwater cost 3.6 million crowns.",
        "The bridge of Oldwater cost 3.5 billion crowns.",
        "The bridge of Oldwater was opened on 8 March 2021.",
        "The bridge of Oldwater was opened in 2020.",
        "The bridge of Oldwater was opened by Mayor Carl Lind.",
        "The bridge was closed during the flood.",
        "The bridge of Oldwater did not cost 3.5 million crowns.",
        "The museum of Oldwater has 91 halls.",
    ],
)
def test_a_wrong_figure_date_name_or_negation_is_dropped(ask, number, wrong: str) -> None:
    answer = ask(f"{COST} [{number['bridge']}] {wrong} [{number['bridge']}]")

    assert answer.text == f"{COST} [1]"
    assert fates(answer) == ["kept", "dropped"]
    assert answer.writing.sentences[1].reason


def test_a_sentence_that_comes_twice_is_shown_once(ask, number) -> None:
    answer = ask(f"{COST} [{number['bridge']}] {COST} [{number['bridge']}]")

    assert answer.text == f"{COST} [1]"
    assert [(v.fate, v.reason) for v in answer.writing.sentences] == [("kept", None), ("dropped", "it was said before")]


def test_sentences_of_several_articles_are_joined_each_with_its_receipt(ask) -> None:
    answer = ask(f"{COST} {HALLS}")

    assert answer.text == f"{COST} [1] {HALLS} [2]"
    assert [citation.article_id for citation in answer.citations] == ["bridge", "museum"]
    for citation in answer.citations:
        ((start, end),) = citation.answer_spans
        assert answer.text[start:end] == citation.quote


@pytest.mark.parametrize(
    "extra",
    [
        " ![x](http://a.example/?q=1)",
        " ![](http://a.example)",
        " [x](http://a.example)",
        " https://a.example/k",
        " <b>x</b>",
    ],
)
def test_a_sentence_that_leads_somewhere_else_is_dropped(ask, extra: str) -> None:
    answer = ask(f"{HALLS} {COST[:-1]}{extra}. {COST}")

    assert answer.text == f"{HALLS} [1] {COST} [2]"
    assert "a.example" not in answer.text
    assert fates(answer)[1] == "dropped"


def test_the_half_of_a_sentence_at_which_the_reply_was_cut_off_is_dropped(root, minilm) -> None:
    turns = [Turn(reply=f"{COST} [1] {HALLS[:-1]}", finish="length")]
    with served(root, minilm, *turns) as (assistant, _):
        answer = assistant.ask(QUESTION)

    assert answer.text == f"{COST} [1]"
    assert answer.writing.sentences[1].reason == "it is no whole sentence"


def test_what_comes_after_many_sentences_is_not_read(ask) -> None:
    answer = ask(" ".join(f"Thing {n} is odd." for n in range(MAX_READ)) + f" {COST} [1]", "x")

    assert fates(answer)[-1] == "dropped" or answer.degraded
    assert COST not in answer.text or answer.degraded


# Refusals


@pytest.mark.parametrize("reply", [REFUSAL, REFUSAL.upper(), f'"{REFUSAL}"', f"**{REFUSAL}** [1]", f"\n{REFUSAL}\n"])
def test_the_agreed_words_are_a_refusal_however_they_are_written(ask, reply: str) -> None:
    answer = ask(reply)

    assert (answer.status, answer.reason, answer.reader) == (Status.REFUSED, Reason.INSUFFICIENT, "model:scripted")
    assert (answer.citations, answer.degraded, fates(answer)) == ((), False, [])
    assert answer.nearest


OWN_WORDS = (
    "The passages do not say how much the bridge of Oldwater cost.",
    "The provided passages do not contain information about the cost of the bridge of Oldwater.",
    "The cost of the bridge of Oldwater is not mentioned in the articles.",
    "None of the passages mentions how much the bridge of Oldwater cost.",
    "The article on the new bridge of Oldwater does not state what the bridge cost.",
    "The context doesn’t specify the cost of the bridge of Oldwater.",
    "Based on the passages, it is not possible to determine how much the bridge cost.",
    "There is no information about the cost of the bridge of Oldwater in the passages.",
    "No information is given on the cost of the bridge of Oldwater.",
    "There is not enough information to answer.",
    "It is unclear from the passages what the bridge of Oldwater cost.",
    "The text says nothing about the cost of the bridge of Oldwater.",
    "The question cannot be answered from what is given.",
    "I'm sorry, but I can't answer that.",
    "I do not know how much the bridge of Oldwater cost.",
    "Unfortunately, the articles do not tell.",
    "As an AI language model, I cannot know that.",
    "Not stated.",
    "这些段落没有提到这座桥的造价。",
)


@pytest.mark.parametrize("marker", ["", " [1]"])
@pytest.mark.parametrize("reply", OWN_WORDS)
def test_a_refusal_in_other_words_than_the_agreed_ones_is_a_refusal(ask, reply: str, marker: str) -> None:
    answer = ask(f"{reply[:-1]}{marker}{reply[-1]}")

    assert (answer.status, answer.reason, answer.reader) == (Status.REFUSED, Reason.INSUFFICIENT, "model:scripted")
    assert fates(answer) == ["dropped"]
    assert answer.text == "I found nothing in the articles that answers this."


@pytest.mark.parametrize(
    "reply",
    [
        "In den Artikeln steht nichts über die Kosten der Brücke von Oldwater [1].",
        "Les passages ne disent pas combien le pont de Oldwater a coûté [1].",
        "Nobody knows what the bridge of Oldwater cost [1].",
    ],
)
def test_a_refusal_that_is_not_understood_is_no_answer_either(ask, quoted, reply: str) -> None:
    assert_quoted(ask(reply), quoted, "nothing that it wrote stands in the passages")


def test_a_remark_on_the_passages_beside_an_answer_is_left_out(ask) -> None:
    answer = ask(f"{COST} [1] The passages do not say who paid for the bridge of Oldwater [1].")

    assert answer.text == f"{COST} [1]"
    assert fates(answer)[1] == "dropped"


def test_a_refusal_beside_a_claim_that_does_not_hold_is_not_believed(ask, quoted) -> None:
    reply = "The bridge of Oldwater cost 9 million crowns [1]. The passages do not say more about the bridge [1]."

    assert_quoted(ask(reply), quoted, "nothing that it wrote stands in the passages")


def test_what_an_article_itself_says_of_a_text_is_an_answer(tmp_path, minilm) -> None:
    told = "The old article does not mention the cost of the chapel."
    (tmp_path / "chapel.md").write_text(f"# The chapel\n\n{told} The chapel was built in 1931.\n", encoding="utf-8")
    create_index(tmp_path / "index", minilm, max_tokens=minilm.max_tokens)
    add_paths(tmp_path / "index", [tmp_path / "chapel.md"], minilm, note=ignore, meter=ignore)

    with opened(tmp_path / "index", minilm, ScriptedModel([f"{told} [1]"])) as assistant:
        answer = assistant.ask("Does the old article mention the cost of the chapel?")

    assert answer.text == f"{told} [1]"


def test_the_agreed_words_beside_an_answer_do_not_undo_it(ask) -> None:
    assert ask(f"{COST} {REFUSAL}").text == f"{COST} [1]"


def test_the_agreed_words_beside_nothing_that_holds_are_a_refusal(ask) -> None:
    answer = ask(f"{REFUSAL} Please give me the minutes of the council.")

    assert answer.status is Status.REFUSED
    assert fates(answer) == ["dropped"]


# When the model is of no use


def test_the_wrong_form_is_asked_again_and_then_quoted(ask, quoted) -> None:
    answer = ask("Let me think.", "It is nice there.")

    assert_quoted(answer, quoted, "it answered in the wrong form 2 times")
    assert answer.prompt.startswith("answer@")
    assert ", again@" in answer.prompt
    assert answer.usage.calls == 2


def test_a_second_attempt_in_the_right_form_counts(root, minilm) -> None:
    model = ScriptedModel(["It is nice. " * 500, COST])
    with opened(root, minilm, model) as assistant:
        answer = assistant.ask(QUESTION)

    assert answer.text == f"{COST} [1]"
    assert [message.role for message in model.calls[1].messages] == ["user", "assistant", "user"]
    assert len(model.calls[1].messages[1].content) <= 400
    assert answer.usage.completion_tokens == 1500 + len(COST.split())


def test_where_nothing_is_supported_the_articles_are_quoted(ask, quoted) -> None:
    assert_quoted(ask("The bridge cost nine crowns [1]."), quoted, "nothing that it wrote stands in the passages")


def test_where_what_is_left_does_not_answer_the_articles_are_quoted(ask, quoted) -> None:
    answer = ask("Work on the tram begins in autumn. The bridge of Oldwater cost 9 million crowns [1].")

    assert_quoted(answer, quoted, "does not say what is asked")
    assert fates(answer) == ["marked", "dropped"]


@pytest.mark.parametrize("kind", list(Failure))
def test_however_a_model_fails_the_articles_are_quoted(ask, quoted, kind: Failure) -> None:
    assert_quoted(ask(ModelFailed("it broke", kind=kind)), quoted, f"{kind.value}: it broke")


def test_what_does_not_fit_into_the_window_is_named(ask, root, minilm) -> None:
    windows = [replace(QUICK, context_tokens=tokens, reply_tokens=100) for tokens in range(1000, 1800, 40)]
    answers = [ask(COST, COST, settings=window) for window in windows]
    none = ask(settings=replace(QUICK, context_tokens=512, reply_tokens=16))

    counts = [len(answer.writing.left_out) for answer in answers]
    assert counts == sorted(counts, reverse=True)
    assert set(range(1, len(none.passages))) <= set(counts)
    for answer in answers:
        assert set(answer.writing.left_out) <= set(answer.passages)
    assert none.degraded
    assert none.writing.left_out == none.passages
    assert none.usage.calls == 0


def test_a_second_attempt_fits_into_the_window_too(root, minilm) -> None:
    settings = replace(QUICK, context_tokens=1700, reply_tokens=200)
    model = ScriptedModel(lambda call: "word " * 200)
    with opened(root, minilm, model, settings) as assistant:
        assistant.ask(QUESTION)
    from assistant.models.tokens import estimated_tokens

    for call in model.calls:
        assert sum(estimated_tokens(message.content) for message in call.messages) + 200 <= 1700


# A real server


@contextmanager
def served(
    root: Path, encoder: Encoder, *turns: Turn, settings: ModelSettings = QUICK
) -> Iterator[tuple[Assistant, ScriptedServer]]:
    with ScriptedServer(turns) as server:
        chosen = replace(settings, base_url=server.url)
        with opened(root, encoder, open_model(Settings(model=chosen)), chosen) as assistant:
            yield assistant, server


REPLY = f"{COST} [1] {HALLS}"
TROUBLES = [
    (Turn(trouble=Trouble.HANG), "timeout_first_token"),
    (Turn(reply=REPLY, trouble=Trouble.HANG_AFTER_HEADERS), "timeout_first_token"),
    (Turn(reply=REPLY, trouble=Trouble.HANG_MIDWAY), "timeout_total"),
    (Turn(trouble=Trouble.DROP), "refused_connection"),
    (Turn(reply=REPLY, trouble=Trouble.DROP_MIDWAY), "refused_connection"),
    (Turn(status=429, retry_after="0.1"), "rate_limited"),
    (Turn(status=429, retry_after="3600"), "rate_limited"),
    (Turn(status=500), "server_error"),
    (Turn(status=401), "rejected"),
    (Turn(trouble=Trouble.EMPTY), ""),
    (Turn(reply=""), "empty"),
    (Turn(reply=REPLY, trouble=Trouble.HALF_JSON), "malformed"),
    (Turn(trouble=Trouble.NOT_JSON), ""),
    (Turn(reply="这座桥花了三百五十万克朗 [1]。"), "nothing that it wrote"),
    (Turn(reply="word ", repeat=200_000), "too_long"),
]


@pytest.mark.parametrize(("turn", "reason"), TROUBLES)
def test_whatever_a_server_does_the_articles_are_quoted_in_time(root, minilm, quoted, turn: Turn, reason: str) -> None:
    settings = HASTY if "timeout" in reason else QUICK
    with served(root, minilm, turn, settings=settings) as (assistant, server):
        started = time.monotonic()
        answer = assistant.ask(QUESTION)
        seconds = time.monotonic() - started
        assert_sealed(assistant, answer)

    assert_quoted(answer, quoted, reason)
    assert seconds < settings.total_seconds + 30
    assert KEY in server.requests[0].authorization
    assert "sesame" not in json.dumps(answer.to_json())


@pytest.mark.parametrize("reply", [REFUSAL, "I cannot say.", f"{HALLS.replace('19', '20')} [1]"])
def test_a_prompt_that_the_server_cut_in_silence_is_told_of(root, minilm, quoted, reply: str) -> None:
    with served(root, minilm, Turn(reply=reply, read=50)) as (assistant, server):
        answer = assistant.ask(QUESTION)

    assert_quoted(answer, quoted, "the server read 50 tokens of a longer prompt; start it with a window of 8192")
    assert len(server.requests) == 1


def test_what_stands_in_the_passages_counts_however_little_the_server_read(root, minilm) -> None:
    with served(root, minilm, Turn(reply=f"{COST} [1]", read=50)) as (assistant, _):
        assert assistant.ask(QUESTION).reader == "model:scripted"


def test_after_retry_after_the_server_is_asked_again(root, minilm) -> None:
    with served(root, minilm, Turn(status=429, retry_after="0.1"), Turn(reply=COST)) as (assistant, server):
        answer = assistant.ask(QUESTION)

    assert (answer.text, answer.degraded, len(server.requests)) == (f"{COST} [1]", False, 2)


def test_a_sentence_is_given_before_the_server_has_sent_the_rest_and_never_before_it_has_passed(root, minilm) -> None:
    reply = f"The bridge cost nine crowns [1]. {COST} [1] " + HALLS + " The museum has 3 towers." * 3
    pieces: list[tuple[float, Piece]] = []
    with served(root, minilm, Turn(reply=reply, seconds=0.03)) as (assistant, server):
        assistant.ask(QUESTION.replace("bridge", "tram"))  # What is loaded once is loaded.
        busy: list[int] = []

        def on_piece(piece: Piece) -> None:
            pieces.append((time.monotonic(), piece))
            busy.append(server.busy)

        trace = assistant.trace(QUESTION, on_piece=on_piece)
        ended = time.monotonic()

    first, second = pieces
    assert ended - first[0] > 0.4  # So much of the reply was still to come.
    assert busy[0] == 1
    assert " ".join(piece.text for _, piece in pieces) == trace.answer.text
    assert first[1].text == f"{COST} [1]"
    assert [trace.answer.text[p.start : p.start + len(p.text)] for _, p in pieces] == [first[1].text, second[1].text]
    assert first[1].citation.quote == COST


def test_what_was_given_is_void_where_the_model_fails_after_it(root, minilm, quoted) -> None:
    pieces: list[Piece] = []
    turn = Turn(reply=f"{COST} [1] {HALLS} " + "The museum is large. " * 9, trouble=Trouble.DROP_MIDWAY)
    with served(root, minilm, turn) as (assistant, _):
        answer = assistant.trace(QUESTION, on_piece=pieces.append).answer

    assert pieces
    assert_quoted(answer, quoted, "refused_connection")


def test_the_same_replies_give_the_same_bytes(root, minilm) -> None:
    def once() -> dict[str, object]:
        with served(root, minilm, Turn(reply=REPLY)) as (assistant, _):
            data = assistant.ask(QUESTION).to_json()
        del data["seconds"]
        return data

    first, second = once(), once()

    assert json.dumps(first) == json.dumps(second)
    assert len(first["citations"]) == 2


def _bytes(answer: Answer) -> str:
    return json.dumps({key: value for key, value in answer.to_json().items() if key != "seconds"})


def test_a_failure_that_comes_sooner_or_later_gives_the_same_bytes(root, minilm) -> None:
    turns = (Turn(status=429, retry_after="0.1"), Turn(reply=REPLY, trouble=Trouble.HANG_MIDWAY))

    with ScriptedServer([*turns, Turn(status=429, retry_after="0.2"), turns[1]]) as server:
        chosen = replace(HASTY, base_url=server.url)
        with opened(root, minilm, open_model(Settings(model=chosen)), chosen) as assistant:
            first, second = _bytes(assistant.ask(QUESTION)), _bytes(assistant.ask(QUESTION))

    assert "timeout_total: " in first
    assert first == second


def test_while_a_model_is_left_alone_the_same_question_gives_the_same_bytes(root, minilm) -> None:
    with served(root, minilm, Turn(status=401), settings=replace(QUICK, failures=1)) as (assistant, server):
        assistant.ask(QUESTION)
        first = _bytes(assistant.ask(QUESTION))
        time.sleep(1.1)  # A number of whole seconds would be another one.
        second = _bytes(assistant.ask(QUESTION))

    assert len(server.requests) == 1
    assert "circuit_open: " in first
    assert first == second


def test_a_question_about_nothing_in_the_articles_is_asked_of_no_model(root, minilm) -> None:
    model = ScriptedModel([])
    with opened(root, minilm, model) as assistant:
        answer = assistant.ask("What is the boiling point of mercury?")

    assert (answer.reason, answer.writing, model.calls) == (Reason.NOT_FOUND, None, [])


def test_the_model_is_shown_passages_as_quoted_material_and_no_key(root, minilm) -> None:
    def reply(call: Call) -> str:
        (message,) = call.messages
        fences = re.findall(r"(?ms)^<<<passage \d+ ([0-9a-f]{8})>>>$.*?^<<<end \1>>>$", message.content)
        assert len(fences) == 3
        assert KEY not in message.content
        return COST

    with opened(root, minilm, ScriptedModel(reply)) as assistant:
        assert assistant.ask(QUESTION).text == f"{COST} [1]"
