"""Under a policy with surrogates and shifted dates, a study stays consistent across sessions and restarts."""

import re
from datetime import datetime
from pathlib import Path

from policies import Face, load_policy, parse_policy
from tests.conftest import SECRET, add_text
from workbench.desk.commands import ClaimPages, ListQueue, OpenExchange, SubmitGeneration
from workbench.desk.local import LocalDesk
from workbench.study.opening import create_study, open_study


def texts(desk: LocalDesk) -> list[str]:
    rows = desk.execute(ListQueue(limit=50)).rows
    shown = [desk.execute(OpenExchange(exchange=row.exchange)) for row in rows]
    return [f"{view.question}\n{view.answer}" for view in shown]


def told(text: str) -> str:
    """What a model might write that repeats what it read."""
    return f"Caregiver: {text} It wears me out.\nCoach: I hear how much your sister did for you then. Rest tonight."


def test_the_same_person_has_the_same_stand_in_in_every_session_and_dates_keep_their_distance(tmp_path: Path) -> None:
    body = (
        load_policy("mentalchat16k")
        .body.replace("  keep_states: true", "  keep_states: true\n  treatments: {NAME: surrogate, DATE: shift}")
        .replace("basis: safe_harbor", "basis: expert_determination")
    )
    create_study(tmp_path / "study", parse_policy(body, "test"), SECRET, "tester")
    sentence = "My sister Rosalind Achterberg came on March 3rd, 2021 and stayed with us until March 17th, 2021."
    for number in (1, 2):
        # A restart between the two: the stand-ins come from the store.
        desk = LocalDesk(open_study(tmp_path / "study", SECRET, Face.CLI))
        add_text(desk, tmp_path, f"Coach: Hello.\nCaregiver: {sentence} I am tired{'.' * number}\n", f"s{number}.txt")
        (job,) = desk.execute(ClaimPages()).jobs
        desk.execute(
            SubmitGeneration(
                run=f"r{number}", page=job.page, raw=told(sentence), backend="extractive", model_digest="0" * 64,
                prompt_digest=None, parameters={}, seed=1,
            )
        )  # fmt: skip
        desk.close()
    desk = LocalDesk(open_study(tmp_path / "study", SECRET, Face.TUI))
    both = texts(desk)
    desk.close()
    names = [re.findall(r"My sister (\S+ \S+) came on", text) for text in both]
    assert len(names[0]) == 1
    assert names[0] == names[1]
    for original in ("Rosalind", "Achterberg", "March 3rd", "March 17th"):
        assert original not in "".join(both)
    for text in both:
        came, left = (
            datetime.strptime(re.sub(r"(?<=\d)(st|nd|rd|th)", "", date), "%B %d, %Y")
            for date in re.findall(r"\w+ \d+\w\w, 20\d\d", text)
        )
        assert (left - came).days == 14
