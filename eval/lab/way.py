"""Count the function calls of one question: `python -m eval.lab.way ["QUESTION"]`.

Prints, for the first question of a process and for the same one again, how many calls of this project's own
functions it makes, how often a call goes from one room (package) to another, and how often a text is stemmed.
The counts are the same on every machine, so they show whether a change simplified the path of a question.
"""

import sys
from collections import Counter
from pathlib import Path
from types import FrameType

from assistant.chain.assistant import Assistant
from assistant.settings.collections import default_index
from assistant.settings.locations import encoder_of
from assistant.settings.settings import Settings
from eval.files import silent
from index.search.embedded import embedded_opener

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = tuple(f"{ROOT / name}/" for name in ("assistant", "index", "prompts"))
QUESTION = "How many industrial brains has Zhejiang built?"


def counted(assistant: Assistant, question: str) -> Counter[str]:
    """Ask a question and count calls, calls of named functions, changes of room, and calls of `stems`."""
    counts: Counter[str] = Counter()

    def profile(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event != "call" or not code.co_filename.startswith(PACKAGES):
            return
        counts["calls"] += 1
        counts["calls of named functions"] += not code.co_name.startswith("<")
        counts["calls of stems"] += code.co_name == "stems"
        caller = frame.f_back
        while caller is not None and not caller.f_code.co_filename.startswith(PACKAGES):
            caller = caller.f_back
        if caller is not None:
            counts["changes of room"] += Path(caller.f_code.co_filename).parent != Path(code.co_filename).parent

    sys.setprofile(profile)
    try:
        assistant.ask(question)
    finally:
        sys.setprofile(None)
    return counts


def main() -> None:
    """Count for the command line's question, over the default collection."""
    question = " ".join(sys.argv[1:]) or QUESTION
    engines = embedded_opener(default_index(), lambda snapshot: encoder_of(snapshot, silent), note=silent)
    assistant = Assistant(engines, Settings(), note=silent)
    for which in ("first", "again"):
        counts = counted(assistant, question)
        print(which, ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items())), sep=": ")
    assistant.close()


if __name__ == "__main__":
    main()
