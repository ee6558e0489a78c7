"""How one text became another, word by word."""

import re
from difflib import SequenceMatcher

from workbench.desk.replay import Piece

_WORDS = re.compile(r"\S+\s*|\s+")


def difference(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces that lead from one text to the other; together they hold every letter of both."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    pieces = []
    for step, old_start, old_stop, new_start, new_stop in SequenceMatcher(None, old, new, False).get_opcodes():
        removed, added = "".join(old[old_start:old_stop]), "".join(new[new_start:new_stop])
        if step == "equal":
            pieces.append(Piece(kind="same", text=removed))
            continue
        pieces += [Piece(kind="removed", text=removed)] if removed else []
        pieces += [Piece(kind="added", text=added)] if added else []
    return tuple(pieces)
