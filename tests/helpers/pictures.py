"""Pictures made by hand."""

import struct
import zlib


def png(colour: int, width: int = 12, height: int = 8) -> bytes:
    """A PNG of one grey, another for each number up to 255."""
    lines = (b"\0" + bytes([colour]) * width) * height

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
