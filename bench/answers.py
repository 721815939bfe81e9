"""The requests that pillow.py and opencv.py answer, one a line."""

import functools
import json
import sys


@functools.lru_cache(maxsize=None)
def read(file):
    with open(file, "rb") as stream:
        return stream.read()


def answer(functions):
    """Calls functions["do_" + what is to be done] with the rest of each request."""
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(functions["do_" + request.pop("do")](**request)), flush=True)
