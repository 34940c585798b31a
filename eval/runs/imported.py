"""Imports functions that the command line names."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

from index.errors import UsageError


def import_named(name: str, option: str) -> Callable[..., object]:
    """Import `module:function` from the folder of the command, or from what is installed.

    Raises:
        UsageError: there is no such function.
    """
    module, _, function = name.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(f"{option}: {name} cannot be imported ({error})", "give module:function") from error
    if not callable(found):
        raise UsageError(f"{option}: {name} is no function", "give module:function")
    return found  # type: ignore[no-any-return] # Callable, as was just checked.
