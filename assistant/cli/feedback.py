"""`assistant feedback`: rated answers, with their provenance."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.common import settings_from
from assistant.cli.drafting import (
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
from index.counts import counted

if TYPE_CHECKING:
    from assistant.service.store.conversations import Conversations
    from assistant.service.store.database import Database
    from assistant.service.store.records import Message

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Id, as `assistant feedback list` shows it.")]
TAG = "feedback"
"""Tag of every promoted case; eval/gate.toml has it under must_hold."""

app = typer.Typer(help="Feedback from `assistant serve`.", no_args_is_help=True, rich_markup_mode=None)


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
    """Make a gold case of an answer that was rated down: asks again, and you say what is right."""
    from assistant.service.store.conversations import Conversations
    from assistant.service.work.served import Served
    from index.errors import UsageError

    database = _database()
    conversations = Conversations(database)
    message = _message(conversations, message_id)
    feedback = message.feedback
    if feedback is None or feedback.rating != "down":
        rated = f"rated {feedback.rating}" if feedback else "not rated"
        raise UsageError(
            f"the answer {message_id!r} is {rated}", "`assistant feedback list --rating down` shows others"
        )
    if message.produced["filters"]:
        note(f"it was asked with filters, which a case does not have: {json.dumps(message.produced['filters'])}")
    print(f"It was answered: {' '.join(message.answer['text'].split())}")
    reason = " ".join((feedback.reason or "without a reason").split())
    print(f"Rated down: {reason}\n")
    said = Said(
        gold=Path(gold),
        evidence=evidence,
        facts=fact,
        never=never or (),
        tags=tuple(dict.fromkeys([TAG, *(tag or ())])),
        id=id_,
        note=remark or feedback.reason or None,
        yes=yes,
        complaint=True,
    )
    turns = conversations.questions_before(message)
    index = index or Served(database).folder(message.collection)
    add_case(message.question, turns, said, settings_from({"index": index, "model": ""}))


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
