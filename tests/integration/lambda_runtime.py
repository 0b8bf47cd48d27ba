"""Runs handlers as AWS Lambda does: nothing but one folder is beside Python's own library.

A program, `python -I -S lambda_runtime.py FOLDER`. A line `{"handler": ..., "event": ...}` goes in,
a line `{"result": ...}`, or one that describes the error, comes out. After the last of them comes a
line that lists the file of every module that was loaded.
"""

import importlib
import json
import sys


def _answer(handler, event):
    module, _, name = handler.rpartition(".")
    try:
        return {"result": getattr(importlib.import_module(module), name)(event, None)}
    except Exception as error:  # noqa: BLE001 - Lambda reports whatever a handler raises
        return {"errorType": type(error).__name__, "errorMessage": str(error), "stackTrace": []}


sys.path.insert(0, sys.argv[1])
out, sys.stdout = sys.stdout, sys.stderr  # what a bot prints is its log
for line in sys.stdin:
    call = json.loads(line)
    out.write(json.dumps(_answer(call["handler"], call["event"])) + "\n")
    out.flush()
files = (getattr(module, "__file__", None) for module in sys.modules.values())
out.write(json.dumps([file for file in files if file is not None]))
