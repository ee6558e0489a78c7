"""What whoever owns the disk might do to a log: random tamperings of the mirror, the store's lines and checkpoints.

Each function of `TAMPERINGS` changes some of the copies of a sound log and says which event is the first that is not as
it was written, and which kinds of fault fit.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from audit.checkpoint import SigningKey
from audit.events import NO_LEAF, Context, parse_line
from audit.log import Log
from audit.merkle import leaf_hash
from tests.audit.conftest import draft
from tests.audit.sound import NOWHERE, Copies, Sound, first_difference, lay_out, roots_of
from tests.audit.valid import another_value

BETWEEN = frozenset({"fork", "missing", "rollback", "torn"})
"""What fits where store and mirror differ."""
REWRITTEN = frozenset({"root", "truncated"})
"""What fits where events were written anew from some point on, so that only a checkpoint can tell."""


@dataclass(frozen=True)
class Tampering:
    """Copies that were tampered with.

    `point` is the first event that is not as it was written, None where a checkpoint or decision alone was touched, so
    that no witness is needed.  With `store`, the store's lines are given to the verification.
    """

    copies: Copies
    point: int | None
    kinds: frozenset[str]
    store: bool
    rewritten: bool = False
    stolen: bool = False
    """The mirror's checkpoint was signed anew with the log's own key: nothing but a witness can tell."""


def flip_byte(rng: random.Random, sound: Sound) -> Tampering | None:
    """Any byte of a file of the mirror, of a line of the store, or of the same line in both."""
    kinds = frozenset({"schema", "canonical", "sequence", "chain", "time", "torn", "truncated", "root"})
    if rng.random() < 0.4:
        first = rng.choice(list(sound.files))
        return _mirror(rng, sound, sound.files | {first: _flipped(rng, sound.files[first])}, kinds)
    place = rng.randrange(len(sound.lines))
    changed = _flipped(rng, sound.lines[place])
    return None if b"\n" in changed else _edit(rng, sound, place, place + 1, [changed], kinds)


def change_value(rng: random.Random, sound: Sound) -> Tampering | None:
    """Another value in an event, which is still well-formed."""
    place = rng.randrange(len(sound.lines))
    changed = another_value(rng, sound.lines[place])
    return _edit(rng, sound, place, place + 1, [changed], frozenset({"chain", "time", "sequence", "root"}))


def respell(rng: random.Random, sound: Sound) -> Tampering | None:
    """The same event in another spelling."""
    place = rng.randrange(len(sound.lines))
    respelled = sound.lines[place].replace(b":", b": " if rng.random() < 0.5 else b":\t", 1)
    return _edit(rng, sound, place, place + 1, [respelled], frozenset({"canonical"}))


def drop(rng: random.Random, sound: Sound) -> Tampering | None:
    """One event or some in a row."""
    place = rng.randrange(len(sound.lines))
    kinds = frozenset({"sequence", "missing", "truncated"})
    return _edit(rng, sound, place, min(place + rng.randint(1, 3), len(sound.lines)), [], kinds)


def duplicate(rng: random.Random, sound: Sound) -> Tampering | None:
    """An event once more, anywhere."""
    place = rng.randrange(len(sound.lines) + 1)
    return _edit(rng, sound, place, place, [rng.choice(sound.lines)], frozenset({"sequence"}))


def reorder(rng: random.Random, sound: Sound) -> Tampering | None:
    """Some events in a row in another order."""
    place = rng.randrange(len(sound.lines) - 1)
    stop = min(place + rng.randint(2, 6), len(sound.lines))
    mixed = rng.sample(sound.lines[place:stop], stop - place)
    return _edit(rng, sound, place, stop, mixed, frozenset({"sequence"}))


def truncate(rng: random.Random, sound: Sound) -> Tampering | None:
    """The end of the log, or of one file, is gone."""
    place = rng.randrange(len(sound.lines))
    end = (place // sound.segment + 1) * sound.segment
    stop = rng.choice([len(sound.lines), min(end, len(sound.lines))])
    return _edit(rng, sound, place, stop, [], frozenset({"truncated", "missing", "sequence"}))


def tear(rng: random.Random, sound: Sound) -> Tampering | None:
    """A file of the mirror ends within a line."""
    first = rng.choice(list(sound.files))
    data = sound.files[first]
    cut = rng.randrange(1, len(data))
    files = sound.files | {first: data[:cut]}
    return None if data[cut - 1 : cut] == b"\n" else _mirror(rng, sound, files, frozenset({"torn", "truncated"}))


def drop_files(rng: random.Random, sound: Sound) -> Tampering | None:
    """Whole files of the mirror are gone."""
    gone = set(rng.sample(list(sound.files), rng.randint(1, len(sound.files))))
    files = {first: data for first, data in sound.files.items() if first not in gone}
    return _mirror(rng, sound, files, frozenset({"missing", "truncated"}))


def swap_files(rng: random.Random, sound: Sound) -> Tampering | None:
    """Two files of the mirror have each other's name, or one is a copy of the other."""
    one, other = rng.sample(list(sound.files), 2)
    swapped = {one: sound.files[other]} | ({other: sound.files[one]} if rng.random() < 0.5 else {})
    return _mirror(rng, sound, sound.files | swapped, frozenset({"sequence"}))


def roll_back(rng: random.Random, sound: Sound) -> Tampering | None:
    """Store, mirror or both as they were at an earlier time, mostly with the checkpoint of that time."""
    size = rng.randrange(len(sound.lines))
    return _rewrite(rng, sound, sound.lines[:size])


def fork(rng: random.Random, sound: Sound) -> Tampering | None:
    """Other events, well-formed and linked, after some point."""
    place = rng.randrange(len(sound.lines))
    log, lines = Log(sound.lines[:place]), list(sound.lines[:place])
    context = Context(**{name: getattr(parse_line(sound.lines[0]), name) for name in Context.model_fields})
    lines += [log.add(draft(rng), context)[1] for _ in range(rng.randint(1, len(sound.lines) - place + 3))]
    return _rewrite(rng, sound, lines)


def edit_and_rehash(rng: random.Random, sound: Sound) -> Tampering | None:
    """A value, an event less, one more or two the other way round, and everything after it written to fit."""
    lines, place = list(sound.lines), rng.randrange(len(sound.lines) - 1)
    match rng.choice(["value", "drop", "duplicate", "swap"]):
        case "value":
            lines[place] = another_value(rng, lines[place])
        case "drop":
            del lines[place]
        case "duplicate":
            lines.insert(place, rng.choice(lines))
        case "swap":
            lines[place : place + 2] = reversed(lines[place : place + 2])
    return _rewrite(rng, sound, rehash(lines, place))


def re_sign(rng: random.Random, sound: Sound) -> Tampering | None:
    """The mirror's checkpoint, or one of the witness's, is signed with another key of the same or another name."""
    other = SigningKey.generate(rng.choice([sound.key.name, "study/other"]))
    size = rng.choice([sound.signed[-1], rng.randrange(len(sound.lines) + 1)])
    note, copies = other.sign(size, sound.roots[size]), sound.copies
    if rng.random() < 0.3:
        copies = replace(copies, witnessed=[*copies.witnessed, note])
    else:
        copies = replace(copies, note=note.encode())
    return Tampering(copies, None, frozenset({"signature"}), rng.random() < 0.5)


def damage_checkpoint(rng: random.Random, sound: Sound) -> Tampering | None:
    """The mirror's checkpoint with a changed byte, cut off, emptied, lengthened, or with other line ends."""
    note = sound.note(sound.signed[-1]).encode()
    cut = rng.randrange(len(note))
    damaged = rng.choice(
        [_flipped(rng, note), note[:cut], b"", note + note, b"\n" + note, note.replace(b"\n", b"\r\n"),
         note[:-1], note.replace(b"\n", b"\r"), rng.randbytes(cut)]
    )  # fmt: skip
    copies = replace(sound.copies, note=damaged)
    return Tampering(copies, None, frozenset({"checkpoint", "signature"}), rng.random() < 0.5)


def remove_checkpoint(rng: random.Random, sound: Sound) -> Tampering | None:
    """The mirror's checkpoint is gone."""
    return Tampering(replace(sound.copies, note=None), None, frozenset({"checkpoint"}), rng.random() < 0.5)


def false_checkpoint(rng: random.Random, sound: Sound) -> Tampering | None:
    """The log's own key signed what the log never was."""
    size = rng.randint(1, len(sound.lines) + 5)
    note = sound.key.sign(size, rng.randbytes(32))
    return Tampering(replace(sound.copies, note=note.encode()), None, REWRITTEN, rng.random() < 0.5)


def put_checkpoint_back(rng: random.Random, sound: Sound) -> Tampering | None:
    """An earlier checkpoint of the log in the mirror: what it and the witness do not cover is no longer vouched for."""
    size = rng.choice(sound.signed[:-1])
    copies = replace(sound.copies, note=sound.note(size).encode())
    return Tampering(copies, max(size, *sound.witnessed), frozenset(), rng.random() < 0.5)


def touch_decisions(rng: random.Random, sound: Sound) -> Tampering | None:
    """A decision is gone, changed, moved, doubled or made up."""
    rows = list(sound.decisions)
    if not rows:
        return None
    place = rng.randrange(len(rows))
    row = rows[place]
    changed = [
        [], [row, row], [row._replace(exchange=row.exchange + "0")], [row._replace(version=row.version + 1)],
        [row._replace(verdict="reject" if row.verdict == "approve" else "approve")],
        [row._replace(sequence=rng.choice([row.sequence + 1, -1, len(sound.lines)]))],
        [row, row._replace(sequence=len(sound.lines) + 1)],
    ]  # fmt: skip
    rows[place : place + 1] = rng.choice(changed)
    return Tampering(replace(sound.copies, decisions=rows), None, frozenset({"decision"}), rng.random() < 0.5)


TAMPERINGS = (
    flip_byte, change_value, respell, drop, duplicate, reorder, truncate, tear, drop_files, swap_files, roll_back, fork,
    edit_and_rehash, re_sign, damage_checkpoint, remove_checkpoint, false_checkpoint, put_checkpoint_back,
    touch_decisions,
)  # fmt: skip


def _edit(
    rng: random.Random, sound: Sound, start: int, stop: int, new: list[bytes], kinds: frozenset[str]
) -> Tampering | None:
    """`new` in the place of events `start` to `stop`: in the mirror, in the store or in both."""
    lines = [*sound.lines[:start], *new, *sound.lines[stop:]]
    side = rng.choice(["mirror", "store", "both"])
    files = lay_out(lines, sound.segment) if rng.random() < 0.5 else _in_place(sound, start, stop, new)
    copies = replace(
        sound.copies,
        files=sound.files if side == "store" else files,
        store=sound.lines if side == "mirror" else lines,
    )
    return _compared(rng, sound, copies, kinds, side)


def _in_place(sound: Sound, start: int, stop: int, new: list[bytes]) -> dict[int, bytes]:
    """The mirror's files where only those that hold the changed events are touched."""
    files = {}
    for first in sound.files:
        end = min(first + sound.segment, len(sound.lines))
        holds = first <= start < end or start == len(sound.lines) == end
        kept = [*sound.lines[first : max(first, min(start, end))], *(new if holds else [])]
        kept += sound.lines[max(first, min(stop, end)) : end]
        if kept:
            files[first] = b"".join(line + b"\n" for line in kept)
    return files


def _mirror(rng: random.Random, sound: Sound, files: dict[int, bytes], kinds: frozenset[str]) -> Tampering | None:
    return _compared(rng, sound, replace(sound.copies, files=files), kinds, "mirror")


def _rewrite(rng: random.Random, sound: Sound, lines: Sequence[bytes]) -> Tampering | None:
    """A log of other events in the mirror, the store or both, with a checkpoint that a forger may come by."""
    side = rng.choice(["mirror", "store", "both", "both"])
    earlier = [size for size in sound.signed if size <= first_difference(lines, sound.lines)]
    stolen = sound.key.sign(len(lines), roots_of(lines)[-1]).encode()
    note: bytes | None = rng.choice(
        [
            sound.copies.note,
            None,
            stolen,
            SigningKey.generate(sound.key.name).sign(len(lines), roots_of(lines)[-1]).encode(),
            *[sound.note(size).encode() for size in earlier[-1:] * 3],
        ]
    )
    copies = replace(
        sound.copies,
        files=sound.files if side == "store" else lay_out(lines, sound.segment),
        store=sound.lines if side == "mirror" else lines,
        note=sound.copies.note if side == "store" else note,
        decisions=[row for row in sound.decisions if side == "mirror" or row.sequence < len(lines)],
    )
    found = _compared(rng, sound, copies, REWRITTEN, side)
    return found and replace(found, rewritten=found.kinds == REWRITTEN, stolen=copies.note == stolen)


def _compared(rng: random.Random, sound: Sound, copies: Copies, kinds: frozenset[str], side: str) -> Tampering | None:
    """The tampering that these copies are, None if nothing was changed."""
    mirrored = b"".join(copies.files.values()).split(b"\n")
    mirrored = mirrored if mirrored[-1] else mirrored[:-1]
    point = min(first_difference(mirrored, sound.lines), first_difference(copies.store, sound.lines))
    if point == NOWHERE:
        return None
    store = side == "store" or rng.random() < 0.5
    return Tampering(copies, point, BETWEEN if store and side != "both" else kinds, store)


def _flipped(rng: random.Random, data: bytes) -> bytes:
    place = rng.randrange(len(data))
    return data[:place] + bytes([data[place] ^ rng.randrange(1, 256)]) + data[place + 1 :]


def rehash(lines: Sequence[bytes], start: int) -> list[bytes]:
    """The lines with numbers and links from `start` on that fit together again."""
    result = list(lines[:start])
    last = parse_line(result[-1]) if result else None
    previous, time = (leaf_hash(result[-1]).hex(), last.time) if last else (NO_LEAF, None)
    for number, line in enumerate(lines[start:], start):
        event = parse_line(line).model_copy(update={"sequence": number, "previous": previous, "previous_time": time})
        result.append(event.line())
        previous, time = leaf_hash(result[-1]).hex(), event.time
    return result
