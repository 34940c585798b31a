"""`assistant eval doctor / add / import / export`: look after the gold cases."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.common import IndexOption, metered, note, opened, settings_from

if TYPE_CHECKING:
    from eval.drafting import Candidate

GoldArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="GOLD…", help="Gold files or folders; eval/gold here, or the default collection's."),
]
OWN_GOLD = "eval/gold/own.jsonl"


def doctor(
    gold: GoldArgument = None,
    index: IndexOption = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Find gold that no longer stands on its articles, duplicates, contradictions and slices that are too small."""
    from dataclasses import asdict

    from eval.collection import gold_paths, index_for
    from eval.doctor import Diagnosis, Finding, examine_gold
    from eval.gold import read_gold
    from index.store import open_index

    paths = gold_paths([Path(name) for name in gold or []])
    cases, problems = read_gold(paths)
    with metered("indexing the default collection") as meter:
        root = index_for(paths, settings_from({"index": index}), meter=meter)
    snapshot = open_index(root, note=note)
    texts = {row.article_id: snapshot.text(row.number) for row in snapshot.articles.values()}
    snapshot.close()
    found = [
        Diagnosis(finding=Finding.MALFORMED, where=problem.field, place=problem.place, detail=problem.what)
        for problem in problems
    ]
    found += examine_gold(cases, texts)
    if json_:
        rows = [asdict(one) | {"serious": one.serious} for one in found]
        print(json.dumps({"cases": len(cases), "found": rows}, ensure_ascii=False, indent=2))
    else:
        for one in found:
            print(f"{one.finding.value}: {one.where}{f' ({one.place})' if one.place else ''}: {one.detail}")
        serious = sum(one.serious for one in found)
        print(f"{len(cases)} cases, {len(texts)} articles: {serious or 'no'} problems, {len(found) - serious} remarks")
    if any(one.serious for one in found):
        raise typer.Exit(1)


def add(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What is asked.")],
    gold: Annotated[
        str, typer.Option("--gold", metavar="FILE", help="The gold file that the case goes to.")
    ] = OWN_GOLD,
    turn: Annotated[
        list[str] | None, typer.Option("--turn", help="An earlier question of the conversation; may be repeated.")
    ] = None,
    evidence: Annotated[
        str | None,
        typer.Option("--evidence", metavar="NUMBERS", help="Which of the sentences answer, as in 1,3; 0 for none."),
    ] = None,
    fact: Annotated[
        list[str] | None,
        typer.Option("--fact", metavar="WORDINGS", help='What a right answer states: "30|thirty"; may be repeated.'),
    ] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", help="A tag; may be repeated.")] = None,
    id_: Annotated[str | None, typer.Option("--id", help="The case's id; otherwise made from the question.")] = None,
    remark: Annotated[str | None, typer.Option("--note", help="A note on the case.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    index: IndexOption = None,
) -> None:
    """Make a case from a question: it is asked, the evidence shown, and you say what is right."""
    from datetime import date

    from assistant.cli.ask import show
    from eval.drafting import append_case, candidates, draft, shown, wordings
    from eval.gold import read_gold, to_line

    path = Path(gold)
    with opened(settings_from({"index": index, "model": ""})) as assistant:
        previous = None
        for earlier in turn or []:
            previous = assistant.ask(earlier, previous=previous).searched
        trace = assistant.trace(question, previous=previous)
        offered = candidates(trace, assistant)
    show(trace.answer)
    print("\nSentences that may be the evidence:")
    for number, one in enumerate(offered, 1):
        print(f"{number:3}. {shown(one)}")
    chosen = _chosen(evidence, offered)
    facts = [wordings(text) for text in (fact if fact is not None else _asked_facts(chosen))]
    taken = {case.id for case in read_gold([path])[0]} if path.exists() else set()
    case = draft(
        question,
        turns=turn or [],
        facts=[one for one in facts if one],
        evidence=chosen,
        tags=tag or [],
        note=remark,
        id_=id_,
        taken=taken,
        today=date.today(),
    )
    print(f"\n{to_line(case)}")
    if not yes and not _line(f"Add this case to {gold}? [y/N] ").lower().startswith("y"):
        note("nothing was added")
        raise typer.Exit(1)
    append_case(case, path)
    note(f"added {case.id} to {gold}")


def import_(
    source: Annotated[str, typer.Argument(metavar="FILE", help="Cases of another tool, or a BEIR folder.")],
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="The gold file to write.")],
    form: Annotated[
        str | None,
        typer.Option("--form", help="gold, ragas, deepeval, promptfoo, squad, beir; else told from it."),
    ] = None,
    index: IndexOption = None,
) -> None:
    """Make gold cases of the test sets of RAGAS, DeepEval, promptfoo, SQuAD and BEIR."""
    from assistant.locations import index_to_read
    from eval.files import write_whole
    from eval.gold import to_line
    from eval.importing import Form, import_gold
    from index.errors import UsageError
    from index.store import open_index

    if form is not None and form not in {*Form}:
        raise UsageError(f"--form is {form!r}; known: {', '.join(Form)}")
    with metered("indexing the default collection") as meter:
        root = index_to_read(settings_from({"index": index}), note=note, meter=meter)
    snapshot = open_index(root, note=note)
    texts = {row.article_id: snapshot.text(row.number) for row in snapshot.articles.values()}
    snapshot.close()
    found = import_gold(Path(source), form=Form(form) if form else None, articles=texts)
    for one in found.notes:
        note(str(one))
    write_whole(Path(out), "".join(to_line(case) + "\n" for case in found.cases))
    print(f"{len(found.cases)} cases written to {out}; look them over with: assistant eval doctor {out}")


def export(
    gold: GoldArgument = None,
    csv: Annotated[str | None, typer.Option("--csv", metavar="FILE", help="Write CSV.")] = None,
    jsonl: Annotated[str | None, typer.Option("--jsonl", metavar="FILE", help="Write JSON Lines.")] = None,
) -> None:
    """Write gold cases into one file, as CSV for a spreadsheet or as JSON Lines."""
    from eval.collection import gold_paths
    from eval.exporting import to_csv, to_jsonl
    from eval.files import write_whole
    from eval.gold import load_gold
    from index.errors import UsageError

    if csv is None and jsonl is None:
        raise UsageError("nothing to write; name a file with --csv or --jsonl")
    cases = load_gold(gold_paths([Path(name) for name in gold or []]))
    if csv:
        write_whole(Path(csv), to_csv(cases), "--csv")
    if jsonl:
        write_whole(Path(jsonl), to_jsonl(cases), "--jsonl")
    note(f"{len(cases)} cases written")


def _chosen(numbers: str | None, offered: "list[Candidate]") -> "list[Candidate]":
    from index.errors import UsageError

    text = numbers if numbers is not None else _line("Which of them answer? Numbers such as 1,3; 0 if none does: ")
    try:
        picked = [int(part) for part in text.replace(",", " ").split()]
    except ValueError:
        raise UsageError(f"{text!r} are no numbers of sentences; give such as 1,3, or 0 for none") from None
    if any(not 0 <= number <= len(offered) for number in picked) or not picked:
        raise UsageError(f"{text!r} names no sentence above; give numbers from 1 to {len(offered)}, or 0 for none")
    return [offered[number - 1] for number in picked if number]


def _asked_facts(chosen: "list[Candidate]") -> list[str]:
    if not chosen:
        return []
    print('What must a right answer state? A fact a line, other wordings behind "|"; an empty line ends.')
    return list(iter(lambda: _line("fact: ").strip(), ""))


def _line(prompt: str) -> str:
    """A line from the person; nothing at the end of the input."""
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return sys.stdin.readline().strip()
