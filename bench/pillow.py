"""Pillow, for bench.mjs: each line of standard input is a request, each line of output its answer.

    {"do": "crop", "file", "crop", "format", ...}  -> {"milliseconds", "base64"}
    {"do": "inspect", "file", "crop", "base64"}    -> {"format", "size", "difference"}

Only what lies between file in memory and base64 text is timed, so the pipe costs nothing.
"""

import base64
import functools
import io
import json
import sys
from time import perf_counter

from PIL import Image, ImageChops, ImageStat


@functools.lru_cache(maxsize=None)
def read(file):
    with open(file, "rb") as stream:
        return stream.read()


def cut(data, crop):
    left, top = crop["left"], crop["top"]
    box = (left, top, left + crop["width"], top + crop["height"])
    return Image.open(io.BytesIO(data)).crop(box)


def crop(file, crop, format, **options):
    data = read(file)
    started = perf_counter()
    output = io.BytesIO()
    cut(data, crop).save(output, format, **options)
    text = base64.b64encode(output.getvalue()).decode("ascii")
    return {"milliseconds": 1000 * (perf_counter() - started), "base64": text}


def inspect(file, crop, base64):
    """How an output differs from Pillow's own crop: the mean over all samples, and the greatest."""
    image = Image.open(io.BytesIO(b64decode(base64, validate=True)))
    image.load()
    answer = {"format": image.format.lower(), "size": image.size, "mode": image.mode}
    expected = cut(read(file), crop)
    if (image.size, image.mode) == (expected.size, expected.mode):
        mean = ImageStat.Stat(ImageChops.difference(image, expected)).mean
        answer["difference"] = sum(mean) / len(mean)
    return answer


b64decode = base64.b64decode
requests = {"crop": crop, "inspect": inspect}

for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(requests[request.pop("do")](**request)), flush=True)
