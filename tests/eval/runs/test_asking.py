"""One case asked and scored: answered, refused or failed, and never a failure that looks like a wrong answer."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from library import ignore, indexed

from assistant.answer.answer import Answer, ModelUse, Status
from assistant.chain.assistant import Assistant, Previous, Trace
from assistant.question.followups import Turn
from assistant.settings.settings import Settings
from eval.cases.case import Evidence, GoldCase
from eval.measures.registry import BY_NAME, METRICS
from eval.measures.spans import Span
from eval.runs.asking import Examiner
from eval.runs.chain import IndexChain
from eval.runs.results import CaseResult, Outcome, Score
from eval.runs.scoring import applicable, citation_scores, fact_recall
from eval.runs.stating import answer_pieces
from index.encoding.encoder import Encoder, HashEncoder
from index.errors import EncoderUnavailable, IndexDamaged
from index.search.embedded import embedded_opener
from index.search.engine import Filters
from index.storage.changes import add_paths, remove_articles
from index.storage.store import create_index

ARTICLES = {
    "bridge.md": """---
title: The new bridge of Oldwater
published: 2021-05-02
---
The new bridge of Oldwater was opened on 9 March 2021 by Mayor Anna Berg. It is 320 metres long and has four lanes.

The bridge cost 3.5 million crowns. The state paid for most of it.
""",
    "bakery.md": """---
title: A bakery in Mill Lane
published: 2021-11-20
---
The bakery in Mill Lane sells 40 kinds of bread. Its oven was built by Otto Lind in 1931.
""",
    "tram.txt": """A tram for the valley

The tram between the harbour and the valley will have twelve stops. Work on the tram begins in autumn.
""",
}
COST = "The bridge cost 3.5 million crowns."
BREAD = "The bakery in Mill Lane sells 40 kinds of bread."


def quoting(*quotes: tuple[str, str]) -> tuple[Evidence, ...]:
    return tuple(Evidence(article_id=a, quote=quote, part=str(n)) for n, (a, quote) in enumerate(quotes, 1))


ANSWERED = GoldCase(
    id="cost",
    question="How much did the bridge of Oldwater cost?",
    facts=(("3,500,000 crowns",),),
    short=("3.5 million crowns", COST),
    evidence=quoting(("bridge", COST)),
)
WRONG = replace(ANSWERED, id="wrong", facts=(("3.5 million crowns",), ("paid by the town",)))
REFUSED = replace(ANSWERED, id="refused", question="What is the boiling point of mercury?")
UNANSWERABLE = GoldCase(id="mercury", question="What is the boiling point of mercury?", answerable=False)
ANSWERS_ANYWAY = replace(UNANSWERABLE, id="anyway", question=ANSWERED.question)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, minilm: Encoder) -> Path:
    return indexed(tmp_path_factory.mktemp("oldwater"), ARTICLES, minilm)


@pytest.fixture(scope="module")
def assistant(root: Path, minilm: Encoder) -> Iterator[Assistant]:
    assistant = Assistant(embedded_opener(root, lambda _: minilm, note=ignore), Settings(), note=ignore)
    yield assistant
    assistant.close()


@pytest.fixture(scope="module")
def examiner(assistant: Assistant) -> Examiner:
    return Examiner(assistant)


class Misbehaving(Assistant):
    """An assistant whose answers are altered on their way out."""

    trouble: Exception | None = None
    quote: str | None = None
    start: int | None = None

    def trace(
        self, question: str, *, filters: Filters | None = None, previous: Previous = None, depth: int = 0
    ) -> Trace:
        if self.trouble:
            raise self.trouble
        trace = super().trace(question, filters=filters, previous=previous, depth=depth)
        first, *rest = trace.answer.citations
        altered = replace(first, quote=self.quote or first.quote, start=first.start + (self.start or 0))
        return replace(trace, answer=replace(trace.answer, citations=(altered, *rest)))


@pytest.fixture
def misbehaving(root: Path, minilm: Encoder) -> Iterator[Misbehaving]:
    assistant = Misbehaving(embedded_opener(root, lambda _: minilm, note=ignore), Settings(), note=ignore)
    yield assistant
    assistant.close()


def values(result: CaseResult) -> dict[str, float | None]:
    return {score.name: score.value for score in result.scores}


# Outcomes


def test_a_right_answer_has_full_marks_and_everything_that_it_said(examiner: Examiner, assistant: Assistant) -> None:
    result = examiner.examine(ANSWERED)

    answer = assistant.ask(ANSWERED.question)
    assert (result.outcome, result.error, result.reason, result.unscored) == (Outcome.ANSWERED, None, None, ())
    assert (result.text, result.searched, result.confidence) == (answer.text, answer.searched, answer.confidence)
    assert [(c.number, c.article_id, c.quote) for c in result.citations] == [
        (c.number, c.article_id, c.quote) for c in answer.citations
    ]
    assert result.seconds > 0
    assert result.broken_receipts == 0
    assert result.would_be_right is True
    found = values(result)
    for name in ("correct", "fact_recall", "decision", "exact_match", "token_f1", "citation_recall", "quote_recall@5"):
        assert found[name] == 1, name
    assert all(0 <= value <= 1 for value in found.values() if value is not None)


def test_an_answer_without_every_fact_is_not_correct(examiner: Examiner) -> None:
    result = examiner.examine(WRONG)

    assert result.outcome is Outcome.ANSWERED
    assert (values(result)["fact_recall"], values(result)["correct"]) == (0.5, 0)
    assert values(result)["decision"] == 1
    assert result.would_be_right is False


def test_a_refusal_of_an_answerable_question_scores_nothing_and_has_no_error(examiner: Examiner) -> None:
    result = examiner.examine(REFUSED)

    assert (result.outcome, result.error, result.reason) == (Outcome.REFUSED, None, "not_found")
    found = values(result)
    for name in ("correct", "fact_recall", "decision", "exact_match", "token_f1", "citation_recall"):
        assert found[name] == 0, name
    assert found["citation_precision"] == 0


def test_a_refusal_is_right_where_the_articles_do_not_answer(examiner: Examiner) -> None:
    assert values(examiner.examine(UNANSWERABLE)) == {"correct": 1, "decision": 1, "refused": 1}
    assert values(examiner.examine(ANSWERS_ANYWAY)) == {"correct": 0, "decision": 0, "refused": 0}
    assert examiner.examine(ANSWERS_ANYWAY).would_be_right is False


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (ValueError("no\n  such\tthing"), "ValueError: no such thing"),
        (IndexDamaged("the index is gone"), "IndexDamaged: the index is gone"),
        (ZeroDivisionError(), "ZeroDivisionError:"),
        (
            ValueError("no file caf\udce9.md"),
            "ValueError: no file caf\\udce9.md",
        ),
        (RecursionError("too deep"), "RecursionError: too deep"),
    ],
)
def test_an_error_is_a_failed_case_with_its_type_and_message_and_no_score(
    misbehaving: Misbehaving, trouble: Exception, told: str
) -> None:
    misbehaving.trouble = trouble

    for case in (ANSWERED, UNANSWERABLE):
        result = Examiner(misbehaving).examine(case)

        assert result.outcome is Outcome.FAILED
        assert (result.error or "").strip() == told
        assert (result.error or "").encode("utf-8")
        assert (result.scores, result.citations, result.text, result.would_be_right) == ((), (), "", None)
        assert result.score("correct") is None


def test_an_interruption_is_no_failed_case(misbehaving: Misbehaving) -> None:
    misbehaving.trouble = KeyboardInterrupt()  # type: ignore[assignment] - just what is tried

    with pytest.raises(KeyboardInterrupt):
        Examiner(misbehaving).examine(ANSWERED)


# Which measures a case has


@pytest.mark.parametrize("case", [ANSWERED, WRONG, REFUSED, UNANSWERABLE, ANSWERS_ANYWAY], ids=lambda case: case.id)
def test_the_measures_of_a_case_depend_on_its_gold_alone(examiner: Examiner, case: GoldCase) -> None:
    variants = [case, replace(case, short=()), replace(case, evidence=())]
    if case.answerable:
        variants.append(replace(case, facts=()))

    for variant in variants:
        for question in (ANSWERED.question, UNANSWERABLE.question):
            result = examiner.examine(replace(variant, question=question))

            assert [score.name for score in result.scores] == applicable(variant, judged=False)


def test_the_measures_by_kind_of_case() -> None:
    bare = GoldCase(id="a", question="Why?", evidence=quoting(("bridge", COST)))

    assert applicable(UNANSWERABLE, judged=True) == ["correct", "decision", "refused"]
    assert "correct" not in applicable(bare, judged=True)
    assert {"decision", "citation_recall", "quote_mrr", "article_ndcg@10"} <= set(applicable(bare, judged=False))
    assert set(applicable(ANSWERED, judged=True)) == set(BY_NAME) - {"refused"}
    assert set(applicable(ANSWERED, judged=False)) == {m.name for m in METRICS if m.group != "judge"} - {"refused"}
    assert "exact_match" not in applicable(replace(ANSWERED, short=()), judged=False)


def test_scores_are_as_exact_as_a_run_file_keeps_them(examiner: Examiner) -> None:
    """Or a run that was just made would differ from the same run read from its file in every third."""
    third = replace(ANSWERED, facts=(("3.5 million",), ("paid by the town",), ("paid by the king",)))

    assert values(examiner.examine(third))["fact_recall"] == 0.333333


# Evidence


@pytest.mark.parametrize(
    "evidence",
    [
        quoting(("bridge", COST), ("bridge", "The bridge cost 4 million crowns.")),
        quoting(("bridge", COST), ("gone", COST)),
    ],
)
def test_evidence_that_does_not_stand_is_unscored_with_a_reason_and_never_zero(
    examiner: Examiner, evidence: tuple[Evidence, ...]
) -> None:
    case = replace(ANSWERED, evidence=evidence)

    result = examiner.examine(case)

    on_evidence = [score for score in result.scores if BY_NAME[score.name].group in {"citations", "retrieval"}]
    assert [score.name for score in result.scores] == applicable(case, judged=False)
    assert {score.value for score in on_evidence} == {None}
    assert result.unscored == tuple(on_evidence)
    assert {score.reason for score in on_evidence} == {
        "the evidence of part 2 does not stand in the articles; see `assistant eval doctor`"
    }
    assert values(result)["correct"] == 1


def test_an_alternative_that_stands_is_enough(examiner: Examiner) -> None:
    lost, found = (Evidence(article_id=a, quote=COST, part="cost") for a in ("gone", "bridge"))

    result = examiner.examine(replace(ANSWERED, evidence=(lost, found)))

    assert result.unscored == ()
    assert values(result)["citation_recall"] == 1


def test_citations_are_scored_by_characters(assistant: Assistant) -> None:
    answer = assistant.ask(ANSWERED.question)
    first = answer.citations[0]
    cited = sum({c: c.end - c.start for c in answer.citations}.values())
    inside = Span(article_id="bridge", start=first.start, end=first.start + 10)
    half_out = Span(article_id="bridge", start=first.start - 10, end=first.start + 10)
    elsewhere = Span(article_id="bakery", start=0, end=20)

    assert citation_scores({"1": (inside,)}, answer) == (10 / cited, 1)
    assert citation_scores({"1": (half_out,)}, answer) == (10 / cited, 0.5)
    assert citation_scores({"1": (half_out, inside)}, answer) == (10 / cited, 1)
    assert citation_scores({"1": (inside,), "2": (elsewhere,)}, answer) == (10 / cited, 0.5)
    assert citation_scores({"1": (elsewhere,)}, answer) == (0, 0)
    assert citation_scores({"1": (inside,)}, replace(answer, citations=())) == (0, 0)


# Receipts


def test_a_quote_that_was_tampered_with_is_broken_and_makes_the_answer_wrong(misbehaving: Misbehaving) -> None:
    good = Examiner(misbehaving).examine(ANSWERED)
    misbehaving.quote = COST.replace("3.5", "9.5")
    altered = Examiner(misbehaving).examine(ANSWERED)
    misbehaving.quote, misbehaving.start = None, -3
    moved = Examiner(misbehaving).examine(ANSWERED)

    assert (good.broken_receipts, values(good)["correct"]) == (0, 1)
    for broken in (altered, moved):
        assert broken.outcome is Outcome.ANSWERED
        assert broken.broken_receipts == 1
        assert (values(broken)["fact_recall"], values(broken)["correct"]) == (1, 0)


def test_an_answer_without_any_receipt_is_a_failed_case(root: Path, minilm: Encoder) -> None:
    class Bare(Misbehaving):
        def trace(self, question: str, **named: object) -> Trace:
            trace = Assistant.trace(self, question, depth=20)
            return replace(trace, answer=replace(trace.answer, citations=()))

    bare = Bare(embedded_opener(root, lambda _: minilm, note=ignore), Settings(), note=ignore)
    result = Examiner(bare).examine(ANSWERED)
    bare.close()

    assert result.outcome is Outcome.FAILED
    assert "has no receipt" in (result.error or "")


# Follow-ups


def test_a_follow_up_is_asked_after_its_turns(examiner: Examiner) -> None:
    alone = replace(ANSWERED, question="How many lanes does it have?", facts=(("4 lanes",),), short=(), evidence=())
    case = replace(alone, turns=("Who opened the new bridge of Oldwater?",))

    assert "Oldwater" not in examiner.examine(alone).searched
    result = examiner.examine(case)
    assert "Oldwater" in result.searched
    assert values(result)["correct"] == 1


def test_a_follow_up_of_a_follow_up_keeps_what_the_first_was_about(root: Path, minilm: Encoder) -> None:
    asked: list[tuple[str, Previous]] = []

    class Listening(Assistant):
        def ask(
            self, question: str, *, filters: Filters | None = None, previous: Previous = None, written: bool = True
        ) -> Answer:
            asked.append((question, previous))
            return super().ask(question, filters=filters, previous=previous, written=written)

    assistant = Listening(embedded_opener(root, lambda _: minilm, note=ignore), Settings(), note=ignore)
    turns = ("Who opened the new bridge of Oldwater?", "And when was it opened?")
    Examiner(assistant).examine(replace(ANSWERED, question="And how long is it?", turns=turns))
    assistant.close()

    assert asked[0] == (turns[0], ())
    assert asked[1][0] == turns[1]
    assert [turn.question for turn in asked[1][1] or () if isinstance(turn, Turn)] == [turns[0]]
    assert "9 March 2021" in asked[1][1][0].answer  # type: ignore[index, union-attr]


def test_a_turn_that_cannot_be_asked_fails_the_case(examiner: Examiner) -> None:
    result = examiner.examine(replace(ANSWERED, turns=("?",)))

    assert result.outcome is Outcome.FAILED
    assert (result.error or "").startswith("UsageError: the question is empty")


# Facts


@pytest.mark.parametrize(("never", "correct"), [("3,000,000 crowns", 1), ("3.5 million crowns", 0), ("three lanes", 1)])
def test_an_answer_with_all_facts_is_not_correct_if_it_states_what_it_must_not(
    examiner: Examiner, never: str, correct: int
) -> None:
    result = examiner.examine(replace(ANSWERED, never=(never,)))

    assert (values(result)["fact_recall"], values(result)["correct"]) == (1, correct)
    assert result.would_be_right is bool(correct)


def test_facts_are_counted_piece_by_piece_in_any_accepted_wording() -> None:
    case = replace(ANSWERED, facts=(("4 lanes", "lanes: 4"), ("11.27 million",), ("Anna Berg",)))

    assert fact_recall(case, ["It has four lanes and 1,127 × 10,000 users."]) == pytest.approx(2 / 3)
    assert fact_recall(case, ["It has four", "lanes."]) == 0  # Side by side, within one piece.
    assert fact_recall(case, []) == 0


def test_the_pieces_of_an_answer_are_what_its_receipts_support(assistant: Assistant) -> None:
    answer = assistant.ask("When was the new bridge of Oldwater opened?")

    assert answer_pieces(answer)[0] == "9 March 2021"
    assert answer_pieces(answer)[1].startswith("The new bridge of Oldwater was opened on 9 March 2021")
    assert all("[" not in piece for piece in answer_pieces(answer))
    assert answer_pieces(assistant.ask(UNANSWERABLE.question)) == []


def test_what_a_refusal_withheld_counts_for_the_curve_of_risk(root: Path, minilm: Encoder) -> None:
    strict = Assistant(embedded_opener(root, lambda _: minilm, note=ignore), Settings(threshold=1.0), note=ignore)

    results = [Examiner(strict).examine(case) for case in (ANSWERED, WRONG, replace(ANSWERED, facts=()))]
    strict.close()

    assert {result.outcome for result in results} == {Outcome.REFUSED}
    assert [result.would_be_right for result in results] == [True, False, None]
    assert all(0 < (result.confidence or 0) < 1 for result in results)


# The judge's part


class Yes:
    """A judge that finds everything right, and remembers what it was shown."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, Status]] = []

    def judge(self, case: GoldCase, answer: Answer) -> "Yes":
        self.shown.append((case.id, answer.status))
        return self

    scores = (Score(name="judged_supported", value=1.0), Score(name="judged_correct", value=2 / 3))
    verdicts = {"judged_correct": (True, True, False)}  # noqa: RUF012 - never changed
    usage = ModelUse(calls=3, prompt_tokens=30, completion_tokens=3, cost=0.5)


def test_a_judge_sees_answerable_cases_with_facts_and_its_scores_are_beside_the_others(assistant: Assistant) -> None:
    judge = Yes()
    examiner = Examiner(assistant, judge=judge)

    results = [examiner.examine(one) for one in (ANSWERED, REFUSED, UNANSWERABLE, replace(ANSWERED, facts=()))]

    assert judge.shown == [("cost", Status.ANSWERED), ("refused", Status.REFUSED)]
    assert [score.name for score in results[0].scores] == applicable(ANSWERED, judged=True)
    assert values(results[0])["judged_correct"] == 0.666667
    assert results[0].judgements == {"judged_correct": (True, True, False)}
    assert results[0].usage == Yes.usage
    assert results[2].usage is None


# The index


def test_evidence_is_sought_in_the_index_as_it_is_now(tmp_path: Path) -> None:
    encoder = HashEncoder(max_tokens=100)
    root = tmp_path / "index"
    (tmp_path / "bridge.md").write_text(ARTICLES["bridge.md"], encoding="utf-8")
    create_index(root, encoder, max_tokens=100)
    assistant = Assistant(embedded_opener(root, lambda _: encoder, note=ignore), Settings(), note=ignore)
    examiner = Examiner(assistant)

    before = examiner.examine(ANSWERED)
    add_paths(root, [tmp_path / "bridge.md"], encoder, note=ignore, meter=ignore)
    there = examiner.examine(ANSWERED)
    remove_articles(root, ["bridge"], note=ignore)
    after = examiner.examine(ANSWERED)
    assistant.close()

    assert [bool(result.unscored) for result in (before, there, after)] == [True, False, True]
    assert values(there)["quote_recall@1"] == 1


def test_what_is_examined_ranks_passages_as_the_settings_say(root: Path, tmp_path: Path) -> None:
    """A run that names a reranker in its provenance has asked it."""
    chain = IndexChain(root=root, settings=Settings(reranker=str(tmp_path / "absent")), note=ignore)

    with pytest.raises(EncoderUnavailable, match=r"no folder '.*absent'"), chain():
        pass
