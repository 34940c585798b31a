"""Answers questions from articles; every sentence carries a receipt. See docs/python-api.md.

>>> import assistant
>>> with assistant.open_index() as index:
...     answer = index.ask("How many industrial brains has Zhejiang built?")
"""

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.answer.answer import Answer, Citation, Reason, Status
    from assistant.api import Index, open_index
    from assistant.question.followups import Turn
    from assistant.settings.settings import Settings
    from index.errors import (
        AssistantError,
        ConfigurationError,
        EncoderUnavailable,
        ExtraMissing,
        IndexBusy,
        IndexDamaged,
        IndexUnavailable,
        ReceiptBroken,
        UsageError,
        UserError,
    )
    from index.search.engine import Filters, Passage

__version__ = "0.1.0"
__all__ = [
    "Answer",
    "AssistantError",
    "Citation",
    "ConfigurationError",
    "EncoderUnavailable",
    "ExtraMissing",
    "Filters",
    "Index",
    "IndexBusy",
    "IndexDamaged",
    "IndexUnavailable",
    "Passage",
    "Reason",
    "ReceiptBroken",
    "Settings",
    "Status",
    "Turn",
    "UsageError",
    "UserError",
    "__version__",
    "open_index",
]

_MODULES = {
    "assistant.answer.answer": "Answer Citation Reason Status",
    "assistant.api": "Index open_index",
    "assistant.question.followups": "Turn",
    "assistant.settings.settings": "Settings",
    "index.errors": "AssistantError ConfigurationError EncoderUnavailable ExtraMissing IndexBusy IndexDamaged "
    "IndexUnavailable ReceiptBroken UsageError UserError",
    "index.search.engine": "Filters Passage",
}
"""Where the public names are. They are imported when first used: `import assistant` alone loads none of these."""

_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'assistant' has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULE_OF[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _foreign_package() -> str | None:
    """Names a package `index`, `prompts` or `eval` that is not ours, for instance an `index.py` in the folder."""
    home = Path(__file__).resolve().parent.parent
    for name in ("index", "prompts", "eval"):
        spec = importlib.util.find_spec(name)
        origin = Path(spec.origin).resolve() if spec and spec.origin else None
        if origin is None or origin.parent.parent != home:
            return (
                f"the package {name!r} resolves to {origin or 'nothing'} instead of {home / name}; "
                f"rename or move what is in the way, or run from another folder"
            )
    return None


if _problem := _foreign_package():
    if sys.argv[0] == "-m" or Path(sys.argv[0]).name == "assistant":  # Run as a command, whose errors are one line.
        print(f"assistant: {_problem}", file=sys.stderr)
        sys.exit(3)
    raise ImportError(_problem)
