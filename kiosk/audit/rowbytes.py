"""How the parts of a row are put together before they are hashed: two marks, one prefix, six columns.

It imports nothing, because the process that helps to walk a long log loads little else.
"""

ROW_PREFIX = b"mudaqqiq/audit/row/2\0"
MAX_BODY = 16 * 1024  # bytes of one content; a full visit takes about 700
READABLE_COLUMNS = ("at", "kind", "outcome", "reasons", "purpose", "station")
ENDED = b"\x1f"  # stands after each readable text
ABSENT = b"\x1e"  # stands for a readable text that there is not
