"""The prompts that the settings choose: ours, or those of a folder of one's own."""

from pathlib import Path

from assistant.settings.settings import Settings
from index.errors import ConfigurationError
from prompts import Prompt, PromptError, load


def prompt_of(name: str, settings: Settings) -> Prompt:
    """The prompt of a name.

    Raises:
        ConfigurationError: there is no such prompt, or one's own cannot be used.
    """
    try:
        return load(name, folder=Path(settings.prompts).expanduser() if settings.prompts else None)
    except PromptError as error:
        raise ConfigurationError(str(error)) from error
