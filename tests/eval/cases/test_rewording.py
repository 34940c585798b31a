"""Drafts in a model's words: only what passes every check is kept, and the original wording stays beside it."""

from collections.abc import Mapping

import pytest
from library import ignore

from assistant.models.scripted.model import Call, ScriptedModel
from assistant.models.seam import Completion, Failure, ModelFailed
from assistant.reading.network import shared_network
from eval.cases.case import Evidence, GoldCase
from eval.cases.finding import SpanFinder
from eval.cases.proposing import Proposal, propose
from eval.cases.rewording import reword
from prompts import load

OLDWATER = """# Oldwater

The Oldwater Museum has 19 large halls. The Oldwater bridge cost 3.5 million crowns.
The Oldwater bridge was opened on 9 March 2021 by Anna Berg. Anna Berg opened the Oldwater Tram in 1990.
The Oldwater Tram is the oldest tram line of the valley. It has 12 stops.

The Oldwater Market includes:

- bread
- fresh fish
- cheese
"""
HALLS = "How many large halls does the Oldwater Museum have?"
OPENED = "When was the Oldwater bridge opened?"
TRAM = "Who opened the Oldwater Tram?"
MARKET = "What does the Oldwater Market include?"
LINE = "What is the Oldwater Tram?"
TEXTS = {"oldwater": OLDWATER, "elsewhere": "Rain fell on Lunden. The Lunden Museum has 7 halls."}


@pytest.fixture(scope="module")
def finder() -> SpanFinder:
    return SpanFinder(TEXTS, shared_network(threads=1))


@pytest.fixture(scope="module")
def proposals() -> list[Proposal]:
    return propose(TEXTS, limit=50)


def saying(replies: Mapping[str, str]) -> ScriptedModel:
    """A model that rewords these questions, and repeats others."""

    def reply(call: Call) -> str:
        question = call.messages[-1].content.split("<<<question ")[1].split("\n")[1]
        return replies.get(question, question)

    return ScriptedModel(reply)


def reworded(
    model: ScriptedModel, proposals: list[Proposal], finder: SpanFinder, notes: list[str] | None = None
) -> dict[str, str]:
    """Questions by the wording that was drafted, of the drafts that have another now."""
    told: list[str] = [] if notes is None else notes
    found = reword(proposals, TEXTS, model=model, prompt=load("reword"), finder=finder, note=told.append)
    assert [one.drafted or one.case.question for one in found] == [one.case.question for one in proposals]
    assert [one.case.facts for one in found] == [one.case.facts for one in proposals]
    return {one.drafted: one.case.question for one in found if one.drafted}


def test_what_asks_for_the_same_in_other_words_is_kept_beside_the_original(
    proposals: list[Proposal], finder: SpanFinder
) -> None:
    better = {
        HALLS: "How many big halls are there in the Oldwater Museum?",
        OPENED: "On which day did the Oldwater bridge open to traffic?",
        TRAM: "Which person opened the Oldwater Tram?",
        MARKET: "What goods does the Oldwater Market include?",
    }

    assert reworded(saying(better), proposals, finder) == better


@pytest.mark.parametrize(
    ("drafted", "reply", "why"),
    [
        (HALLS, "The Oldwater Museum has many halls.", "not one question"),
        (HALLS, "How many halls has the Oldwater Museum? And who built them?", "not one question"),
        (HALLS, "How many halls does the Oldwater Museum have and when was it opened?", "not one question"),
        (HALLS, "How many halls are there\nin the Oldwater Museum?", "not one question"),
        (HALLS, "Reworded: how many halls are in the Oldwater Museum?", "not one question"),
        (HALLS, "1. How many halls are in the Oldwater Museum?", "not one question"),
        (HALLS, "", "not one question"),
        (HALLS, f"{HALLS[:-1]}{' indeed' * 50}?", "not one question"),
        (HALLS, "Has the Oldwater Museum nineteen large halls?", "gives the answer away"),
        (OPENED, "When in March was the Oldwater bridge opened?", "gives the answer away"),
        (TRAM, "Which Berg opened the Oldwater Tram?", "gives the answer away"),
        (LINE, "Which lines does the Oldwater Tram run?", "gives the answer away"),
        (HALLS, "How many large halls does the museum have?", "lost a name, figure or date"),
        (HALLS, "How many large halls does the Oldwater Museum of Lunden have?", "added a name, figure or date"),
        (HALLS, "How many large halls did the Oldwater Museum have in 1950?", "added a name, figure or date"),
        (HALLS, "Oldwater Museum 有多少 halls?", "in a script that the reader does not know"),
        (OPENED, "What did the Oldwater bridge cost?", "the reader does not find the answer by it"),
        (OPENED, "By whom was the Oldwater bridge opened?", "the reader does not find the answer by it"),
        (HALLS, "What colour is the roof of the Oldwater Museum?", "the reader does not find the answer by it"),
    ],
)
def test_what_fails_a_check_leaves_the_draft_its_own_wording(
    drafted: str, reply: str, why: str, proposals: list[Proposal], finder: SpanFinder
) -> None:
    assert drafted in {one.case.question for one in proposals}
    notes: list[str] = []

    assert reworded(saying({drafted: reply}), proposals, finder, notes) == {}
    assert notes == [f"scripted reworded 0 of {len(proposals)} drafts; 1 dropped: {why}"]


def test_what_nothing_answers_may_be_reworded_unless_the_reader_then_finds_an_answer(
    proposals: list[Proposal], finder: SpanFinder
) -> None:
    nothing = [one.case.question for one in proposals if not one.case.answerable]
    designed, thing = "Who designed the Lunden Museum?", "the Lunden Museum"
    assert designed in nothing
    notes: list[str] = []

    other = f"Which architect drew the plans for {thing}?"
    assert reworded(saying({designed: other}), proposals, finder) == {designed: other}
    assert reworded(saying({designed: f"How many halls has {thing}?"}), proposals, finder, notes) == {}
    assert notes[0].endswith("the reader finds an answer to it")


def test_figures_and_dates_of_the_question_may_be_written_otherwise() -> None:
    drafted = "How much did the 1,000 lamps of the Oldwater Museum cost on 9 March 2021?"
    other = "What was the price of the Oldwater Museum's 1000 lamps on March 9, 2021?"
    less = "What was the price of the Oldwater Museum's 1000 lamps in 2021?"
    text = "On 9 March 2021 the 1,000 lamps of the Oldwater Museum cost 700 crowns."
    evidence = Evidence(article_id="lamps", quote=text, part="answer")
    case = GoldCase(id="lamps", question=drafted, facts=(("700",),), evidence=(evidence,))
    lamps = {"lamps": text}

    def kept(reply: str) -> str:
        draft = Proposal(case=case, sentence=text)
        (made,) = reword(
            [draft],
            lamps,
            model=ScriptedModel([reply]),
            prompt=load("reword"),
            finder=SpanFinder(lamps, shared_network(threads=1)),
            note=ignore,
        )
        return made.case.question

    assert kept(other) == other
    assert kept(less) == drafted


@pytest.mark.parametrize("dressed", ['"{}"', "**{}**", "“{}”\n", "  {}  "])
def test_marks_around_a_question_are_taken_off(dressed: str, proposals: list[Proposal], finder: SpanFinder) -> None:
    better = "How many big halls are there in the Oldwater Museum?"

    assert reworded(saying({HALLS: dressed.format(better)}), proposals, finder) == {HALLS: better}


def test_a_model_that_fails_leaves_all_drafts_as_they_are_and_is_not_asked_again(
    proposals: list[Proposal], finder: SpanFinder
) -> None:
    first = proposals[0].case.question
    away = ModelFailed("the model is away", kind=Failure.REFUSED_CONNECTION)
    model = ScriptedModel([f"Do you know {first[0].lower()}{first[1:]}", away])
    notes: list[str] = []

    found = reword(proposals, TEXTS, model=model, prompt=load("reword"), finder=finder, note=notes.append)

    assert found == proposals
    assert len(model.calls) == 2
    assert notes == [
        "the drafts keep their own wording: the model scripted failed: the model is away (refused_connection)"
    ]


def test_a_reply_that_was_cut_off_is_dropped(proposals: list[Proposal], finder: SpanFinder) -> None:
    class Cut(ScriptedModel):
        def complete(self, *arguments: object, **named: object) -> Completion:
            return Completion(text="How many halls are in the Oldwater Museum?", finish="length")

    notes: list[str] = []

    assert reworded(Cut([]), proposals[:1], finder, notes) == {}
    assert notes == ["scripted reworded 0 of 1 draft; 1 dropped: cut off"]


def test_the_model_is_asked_once_a_draft_and_shown_no_answer(proposals: list[Proposal], finder: SpanFinder) -> None:
    model, notes = saying({}), []

    assert reworded(model, proposals, finder, notes) == {}

    assert notes == [f"scripted reworded 0 of {len(proposals)} drafts"]
    assert len(model.calls) == len(proposals)
    for call, one in zip(model.calls, proposals, strict=True):
        assert one.case.question in call.messages[0].content
        assert not one.sentence or one.sentence not in call.messages[0].content


# What is read


def test_the_windows_of_the_evidence_are_read_however_few_words_they_share_with_the_question() -> None:
    """Sentences enough that more windows than are read share more words with it."""
    quote = "The Oldwater lamp was lit on 9 March 2021."
    asked = [f"People {n} ask when the lamp of Oldwater is put on, at dusk or dawn." for n in range(90)]
    text = "\n\n".join([*asked, quote])
    finder = SpanFinder({"lamp": text}, shared_network(threads=1))
    question = "When did people first put on the Oldwater lamp?"

    alone, with_quote = finder.find(question, ["lamp"]), finder.find(question, ["lamp"], quote=quote)

    assert alone is None or "2021" not in alone.words
    assert with_quote is not None
    assert "2021" in with_quote.words


def test_where_there_is_no_article_nothing_is_found(finder: SpanFinder) -> None:
    assert finder.find(HALLS, []) is None
