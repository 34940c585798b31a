"""`assistant chat`: questions one after another; a follow-up keeps its subject."""

import sys

from assistant.cli.common import IndexOption, ModelOption, NoModelOption, model_flag, opened, settings_from
from assistant.cli.output.progress import note
from assistant.cli.output.screen import screen_of
from assistant.cli.output.showing import ask_and_show


def chat(index: IndexOption = None, model: ModelOption = None, no_model: NoModelOption = False) -> None:
    """Hold a conversation, in which follow-ups keep their subject."""
    from assistant.question.followups import Turn
    from index.errors import UserError

    settings = settings_from({"index": index, "model": model_flag(model, no_model)})
    terminal = sys.stdin.isatty()
    history: list[Turn] = []
    with opened(settings) as assistant:
        while True:
            if terminal:
                sys.stderr.write("\n? ")
                sys.stderr.flush()
            line = sys.stdin.readline()
            if not line or line.strip().lower() in {"exit", "quit"} or (terminal and not line.strip()):
                return
            if not line.strip():
                continue
            try:
                answer = ask_and_show(assistant, line, screen_of(), previous=history)
            except UserError as error:
                note(str(error))
                continue
            print(flush=True)
            history.append(Turn(question=answer.searched, answer=answer.text))
