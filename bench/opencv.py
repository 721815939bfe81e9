"""OpenCV, for contenders.mjs: as pillow.py, without "inspect"."""

import base64
import time

import cv2
import numpy

from answers import answer, read

cv2.setNumThreads(1)


def do_version():
    return cv2.__version__


def picture(data, crop=None, resize=None):
    image = cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_COLOR)
    if crop:
        left, top = crop["left"], crop["top"]
        return image[top : top + crop["height"], left : left + crop["width"]]
    height = round(image.shape[0] * resize["width"] / image.shape[1])
    return cv2.resize(image, (resize["width"], height), interpolation=cv2.INTER_AREA)


def do_job(file, format, crop=None, resize=None, quality=None, compress_level=None):
    data = read(file)
    started = time.perf_counter()
    if format == "jpeg":
        options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    else:
        options = [cv2.IMWRITE_PNG_COMPRESSION, compress_level]
    output = cv2.imencode("." + format, picture(data, crop, resize), options)[1]
    text = base64.b64encode(output.tobytes()).decode("ascii")
    return {"milliseconds": 1000 * (time.perf_counter() - started), "text": text}


answer(globals())
