"""Writes the pictures of this folder but the first five, with Pillow 9.4 of Debian 12.

All show 16 x 12 pixels of red 15x, green 20y and blue 7x + 11y (mod 256), as Fixture.rgb does, except
ink.jpg, ycck.jpg and plain-ink.jpg, which are red all over: the last two are written by libjpeg from
inks with jpeg_set_colorspace(JCS_YCCK), and with write_Adobe_marker = FALSE.
"""
import numpy as np
from PIL import Image

y, x = np.mgrid[0:12, 0:16]
rgb = np.stack([15 * x, 20 * y, (7 * x + 11 * y) % 256], -1).astype("u1")
image = Image.fromarray(rgb)
exif = Image.Exif()
exif[274] = 6
clear = Image.fromarray(np.dstack([rgb, np.where(x < 8, 255, 0).astype("u1")]))
frames = {"save_all": True, "append_images": [image.rotate(180)]}
palette = image.quantize(256)

image.save("colour.webp", lossless=True)
image.save("turned.webp", lossless=True, exif=exif)
image.save("turned.png", exif=exif)
image.save("turned.jpg", quality=90, exif=exif)
image.save("turned.tif", tiffinfo={274: 6})
image.save("colour.tif", compression="tiff_lzw")
image.save("pages.tif", compression="tiff_lzw", **frames)
image.save("colour.bmp")
image.convert("1").save("black-and-white.bmp")
palette.save("colour.gif")
palette.save("frames.gif", save_all=True, append_images=[palette.rotate(180)])
image.save("frames.webp", lossless=True, **frames)
clear.save("clear.png")
clear.save("clear.webp", lossless=True, exact=True)
clear.save("clear.tif")
clear.convert("LA").save("clear-grey.tif")
Image.fromarray(rgb[..., 0].astype("u2") * 257).save("deep.png")
Image.fromarray(rgb[..., 0].astype("u2") * 16).save("deep-12-bits.png")
Image.fromarray(rgb[..., 0].astype("u2") * 16).save("deep-12-bits.tif")
Image.fromarray(rgb[..., 0].astype("f4")).save("real-numbers.tif")
Image.new("CMYK", (16, 12), (0, 255, 255, 0)).save("ink.jpg")
