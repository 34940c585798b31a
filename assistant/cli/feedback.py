"""`assistant feedback`: rated answers, with their provenance."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.common import settings_from
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
)
from assistant.cli.output.progress import note
from assistant.cli.tree import Sections
from index.counts import counted

if TYPE_CHECKING:
    from assistant.service.store.conversations import Conversations
    from assistant.service.store.database import Database
    from assistant.service.store.records import Message
    from eval.gate.production import Asked

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Id, as `assistant feedback list` shows it.")]
TAG = "feedback"
"""Tag of every promoted case; eval/gate.toml has it under must_hold."""

app = typer.Typer(help="Feedback from `assistant serve`.", cls=Sections, no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_(
    rating: Annotated[str | None, typer.Option("--rating", help="Only up, or only down.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print a JSON object a line.")] = False,
) -> None:
    """List rated answers, the oldest first."""
    from index.errors import UsageError

    if rating not in {None, "up", "down"}:
        raise UsageError(f"--rating is {rating!r}", "give up or down")
    for message in _conversations().messages(rated_only=True):
        feedback = message.feedback
        if feedback is None or (rating is not None and feedback.rating != rating):
            continue
        if json_:
            print(json.dumps(message.to_json(), ensure_ascii=False))
        else:
            reason = f"  ({' '.join(feedback.reason.split())})" if feedback.reason else ""
            print(f"{message.message_id}  {feedback.rating.ljust(4)}  {feedback.created}  {message.question}{reason}")


@app.command("show")
def show(
    message_id: IdArgument,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show an answer with its feedback and provenance."""
    message = _message(_conversations(), message_id)
    if json_:
        print(json.dumps(message.to_json(), ensure_ascii=False, indent=2))
        return
    answer, feedback = message.answer, message.feedback
    print(f"asked     {message.created}  {message.question}")
    print(f"of        {message.collection or 'a collection whose name was not kept'}")
    print(f"searched  {answer['searched']}")
    print(f"rated     {feedback.rating}  {feedback.reason or ''}".rstrip() if feedback else "rated     not yet")
    if feedback and feedback.evidence:
        print(f"answered  {' '.join(feedback.evidence.split())}")
    print(f"\n{answer['text']}\n")
    for citation in answer["citations"]:
        print(f"[{citation['number']}] {citation['article_id']}, characters {citation['start']}-{citation['end']}")
    index = answer["index"]
    print(f"\nreader    {answer['reader']}{' (degraded)' if answer['degraded'] else ''}")
    articles = counted(index["articles"], "article")
    print(f"index     {index['fingerprint']}, generation {index['generation']}, {articles}")
    print(f"prompt    {answer['prompt'] or 'none'}")
    for name, value in message.produced.items():
        print(f"{name.ljust(9)} {value}")


@app.command("promote")
def promote(
    message_id: IdArgument,
    gold: GoldFileOption = OWN_GOLD,
    evidence: EvidenceOption = None,
    fact: FactOption = None,
    never: NeverOption = None,
    tag: CaseTagOption = None,
    id_: CaseIdOption = None,
    remark: Annotated[
        str | None, typer.Option("--note", help="Note on the case; default: the reason given with the rating.")
    ] = None,
    yes: YesOption = False,
    index: Annotated[
        str | None,
        typer.Option("--index", metavar="DIR", help="Folder of the index; default: the answer's."),
    ] = None,
) -> None:
    """Make a gold case of an answer that was not right: asks again, and you say what is right."""
    from assistant.service.store.conversations import Conversations
    from assistant.service.work.served import Served
    from index.errors import UsageError

    database = _database()
    conversations = Conversations(database)
    message = _message(conversations, message_id)
    feedback = message.feedback
    if feedback is not None and feedback.rating == "up":
        raise UsageError(
            f"the answer {message_id!r} is rated up", "`assistant feedback list --rating down` shows others"
        )
    if message.produced["filters"]:
        note(f"it was asked with filters, which a case does not have: {json.dumps(message.produced['filters'])}")
    print(f"It was answered: {' '.join(message.answer['text'].split())}")
    given = feedback.reason if feedback else None
    pointed = feedback.evidence if feedback else None
    if evidence is None and pointed:
        note(f"whoever rated it says that this answers: {' '.join(pointed.split())}")
        evidence = [pointed]
    print(f"Rated down: {' '.join((given or 'without a reason').split())}\n" if feedback else "Not rated.\n")
    said = Said(
        gold=Path(gold),
        evidence=evidence,
        facts=fact,
        never=never or (),
        tags=tuple(dict.fromkeys([TAG, *(tag or ())])),
        id=id_,
        note=remark or given or None,
        yes=yes,
        complaint=True,
    )
    turns = conversations.questions_before(message)
    index = index or Served(database).folder(message.collection)
    add_case(message.question, turns, said, settings_from({"index": index, "model": ""}))


@app.command("score")
def score(
    weeks: Annotated[int, typer.Option("--weeks", min=1, help="Weeks to show, the latest last.")] = 8,
    collection: Annotated[str | None, typer.Option("--collection", help="Only this collection.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="Most answers to look at first.")] = 10,
) -> None:
    """Score answers given in production by week, tell drift, and list the worst."""
    from eval.gate.production import SHARES, by_week, drift, worst
    from eval.report.text import aligned
    from eval.report.wording import bounds

    messages = _conversations().messages()
    asked = [_asked(one) for one in messages if collection is None or one.collection == collection]
    found = by_week(asked)[-weeks:]
    if not found:
        print("No question was asked yet.")
        return
    rows = [["week", "asked", *SHARES]]
    rows += [[week.name, str(len(week.asked)), *(f"{week.share(name)[0]:.1%}" for name in SHARES)] for week in found]
    print("\n".join(aligned(rows)))
    if len(found) > 1:
        print(f"\nFrom {found[-2].name} to {found[-1].name}:")
        for one in drift(found[-2], found[-1]):
            told = "drifted" if one.shown else "no more than chance"
            print(f"  {one.name:<9} {one.after - one.before:+.1%} ({bounds(one.interval, signed=True)}): {told}")
    shown = worst([one for week in found for one in week.asked], limit=limit)
    if shown:
        print("\nTo look at first; each becomes a case with: assistant feedback promote ID")
        for asked_ in shown:
            why = "rated down" if asked_.rating == "down" else "degraded" if asked_.degraded else "unsure"
            print(f"  {asked_.message_id}  {why}, confidence {asked_.confidence:.2f}  {asked_.question}")


def _asked(message: "Message") -> "Asked":
    from datetime import datetime

    from eval.gate.production import Asked

    answer = message.answer
    return Asked(
        message_id=message.message_id,
        conversation_id=message.conversation_id,
        question=" ".join(message.question.split()),
        created=datetime.fromisoformat(message.created),
        refused=answer["status"] == "refused",
        degraded=bool(answer.get("degraded")),
        confidence=float(answer.get("confidence", 0.0)),
        rating=message.feedback.rating if message.feedback else None,
    )


@app.command("export")
def export(
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="File to write; - for standard output.")] = "-",
    rated: Annotated[bool, typer.Option("--rated", help="Only answers with feedback.")] = False,
) -> None:
    """Export answers with feedback and provenance, as JSON Lines."""
    from index.errors import UsageError

    messages = _conversations().messages(rated_only=rated)
    lines = (json.dumps(message.to_json(), ensure_ascii=False) for message in messages)
    if out == "-":
        for line in lines:
            print(line)
        return
    count = 0
    try:
        with Path(out).open("w", encoding="utf-8") as file:
            for line in lines:
                file.write(line + "\n")
                count += 1
    except OSError as error:
        raise UsageError(f"{out} cannot be written ({error.strerror})", "name another file with --out") from error
    note(f"wrote {counted(count, 'answer')} to {out}")


def _message(conversations: "Conversations", message_id: str) -> "Message":
    from index.errors import UsageError

    try:
        return conversations.message(message_id)
    except KeyError:
        raise UsageError(
            f"there is no answer {message_id!r}", "`assistant feedback list` shows the rated ones"
        ) from None


def _conversations() -> "Conversations":
    from assistant.service.store.conversations import Conversations

    return Conversations(_database())


def _database() -> "Database":
    from assistant.service.store.database import Database, database_path

    return Database(database_path())
