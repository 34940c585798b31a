"""`assistant ask`: answers one question, or many, with receipts."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.common import (
    AfterOption,
    ArticleOption,
    BeforeOption,
    IndexOption,
    LanguageOption,
    ModelOption,
    NoModelOption,
    PlainOption,
    PublisherOption,
    filters_from,
    model_flag,
    opened,
    settings_from,
    tell_unmatched,
    typed_line,
)
from assistant.cli.output.progress import note
from assistant.cli.output.pulse import pulse
from assistant.cli.output.screen import flowing, screen_of
from assistant.cli.output.showing import ask_and_show, explain_answer

if TYPE_CHECKING:
    from assistant.answer.answer import Answer
    from assistant.answer.signing import SigningKey
    from assistant.chain.assistant import Assistant
    from index.search.engine import Filters

REFUSED = 10
MAX_STDIN_CHARACTERS = 1_000_000


def ask(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="QUESTION", help='The question, with or without quotation marks, or "-" for standard input.'
        ),
    ] = None,
    index: IndexOption = None,
    json_: Annotated[bool, typer.Option("--json", help="Print the answer as one JSON object.")] = False,
    lines: Annotated[
        bool, typer.Option("--lines", help='With "-": read one question a line, print one answer a line.')
    ] = False,
    fail_on_refusal: Annotated[
        bool, typer.Option("--fail-on-refusal", help="Exit with 10 if a question is refused.")
    ] = False,
    sentences: Annotated[int | None, typer.Option("--sentences", help="Quote at most this many sentences.")] = None,
    threshold: Annotated[
        float | None,
        typer.Option("--threshold", help="Answer only from this probability on (0 to 1; -1 for the fitted one)."),
    ] = None,
    model: ModelOption = None,
    no_model: NoModelOption = False,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Show which sentences of a model passed the check, and why others did not."),
    ] = False,
    published_after: AfterOption = None,
    published_before: BeforeOption = None,
    publisher: PublisherOption = None,
    language: LanguageOption = None,
    article: ArticleOption = None,
    plain: PlainOption = False,
) -> None:
    """Answer a question from the articles with receipts, or refuse.

    Words without quotation marks form a question; after -- they may begin with a dash.
    """
    from index.errors import UsageError

    question = " ".join(words or ())
    if not words:
        raise UsageError(
            "no question", 'ask one, such as: assistant ask "How many industrial brains has Zhejiang built?"'
        )
    if lines and question != "-":
        raise UsageError("--lines reads questions from standard input", "write: assistant ask --json --lines -")
    settings = settings_from(
        {"index": index, "sentences": sentences, "threshold": threshold, "model": model_flag(model, no_model)}
    )
    filters = filters_from(published_after, published_before, publisher, language, article)
    if lines:
        with opened(settings) as assistant:
            tell_unmatched(assistant, filters)
            _ask_lines(assistant, filters, as_json=json_, fail_on_refusal=fail_on_refusal)
        return
    if question == "-":
        with pulse.paused():
            question = sys.stdin.read(MAX_STDIN_CHARACTERS)
    from assistant.chain.assistant import checked_question
    from assistant.settings.own_key import own_key

    checked_question(question)
    with opened(settings) as assistant:
        tell_unmatched(assistant, filters)
        if json_:
            answer = assistant.ask(question, filters=filters)
            print(json.dumps(_signed(answer, own_key(note=note)), ensure_ascii=False, indent=2))
        else:
            screen = screen_of(plain=plain)
            answer = ask_and_show(assistant, question, screen, filters=filters)
            if explain:
                explain_answer(answer, flowing(screen))
    if fail_on_refusal and answer.status == "refused":
        raise typer.Exit(REFUSED)


def _ask_lines(assistant: "Assistant", filters: "Filters", *, as_json: bool, fail_on_refusal: bool) -> None:
    """Answer one question a line; an unusable question gets an error object."""
    from assistant.settings.own_key import own_key
    from index.errors import UserError

    key = own_key(note=note) if as_json else None
    refused = failed = False
    for line in iter(typed_line, ""):
        if not line.strip():
            continue
        try:
            answer = assistant.ask(line, filters=filters)
        except UserError as error:
            failed = True
            note(str(error))
            if as_json:
                print(json.dumps({"question": line.strip()[:200], "error": str(error)}, ensure_ascii=False), flush=True)
            continue
        refused |= answer.status == "refused"
        text = json.dumps(_signed(answer, key), ensure_ascii=False) if as_json else answer.text.replace("\n", " ")
        print(text, flush=True)
    if failed:
        raise typer.Exit(1)
    if refused and fail_on_refusal:
        raise typer.Exit(REFUSED)


def _signed(answer: "Answer", key: "SigningKey | None") -> dict[str, Any]:
    """The JSON of an answer, signed where there is a key."""
    return answer.to_json() if key is None else key.signed(answer.to_json())
