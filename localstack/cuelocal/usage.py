"""What a function uses of the machine: memory, for Lambda's limit, and processor time, for measurements."""

import os

# On AWS the memory limit is the machine's: what can be given back (mapped models and libraries, which are files) does not
# count when it gets scarce. So what counts here is anonymous and shared memory. RLIMIT_AS would count address space, of which
# Go reserves far more than it uses.
_COUNTED = ("RssAnon:", "RssShmem:")

_TICK = 1000 / os.sysconf("SC_CLK_TCK")  # milliseconds


def group_memory(group: int) -> int:
    """Bytes that the processes of one process group hold and cannot give back, summed up; 0 when there are none left."""
    return sum(_process_memory(pid) for pid in _members(group))


def group_cpu(group: int) -> float:
    """Milliseconds of processor time, user and system, that the processes of one group have used since they started.

    With each process goes what its children used that have ended and were waited for. It is exact to a hundredth of a
    second, which differences do not add up: they are of one clock. 0 when there are no processes left.
    """
    return sum(_process_cpu(pid) for pid in _members(group))


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


def _process_cpu(pid: int) -> float:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            # The name, in parentheses, may hold spaces and parentheses of its own: what follows the last one is the third
            # field, and utime, stime, cutime and cstime are the 14th to 17th.
            fields = stat.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(ticks) for ticks in fields[11:15]) * _TICK
