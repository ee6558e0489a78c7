"""The statistics of a release agree with its rows, and tell of nobody who is one of few."""

import json
import statistics as reference
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import Face, LoadedPolicy
from tests.bench.large_study import make_study
from tests.conftest import SECRET
from workbench.release import gate
from workbench.release.counting import count_words
from workbench.release.gate import Part, Plan
from workbench.release.going import Rows
from workbench.release.rules import Going
from workbench.release.sample import whose
from workbench.release.statistics import Accumulator, _composition, of_counts, raw_lengths
from workbench.release.tables import markdown
from workbench.release.told import NOT_STATED, OTHERS, ReleaseStatistics
from workbench.study.opening import open_study
from workbench.study.study import Study

RECORDS = 600
ODD_SPACES = "two\x1cwords\u2003three\u00a0four \t five\x85\u3000six  seven \u2019t\n"
GROUPS: list[dict[str, str]] = (
    [{"gender": "female", "age": "40-59"}] * 11 + [{"gender": "male"}] * 11 + [{"gender": "Rosamund"}] * 3 + [{}] * 5
)


def split_of(session: int) -> str:
    """Every third session is for tests."""
    return "test" if session % 3 == 0 else "train"


def in_train(session: int) -> str:
    """None is."""
    return "train"


def row_of(number: int, config: str = "interview", person: int | None = None) -> Going:
    """An invented row; without a person its session is one of nobody known."""
    return Going(number, 1, "00" * 32, config, person or number, person and f"S-{person}", number, 1)


def counted(
    texts: Iterable[tuple[Going, str, str]], split: Callable[[int], str] = in_train, *, study: Study | None = None
) -> Accumulator:
    """What is counted of rows, beside what was generated in a study."""
    every = list(texts)
    rows, sides = (
        Rows(row for row, *_ in every),
        [pa.array([row[side] for row in every], pa.string()) for side in (1, 2)],
    )
    found = Accumulator(before=raw_lengths(study) if study else {})
    found.add_rows(rows, split)
    found.add_texts(rows, Part(0, *sides, (count_words(sides[0]), count_words(sides[1]))))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, policy: LoadedPolicy) -> Path:
    """A closed study of thirty people, some of whose groups are rare; time was taken of four reviewers."""
    folder = tmp_path_factory.mktemp("statistics") / "study"
    make_study(folder, RECORDS, SECRET, policy)
    study = open_study(folder, SECRET, Face.CLI)
    db = study.db
    for file, groups in enumerate(GROUPS, 1):
        db.execute(
            "UPDATE files SET subject = ?, demographics = ? WHERE file = ?",
            [f"S-{file}", json.dumps(groups), file],
        )
    db.execute("UPDATE decisions SET milliseconds = 1000 * exchange, words = 300 WHERE person <= 'reviewer-04'")
    db.execute("UPDATE bodies SET question = ? WHERE kind = 'raw' AND exchange = 5", [ODD_SPACES])
    db.execute("UPDATE bodies SET question = '' WHERE kind = 'raw' AND exchange = 15")
    study.close()
    return folder


@pytest.fixture(scope="module")
def study(folder: Path) -> Iterator[Study]:
    """That study, open."""
    study = open_study(folder, SECRET, Face.CLI)
    yield study
    study.close()


Told = Callable[[int], ReleaseStatistics]


@pytest.fixture(scope="module")
def planned(study: Study) -> Plan:
    """What would go."""
    return gate.plan(study)


@pytest.fixture(scope="module")
def tell(study: Study, planned: Plan) -> Told:
    """The statistics of all that would go, by the smallest cell."""

    def told(smallest: int) -> ReleaseStatistics:
        release = study.policy.release.model_copy(update={"smallest_cell": smallest})
        study.policy = study.policy.model_copy(update={"release": release})
        found = counted(gate.texts(study, planned.rows), split_of, study=study)
        return of_counts(study, planned.rows, found, planned.excluded)

    return told


def test_numbers_agree_with_the_rows_that_go(study: Study, planned: Plan, tell: Told) -> None:
    stats = tell(1)
    rows = list(gate.texts(study, planned.rows))
    assert stats.rows == len(rows)
    assert stats.people == len({whose(row) for row, *_ in rows})
    for one in stats.composition:
        mine = [row for row, *_ in rows if one.split in (None, split_of(row.session))]
        assert (one.rows, one.people) == (len(mine), len({whose(row) for row in mine}))
    for length, side in zip(stats.lengths, (1, 2), strict=True):
        words = [len(row[side].split()) for row in rows]
        assert length.rows == len(words)
        assert length.mean == pytest.approx(reference.fmean(words), abs=0.005)
        assert length.deviation == pytest.approx(reference.stdev(words), abs=0.005)
        assert (length.smallest, length.largest) == (min(words), max(words))
    for histogram in stats.histograms:
        assert sum(histogram.after) == len(rows)
        assert sum(histogram.before or ()) == RECORDS
    assert stats.excluded == planned.excluded
    speaking = sum(any(word.strip(".") == "worries" for word in question.split()) for _, question, _ in rows)
    assert stats.topics["worry and fear"] == speaking > 0


def test_flags_redactions_and_edits_are_those_of_the_texts_that_go(study: Study, planned: Plan, tell: Told) -> None:
    stats = tell(1)
    versions = {(row.exchange, row.version) for row in planned.rows}
    treated = [
        (exchange, entity)
        for exchange, version, entity in study.db.rows(
            "SELECT exchange, version, entity FROM body_findings WHERE state = 'treated'"
        )
        if (exchange, version) in versions
    ]
    for redacted in stats.redactions:
        found = [exchange for exchange, entity in treated if entity == redacted.entity]
        assert (redacted.rows, redacted.places) == (len(set(found)), len(found))
    going: Counter[str] = Counter()
    staying: Counter[str] = Counter()
    for exchange, flags in study.db.rows("SELECT exchange, flags FROM current_standings"):
        (going if exchange in {row.exchange for row in planned.rows} else staying).update(flags.split())
    assert {one.flag: one.going for one in stats.flags if one.going} == dict(going)
    assert {one.flag: one.staying for one in stats.flags if one.staying} == dict(staying)
    kinds = study.db.rows("SELECT exchange, version FROM bodies WHERE kind = 'edited'")
    assert stats.edited == len(versions.intersection(kinds)) > 0


def test_effort_is_that_of_all_together(study: Study, planned: Plan, tell: Told) -> None:
    effort = tell(1).effort
    assert effort is not None
    took: Counter[int] = Counter()
    for exchange, milliseconds, verdict in study.db.rows("SELECT exchange, milliseconds, verdict FROM decisions"):
        if milliseconds is not None and verdict != "withdraw":
            took[exchange] += milliseconds
    mine = [took[row.exchange] for row in planned.rows if took[row.exchange]]
    assert (effort.people, effort.rows, sum(effort.counts)) == (4, len(mine), len(mine))
    assert effort.minutes == round(sum(mine) / 60_000)
    assert effort.median_seconds == round(reference.median(mine) / 1000)


def test_effort_of_two_reviewers_is_not_told(study: Study, tell: Told) -> None:
    study.db.execute("BEGIN")
    study.db.execute("UPDATE decisions SET milliseconds = NULL WHERE person > 'reviewer-02'")
    effort = tell(1).effort
    study.db.execute("ROLLBACK")
    assert effort is None


def test_a_group_of_few_is_not_even_named(tell: Told) -> None:
    stats = tell(11)
    gender, *_ = [one for one in stats.coverage if one.group == "gender"]
    assert set(gender.people) == {"female", "male", OTHERS, NOT_STATED}
    assert gender.people[OTHERS] is gender.people[NOT_STATED] is None
    assert "Rosamund" not in markdown(stats) + stats.model_dump_json()
    assert "Rosamund" in tell(1).model_dump_json()


def test_no_number_of_few_rows_or_people_is_told(tell: Told) -> None:
    stats = tell(11)
    counts = [
        *(count for one in stats.composition for count in (one.rows, one.people)),
        *(one.rows for one in stats.lengths),
        *(bar for one in stats.histograms for bar in (*one.after, *(one.before or ()))),
        *(count for one in stats.flags for count in (one.going, one.staying)),
        *(count for one in stats.redactions for count in (one.rows, one.places)),
        *(count for one in stats.coverage for count in one.people.values()),
        *stats.topics.values(), *stats.decisions.values(), *stats.excluded.values(), stats.edited,
        *(stats.effort.counts if stats.effort else ()),
    ]  # fmt: skip
    assert len(counts) > 60
    assert all(count is None or count == 0 or count >= 11 for count in counts)


def test_where_few_stay_the_lengths_before_are_not_told(study: Study, planned: Plan, tell: Told) -> None:
    tell(11)
    number = RECORDS - 4
    rows = [(row_of(one, person=one % 30 + 1), "word " * 50, "word " * 60) for one in range(1, number + 1)]
    stats = of_counts(study, planned.rows, counted(rows, study=study), {})
    assert stats.histograms
    assert all(one.before is None and sum(one.after) == number for one in stats.histograms)


PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(["interview", "multi_turn", "both"]), st.sampled_from(["train"] * 5 + ["test", "validation"])
    ),
    max_size=120,
)


@given(PEOPLE)
def test_how_many_people_are_in_one_data_set_alone_does_not_follow(people: list[tuple[str, str]]) -> None:
    counted = Accumulator()
    rows = Rows(
        row_of(number, config, number)
        for number, (configs, _) in enumerate(people, 1)
        for config in (("interview", "multi_turn") if configs == "both" else (configs,))
    )
    counted.add_rows(rows, lambda session: people[session - 1][1])
    found, _, everybody = _composition(counted, 11)
    told = {(one.config, one.split): one.people for one in found}
    assert all(count is None or count == 0 or count >= 11 for count in told.values())
    assert everybody in (None, len(people))
    if everybody is None:
        assert not any(told.values())
    for config in {config for config, _ in told}:
        whole = told[config, None]
        splits = [count for (of, split), count in told.items() if of == config and split]
        if whole and everybody:
            assert not 0 < everybody - whole < 11
            hidden = splits.count(None)
            assert hidden == 0 or whole - sum(count or 0 for count in splits) >= 11 + hidden - 1
        else:
            assert not any(splits)


def test_lengths_before_are_not_told_where_a_few_records_of_another_data_set_stay(
    study: Study, planned: Plan, tell: Told
) -> None:
    assert all(one.before for one in tell(11).histograms)
    study.db.execute("BEGIN")
    study.db.execute("UPDATE exchanges SET origin = 'synthetic' WHERE exchange IN (1, 11)")  # they wait
    stats = tell(11)
    study.db.execute("ROLLBACK")
    assert {one.config for one in stats.histograms} == {"interview"}
    assert [one.before for one in stats.histograms] == [None, None]


def test_of_a_data_set_of_few_rows_neither_lengths_nor_bars_tell_how_many(study: Study, tell: Told) -> None:
    tell(11)
    rows = [
        (row_of(one, "interview" if one <= 500 else "multi_turn", one % 30 + 1), "word " * 50, "word " * 60)
        for one in range(1, 506)
    ]
    stats = of_counts(study, Rows(), counted(rows, study=study), {})
    told = {one.config: one.rows for one in stats.composition if one.split is None}
    assert told["multi_turn"] is None
    assert None in (told["interview"], stats.rows)
    known = {"interview"} if told["interview"] else set()
    assert {one.config for one in (*stats.lengths, *stats.histograms)} == known


def test_bars_of_the_effort_do_not_tell_of_a_few_rows_without_a_time(study: Study, planned: Plan, tell: Told) -> None:
    whole = tell(11).effort
    assert whole is not None
    assert whole.rows == sum(whole.counts)
    timed = {
        exchange
        for (exchange,) in study.db.rows("SELECT DISTINCT exchange FROM decisions WHERE milliseconds IS NOT NULL")
    }
    mine = [row for row in planned.rows if row.exchange in timed]
    others = [row for row in planned.rows if row.exchange not in timed][:4]
    effort = of_counts(study, Rows(mine + others), Accumulator(), {}).effort
    assert effort is not None
    assert (effort.rows, effort.counts, effort.minutes) == (None, (), whole.minutes)


def test_a_release_of_few_rows_tells_nothing_of_them(study: Study, planned: Plan, tell: Told) -> None:
    tell(11)
    few = Rows(planned.rows[:4])
    stats = of_counts(study, few, counted(gate.texts(study, few), study=study), planned.excluded)
    assert (stats.rows, stats.people, stats.lengths, stats.histograms) == (None, None, (), ())
    assert (stats.coverage, stats.effort, stats.multi_turn) == ((), None, None)
    assert {one.rows for one in stats.composition} == {None}
    assert {count for count in stats.topics.values() if count} == set()


def test_multi_turn_rows_are_counted_with_the_turns_before_the_answer(study: Study, tell: Told) -> None:
    tell(11)
    spoken = "Caregiver: I cannot sleep.\nCoach: Since when?\nCaregiver: May."
    found = counted((row_of(number, "multi_turn"), spoken, "word " * 50) for number in range(1, 41))
    study.db.execute("INSERT INTO turn_runs VALUES (1, 100, 30, 40, 1)")
    many = of_counts(study, Rows(), found, {}).multi_turn
    study.db.execute("DELETE FROM turn_runs")
    assert many is not None
    assert (many.mean_context, many.largest_context) == (3.0, 3)
    assert (many.coach_turns, many.short_turns) == (100, 30)
    assert found.topics["sleep and tiredness"] == 40


def test_words_of_what_was_generated_are_counted_as_everywhere(study: Study) -> None:
    raw = study.db.rows("SELECT question, answer FROM bodies WHERE kind = 'raw'")
    found = raw_lengths(study)
    for place, side in enumerate(("input", "output")):
        assert found["interview", side] == Counter(len(row[place].split()) for row in raw)
    assert found["interview", "input"][0] == found["interview", "input"][len(ODD_SPACES.split())] == 1


def test_the_same_rows_give_the_same_statistics_in_any_order(study: Study, planned: Plan, tell: Told) -> None:
    forwards, texts = tell(11), list(gate.texts(study, planned.rows))
    backwards = of_counts(study, planned.rows, counted(reversed(texts), split_of, study=study), planned.excluded)
    assert backwards.model_dump_json() == forwards.model_dump_json()
