"""Makes the files of this folder: a few images as NumPy and CIFAR's Python version store them.

The pickles are those that `pickle` writes for a dictionary of lists and an array, in the protocols
2 (as Python 2 wrote them for CIFAR), 4 and 5. Run: python3 make_array_fixtures.py (needs NumPy).
"""

import os
import pickle
import struct

import numpy

os.chdir(os.path.dirname(os.path.abspath(__file__)))
images = (numpy.arange(3 * 3072) * 7 % 256).astype("u1").reshape(3, 3072)
batch = {
    "data": images,
    "fine_labels": [0, 99, 5],
    "coarse_labels": [1, 19, 5],
    "filenames": ["a.png", "b.png", "c.png"],
}
for protocol in (4, 5):
    with open(f"protocol-{protocol}.pickle", "wb") as file:
        pickle.dump(batch, file, protocol)


def text(value):
    """A string of Python 2: short or long."""
    if len(value) < 256:
        return b"U" + bytes([len(value)]) + value
    return b"T" + struct.pack("<i", len(value)) + value


def numbers(values):
    return b"](" + b"".join(b"K" + bytes([value]) for value in values) + b"e"


# As Python 2 pickled it; Python 3 cannot write its byte strings.
array = (
    b"cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85" + text(b"b")
    + b"\x87Rq\x03(K\x01K\x03M\x00\x0c\x86cnumpy\ndtype\nq\x04" + text(b"u1") + b"K\x00K\x01\x87R"
    + b"q\x05(K\x03" + text(b"|") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89"
    + text(images.tobytes()) + b"tb"
)
with open("protocol-2.pickle", "wb") as file:
    file.write(
        b"\x80\x02}q\x00(" + text(b"data") + array + text(b"fine_labels") + numbers([0, 99, 5])
        + text(b"coarse_labels") + numbers([1, 19, 5]) + text(b"batch_label") + text(b"one") + b"u."
    )
with open("protocol-2.pickle", "rb") as file:
    read = pickle.load(file, encoding="bytes")
assert (read[b"data"] == images).all() and read[b"fine_labels"] == [0, 99, 5]

x = images[:, :48].reshape(3, 4, 4, 3)
numpy.savez("plain.npz", x=x, y=numpy.array([0, 1, 2]))
numpy.savez_compressed("packed.npz", x=x / 255, y=numpy.array(["a", "b", "c"]))
numpy.save("array.npy", numpy.asfortranarray(x[..., 0]))
