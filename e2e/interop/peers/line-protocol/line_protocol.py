# SPDX-License-Identifier: Apache-2.0
"""The line protocol of the peers, for those written in Python.

One JSON request per line on standard input, one JSON answer per line on standard output.
"""

import asyncio
import inspect
import json
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor


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


def timed(request, run):
    """Calls run with each of the keys of a benchmark, as many at a time as it says."""
    bench = request["bench"]
    keys = [f"{request['key']}-{i}" for i in range(bench["count"])]
    with ThreadPoolExecutor(bench["concurrency"]) as pool:
        start = time.perf_counter()
        for _ in pool.map(run, keys):
            pass
        return {"seconds": time.perf_counter() - start}


async def timed_async(request, run):
    """The same, where run is a coroutine function."""
    bench = request["bench"]
    keys = iter([f"{request['key']}-{i}" for i in range(bench["count"])])

    async def work():
        for key in keys:
            await run(key)

    start = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(bench["concurrency"])))
    return {"seconds": time.perf_counter() - start}


def expect_length(request, plaintext):
    """Refuses a wrong number of bytes: an object that was not read must not count as a fast one."""
    if len(plaintext) != request["bench"]["size"]:
        raise ValueError(f"read {len(plaintext)} bytes")


def serve(peer, version, operations, run=lambda answer: answer):
    """Answers until standard input ends.

    operations: function for each operation's name, of one request; what it returns goes into the answer.
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
                result = run(result)
            send({"id": request["id"], "ok": True, **(result or {})})
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
