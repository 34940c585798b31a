"""`assistant eval doctor / add / draft / redteam / import / export / accept`: make and maintain gold cases."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.common import IndexOption, model_flag, root_to_read, settings_from
from assistant.cli.evaluation.drafting import (
    OWN_GOLD,
    CaseIdOption,
    CaseTagOption,
    EvidenceOption,
    FactOption,
    GoldFileOption,
    NeverOption,
    Said,
    YesOption,
    add_case,
    review,
)
from assistant.cli.output.progress import metered, note
from index.counts import counted

if TYPE_CHECKING:
    from assistant.settings.settings import Settings
    from eval.cases.proposing import Proposal

GoldArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="GOLD…", help="Gold files or folders; default: eval/gold here, or the default collection's."
    ),
]


def doctor(
    gold: GoldArgument = None,
    index: IndexOption = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check gold: evidence lost from its articles, duplicates, contradictions, slices too small."""
    from dataclasses import asdict

    from eval.cases.case_file import read_gold
    from eval.cases.doctor import Diagnosis, Finding, examine_gold
    from eval.runs.indexes import gold_paths, index_for
    from index.storage.store import open_index

    paths = gold_paths([Path(name) for name in gold or []])
    cases, problems = read_gold(paths)
    with metered("indexing the default collection", at_once=False) as meter:
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
        of = f"{counted(len(cases), 'case')}, {counted(len(texts), 'article')}"
        wrong = counted(serious, "problem") if serious else "no problems"
        print(f"{of}: {wrong}, {counted(len(found) - serious, 'remark')}")
    if any(one.serious for one in found):
        raise typer.Exit(1)


def add(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="Question of the case.")],
    gold: GoldFileOption = OWN_GOLD,
    turn: Annotated[
        list[str] | None, typer.Option("--turn", help="Earlier question of the conversation; repeatable.")
    ] = None,
    evidence: EvidenceOption = None,
    fact: FactOption = None,
    never: NeverOption = None,
    tag: CaseTagOption = None,
    id_: CaseIdOption = None,
    remark: Annotated[str | None, typer.Option("--note", help="Note on the case.")] = None,
    yes: YesOption = False,
    index: IndexOption = None,
) -> None:
    """Add a gold case for a question: shows its answer and evidence, and asks what is right."""
    said = Said(
        gold=Path(gold),
        evidence=evidence,
        facts=fact,
        never=never or (),
        tags=tag or (),
        id=id_,
        note=remark,
        yes=yes,
    )
    add_case(question, turn or (), said, settings_from({"index": index, "model": ""}))


def import_(
    source: Annotated[str, typer.Argument(metavar="FILE", help="File of another tool, or BEIR folder.")],
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Gold file to write.")],
    form: Annotated[
        str | None,
        typer.Option("--form", help="gold, ragas, deepeval, promptfoo, squad or beir; detected by default."),
    ] = None,
    index: IndexOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Overwrite an existing file.")] = False,
) -> None:
    """Import gold cases from RAGAS, DeepEval, promptfoo, SQuAD or BEIR."""
    from eval.cases.case import to_line
    from eval.cases.importing import Form, import_gold
    from eval.files import write_whole
    from index.errors import UsageError
    from index.storage.store import open_index

    if Path(out).exists() and not replace:
        raise UsageError(f"{out} is there already", "name another file with --out, or give --replace")
    if form is not None and form not in {*Form}:
        raise UsageError(f"--form is {form!r}", f"known: {', '.join(Form)}")
    snapshot = open_index(root_to_read(settings_from({"index": index})), note=note)
    texts = {row.article_id: snapshot.text(row.number) for row in snapshot.articles.values()}
    snapshot.close()
    found = import_gold(Path(source), form=Form(form) if form else None, articles=texts)
    for one in found.notes:
        note(str(one))
    write_whole(Path(out), "".join(to_line(case) + "\n" for case in found.cases))
    print(f"{counted(len(found.cases), 'case')} written to {out}; look them over with: assistant eval doctor {out}")


def export(
    gold: GoldArgument = None,
    csv: Annotated[str | None, typer.Option("--csv", metavar="FILE", help="Write CSV.")] = None,
    jsonl: Annotated[str | None, typer.Option("--jsonl", metavar="FILE", help="Write JSON Lines.")] = None,
) -> None:
    """Export gold cases to one file, as CSV or JSON Lines."""
    from eval.cases.case_file import load_gold
    from eval.cases.exporting import to_csv, to_jsonl
    from eval.files import write_whole
    from eval.runs.indexes import gold_paths
    from index.errors import UsageError

    if csv is None and jsonl is None:
        raise UsageError("nothing to write", "name a file with --csv or --jsonl")
    cases = load_gold(gold_paths([Path(name) for name in gold or []]))
    if csv:
        write_whole(Path(csv), to_csv(cases), "--csv")
    if jsonl:
        write_whole(Path(jsonl), to_jsonl(cases), "--jsonl")
    note(f"{counted(len(cases), 'case')} written")


def accept(
    cases: Annotated[
        list[str], typer.Argument(metavar="CASE…", help="Cases that may be wrong, as the gate names them.")
    ],
    why: Annotated[str, typer.Option("--why", metavar="REASON", help="Why the change is right.")],
    baseline: Annotated[str, typer.Option("--baseline", metavar="RUN", help="Baseline run.")] = "eval/baseline.json",
) -> None:
    """Accept by name that cases turned wrong, until the baseline is renewed."""
    from datetime import date

    from eval.gate.accepted import accept as accept_cases
    from eval.gate.accepted import accepted_path
    from eval.runs.run_file import read_run

    path = accepted_path(Path(baseline))
    accept_cases(cases, why, path=path, baseline=read_run(Path(baseline)), today=date.today())
    note(f"{counted(len(set(cases)), 'case')} accepted in {path}")


def draft(
    folder: Annotated[
        str | None, typer.Argument(metavar="[FOLDER]", help="Articles; default: those of the index.")
    ] = None,
    gold: GoldFileOption = OWN_GOLD,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Most drafts to look at.")] = 20,
    list_: Annotated[bool, typer.Option("--list", help="Print the drafts, one a line, and ask nothing.")] = False,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="NAME",
            help="Let this language model reword them; [model] in the settings names its server.",
        ),
    ] = None,
    no_model: Annotated[
        bool, typer.Option("--no-model", help="Keep the drafts' own wording, even if the settings name a model.")
    ] = False,
    index: IndexOption = None,
) -> None:
    """Propose gold from articles: you accept, change or throw away each draft.

    No model is needed. With one, questions are reworded as a person would ask. A rewording is kept only if it is one
    question, has the same names, figures and dates, gives no part of the answer away, and leads the reader to the same
    sentence; you see both wordings.
    """
    from dataclasses import replace

    from eval.cases.case import to_line
    from eval.cases.proposing import propose

    settings = settings_from({"index": index, "model": model_flag(model, no_model)})
    texts = _texts(folder, index)
    proposals = propose(texts, limit=limit)
    if settings.model.name:
        proposals = _reworded(proposals, texts, settings)
    if list_:
        for one in proposals:
            print(to_line(replace(one.case, note=f"drafted as: {one.drafted}") if one.drafted else one.case))
        return
    added = review(proposals, Path(gold))
    note(f"{counted(added, 'case')} added to {gold}, {len(proposals)} looked at")


def _reworded(proposals: "list[Proposal]", texts: dict[str, str], settings: "Settings") -> "list[Proposal]":
    """The drafts in the words of the settings' model, as far as these pass the checks."""
    from assistant.models.opening import open_model
    from assistant.reading.network import shared_network
    from assistant.settings.prompts import prompt_of
    from eval.cases.finding import SpanFinder
    from eval.cases.rewording import reword

    prompt = prompt_of("reword", settings)
    model = open_model(settings)
    if model is None:
        return proposals
    finder = SpanFinder(texts, shared_network())
    with metered("rewording", "drafts") as meter:
        return reword(
            proposals,
            texts,
            model=model,
            prompt=prompt,
            finder=finder,
            note=note,
            done=lambda count: meter(count, len(proposals), count),
        )


def redteam(
    gold: GoldArgument = None,
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Gold file to write.")] = "eval/gold/redteam.jsonl",
    index: IndexOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Overwrite an existing file.")] = False,
) -> None:
    """Make attacks out of your gold and articles: injections, leading questions, false premises, unanswerables."""
    from collections import Counter

    from eval.cases.case import to_line
    from eval.cases.case_file import load_gold
    from eval.cases.redteam import red_team
    from eval.files import write_whole
    from eval.runs.indexes import gold_paths, index_for
    from index.errors import UsageError

    if Path(out).exists() and not replace:
        raise UsageError(f"{out} is there already", "name another file with --out, or give --replace")
    paths = gold_paths([Path(name) for name in gold or []])
    with metered("indexing the default collection", at_once=False) as meter:
        root = index_for(paths, settings_from({"index": index}), meter=meter)
    attacks = red_team(load_gold(paths), _texts(None, str(root)))
    write_whole(Path(out), "".join(to_line(case) + "\n" for case in attacks))
    for kind, count in Counter(case.tags[-1] for case in attacks).items():
        print(f"{count:4} {kind}")
    print(f"{counted(len(attacks), 'case')} written to {out}; look them over, then: assistant eval run {out}")


def _texts(folder: str | None, index: str | None) -> dict[str, str]:
    """The texts of a folder's articles, or of the index, by id."""
    from index.errors import ArticleUnreadable, UsageError
    from index.storage.store import open_index
    from index.text.finding import find_files, read_bytes
    from index.text.loading import article_slug, load

    if folder is None:
        snapshot = open_index(root_to_read(settings_from({"index": index})), note=note)
        texts = {row.article_id: snapshot.text(row.number) for row in snapshot.articles.values()}
        snapshot.close()
        return texts
    if not Path(folder).exists():
        raise UsageError(f"{folder} does not exist", "name a folder with articles")
    texts = {}
    for path in find_files([Path(folder)]).files:
        try:
            articles = load(path, read_bytes(path))
        except ArticleUnreadable as error:
            note(f"left out: {error}")
            continue
        texts |= {article_slug(path.stem): article.text for article in articles}
    return texts
