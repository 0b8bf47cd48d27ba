"""Runs bots once each, then one as each line of standard input says, as `steady 40`.

A program of its own, which imports nothing else of the benchmark: `python -I -S bot_process.py
PACKAGE PAYLOADS RUN ...` does what the Lambda function of all bots would, with nothing but the
package on the path. It prints the answers of the named runs as one line.
"""

import sys

sys.path.insert(0, sys.argv[1])

from json import dumps, loads

from deploy.aws.functions.entry.bots import handler

with open(sys.argv[2], encoding="utf-8") as file:  # noqa: PTH123 - a bot needs no pathlib
    events = loads(file.read())
answers = [handler(events[kind], None) for kind in sys.argv[3:]]
sys.stdout.write(dumps(answers) + "\n")
sys.stdout.flush()

import gc  # noqa: E402
from resource import getpagesize  # noqa: E402
from time import perf_counter, process_time  # noqa: E402

for line in sys.stdin:
    kind, times = line.split()
    event = events[kind]
    cpu, start = process_time(), perf_counter()
    for _ in range(int(times)):
        handler(event, None)
    took = {"wall_s": perf_counter() - start, "cpu_s": process_time() - cpu}
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        pages = int(file.read().split()[1])
    memory = {"rss_bytes": pages * getpagesize(), "objects": len(gc.get_objects())}
    sys.stdout.write(dumps({**took, **memory}) + "\n")
    sys.stdout.flush()
