"""How much memory a function uses, for Lambda's limit."""

import os

# On AWS the memory limit is the machine's: what can be given back (mapped models and libraries, which are files) does not
# count when it gets scarce. So what counts here is anonymous and shared memory. RLIMIT_AS would count address space, of which
# Go reserves far more than it uses.
_COUNTED = ("RssAnon:", "RssShmem:")


def group_memory(group: int) -> int:
    """Bytes that the processes of one process group hold and cannot give back, summed up; 0 when there are none left."""
    return sum(_process_memory(pid) for pid in _members(group))


def _members(group: int) -> list[int]:
    members = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            if os.getpgid(int(name)) == group:
                members.append(int(name))
        except ProcessLookupError:
            continue
    return members


def _process_memory(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            return sum(int(line.split()[1]) * 1024 for line in status if line.startswith(_COUNTED))
    except (FileNotFoundError, ProcessLookupError):
        return 0
