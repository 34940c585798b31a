"""A conversation in a terminal: its turns, and the commands that begin with a slash."""

import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.cli.output.progress import note
from assistant.cli.output.screen import Flow, Screen, flowing, paged
from assistant.cli.output.showing import ask_and_show, show, show_receipts
from assistant.cli.typed import PROMPT
from assistant.question.followups import Turn
from index.counts import counted
from index.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from assistant.answer.answer import Answer
    from assistant.chain.assistant import Assistant

COMMANDS = {
    "/help": "list these commands",
    "/sources": "show the last answer's receipts with their quotes",
    "/save FILE": "save the conversation as text, or as answers to verify if FILE ends in .jsonl",
    "/new": "begin anew: a follow-up knows nothing of what was said before",
    "/quit": "end, as Ctrl-D does",
}
"""What each does, by what is typed."""
NAMES = [typed.split()[0] for typed in COMMANDS]


class Conversation:
    """Questions and answers, one after another."""

    def __init__(self, assistant: "Assistant", screen: Screen, *, repeating: bool) -> None:
        """Begin without a turn; `repeating` prints each question before its answer."""
        self._repeating = repeating
        self._assistant = assistant
        self._screen = screen
        self._turns: list[Turn] = []
        """What a follow-up may refer to."""
        self._answers: list[Answer] = []

    def take(self, line: str) -> bool:
        """Answer a question or obey a command; returns whether the conversation goes on.

        Raises:
            UserError: the question or the command cannot be used.
        """
        if line.lower() in {"exit", "quit"}:
            return False
        name, _, rest = line.partition(" ")
        if re.fullmatch("/[a-z]*", name):
            return self._obey(name, rest.strip())
        if self._repeating:
            print(f"{PROMPT}{line}", flush=True)
        answer = ask_and_show(self._assistant, line, self._screen, previous=self._turns)
        print(flush=True)
        self._turns.append(Turn(question=answer.searched, answer=answer.text))
        self._answers.append(answer)
        return True

    def _obey(self, name: str, rest: str) -> bool:
        match name:
            case "/help":
                flow = flowing(self._screen)
                width = max(map(len, COMMANDS))
                for typed, what in COMMANDS.items():
                    flow.line(f"{typed.ljust(width)}  {what}", indent=width + 2)
            case "/sources":
                self._show_sources()
            case "/save":
                self._save(rest)
            case "/new":
                self._turns.clear()
                self._answers.clear()
                note("begun anew")
            case "/quit" | "/exit":
                return False
            case _:
                hint = did_you_mean(name, NAMES, "/help lists those that there are")
                raise UsageError(f"there is no command {name}", hint)
        return True

    def _show_sources(self) -> None:
        if not self._answers:
            raise UsageError("nothing was answered yet", "ask a question first")
        last = self._answers[-1]
        if not last.citations and not last.nearest:
            note("the last answer has no receipts")
        with paged(self._screen) as flow:
            show_receipts(last, flow, self._assistant.engine, quotes=True)

    def _save(self, name: str) -> None:
        if not name:
            raise UsageError("/save needs a file", "write: /save FILE")
        if not self._answers:
            raise UsageError("there is nothing to save yet", "ask a question first")
        path = Path(name).expanduser()
        text = self._as_json() if path.suffix in {".json", ".jsonl"} else self._as_text()
        try:
            with path.open("x", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except FileExistsError as error:
            raise UsageError(f"{path} is there already", "name another file") from error
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise UsageError(f"{path} cannot be written ({reason})", "name another file") from error
        note(f"saved {counted(len(self._answers), 'answer')} to {path}")

    def _as_json(self) -> str:
        """The answers as `assistant ask --json --lines` gives them, signed, one a line."""
        from assistant.settings.own_key import own_key

        key = own_key(note=note)
        data = [answer.to_json() for answer in self._answers]
        lines = [json.dumps(one if key is None else key.signed(one), ensure_ascii=False) for one in data]
        return "".join(f"{line}\n" for line in lines)

    def _as_text(self) -> str:
        out = io.StringIO()
        flow = Flow(Screen(), out.write)
        for answer in self._answers:
            flow.line(f"{PROMPT}{' '.join(answer.question.split())}\n")
            show(answer, flow, self._assistant.engine, beside=False)
            flow.line()
        return out.getvalue()
