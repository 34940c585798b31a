"""`assistant mcp`: the assistant as tools of the Model Context Protocol."""

from assistant.cli.common import IndexOption, opened, settings_from


def mcp(index: IndexOption = None) -> None:
    """Serve ask, search and read-article over the Model Context Protocol, on standard input and output."""
    from assistant.integrations.mcp import build_server

    with opened(settings_from({"index": index})) as assistant:
        build_server(assistant).run("stdio")
