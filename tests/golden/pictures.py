"""Pictures of every kind, in tests/fuzz/pictures, and what Pillow makes of each, in tests/golden/pictures. From the
repository's folder: python tests/golden/pictures.py"""

import os
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

INPUTS, EXPECTED = "tests/fuzz/pictures", "tests/golden/pictures"
for folder in (INPUTS, EXPECTED):
    os.makedirs(folder, exist_ok=True)

random = np.random.default_rng(7)
H, W = 11, 19
noise = random.integers(0, 256, (H, W, 3)).astype(np.uint8)
gray = random.integers(0, 256, (H, W)).astype(np.uint8)
# What JPEG is for: no noise, but colours that change within a block.
y, x = np.mgrid[0:37, 0:53]
smooth = np.stack([128 + 100 * np.sin(x / 7 + y / 11), 5 * x % 256, 255 - 6 * y], -1).clip(0, 255).astype(np.uint8)


def png(name, depth, kind, rows, *chunks):
    """A PNG file of these packed rows."""
    def chunk(tag, data):
        return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))
    header = struct.pack(">IIBBBBB", W, H, depth, kind, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), 9)
    with open(f"{INPUTS}/{name}.png", "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunk(*c) for c in chunks)
                   + chunk(b"IDAT", data) + chunk(b"IEND", b""))


def expect(name, image):
    image.save(f"{EXPECTED}/{name}.png", optimize=True)


def pillow(name, file):
    """What Pillow makes of it: gray stays gray."""
    image = ImageOps.exif_transpose(Image.open(f"{INPUTS}/{file}"))
    is_gray = image.mode in ("1", "L", "LA")
    expect(name, image.convert("L" if is_gray else "RGB"))


def save(name, image, **how):
    image.save(f"{INPUTS}/{name}", **how)
    pillow(name.split(".")[0], name)


save("rgb.png", Image.fromarray(noise))
save("gray.png", Image.fromarray(gray))
save("bits1.png", Image.fromarray(gray > 128))
save("rgba.png", Image.fromarray(np.dstack([noise, gray])))
save("gray_alpha.png", Image.fromarray(np.dstack([gray, gray[::-1]])))
palette = Image.fromarray(noise).quantize(13)
save("palette.png", palette)
save("palette_alpha.png", palette, transparency=bytes([0, 100, 255]))
for depth in (2, 4):
    values = gray >> (8 - depth)
    packed = [np.packbits(np.unpackbits(row[:, None], axis=1)[:, 8 - depth:].ravel()) for row in values]
    png(f"bits{depth}", depth, 0, packed)
    pillow(f"bits{depth}", f"bits{depth}.png")
wide = random.integers(0, 65536, (H, W, 3)).astype(">u2")
png("rgb16", 16, 2, [row.tobytes() for row in wide])
pillow("rgb16", "rgb16.png")
# Pillow cuts these off at 255: the rule for colour holds instead.
png("gray16", 16, 0, [row[:, 0].tobytes() for row in wide])
expect("gray16", Image.fromarray((wide[..., 0] >> 8).astype(np.uint8)))
# Bytes in sixteen bits lose nothing.
png("rgb16_of_8", 16, 2, [(row.astype(">u2") * 257).astype(">u2").tobytes() for row in noise])
expect("rgb16_of_8", Image.fromarray(noise))
expect("rgb_as_gray", Image.fromarray(noise).convert("L"))
expect("gray_as_rgb", Image.fromarray(gray).convert("RGB"))
for height, width in ((5, 7), (23, 40), (11, 6), (3, 19), (30, 4), (1, 1)):
    expect(f"rgb_{height}_{width}", Image.fromarray(noise).resize((width, height), Image.BILINEAR))
expect("rgba_as_gray_5_7", Image.fromarray(noise).convert("L").resize((7, 5), Image.BILINEAR))

photo = Image.fromarray(smooth)
for name, sampling in (("444", 0), ("422", 1), ("420", 2)):
    save(f"jpeg{name}.jpg", photo, quality=90, subsampling=sampling)
save("progressive.jpg", photo, quality=90, progressive=True)
save("jpeg_gray.jpg", photo.convert("L"), quality=90)
save("cmyk.jpg", photo.convert("CMYK"), quality=90)
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    save(f"turned{orientation}.jpg", photo.resize((23, 14)), quality=90, subsampling=0, exif=exif)
save("turned_png.png", Image.fromarray(noise), exif=exif)
