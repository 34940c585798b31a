"""Loads the prompts that the settings choose: those that ship, or custom ones."""

from pathlib import Path

from assistant.settings.settings import Settings
from index.errors import ConfigurationError
from prompts import Prompt, PromptError, load


def prompt_of(name: str, settings: Settings) -> Prompt:
    """Load a prompt by name, from the settings' folder if it is there.

    Raises:
        ConfigurationError: there is no such prompt, or one's own cannot be used.
    """
    try:
        return load(name, folder=Path(settings.prompts).expanduser() if settings.prompts else None)
    except PromptError as error:
        raise ConfigurationError(error.message, error.remedy) from error
