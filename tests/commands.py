"""The command line in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from library import CACHE, REPOSITORY

BRAINS = "How many industrial brains has Zhejiang built?"


def environment(**changes: object) -> dict[str, str]:
    """This process's without the user's settings, and with `changes`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}
    own = {"PYTHONPATH": REPOSITORY, "ASSISTANT_CACHE": CACHE, "HF_HUB_OFFLINE": "1"} | changes
    return kept | {name: str(value) for name, value in own.items()}


def assistant(
    *arguments: object, stdin: str = "", cwd: Path | None = None, **environ: object
) -> subprocess.CompletedProcess[str]:
    """`assistant` with these arguments, run to its end."""
    return subprocess.run(
        [sys.executable, "-m", "assistant", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        env=environment(**environ),
        cwd=cwd,
        timeout=120,
        check=False,
    )


def done(*arguments: object, **options: object) -> str:
    """What a command prints that ends well and has nothing to remark."""
    run = assistant(*arguments, **options)
    assert (run.returncode, run.stderr) == (0, "")
    return run.stdout


def imported(*arguments: str, among: str, **environ: object) -> subprocess.CompletedProcess[str]:
    """A command that ends well, run so that the modules `among` that it imported come on standard error."""
    code = f"""
import sys
from assistant.cli import main
sys.argv = {["assistant", *arguments]!r}
try:
    main()
except SystemExit as end:
    assert end.code == 0
print(*(name for name in {among.split()!r} if name in sys.modules), file=sys.stderr)
"""
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", env=environment(**environ), check=True
    )


TRUE = "In March 2022 Wu Xiaodong said that Zhejiang had built 30 industrial brains and 61 future factories."


FALSE = "Zhejiang has built 42 industrial brains."
