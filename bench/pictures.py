"""Makes the benchmark's pictures: pictures.py PHOTO FOLDER, and then pictures.py large FOLDER.

They are not one big photograph, for the set-up fetches none: its wallpapers are drawn, at 0.3 to 0.6
bits a pixel as JPEG 90. Instead a small photograph that libjpeg-turbo brings along is laid out like
tiles, in mirror image, so that each joins the next without an edge, under grain that never repeats.
The grain is as strong as makes the files as big as a camera's: 2.8 bits a pixel as JPEG 90, and 2.0
bytes as PNG, like the pictures of the reference figures that the bounds were set by.
"""

import os
import sys

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 4032, 3024
GRAIN_IN_LIGHT, GRAIN_IN_COLOUR = 5.5, 1.0  # standard deviations


def tiled(photo):
    row = np.concatenate([photo, photo[:, ::-1]], axis=1)
    tile = np.concatenate([row, row[::-1]])
    times = (-(-HEIGHT // tile.shape[0]), -(-WIDTH // tile.shape[1]), 1)
    return np.tile(tile, times)[:HEIGHT, :WIDTH]


def grain():
    random = np.random.default_rng(64)
    light = random.standard_normal((HEIGHT, WIDTH, 1), dtype=np.float32)
    colour = random.standard_normal((HEIGHT, WIDTH, 3), dtype=np.float32)
    return GRAIN_IN_LIGHT * light + GRAIN_IN_COLOUR * colour


def main(photo, folder):
    samples = tiled(np.asarray(Image.open(photo).convert("RGB"))) + grain()
    picture = Image.fromarray(np.clip(samples.round(), 0, 255).astype(np.uint8))

    def save(image, name, **options):
        image.save(os.path.join(folder, name), **options)

    save(picture, "12mp.jpg", quality=90, subsampling="4:2:0")
    save(picture.crop((0, 0, 3640, 2400)), "9mp.jpg", quality=90, subsampling="4:2:0")
    save(picture.crop((0, 0, 1920, 1480)), "1mb.jpg", quality=90, subsampling="4:2:0")
    save(picture, "12mp.png")
    save(picture.crop((0, 0, 1080, 1920)), "1080x1920.png")


def large(folder):
    """The same, laid out again, in other sizes of 4 : 3."""
    picture = np.asarray(Image.open(os.path.join(folder, "12mp.png")))
    for megapixels in (1, 3, 25, 50, 100):
        height = round((megapixels * 1e6 * 3 / 4) ** 0.5)
        width = round(height * 4 / 3)
        times = (-(-height // HEIGHT), -(-width // WIDTH), 1)
        image = Image.fromarray(np.tile(picture, times)[:height, :width])
        name = os.path.join(folder, f"{megapixels}mp")
        image.save(name + ".jpg", quality=90, subsampling="4:2:0")
        image.save(name + ".png", compress_level=1)


if sys.argv[1] == "large":
    large(sys.argv[2])
else:
    main(*sys.argv[1:])
