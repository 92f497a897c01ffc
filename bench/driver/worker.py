"""A process that waits for orders: one line to it, one line of JSON back. While it waits it takes no
processor time, so that another one can be timed."""

import contextlib
import json
import os
import subprocess


class Ended(SystemExit):
    """A worker that gave no answer, or failed. Whoever does not expect it ends with it."""


class Worker:
    def __init__(self, command, environment=None):
        self.name = " ".join(map(str, command[:3]))
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **(environment or {})})

    def ask(self, *order):
        try:
            print(*order, file=self.process.stdin, flush=True)
        except BrokenPipeError:
            pass  # it says why on stderr, and ends its answers
        line = self.process.stdout.readline()
        if not line:
            raise Ended(f"{self.name} ended with {self.process.wait()} on '{' '.join(map(str, order))}'")
        answer = json.loads(line)
        if "error" in answer:
            raise Ended(f"{self.name} on '{' '.join(map(str, order))}': {answer['error']}")
        return answer

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(BrokenPipeError):  # an order that it did not live to read
            self.process.stdin.close()
        self.process.wait()
