"""One engine in a process of its own, so that its peak memory is its own; it does what it is told, a line at a time.

`python -m benchmarks.pricing.worker SPECIFICATION` answers with a line of JSON: when it is ready, then to each of `run`,
`save PATH` and `memory`.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

_STATUS, _PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def _memory(field: str) -> float:
    """Return a figure of this process in megabytes; where the system does not tell, the highest so far."""
    if _STATUS.exists():
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith(field):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _forget_peak() -> None:
    """Let the highest memory be counted from now on, where the system can."""
    if os.access(_PEAK, os.W_OK):
        _PEAK.write_text("5", encoding="ascii")


def main(specification: str) -> None:
    """Make the job ready and do what standard input says."""
    from benchmarks.pricing.jobs import made

    start = time.perf_counter()
    job = made(json.loads(specification))
    gc.collect()
    _forget_peak()
    base = _memory("VmRSS")
    _say({"rows": job.rows, "ready": time.perf_counter() - start})
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        if word == "run":
            _say(job.timed())
        elif word == "memory":  # before answers are saved, which takes memory of its own
            peak = _memory("VmHWM")
            _say({"peak_mb": peak, "extra_mb": peak - base, "bytes": job.moved()})
        elif word == "save":
            job.save(Path(rest))
            _say({})


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
