"""What parent and child say to each other; all of ours that a child ever loads. It imports nothing."""

from __future__ import annotations

import struct

# What the parent sends first: media, bytes, pages, longest side in points, pixels decoded, pixels drawn, characters.
HEADER = struct.Struct(">4sIIIIII")
DIGESTS = struct.Struct(">16s20s32s")  # MD5, SHA-1, SHA-256 of a picture inside
PAGE = struct.Struct(">II")  # width and height, then three bytes for each pixel
LENGTH = struct.Struct(">I")
SAYS_DIGESTS, SAYS_INSPECTED, SAYS_PAGE, SAYS_TEXT, SAYS_REFUSED, SAYS_DONE = b"D", b"I", b"P", b"T", b"X", b"E"
