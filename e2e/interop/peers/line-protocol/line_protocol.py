# SPDX-License-Identifier: Apache-2.0
"""The line protocol of the peers, for those written in Python.

One JSON request per line on standard input, one JSON answer per line on standard output.
"""

import inspect
import json
import sys
import traceback


class Unsupported(Exception):
    """The peer's library has no such feature."""


def refuse(**reasons):
    """Raises Unsupported with the names of the reasons that hold."""
    names = [name.replace("_", " ") for name, holds in reasons.items() if holds]
    if names:
        raise Unsupported("no " + ", no ".join(names))


def read_body(request):
    with open(request["file"], "rb") as file:
        return file.read()


def write_body(request, plaintext):
    with open(request["file"], "wb") as file:
        file.write(plaintext)


def serve(peer, version, operations, run=lambda answer: answer):
    """Answers until standard input ends.

    operations: function for each operation's name, of one request.
    run: completes what an operation returned, where operations are coroutines.
    """
    out = sys.stdout
    sys.stdout = sys.stderr  # what a library prints must not look like an answer

    def send(answer):
        print(json.dumps(answer), file=out, flush=True)

    send({"ready": True, "peer": peer, "version": version})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            operation = operations.get(request["op"])
            if operation is None:
                raise Unsupported(f"no operation {request['op']}")
            result = operation(request)
            if inspect.isawaitable(result):
                run(result)
            send({"id": request["id"], "ok": True})
        except Exception as error:
            supported = not isinstance(error, Unsupported)
            if supported:
                traceback.print_exc(file=sys.stderr)
            send(
                {
                    "id": request["id"],
                    "ok": False,
                    "kind": "error" if supported else "unsupported",
                    "error": type(error).__name__,
                    "message": str(error),
                }
            )
