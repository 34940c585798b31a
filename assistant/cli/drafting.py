"""What `assistant eval add` and `assistant feedback promote` share: offer the evidence, and take down what is right."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.common import note, opened

if TYPE_CHECKING:
    from assistant.chain.assistant import Assistant, Trace
    from assistant.settings.settings import Settings
    from eval.cases.drafting import Candidate

GoldFileOption = Annotated[str, typer.Option("--gold", metavar="FILE", help="The gold file that the case goes to.")]
EvidenceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--evidence",
        metavar="NUMBERS|WORDS",
        help="Which of the sentences answer, as in 1,3, or words of another sentence of an article; 0 for none. "
        "May be repeated.",
    ),
]
FactOption = Annotated[
    list[str] | None,
    typer.Option("--fact", metavar="WORDINGS", help='What a right answer states: "30|thirty"; may be repeated.'),
]
NeverOption = Annotated[
    list[str] | None,
    typer.Option("--never", metavar="WORDING", help="What a right answer does not state beside it; may be repeated."),
]
CaseTagOption = Annotated[list[str] | None, typer.Option("--tag", help="A tag; may be repeated.")]
CaseIdOption = Annotated[str | None, typer.Option("--id", help="The case's id; otherwise made from the question.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]
OWN_GOLD = "eval/gold/own.jsonl"


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What a person says of a case; None is asked for."""

    gold: Path
    evidence: Sequence[str] | None
    """Numbers of sentences, or words of one, as typed."""
    facts: Sequence[str] | None
    """Wordings, as typed."""
    never: Sequence[str]
    """As typed."""
    tags: Sequence[str]
    id: str | None
    note: str | None
    yes: bool
    complaint: bool = False
    """Whether an answer was found fault with: then a case must be able to tell that answer from a right one, and what
    is right can be said though no sentence says it yet."""


def add_case(question: str, turns: Sequence[str], said: Said, settings: "Settings") -> None:
    """Ask a question, show the answer and what may be its evidence, and add the case that a person makes of it.

    Args:
        question: as asked.
        turns: the questions before it in its conversation, oldest first.
        said: what is not asked for.
        settings: of the index; its model, if any, is not asked.

    Raises:
        UserError: what was said makes no case, or the file does not take it.
        typer.Exit: the person thought better of it.
    """
    from datetime import date

    from assistant.cli.showing import show
    from eval.cases.case import to_line
    from eval.cases.case_file import read_gold
    from eval.cases.drafting import append_case, candidates, draft, shown, wordings
    from eval.runs.scoring import all_right
    from eval.runs.stating import answer_pieces

    with opened(settings) as assistant:
        trace = _traced(assistant, question, turns)
        offered = candidates(trace, assistant)
        show(trace.answer)
        print("\nSentences that may be the evidence:")
        for number, one in enumerate(offered, 1):
            print(f"{number:3}. {shown(one)}")
        chosen = _chosen(said.evidence, offered, assistant)
    facts = [wordings(text) for text in (said.facts if said.facts is not None else _asked_facts(chosen, said))]
    _require_a_fact([one for one in facts if one], chosen, said)
    case = draft(
        question,
        turns=turns,
        facts=[one for one in facts if one],
        never=[one.strip() for one in said.never],
        evidence=chosen,
        tags=said.tags,
        note=said.note,
        id_=said.id,
        taken={case.id for case in read_gold([said.gold])[0]} if said.gold.exists() else set(),
        today=date.today(),
    )
    print(f"\n{to_line(case)}")
    if said.complaint and case.facts and all_right(case, answer_pieces(trace.answer)):
        note("the answer above is right by this case already; what it must not state is said with --never")
    if not said.yes and not _line(f"Add this case to {said.gold}? [y/N] ").lower().startswith("y"):
        note("nothing was added")
        raise typer.Exit(1)
    append_case(case, said.gold)
    note(f"added {case.id} to {said.gold}")


def _traced(assistant: "Assistant", question: str, turns: Sequence[str]) -> "Trace":
    """The question asked after its conversation, as a run of the gold will ask it."""
    from assistant.question.followups import Turn

    history: list[Turn] = []
    for earlier in turns:
        answer = assistant.ask(earlier, previous=history)
        history.append(Turn(question=answer.searched, answer=answer.text))
    return assistant.trace(question, previous=history)


def _chosen(typed: Sequence[str] | None, offered: "Sequence[Candidate]", assistant: "Assistant") -> "list[Candidate]":
    """The sentences that a person names, each once."""
    from index.errors import UsageError

    if typed is not None:
        named = [one for text in typed for one in _named(text, offered, assistant)]
        return list({(one.article_id, one.start): one for one in named}.values())
    while True:  # What a person mistypes loses nothing.
        line = _line("Which of them answer? Numbers such as 1,3, or words of another sentence; 0 if none does: ")
        try:
            return _chosen([line], offered, assistant)
        except UsageError as error:
            if not line:
                raise
            note(str(error))


def _named(text: str, offered: "Sequence[Candidate]", assistant: "Assistant") -> "list[Candidate]":
    from eval.cases.drafting import quoted
    from index.errors import UsageError

    parts = text.replace(",", " ").split()
    if any(character.isalpha() for character in text):
        return [quoted(text, assistant)]
    if not parts or not all(part.isdecimal() and int(part) <= len(offered) for part in parts):
        raise UsageError(f"{text!r} names no sentence above", f"give numbers from 1 to {len(offered)}, or 0 for none")
    return [offered[int(part) - 1] for part in parts if int(part)]


def _asked_facts(chosen: "list[Candidate]", said: Said) -> list[str]:
    if not chosen and (not said.complaint or said.evidence is not None):
        return []
    print('What must a right answer state? A fact a line, other wordings behind "|"; an empty line ends.')
    if not chosen:
        print("None at all if it must be refused, since the articles do not answer and are not meant to.")
    return list(iter(lambda: _line("fact: ").strip(), ""))


def _require_a_fact(facts: Sequence[Sequence[str]], chosen: "list[Candidate]", said: Said) -> None:
    from index.errors import UsageError

    if said.complaint and chosen and not facts:
        raise UsageError(
            "without a fact any answer at all would be right, the one that was complained of too",
            'say what a right answer states, as in --fact "30|thirty"',
        )


def _line(prompt: str) -> str:
    """A line from the person; nothing at the end of the input."""
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return sys.stdin.readline().strip()
