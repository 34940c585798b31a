"""How many files a process may have open: each connection is one."""

import resource


def allow_many_files() -> None:
    """Raise the number of open files as far as it goes: the usual 1,024 are few connections."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
