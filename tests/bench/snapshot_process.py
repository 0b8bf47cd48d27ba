"""Runs bots as AWS Lambda does from a snapshot: what is imported is there, and nothing was called.

A program of its own, like `bot_process.py`: `python -I -S snapshot_process.py PACKAGE PAYLOADS`. It
imports what a function begins with and says `ready`. For each line of standard input, as
`steady sync`, it forks a process, which does these runs and prints their answers as one line.
"""

import os
import sys

sys.path.insert(0, sys.argv[1])

from json import dumps, loads

from deploy.aws.functions.entry.bots import handler

with open(sys.argv[2], encoding="utf-8") as file:  # noqa: PTH123 - a bot needs no pathlib
    events = loads(file.read())
sys.stdout.write('"ready"\n')
sys.stdout.flush()

for line in sys.stdin:
    if (child := os.fork()) == 0:
        answers = [handler(events[kind], None) for kind in line.split()]
        sys.stdout.write(dumps(answers) + "\n")
        sys.stdout.flush()
        os._exit(0)
    os.waitpid(child, 0)
