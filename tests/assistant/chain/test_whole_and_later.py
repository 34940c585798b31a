"""Answers under questions are given whole, and later statements stand before those that they take back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from library import indexed

from assistant.chain.assistant import Assistant
from assistant.settings.settings import Settings
from index.encoding.encoder import Encoder
from index.search.embedded import embedded_opener

ARTICLES = {
    "ferry.md": """# The ferry: questions and answers

## Can I bring a dog on the ferry?

Yes, on a lead. Dogs ride free. They stay on deck.

## How do I pay on the ferry?

By card, at the bow.
""",
    "pier-march.md": """---
title: Pier to close
published: 2024-03-01
---
The pier of Oldwater will be closed from 4 March until 20 May while its planks are replaced.
""",
    "pier-may.md": """---
title: Pier stays shut
published: 2024-05-10
---
The pier of Oldwater does not open on 20 May, since the planks came late. Its opening is now on 17 June.
""",
    "berths-2019.md": """---
title: Rules of the marina
published: 2019-02-01
---
1. Dogs are kept on a lead.
2. Each berth may draw up to 16 amperes of current.
""",
    "berths-2023.md": """---
title: Rules of the marina (new)
published: 2023-02-01
---
1. Dogs are not allowed.
2. Each berth may draw up to 10 amperes of current.
""",
    "mill.md": """# Flood at the mill

The loss at the mill was put at £36,000 by its miller. The wheel was not hurt.

Correction: the loss at the mill comes to £51,000, not £36,000.
""",
    "gate.md": """# The gate

The mason Ole Lind carved the lions of the gate. It is of sandstone.
""",
    "gate-correction.md": """# Correction

We wrote that Ole Lind carved the lions of the gate; in fact they were carved by Ada Holm. The gate stands open.
""",
    "kiln.md": """# Blast at the kiln

The blast at the kiln was caused by a gas pipe, a fireman said. Its chimney fell.

Note: an earlier version of this article blamed the blast on a gas pipe. Inspectors have
since found that damp clay was the cause.
""",
}


def ignore(_: str) -> None:
    """Drop a message."""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory, minilm: Encoder) -> Iterator[Assistant]:
    root: Path = indexed(tmp_path_factory.mktemp("later"), ARTICLES, minilm)
    assistant = Assistant(embedded_opener(root, lambda _: minilm, note=ignore), Settings(), note=ignore)
    yield assistant
    assistant.close()


def test_a_short_answer_under_the_question_is_quoted_whole(assistant: Assistant) -> None:
    answer = assistant.ask("Can I bring my dog?")

    assert len(answer.citations) == 1
    assert answer.citations[0].quote == "Yes, on a lead. Dogs ride free. They stay on deck."


def test_what_holds_now_stands_before_what_it_takes_back(assistant: Assistant) -> None:
    answer = assistant.ask("When will the pier of Oldwater open again?")

    assert answer.citations[0].article_id == "pier-may"
    assert "17 June" in answer.text
    assert not answer.text.startswith(("20 May", "From 4 March", "Until 20 May"))


def test_what_its_own_article_corrects_further_down_does_not_lead(assistant: Assistant) -> None:
    answer = assistant.ask("What was the loss at the mill?")

    assert answer.text.startswith("Correction: the loss at the mill comes to £51,000, not £36,000. [1]")
    assert "put at £36,000" in answer.text


def test_what_is_retracted_does_not_lead_and_what_is_right_comes_with_it(assistant: Assistant) -> None:
    answer = assistant.ask("What caused the blast at the kiln?")

    assert answer.text.startswith("Note: an earlier version")
    assert "damp clay was the cause" in answer.citations[0].quote


def test_numbered_rules_of_two_dates_that_differ_are_dated_the_newer_first(assistant: Assistant) -> None:
    answer = assistant.ask("How much current may each berth draw?")

    assert [line.partition(": ")[0] for line in answer.text.split("\n")] == [
        "Published 2023-02-01",
        "Published 2019-02-01",
    ]
    assert "10 amperes" in answer.text.split("\n")[0]


def test_another_article_that_says_what_was_written_in_error_comes_first(assistant: Assistant) -> None:
    answer = assistant.ask("Who carved the lions of the gate?")

    assert answer.citations[0].article_id == "gate-correction"
    assert answer.text.startswith(
        "We wrote that Ole Lind carved the lions of the gate; in fact they were carved by Ada"
    )
    assert "stands open" not in answer.text
