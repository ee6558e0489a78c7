"""The spoken sessions written for this project, each time with other people, places and numbers in them."""

import gzip
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from importlib import resources

from redaction import gazetteers
from redaction.folding import fold, word_set
from redaction.ner.training import fillers
from redaction.ner.training.examples import Example, Span

Session = tuple[Example, ...]
"""The pages of one session in order."""
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*|\d+")
_SPELLED = re.compile(r"(?:[^\W\d_][\s.,-]+){2,}[^\W\d_]\.?")
_STAYS = word_set("""
    st saint mr mrs dr the of and at in on for by to my a an first second north south east west northeast
    northwest southeast southwest upper lower new old big little great greater county road street avenue lane
    drive court way place boulevard circle highway route rural interstate state parkway trail pike loop box po
    post office apartment unit floor suite lake river creek bay valley hill hills hollow bridge park mountain
    mount island beach point reservation dot underscore dash slash hyphen com net org edu gov www w all one word
    no spaces as number something after before day week night eve sunday monday tuesday wednesday thursday
    friday saturday
    """)
_GROUPS = [fillers.DIGITS[1:], fillers.TEENS, fillers.TENS]
_MONTHS = word_set(" ".join(fillers.MONTHS))
_ORDINALS = [fillers.ORDINALS[:9], fillers.ORDINALS[9:19]]


def sessions() -> list[Session]:
    """All sessions as they were written, in the order of their names."""
    packed = (resources.files(__package__) / "spoken" / "sessions.jsonl.gz").read_bytes()
    found: dict[str, list[Example]] = {}
    for line in gzip.decompress(packed).decode().splitlines():
        record = json.loads(line)
        spans = (Span(s["start"], s["end"], s["label"]) for s in record["spans"])
        example = Example(record["text"], tuple(sorted(spans, key=lambda s: s.start)))
        found.setdefault(record["session"], []).append(example)
    return [tuple(found[name]) for name in sorted(found)]


def swapped(session: Session, rng: random.Random) -> Session:
    """The session with other identifiers, the same words always replaced alike."""
    swap = _Swap(rng)
    return tuple(swap.page(page) for page in session)


class _Swap:
    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._known: dict[tuple[str, str], str] = {}

    def page(self, page: Example) -> Example:
        text, spans, at = "", [], 0
        for span in page.spans:
            if span.start < at:
                continue
            text += page.text[at : span.start]
            new = self._words(page.text[span.start : span.end], span.label)
            spans.append(Span(len(text), len(text) + len(new), span.label))
            text += new
            at = span.end
        return Example(text + page.text[at:], tuple(spans))

    def _words(self, words: str, label: str) -> str:
        if label == "NAME":
            return self._name(words)
        if label == "DATE" and self._rng.random() < 0.25 and not re.search(r"\d", words):
            return _styled(words, fillers.date(self._rng))
        if label in {"PHONE", "ID", "AGE", "DATE"}:
            return _WORD.sub(lambda m: self._figure(m[0], label), words)
        if label in {"LOCATION", "FACILITY"} and len(_WORD.findall(words)) == 1 and self._rng.random() < 0.3:
            return words
        return _WORD.sub(lambda m: self._part(m[0], label), words)

    def _name(self, words: str) -> str:
        if _SPELLED.fullmatch(words.strip()):
            letters = [c for c in words if c.isalpha()]
            new = iter(re.sub(r"[^a-z]", "", fold(self._of("".join(letters), fillers.first_name))))
            out = "".join(next(new, "") or "\0" if c.isalpha() else c for c in words).split("\0")[0].rstrip(" .,-")
            rest = "".join(new)
            mark = next((c for c in words if not c.isalpha()), "")
            out += "".join(mark + c for c in rest) if out else ""
            return _styled(words, out) if out and not words.islower() else out.lower() or words
        parts = iter(_WORD.findall(words))
        count = len(_WORD.findall(words))
        kinds = [fillers.first_name] * max(1, count - 1) + [fillers.last_name] * (count > 1)
        return _WORD.sub(lambda m: self._name_part(next(parts), kinds.pop(0)), words)

    def _name_part(self, word: str, kind: Callable[[random.Random], str]) -> str:
        if len(word) < 2 or fold(word) in _STAYS:
            return word
        return _styled(word, self._of(word, kind))

    def _of(self, word: str, kind: Callable[[random.Random], str]) -> str:
        key = ("name", fold(word).removesuffix("'s"))
        if key not in self._known:
            self._known[key] = kind(self._rng)
        return self._known[key]

    def _figure(self, word: str, label: str) -> str:
        folded, rng = fold(word), self._rng
        if folded.isdigit():
            if label == "DATE" or label == "AGE":
                return str(rng.randint(90, 103)) if label == "AGE" else self._day(word)
            return "".join(str(rng.randrange(10)) for _ in word)
        if label == "AGE":
            return word if folded in {"ninety", "a", "hundred", "and"} else self._from_group(word)
        if folded in _MONTHS:
            return _styled(word, rng.choice(fillers.MONTHS))
        if label == "ID" and len(word) == 1:
            return rng.choice("abcdefghjklmnprstuvwxyz").upper() if word.isupper() else rng.choice("bcdefghjklmnp")
        if folded in {"oh", "zero"}:
            return _styled(word, fillers.digit_word(rng))
        return self._from_group(word)

    def _day(self, word: str) -> str:
        number = int(word)
        return (
            str(self._rng.randint(1, 28))
            if number <= 31
            else str(self._rng.randint(1935, 2025))
            if number > 1900
            else word
        )

    def _from_group(self, word: str) -> str:
        folded = fold(word)
        for group in (*_GROUPS, *_ORDINALS):
            if folded in group:
                return _styled(word, self._rng.choice(group))
        return word

    def _part(self, word: str, label: str) -> str:
        folded = fold(word)
        if folded.isdigit():
            return "".join(str(self._rng.randrange(10)) for _ in word)
        if folded in fillers.DIGITS or folded in fillers.TENS or folded in fillers.TEENS:
            return self._from_group(word)
        if folded in _STAYS or folded in gazetteers.regions() or len(folded) < 3:
            return word
        if label == "FACILITY" and gazetteers.common_words().get(folded, 0) >= 2:
            return word
        if label in {"EMAIL", "URL"} and gazetteers.common_words().get(folded, 0) >= 3:
            return word
        kinds: Sequence[Callable[[random.Random], str]] = {
            "LOCATION": (fillers.town, fillers.last_name),
            "FACILITY": (fillers.town, fillers.last_name, fillers.last_name, fillers.first_name),
        }.get(label, (fillers.first_name, fillers.last_name))
        key = (label, folded)
        if key not in self._known:
            self._known[key] = self._rng.choice(kinds)(self._rng)
        return _styled(word, self._known[key])


def _styled(like: str, words: str) -> str:
    """The words in the case of what they replace."""
    if like.islower():
        return words.lower()
    return words.upper() if like.isupper() and len(like) > 1 else words


def pages(all_sessions: Sequence[Session], copies: int, rng: random.Random) -> Iterator[Example]:
    """Pages of all sessions, `copies` times: once as they are, then with other identifiers."""
    for copy in range(copies):
        for session in all_sessions:
            yield from session if copy == 0 else swapped(session, rng)
