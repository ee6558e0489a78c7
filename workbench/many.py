"""Numbers in sentences."""


def many(number: int, one: str, more: str | None = None) -> str:
    """So many of something: "1 place", "1,200 places"; `more` where its plural is no plain s: "2 people"."""
    return f"1 {one}" if number == 1 else f"{number:,} {more or f'{one}s'}"
