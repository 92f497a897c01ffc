#!/usr/bin/env python3
"""Writes tests/fixtures/pictures: small pictures in formats that we read but do not write, each
with the pixels that Pillow reads from it, as NAME.ppm. Needs Pillow and NumPy (Debian:
python3-pil, python3-numpy). Run from anywhere:

    python3 tools/make_picture_fixtures.py
"""
import pathlib

import numpy as np
from PIL import Image

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "pictures"


def picture(h=19, w=26):
    """Smooth waves, a sharp edge and flat areas, so that every compressor has something to do."""
    y, x = np.mgrid[0:h, 0:w].astype(float)
    red = 128 + 100 * np.sin(x / 3.1)
    green = 255 * y / h
    blue = np.where(x + y > 24, 220, 40)
    return Image.fromarray(np.stack([red, green, blue], -1).round().astype(np.uint8))


def save(name, image, **options):
    image.save(FOLDER / name, **options)
    with Image.open(FOLDER / name) as read_back:
        read_back.convert("RGB").save(FOLDER / (name + ".ppm"))


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    rgb = picture()
    save("filtered.png", rgb, optimize=True)
    save("plain.bmp", rgb)
    save("runs.tga", rgb.quantize(8).convert("RGB"), compression="tga_rle")
    save("baseline.jpg", rgb, quality=90, subsampling="4:2:0")
    save("progressive.jpg", rgb, quality=90, progressive=True, subsampling="4:4:4")
    save("grey.jpg", rgb.convert("L"), quality=90)
    save("cmyk.jpg", rgb.convert("CMYK"), quality=95)
    frames = [rgb.quantize(16), rgb.transpose(Image.Transpose.ROTATE_180).quantize(16)]
    save("frames.gif", frames[0], save_all=True, append_images=frames[1:], duration=100)

    # The left half see-through.
    indices = np.zeros((6, 8), np.uint8)
    indices[:, 4:] = 1
    half = Image.fromarray(indices, "P")
    half.putpalette([0, 0, 0, 200, 100, 50])
    half.save(FOLDER / "transparent.gif", transparency=0)


if __name__ == "__main__":
    main()
