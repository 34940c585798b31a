"""`assistant chat`: questions one after another; a follow-up keeps its subject."""

from assistant.cli.common import (
    IndexOption,
    ModelOption,
    NoModelOption,
    PlainOption,
    model_flag,
    opened,
    settings_from,
)
from assistant.cli.output.progress import note
from assistant.cli.output.screen import screen_of


def chat(
    index: IndexOption = None, model: ModelOption = None, no_model: NoModelOption = False, plain: PlainOption = False
) -> None:
    """Hold a conversation, in which follow-ups keep their subject.

    A line is a question, or a command: /help lists those. On a terminal it can be edited, earlier lines come back with
    the arrow keys and Ctrl-R, and Ctrl-C interrupts an answer. Ctrl-D, /quit or exit end it. Elsewhere each question
    is printed before its answer.
    """
    from assistant.cli.conversation import NAMES, Conversation
    from assistant.cli.typed import Typed
    from index.errors import UserError

    settings = settings_from({"index": index, "model": model_flag(model, no_model)})
    with opened(settings) as assistant, Typed(NAMES) as typed:
        conversation = Conversation(assistant, screen_of(plain=plain), repeating=not typed.interactive)
        if typed.interactive:
            note("type a question; /help lists commands, Ctrl-D ends")
        given_up = False
        """Whether the last line was interrupted: then a second interruption ends the conversation."""
        while True:
            try:
                line = typed.line()
                if line is None:
                    return
                if line and not conversation.take(line):
                    return
                given_up = False
            except UserError as error:
                note(str(error))
            except KeyboardInterrupt:
                if given_up or not typed.interactive:
                    raise
                given_up = True
                note("interrupted; once more, or Ctrl-D, to end")
