"""A subject stands in one split only, and the shares come out about as the policy says."""

from hypothesis import given
from hypothesis import strategies as st

from policies.schema import Splits
from workbench.release.splits import split_of

SUBJECTS = st.dictionaries(
    st.text("abcdefgh123:-", min_size=1, max_size=6), st.integers(1, 40), min_size=1, max_size=60
)
SHARES = st.sampled_from(
    [
        Splits(),
        Splits(train=1, validation=0, test=0),
        Splits(train=0.8, validation=0, test=0.2),
        Splits(train=0.34, validation=0.33, test=0.33),
    ]
)
SEED = bytes(range(32))


@given(SUBJECTS, SHARES)
def test_every_split_has_its_share_but_for_the_rows_of_one_subject(rows: dict[str, int], shares: Splits) -> None:
    placed = split_of(rows, shares, SEED)
    assert placed.keys() == rows.keys()
    for split, share in shares.model_dump().items():
        number = sum(rows[subject] for subject, where in placed.items() if where == split)
        assert abs(number - share * sum(rows.values())) <= max(rows.values()), split
        assert share > 0 or number == 0


@given(SUBJECTS, SHARES, st.randoms())
def test_the_order_in_which_subjects_come_says_nothing(rows: dict[str, int], shares: Splits, chance: object) -> None:
    shuffled = list(rows.items())
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert split_of(dict(shuffled), shares, SEED) == split_of(rows, shares, SEED)


def test_a_lone_subject_is_trained_on_and_another_seed_places_otherwise() -> None:
    assert split_of({"S-1": 7}, Splits(), SEED) == {"S-1": "train"}
    many = {f"S-{number}": 3 for number in range(200)}
    one, other = split_of(many, Splits(), SEED), split_of(many, Splits(), bytes(32))
    assert one != other
    assert {*one.values()} == {"train", "validation", "test"}
