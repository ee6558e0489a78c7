"""Rebuild the packed lists: `python -m redaction.gazetteers.build SOURCE` (README.md says what SOURCE holds)."""

import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from redaction.folding import fold
from redaction.gazetteers import COMMON, KNOWN, RARE

WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
TEXTS = ("btc", "crossner", "gum", "litbank", "slurp", "snips", "tab144", "wikigold", "wnut17")
"""Corpora whose licence (CC0, CC-BY, MIT) lets a word count be redistributed under this project's licence."""
PROPER = {"NAME", "LOCATION", "FACILITY", "USERNAME", "ADDRESS"}


def columns(path: Path) -> Iterator[list[str]]:
    """The rows of a tab-separated file."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield line.split("\t")


def raise_tier(tiers: dict[str, int], name: str, tier: int) -> None:
    """Enter a name, or lift it to a higher tier."""
    key = fold(name.strip())
    if len(key) > 1:
        tiers[key] = max(tier, tiers.get(key, 0))


def first_names(folder: Path) -> dict[str, int]:
    """Given names: SSA counts of 2019, the Census list of 1990, popular names by country."""
    tiers: dict[str, int] = {}
    for name, _, count in columns(folder / "us_first_names_ssa2019.tsv"):
        raise_tier(tiers, name, COMMON if int(count) >= 500 else KNOWN if int(count) >= 40 else RARE)
    for row in columns(folder / "us_first_names_namedatabases.txt"):
        raise_tier(tiers, row[0], KNOWN)
    for row in columns(folder / "forenames_by_country.tsv"):
        raise_tier(tiers, row[0], COMMON)
    for sex in ("male", "female"):
        for row in columns(folder / f"faker_us_first_{sex}.txt"):
            raise_tier(tiers, row[0], COMMON)
    return tiers


def surnames(folder: Path) -> dict[str, int]:
    """Family names: the Census lists of 1990 and 2010, popular names by country."""
    tiers: dict[str, int] = {}
    for row in columns(folder / "us_surnames_namedatabases.txt"):
        raise_tier(tiers, row[0], RARE)
    for name in ("us_surnames_census2010_top.tsv", "faker_us_last.txt"):
        for row in columns(folder / name):
            raise_tier(tiers, row[0], COMMON)
    for row in columns(folder / "surnames_by_country.tsv"):
        raise_tier(tiers, row[0], KNOWN)
    return tiers


def places(folder: Path) -> dict[str, int]:
    """Towns of the United States with their counties, and cities of the world."""
    tiers: dict[str, int] = {}
    seen: Counter[str] = Counter()
    for city, _, county in columns(folder / "us_cities.tsv"):
        raise_tier(tiers, city, KNOWN)
        seen[fold(city)] += 1
        if county:
            raise_tier(tiers, f"{county} county", KNOWN)
    for city, *_ in columns(folder / "world_cities_geonames.tsv"):
        raise_tier(tiers, city, COMMON if fold(city) in seen else KNOWN)
    for city, count in seen.items():
        if count > 3:
            raise_tier(tiers, city, COMMON)
    return tiers


def common_words(source: Path) -> dict[str, int]:
    """Words written in lower case outside names and places, with the digits of their count (0: once or twice)."""
    files = [source / "ner" / name / f"{name}.jsonl" for name in TEXTS]
    files.append(source / "spoken-phi-train" / "train.jsonl")
    counts: Counter[str] = Counter()
    proper: Counter[str] = Counter()
    for path in files:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            inside = bytearray(len(row["text"]))
            for span in row["spans"]:
                if span["label"] in PROPER:
                    inside[span["start"] : span["end"]] = b"\1" * (span["end"] - span["start"])
            for word in WORD.finditer(row["text"]):
                if inside[word.start()]:
                    proper[fold(word[0])] += 1
                elif word[0].islower():
                    counts[fold(word[0])] += 1
    enough = {word: n for word, n in counts.items() if n * 4 > proper[word]}
    return {word: len(str(n)) if n >= 3 else 0 for word, n in enough.items()}


def standins(folder: Path) -> list[str]:
    """Names to stand for others: name, kind (F, M: given; S: family) and country, frequent ones only."""
    us = [row for row in columns(folder / "us_first_names_ssa2019.tsv") if row[2].isdigit() and int(row[2]) >= 150]
    rows = {(name, sex, "US") for name, sex, _ in us}
    rows |= {(row[0], row[2], row[1]) for row in columns(folder / "forenames_by_country.tsv") if row[2] in {"F", "M"}}
    rows |= {(row[0].title(), "S", "US") for row in columns(folder / "us_surnames_census2010_top.tsv")}
    rows |= {(row[0], "S", row[1]) for row in columns(folder / "surnames_by_country.tsv")}
    return sorted("\t".join(row) for row in rows if WORD.fullmatch(row[0]) and len(row[0]) > 2)


def write(name: str, tiers: dict[str, int]) -> None:
    """Pack one list of words and their tiers."""
    pack(name, [f"{word}\t{tier}" for word, tier in sorted(tiers.items())])


def pack(name: str, lines: list[str]) -> None:
    """Write one list without a time stamp, so that the same source gives the same bytes."""
    body = "".join(f"{line}\n" for line in lines)
    path = Path(__file__).parent / f"{name}.txt.gz"
    path.write_bytes(gzip.compress(body.encode(), 9, mtime=0))
    print(f"{name}: {len(lines):,} entries, {path.stat().st_size:,} bytes")


def main() -> None:
    """Build every list from the source folder named on the command line."""
    if len(sys.argv) != 2 or not Path(sys.argv[1], "ner", "gazetteers").is_dir():
        sys.exit("Name one folder that holds ner/ and spoken-phi-train/, as redaction/gazetteers/README.md says.")
    source = Path(sys.argv[1])
    write("first_names", first_names(source / "ner" / "gazetteers"))
    write("surnames", surnames(source / "ner" / "gazetteers"))
    write("places", places(source / "ner" / "gazetteers"))
    pack("standins", standins(source / "ner" / "gazetteers"))
    write("common_words", common_words(source))


if __name__ == "__main__":
    main()
