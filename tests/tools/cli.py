"""What the tests of the command line share: running it, and small files to feed it."""

import json
import os
import struct
import subprocess
import tempfile
import unittest
import zlib
from pathlib import Path

IMPASTO = os.environ["IMPASTO_COMMAND"]


def environment(**changes):
    """The tests' own environment: no weights of the user, no cache."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("IMPASTO_")}
    env.update(HOME="/nonexistent", XDG_CACHE_HOME="/nonexistent", **changes)
    return env


def impasto(*arguments, env=None, timeout=120):
    return subprocess.run([IMPASTO, *map(str, arguments)], env=env or environment(),
                          capture_output=True, text=True, timeout=timeout)


def png(path, width, height, pixel=None, header_size=None, alpha=None):
    """An 8-bit RGB PNG, RGBA with alpha(x, y); header_size lies about its extents."""
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    pixel = pixel or (lambda x, y: ((x * 37 + y * 11) % 256, (x * 5 + y * 53) % 256, (x * y) % 256))
    full = (lambda x, y: (*pixel(x, y), alpha(x, y))) if alpha else pixel
    rows = b"".join(b"\0" + bytes(v for x in range(width) for v in full(x, y))
                    for y in range(height))
    w, h = header_size or (width, height)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", w, h, 8, 6 if alpha else 2, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    return path


def safetensors(path, tensors, metadata=None):
    """tensors: name -> (shape, list of floats), written as F32."""
    header, data = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for name, (shape, values) in tensors.items():
        raw = struct.pack(f"<{len(values)}f", *values)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return path


def read_safetensors(path):
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8:8 + length])
    result = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        assert entry["dtype"] == "F32", entry
        data = raw[8 + length + begin:8 + length + end]
        result[name] = (entry["shape"], struct.unpack(f"<{len(data) // 4}f", data))
    return result


def noise(count, seed=1):
    """Deterministic numbers in [-1, 1)."""
    values, state = [], seed
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        values.append((state >> 33) / 2**30 - 1)
    return values


def tiny_network(path, channels=(("conv1_1", 8), ("conv1_2", 8), ("conv2_1", 12)), change=None, metadata=None):
    """A small VGG-shaped weights file; `change` edits its tensors before they are written."""
    tensors, ic = {}, 3
    for i, (name, oc) in enumerate(channels):
        scale = (2 / (9 * ic)) ** 0.5 * 1.7
        tensors[name + ".weight"] = ([oc, ic, 3, 3], [scale * v for v in noise(oc * ic * 9, i + 1)])
        tensors[name + ".bias"] = ([oc], [0.0] * oc)
        ic = oc
    if change:
        change(tensors)
    return safetensors(path, tensors, metadata)


class CliTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.content = png(self.folder / "content.png", 40, 30)
        self.style = png(self.folder / "style.png", 31, 37, lambda x, y: (x * 8 % 256, y * 6 % 256, 99))
        self.weights = tiny_network(self.folder / "tiny.safetensors")
        self.output = self.folder / "out.png"
        self.before = self.files()

    def files(self):
        return sorted(str(p) for p in self.folder.rglob("*"))

    def stylize(self, *options, content=None, style=None, weights=None, output=None, **keywords):
        return impasto("stylize", content or self.content, style or self.style, "-o",
                       output or self.output, "--weights", weights or self.weights, "--iterations",
                       3, *options, **keywords)

    def assert_refused(self, result, *words):
        """Exit code 2, one clear line on stderr with these words, nothing written."""
        self.assertEqual(result.returncode, 2, result.stderr)
        lines = [line for line in result.stderr.splitlines() if not line.startswith("impasto: weights:")]
        self.assertEqual(len(lines), 1, result.stderr)
        for word in words:
            self.assertIn(word, lines[0])
        self.assertEqual(result.stdout, "")
        self.assertEqual(self.files(), self.before)
