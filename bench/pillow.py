"""Pillow, for contenders.mjs: each line of standard input is a request, and its answer a line of output.

    {"do": "version"}                             -> "9.4.0"
    {"do": "crop", "file", "crop", "format", ...} -> {"milliseconds", "text"}
    {"do": "inspect", "file", "crop", "text"}     -> {"format", "mode", "size", "difference"}

What is timed is what lies between the file in memory and the base64 text, so the pipe costs nothing.
"""

import base64
import functools
import io
import json
import sys
import time

import PIL
from PIL import Image, ImageChops, ImageStat


@functools.lru_cache(maxsize=None)
def read(file):
    with open(file, "rb") as stream:
        return stream.read()


def cut(data, left, top, width, height):
    return Image.open(io.BytesIO(data)).crop((left, top, left + width, top + height))


def do_version():
    return PIL.__version__


def do_crop(file, crop, format, **options):
    data = read(file)
    started = time.perf_counter()
    output = io.BytesIO()
    cut(data, **crop).save(output, format, **options)
    text = base64.b64encode(output.getvalue()).decode("ascii")
    return {"milliseconds": 1000 * (time.perf_counter() - started), "text": text}


def do_inspect(file, crop, text):
    """What an output is, and by how much its samples differ, on average, from Pillow's own crop."""
    image = Image.open(io.BytesIO(base64.b64decode(text, validate=True)))
    format = image.format.lower()
    expected = cut(read(file), **crop)
    if (image.mode, image.size) == (expected.mode, expected.size):
        means = ImageStat.Stat(ImageChops.difference(image, expected)).mean
        difference = sum(means) / len(means)
    else:
        difference = None
    return {"format": format, "mode": image.mode, "size": image.size, "difference": difference}


for line in sys.stdin:
    request = json.loads(line)
    answer = globals()["do_" + request.pop("do")](**request)
    print(json.dumps(answer), flush=True)
