"""What the gate of a release asks of each exchange, without its text, read part by part."""

from array import array
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.store.connection import Connection, Row

if TYPE_CHECKING:
    import pyarrow as pa

AT_ONCE = 50_000
"""So many exchanges are looked at together."""
TEXTS_AT_ONCE = 12_000
_SIDES = ("question", "answer")
# What Python takes for white space, and with it all our counting of words.
_SPACE = r"\t-\r\x{1C}-\x{20}\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}"


def missing(text: str) -> str:
    """SQL for whether a text has no word."""
    return f"NOT regexp_matches({text}, '[^{_SPACE}]')"


def fewer(text: str, number: int) -> str:
    """SQL for whether a text has fewer words than this; it looks no further than it must."""
    return f"NOT regexp_matches({text}, '^[{_SPACE}]*([^{_SPACE}]+[{_SPACE}]+){{{number - 1}}}[^{_SPACE}]')"


class Facts(NamedTuple):
    """One exchange as the gate sees it; `version`, `digest` and what follows are those of its latest version.

    `model` is the digest of the model that made it, `found` whether the scan that was named has found something (None:
    it has not been scanned so), `few_words` whether its answer has fewer words than was asked for.
    """

    exchange: int
    kind: str
    origin: str
    page: int
    session: int
    number: int
    state: str
    short: bool
    version: int
    digest: str
    missing_side: bool
    few_words: bool
    open: int
    backend: str
    model: str
    found: str | None


def owners(db: Connection) -> list[tuple[int, str | None, str | None, str | None]]:
    """Each session with its subject (a pseudonym), the consent as it is now and its protection (both JSON)."""
    return db.rows(
        "SELECT session, f.subject, c.consent, f.protection FROM sessions JOIN files f USING (file) "
        "JOIN current_consents c USING (session)"
    )


def batches(db: Connection, detector: str, few: int) -> Iterator[tuple[Iterable[Facts], dict[int, list[Row]]]]:
    """All exchanges in order of the study, with the decisions on those that stand as approved: version, verdict,
    reason, digest, policy's digest, person and round of each, in order.

    `detector` is the digest of the scan whose findings are wanted, `few` how many words an answer should have.
    """
    last = int(db.value("SELECT coalesce(max(exchange), 0) FROM exchanges"))
    for first in range(1, last + 1, AT_ONCE):
        bounds = [first, first + AT_ONCE - 1]
        made: dict[int, list[Row]] = {}
        exchanges, *decided = _columns(db, _DECISIONS, [*bounds] * 2)
        for exchange, decision in zip(exchanges, zip(*decided, strict=True), strict=True):
            made.setdefault(exchange, []).append(decision)
        yield map(Facts, *_columns(db, _facts(few), [*bounds * 3, detector, *bounds])), made


def _columns(db: Connection, sql: str, values: list[Any]) -> list[list[Any]]:
    """The columns of a query: of very many rows they are made sooner than the rows."""
    return [column.to_pylist() for column in db.table(sql, values).columns]


def texts(db: Connection, exchanges: "array[int]", versions: "array[int]") -> "tuple[pa.StringArray, pa.StringArray]":
    """Questions and answers of these versions, of at most one an exchange, in the order given; empty where there is
    none.

    Quick where the exchanges lie together in the study.
    """
    # Who only reviews never needs it.
    import pyarrow as pa
    import pyarrow.compute as pc

    places = pa.array(range(len(exchanges)), pa.int32())
    wanted = pa.table([places, pa.array(exchanges), pa.array(versions)], names=["place", "exchange", "version"])
    found = db.table(
        "SELECT place, question, answer FROM wanted JOIN bodies USING (exchange, version) "
        "WHERE exchange BETWEEN ? AND ?",
        [min(exchanges), max(exchanges)],
        wanted,
    ).combine_chunks()
    if not found.column("place").combine_chunks().equals(places):
        found = found.take(pc.index_in(places, value_set=found.column("place")))
    questions, answers = (found.column(side).combine_chunks().fill_null("") for side in _SIDES)
    return questions, answers


_DECISIONS = """
    SELECT exchange, version, verdict, reason, digest, policy_digest, person, review_round FROM decisions
    WHERE exchange BETWEEN ? AND ? AND exchange IN (
        SELECT exchange FROM current_standings WHERE state = 'approved' AND exchange BETWEEN ? AND ?)
    ORDER BY exchange, sequence
"""


def _facts(few: int) -> str:
    # Texts are looked at where they are read, so that no join has to hold them.
    return f"""
    SELECT b.exchange, e.kind, e.origin, e.page, p.session, p.number, coalesce(s.state, 'waiting'),
           coalesce(s.short, true), b.version, b.digest, b.missing_side, b.few_words, coalesce(o.open, 0),
           g.backend, g.model_digest, r.found
    FROM (
        SELECT exchange, version, digest, {missing("question")} OR {missing("answer")} AS missing_side,
               {fewer("answer", few)} AS few_words
        FROM bodies SEMI JOIN (
            SELECT exchange, max(version) AS version FROM bodies WHERE exchange BETWEEN ? AND ? GROUP BY exchange)
            USING (exchange, version)
        WHERE exchange BETWEEN ? AND ?) b
    JOIN exchanges e USING (exchange) JOIN pages p USING (page)
    JOIN generations g ON g.exchange = b.exchange AND g.attempt = e.attempt
    LEFT JOIN current_standings s ON s.exchange = b.exchange AND s.version = b.version
    LEFT JOIN (
        SELECT exchange, version, count(*) AS open FROM body_findings
        WHERE state = 'open' AND exchange BETWEEN ? AND ? GROUP BY ALL) o
        ON o.exchange = b.exchange AND o.version = b.version
    LEFT JOIN (
        SELECT exchange, version, arg_max(found, sequence) AS found FROM rescans
        WHERE detector = ? AND exchange BETWEEN ? AND ? GROUP BY ALL) r
        ON r.exchange = b.exchange AND r.version = b.version
    ORDER BY b.exchange
"""
