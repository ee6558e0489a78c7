"""The first two versions of a record: as it came, and treated; with an event for each."""

import json
from collections import Counter
from typing import Literal

from audit.details import Details, ExchangeScreened
from workbench.paraphrase.parse import Parsed
from workbench.review.standing import settle
from workbench.screening.screen import Screened
from workbench.store import exchanges, generations
from workbench.store.exchanges import Body
from workbench.store.generations import Generation
from workbench.study.study import Change, Study


def store_first(
    study: Study,
    change: Change,
    created: Details,
    generation: Generation,
    parsed: Parsed,
    screened: Screened,
    *,
    kind: str = "exchange",
    origin: Literal["interview", "planted"] = "interview",
) -> None:
    """Store a record made from a generation, as part of a change; `created` is what the log says of its making."""
    number = generation.exchange
    digests = [
        study.body_digest(number, 0, parsed.question, parsed.answer),
        study.body_digest(number, 1, screened.question, screened.answer),
    ]
    made = change.record(created, number, version=0, before=attempts_digest(study, number), after=digests[0])
    shown = change.record(
        ExchangeScreened(
            findings=dict(Counter(finding.entity for finding in screened.findings)),
            flags=dict(Counter(flag.kind for flag in screened.flags)),
        ),
        number,
        version=1,
        before=digests[0],
        after=digests[1],
    )
    exchanges.add(study.db, number, generation.page, kind, origin, generation.attempt)
    policy, person = study.loaded_policy.digest, study.actor.name
    raw = Body(number, 0, "raw", parsed.question, parsed.answer, digests[0], policy, person, made.sequence)
    treated = Body(number, 1, "treated", screened.question, screened.answer, digests[1], policy, person, shown.sequence)
    exchanges.add_body(study.db, raw, [], [])
    exchanges.add_body(study.db, treated, screened.findings, screened.flags)
    settle(study, number, shown.sequence)


def attempts_digest(study: Study, number: int) -> str:
    """The keyed digest of everything that was generated for an exchange, in order."""
    raws = [generation.raw for generation in generations.attempts(study.db, number)]
    return study.keyed_digest(f"attempts:{number}", json.dumps(raws, ensure_ascii=True))
