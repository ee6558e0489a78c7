"""What must have been on screen before an approval, by risk, as the policy says."""

from policies import Face, Risk
from workbench.desk.commands import Reading
from workbench.errors import Refused
from workbench.study.study import Study


def check_reading(study: Study, exchange: int, risk: Risk, reading: Reading | None) -> None:
    """Raises Refused where the review screen would approve what was not shown; scripts look at nothing."""
    if study.actor.face is not Face.TUI:
        return
    wants = study.policy.review.attention.what_to_read(risk)
    if reading is None:
        missing = "neither the exchange nor its page"
    elif not reading.whole_exchange:
        missing = "not all of the exchange"
    elif wants == "page" and not reading.whole_source:
        missing = "not all of its page"
    elif wants == "evidence" and not (reading.evidence or reading.whole_source):
        missing = "not the place of every flag and finding"
    else:
        return
    raise Refused(f"Exchange {exchange} cannot be approved yet: {missing} has been on screen; read on to the end.")


def words_on_screen(reading: Reading | None) -> int | None:
    """Words of page and exchange that were on screen."""
    return None if reading is None else reading.source_words + reading.exchange_words
