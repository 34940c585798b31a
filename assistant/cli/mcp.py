"""`assistant mcp`: the assistant as tools for agent programs."""

from assistant.cli.common import IndexOption, opened, settings_from


def mcp(index: IndexOption = None) -> None:
    """Serve ask, search and read-article over the Model Context Protocol, on standard input and output."""
    from index.errors import ConfigurationError

    try:
        from assistant.integrations.mcp import build_server
    except ImportError as error:
        raise ConfigurationError(
            f"the package mcp is not installed ({error}); run `pip install 'article-assistant[mcp]'`"
        ) from error
    with opened(settings_from({"index": index})) as assistant:
        build_server(assistant).run("stdio")
