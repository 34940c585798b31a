"""Follow-ups made whole and questions split, by a model that is held to what was said, else by rule."""

import pytest

from assistant.models.opening import open_model
from assistant.models.scripted.model import ScriptedModel
from assistant.models.scripted.script import Trouble
from assistant.models.scripted.script import Turn as ServedTurn
from assistant.models.scripted.server import ScriptedServer
from assistant.models.seam import Failure, ModelFailed, Usage
from assistant.question.by_model import (
    ANSWER_CHARACTERS,
    MAX_CHARACTERS,
    TURNS,
    ModelCondenser,
    ModelSplitter,
    conversation_text,
)
from assistant.question.followups import Turn, in_conversation, other_wordings
from assistant.question.seams import Condensed, RuleCondenser, RuleSplitter
from assistant.settings.model import ModelSettings
from assistant.settings.settings import Settings
from prompts import load

HISTORY = (
    Turn(
        question="Who opened the bridge of Oldwater in 2021?",
        answer="Mayor Anna Berg opened the bridge in March 2021. [1]",
    ),
)
RISE = "How high are the Long Bridge and the Old Bridge together?"


def condenser(*replies: str | ModelFailed) -> tuple[ModelCondenser, ScriptedModel]:
    model = ScriptedModel(replies)
    return ModelCondenser(model, prompt=load("condense")), model


def splitter(*replies: str | ModelFailed) -> ModelSplitter:
    return ModelSplitter(ScriptedModel(replies), prompt=load("split"))


# Follow-ups


def test_a_follow_up_is_made_whole_by_the_model() -> None:
    made, _ = condenser("When did Anna Berg open the bridge of Oldwater?")

    condensed = made.condense("When did she do that?", HISTORY)

    assert (condensed.question, condensed.note) == ("When did Anna Berg open the bridge of Oldwater?", None)
    assert condensed.usage == Usage(calls=1, prompt_tokens=condensed.usage.prompt_tokens, completion_tokens=9)
    assert condensed.usage.prompt_tokens > 100


def test_the_model_is_shown_the_conversation_as_quoted_material() -> None:
    made, model = condenser("When did Anna Berg open the bridge?")

    made.condense("When did she do that?", HISTORY)

    (message,) = model.calls[0].messages
    assert "<<<conversation " in message.content
    assert "Question: Who opened the bridge of Oldwater in 2021?\nAnswer: Mayor Anna Berg" in message.content
    assert "Follow-up: When did she do that?" in message.content


def test_the_first_question_is_asked_of_nobody() -> None:
    made, model = condenser()

    assert made.condense("How long is the bridge?", ()) == Condensed(question="How long is the bridge?")
    assert not model.calls


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("", "empty"),
        ("  \n ", "empty"),
        ("When did Anna Berg open it?\nI hope this helps.", "more than one line"),
        ("When did Anna Berg open the bridge? " * 40, "characters"),
        ("When did Otto Lind open the bridge of Oldwater?", "'Otto'"),
        ("Did Anna Berg open the bridge in 1999?", "'1999'"),
        ("Did Anna Berg open 14 bridges?", "'14'"),
        ("Quand est-ce que la mairesse a inauguré ce pont ?", "'Quand'"),
        ("purple monkeys dishwasher lamp quickly", "most words"),
    ],
)
def test_a_reply_that_says_what_nobody_said_gives_way_to_the_rule(reply: str, said: str) -> None:
    made, _ = condenser(reply)

    condensed = made.condense("When did she do that?", HISTORY)

    assert condensed.question == RuleCondenser().condense("When did she do that?", HISTORY).question
    assert condensed.note is not None
    assert said in condensed.note
    assert "\n" not in condensed.note


def test_a_reply_that_loses_what_was_asked_gives_way_to_the_rule() -> None:
    made, _ = condenser("Who opened the bridge of Oldwater in 2021?")

    condensed = made.condense("And in 2022?", HISTORY)

    assert condensed.question == "Who opened the bridge of Oldwater in 2022?"
    assert condensed.note is not None
    assert "lacks '2022'" in condensed.note


@pytest.mark.parametrize("when", ["in march 2021", "in March 2021"])
def test_names_may_come_from_the_answer_and_figures_in_another_spelling(when: str) -> None:
    made, _ = condenser(f"What else did Berg open {when}?")

    assert made.condense("What else did she open then?", HISTORY).note is None


@pytest.mark.parametrize("kind", list(Failure))
def test_a_model_that_fails_gives_way_to_the_rule(kind: Failure) -> None:
    failure = ModelFailed("the model is away", kind=kind)
    made, _ = condenser(failure)

    condensed = made.condense("When did she do that?", HISTORY)

    assert condensed.question == "When did Mayor Anna Berg do that?"
    assert condensed.note == f"the follow-up was made whole by rule: the model is away ({kind.value})"
    assert condensed.usage == Usage(calls=1)
    split = splitter(failure).split("Why?")
    assert (split.parts, split.usage) == (("Why?",), Usage(calls=1))
    assert split.note == f"the question was split by rule: the model is away ({kind.value})"


def test_only_the_last_turns_are_shown_and_answers_end_with_a_sentence() -> None:
    long = "The bridge of Oldwater has four lanes. " * 40
    text = conversation_text([Turn(question=f"Question {n}?", answer=long) for n in range(TURNS + 3)])

    assert "Question 2?" not in text
    assert f"Question {TURNS + 2}?" in text
    answers = [line.removeprefix("Answer: ") for line in text.split("\n") if line.startswith("Answer: ")]
    assert len(answers) == TURNS
    assert all(answer.endswith("four lanes.") and len(answer) <= ANSWER_CHARACTERS for answer in answers)


# Parts


def test_a_question_is_split_by_the_model() -> None:
    parts = "How high is the Long Bridge?\nHow high is the Old Bridge?"

    split = splitter(parts).split(RISE)

    assert (split.parts, split.note) == (("How high is the Long Bridge?", "How high is the Old Bridge?"), None)
    assert (split.usage.calls, split.usage.completion_tokens) == (1, 12)


def test_a_question_that_is_repeated_stays_as_it_was_asked() -> None:
    split = splitter("how long is the bridge").split("How long is the bridge?")

    assert (split.parts, split.note) == (("How long is the bridge?",), None)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("", "empty"),
        ("How high is the Long Bridge?", "another question"),
        ("The Long Bridge and the Old Bridge are 40 metres high together.", "another question"),
        ("\n".join(["How high is the Long Bridge?", "How high is the Old Bridge?"] * 3), "6 lines"),
        ("- How high is the Long Bridge?\n- How high is the Old Bridge?", "is no question"),
        ("Here are the questions:\nHow high is the Long Bridge?", "is no question"),
        ("How high is the Long Bridge?\nHow high is the Tall Bridge?", "'Tall'"),
        ("How high is the Long Bridge?\nHow high was the Old Bridge in 1931?", "'1931'"),
        ("How high is the Long Bridge?\nHow high are bridges together?", "lacks 'Old'"),
        ("How high is the Long Bridge?\n" + "How high is the Old Bridge? " * 40, "characters"),
    ],
)
def test_parts_that_ask_for_something_else_give_way_to_the_rule(reply: str, said: str) -> None:
    split = splitter(reply).split(RISE)

    assert split.parts == RuleSplitter().split(RISE).parts
    assert split.note is not None
    assert said in split.note


# Over HTTP


@pytest.mark.parametrize(
    ("turn", "whole"),
    [
        (ServedTurn(reply="When did Anna Berg open the bridge?"), "When did Anna Berg open the bridge?"),
        (ServedTurn(reply=""), "When did Mayor Anna Berg do that?"),
        (ServedTurn(status=500), "When did Mayor Anna Berg do that?"),
        (ServedTurn(reply="x" * (MAX_CHARACTERS + 1)), "When did Mayor Anna Berg do that?"),
        (ServedTurn(trouble=Trouble.DROP_MIDWAY, reply="When did Anna"), "When did Mayor Anna Berg do that?"),
    ],
)
def test_whatever_a_server_does_a_follow_up_becomes_whole(turn: ServedTurn, whole: str) -> None:
    with ScriptedServer([turn]) as server:
        model = open_model(Settings(model=ModelSettings(name="scripted", base_url=server.url, retries=0)))
        assert model is not None

        condensed = ModelCondenser(model, prompt=load("condense")).condense("When did she do that?", HISTORY)

    assert condensed.question == whole
    assert (condensed.note is None) == (turn.reply == whole)


@pytest.mark.parametrize(
    ("question", "before", "meant"),
    [
        ("And the ferry?", "When was the pier of Holm built?", ("When was the ferry of Holm built?", "the ferry")),
        ("What about Berlin?", "How many parks has Vienna?", ("How many parks has Berlin?", "Berlin")),
        ("How long is the ferry?", "When was the pier of Holm built?", ()),
        ("Thanks!", "When was the pier of Holm built?", ()),
        ("Is it long?", "When was the pier of Holm built?", ()),
    ],
)
def test_what_else_a_fragment_may_mean(question: str, before: str, meant: tuple[str, ...]) -> None:
    assert other_wordings(question, [Turn(question=before)]) == meant


@pytest.mark.parametrize(
    ("question", "before", "whole"),
    [
        ("And for pupils?", "What is the fare for grown-ups?", "What is the fare for pupils?"),
        ("And in Vienna?", "How many parks are there in Berlin?", "How many parks are there in Vienna?"),
        ("And in Vienna?", "Who won in 1954?", "Who won in 1954 in Vienna?"),
        ("And in 1958?", "How many parks were laid out in Berlin?", "How many parks were laid out in Berlin in 1958?"),
    ],
)
def test_a_phrase_replaces_the_one_that_opens_alike(question: str, before: str, whole: str) -> None:
    assert in_conversation(question, [Turn(question=before)]) == whole


@pytest.mark.parametrize(
    ("question", "whole"),
    [("By whom?", "By whom was the pier of Holm built?"), ("Why?", "Why was the pier of Holm built?")],
)
def test_a_question_word_alone_asks_again(question: str, whole: str) -> None:
    assert in_conversation(question, [Turn(question="When was the pier of Holm built?")]) == whole


@pytest.mark.parametrize("question", ["Everything about the tram", "All about the tram?", "A summary of the tram book"])
def test_what_is_asked_about_by_name_stands_alone(question: str) -> None:
    assert in_conversation(question, [Turn(question="When was the pier of Holm built?")]) == question


@pytest.mark.parametrize(
    ("question", "before", "whole"),
    [
        ("And the third?", "What was the second wish of Ada?", "What was the third wish of Ada?"),
        ("What about the second one?", "Which was the first key?", "Which was the second key?"),
        ("What was the last?", "What was the first rule?", "What was the last rule?"),
        ("And the third?", "What was the wish of Ada?", "What was the wish of Ada the third?"),
    ],
)
def test_a_place_alone_takes_the_place_of_the_one_before(question: str, before: str, whole: str) -> None:
    assert in_conversation(question, [Turn(question=before)]) == whole


@pytest.mark.parametrize(
    ("before", "whole"),
    [
        ("When was the fair in spring 2022 held?", "Who led the fair in spring 2022?"),
        ("Where was the old gate found?", "Who led the old gate?"),
        ("When was the museum of Holm?", "Who led Holm?"),
    ],
)
def test_the_subject_of_what_happened_is_taken_whole(before: str, whole: str) -> None:
    assert in_conversation("Who led it?", [Turn(question=before)]) == whole


HELD = "The ferry of Lunden carries 90 passengers, says captain Mia Rook. [1]"


@pytest.mark.parametrize("question", ["the ferry", "season tickets", "lighthouse", "lighthouse?"])
@pytest.mark.parametrize("before", ["When was the pier of Holm built?", "the price of a berth"])
def test_a_new_subject_is_asked_about_by_itself_first(question: str, before: str) -> None:
    history = [Turn(question=before)]

    assert in_conversation(question, history) == question
    assert any(before.rstrip("?").split()[-1] in other for other in other_wordings(question, history))


@pytest.mark.parametrize(
    ("fragments", "whole"),
    [
        (["the storm", "and the victims?"], "the victims of the storm"),
        (["the storm", "and the victims?", "and the cause?"], "the cause of storm"),
        (["the storm", "How long did it last?"], "How long did the storm last?"),
        (["Lunden mills", "and the loss?"], "the loss of Lunden mills"),
        (["Who ran the mill?", "and the loss?", "and the gain?"], "Who ran the mill, the gain?"),
        (["In 2019, who ran the mill?", "and the loss?"], "In 2019, who ran the mill, the loss?"),
        (["How much is the toll?", "and before 2019?"], "How much was the toll before 2019?"),
        (["How many boats are there?", "And before 2019?"], "How many boats were there before 2019?"),
    ],
)
def test_a_fragment_is_joined_with_the_last_subject_alone(fragments: list[str], whole: str) -> None:
    turns: list[Turn] = []
    for fragment in fragments:
        turns.append(Turn(question=in_conversation(fragment, turns)))

    assert turns[-1].question == whole


@pytest.mark.parametrize("question", ["Are you sure?", "really?", "Is that true?", "how do you know that", "Says who?"])
def test_a_doubt_asks_the_last_question_again(question: str) -> None:
    history = [Turn(question="How many passengers does the ferry carry?", answer=HELD)]

    assert in_conversation(question, history) == history[0].question
    assert other_wordings(question, history) == ()


@pytest.mark.parametrize(
    ("answer", "whole"),
    [
        (HELD, f"Who said that {HELD.rstrip('.[] 1')}?"),
        (
            f"90 passengers [1]\n{HELD}",
            f"Who said that {HELD.rstrip('.[] 1')}?",
        ),
        ("Published 2021-05-03: 4. Dogs pay half. [1]\nCats pay nothing. [2]", "Who said that Dogs pay half?"),
        ("I found nothing in the articles about this.", "Who said ferry carry?"),
    ],
)
def test_who_said_that_is_about_what_the_last_answer_states(answer: str, whole: str) -> None:
    assert in_conversation("Who said that?", [Turn(question="What does the ferry carry?", answer=answer)]) == whole
