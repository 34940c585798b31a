"""Answers from articles, every sentence with a receipt; see README.md."""

import importlib.util
from pathlib import Path

from index.errors import AssistantError, ConfigurationError, UserError

__all__ = ["AssistantError", "ConfigurationError", "UserError", "__version__"]
__version__ = "0.1.0"


def _check_siblings() -> None:
    """The packages `index`, `prompts` and `eval` must be ours, not others of the same plain names."""
    home = Path(__file__).resolve().parent.parent
    for name in ("index", "prompts", "eval"):
        spec = importlib.util.find_spec(name)
        origin = Path(spec.origin).resolve() if spec and spec.origin else None
        if origin is None or origin.parent.parent != home:
            raise ImportError(
                f"the package {name!r} resolves to {origin or 'nothing'} instead of {home / name}; "
                f"rename or move what is in the way, or run from another folder"
            )


_check_siblings()
