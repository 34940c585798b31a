"""Raises the limit on open files, of which each connection is one."""

import resource


def allow_many_files() -> None:
    """Raise the soft limit to the hard one: the usual 1,024 allow few connections."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
