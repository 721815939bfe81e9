"""Pillow, for contenders.mjs: each line of standard input is a request, and its answer a line of output.

    {"do": "version"}                                  -> "9.4.0"
    {"do": "job", "file", "crop"|"resize", "format", ...} -> {"milliseconds", "text"}
    {"do": "inspect", "file", "crop"|"resize", "text"} -> {"format", "mode", "size", "expected",
                                                           "difference"}

What is timed is what lies between the file in memory and the base64 text, so the pipe costs nothing.
"""

import base64
import io
import time

import PIL
from PIL import Image, ImageChops, ImageStat

from answers import answer, read


def picture(data, crop=None, resize=None):
    image = Image.open(io.BytesIO(data))
    if crop:
        left, top = crop["left"], crop["top"]
        return image.crop((left, top, left + crop["width"], top + crop["height"]))
    if not resize:
        return image
    # Reduces while it decodes, as long as twice the size remains.
    image.thumbnail((resize["width"], image.height), Image.LANCZOS, reducing_gap=2.0)
    return image


def do_version():
    return PIL.__version__


def do_job(file, format, crop=None, resize=None, **options):
    data = read(file)
    started = time.perf_counter()
    output = io.BytesIO()
    picture(data, crop, resize).save(output, format, **options)
    text = base64.b64encode(output.getvalue()).decode("ascii")
    return {"milliseconds": 1000 * (time.perf_counter() - started), "text": text}


def do_inspect(file, text, crop=None, resize=None):
    """What an output is, and by how much its samples differ, on average, from Pillow's own."""
    image = Image.open(io.BytesIO(base64.b64decode(text, validate=True)))
    format = image.format.lower()
    expected = picture(read(file), crop, resize)
    if image.size == expected.size:
        # Some give an alpha channel to what has none.
        samples = (image.convert("RGBA"), expected.convert("RGBA"))
        means = ImageStat.Stat(ImageChops.difference(*samples)).mean[:3]
        difference = sum(means) / len(means)
    else:
        difference = None
    facts = {"format": format, "mode": image.mode, "size": image.size}
    return {**facts, "expected": expected.size, "difference": difference}


answer(globals())
