"""Shared by `assistant eval add` and `assistant feedback promote`: offer evidence, and ask what is right."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.common import opened
from assistant.cli.output.progress import note
from assistant.cli.output.pulse import pulse

if TYPE_CHECKING:
    from assistant.chain.assistant import Assistant, Trace
    from assistant.settings.settings import Settings
    from eval.cases.drafting import Candidate
    from eval.cases.proposing import Proposal

GoldFileOption = Annotated[str, typer.Option("--gold", metavar="FILE", help="Gold file to add the case to.")]
EvidenceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--evidence",
        metavar="NUMBERS|WORDS",
        help="Answering sentences by number, as 1,3, or words of another sentence; 0 for none. Repeatable.",
    ),
]
FactOption = Annotated[
    list[str] | None,
    typer.Option(
        "--fact", metavar="WORDINGS", help='Fact of a right answer, with its wordings: "30|thirty"; repeatable.'
    ),
]
NeverOption = Annotated[
    list[str] | None,
    typer.Option("--never", metavar="WORDING", help="Wording that a right answer must not have; repeatable."),
]
CaseTagOption = Annotated[list[str] | None, typer.Option("--tag", help="Tag; repeatable.")]
CaseIdOption = Annotated[str | None, typer.Option("--id", help="Id of the case; default: made from the question.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]
OWN_GOLD = "eval/gold/own.jsonl"


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A person's input for a case; None is prompted for."""

    gold: Path
    evidence: Sequence[str] | None
    """Numbers of sentences, or words of one, as typed."""
    facts: Sequence[str] | None
    """Wordings, as typed."""
    never: Sequence[str]
    """Forbidden wordings, as typed."""
    tags: Sequence[str]
    id: str | None
    note: str | None
    yes: bool
    complaint: bool = False
    """Whether an answer was rated down. The case must then distinguish that answer from a right one, and may have facts
    that no sentence states yet."""


def add_case(question: str, turns: Sequence[str], said: Said, settings: "Settings") -> None:
    """Ask a question, show its answer and candidate evidence, and add a case from the person's input.

    Args:
        question: as asked.
        turns: earlier questions of the conversation, oldest first.
        said: input given as options.
        settings: name the index; their model is not asked.

    Raises:
        UserError: the input is not a valid case, or the file cannot take it.
        typer.Exit: the person cancelled.
    """
    from datetime import date

    from assistant.cli.output.screen import flowing, screen_of
    from assistant.cli.output.showing import show
    from eval.cases.case import to_line
    from eval.cases.case_file import read_gold
    from eval.cases.drafting import append_case, candidates, draft, shown, wordings
    from eval.runs.scoring import all_right
    from eval.runs.stating import answer_pieces

    with opened(settings) as assistant:
        trace = _traced(assistant, question, turns)
        offered = candidates(trace, assistant)
        show(trace.answer, flowing(screen_of()), assistant.engine)
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
    """Ask the question after its conversation, as a gold run does."""
    from assistant.question.followups import Turn

    history: list[Turn] = []
    for earlier in turns:
        answer = assistant.ask(earlier, previous=history)
        history.append(Turn(question=answer.searched, answer=answer.text))
    return assistant.trace(question, previous=history)


def _chosen(typed: Sequence[str] | None, offered: "Sequence[Candidate]", assistant: "Assistant") -> "list[Candidate]":
    """Return the distinct sentences that a person names."""
    from index.errors import UsageError

    if typed is not None:
        named = [one for text in typed for one in _named(text, offered, assistant)]
        return list({(one.article_id, one.start): one for one in named}.values())
    while True:  # A typing error only repeats the prompt.
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


def review(proposals: "Sequence[Proposal]", gold: Path) -> int:
    """Show each draft, and add those that the person accepts or changes; the number of them.

    Raises:
        UserError: a changed draft is no valid case, or the file cannot take it.
    """
    from datetime import date

    from eval.cases.case_file import read_gold
    from eval.cases.drafting import append_case, new_id, wordings

    taken = {case.id for case in read_gold([gold])[0]} if gold.exists() else set()
    added = 0
    for number, one in enumerate(proposals, 1):
        case = one.case
        print(f"\n{number} of {len(proposals)}: {case.question}")
        if one.drafted:
            print(f"  drafted as: {one.drafted}")
        print(f"  sentence: {one.sentence or 'none: the articles do not answer'}")
        print(f"  fact: {'; '.join(' | '.join(fact) for fact in case.facts) or 'none: a refusal is right'}")
        original = "accept as [o]riginally drafted, " if one.drafted else ""
        answer = _line(f"[a]ccept, {original}[c]hange, [d]rop or [q]uit: ").lower()[:1]
        if answer == "q" or not answer:
            break
        if answer == "o" and one.drafted:
            case, answer = replace(case, question=one.drafted), "a"
        if answer == "c":
            question = _line(f"question [{case.question}]: ") or case.question
            typed = _line("facts, wordings behind |, facts behind ; [as above]: ") if case.answerable else ""
            facts = tuple(found for text in typed.split(";") if (found := wordings(text))) or case.facts
            case = replace(case, question=question, facts=facts)
        if answer in {"a", "c"}:
            case = replace(case, id=new_id(case.question, taken), as_of=date.today())
            append_case(case, gold)
            taken.add(case.id)
            added += 1
    return added


def _line(prompt: str) -> str:
    """Read a line from the person; empty at the end of input."""
    sys.stderr.write(prompt)
    sys.stderr.flush()
    with pulse.paused():
        return sys.stdin.readline().strip()
