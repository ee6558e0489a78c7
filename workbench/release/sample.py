"""The blind second look at a random sample of what would go, drawn so that nobody can have chosen its rows.

First a seed of 32 random bytes is chosen, and its SHA-256 goes into the log with the log's size (`CommitSample`).  Then
the rows are drawn (`DrawSample`), and the seed is disclosed in the log.  An auditor repeats the drawing:

1. The frame: the digests (`digest_after` of the approvals) of all rows that would have gone by then.
2. A row's rank: SHA-256 of the seed (32 bytes) followed by the row's digest (32 bytes).
3. The sample: the rows with the lowest ranks, as many as were committed to, or all.
4. The event's `digest`: SHA-256 of the drawn rows' digests (32 bytes each), lowest rank first.

Then reviewers who have neither decided nor changed a row look at it again (`NextSampled`, `LookAgain`), without seeing
anything of its first review.  A row in which one of them sees a leak stays: its exchange must be changed and decided
anew.  A sample stands for the rows that it was drawn from, and for no row that came later.
"""

import secrets
from collections.abc import Sequence
from hashlib import sha256

from audit.details import ExchangeViewed, SampleCommitted, SampleDrawn, SampleLookedAt
from policies import Policy, Role
from workbench.desk import release_views as rv
from workbench.desk import releasing
from workbench.errors import NotAllowed, NotThere, Refused
from workbench.release import bound, gate
from workbench.release.rules import Going
from workbench.review.show import face_allowed
from workbench.store import exchanges, samples, sources, standings
from workbench.store.samples import Drawn, LookedAt, SampleRow
from workbench.study.study import Study

SEED_BYTES = 32


def commit(study: Study, command: releasing.CommitSample, role: Role) -> rv.Sample:
    """Choose the seed and put its digest into the log.

    Raises Refused while the last sample is not finished, so that none is given up for the leaks in it, and where
    neither command nor policy says how many rows.
    """
    last = samples.last(study.db)
    if last is not None and _view(study, last).state != "finished":
        raise Refused(
            f"Sample {last.sample} is not finished; see what it waits for with: workbench release sample show"
        )
    rows = command.rows or study.policy.release.assurance.sample
    if not rows:
        raise Refused("The policy asks for no sample (release.assurance.sample); say how many rows with --rows.")
    seed = secrets.token_bytes(SEED_BYTES)
    number = last.sample + 1 if last else 1
    commitment, size = sha256(seed).hexdigest(), study.log.size
    with study.change(role) as change:
        event = change.record(SampleCommitted(rows=rows, size=size, commitment=commitment), number)
        sample = SampleRow(number, seed.hex(), commitment, rows, size, "committed", event.sequence)
        samples.add(study.db, sample)
    return _view(study, sample)


def draw(study: Study, command: releasing.DrawSample, role: Role) -> rv.Sample:
    """Draw the rows from what would go now; raises Refused where nothing was committed to, or nothing would go."""
    last = samples.last(study.db)
    if last is None or last.state != "committed":
        raise Refused("There is no sample to draw; commit to one first with: workbench release sample commit")
    frame = gate.plan(study).rows
    if not frame:
        raise Refused("Nothing would go yet, so that there is nothing to draw from; see: workbench release plan")
    seed = bytes.fromhex(last.seed)
    by_digest = {row.digest: row for row in frame}
    chosen = [by_digest[digest] for digest in drawn(seed, list(by_digest), last.rows)]
    with study.change(role) as change:
        event = change.record(
            SampleDrawn(
                seed=last.seed,
                rows=len(chosen),
                frame=len(frame),
                digest=digest_of([row.digest for row in chosen]),
            ),
            last.sample,
        )
        sample = SampleRow(
            last.sample, last.seed, last.commitment, last.rows, last.log_size, "drawn", event.sequence
        )  # fmt: skip
        samples.add(study.db, sample)
        samples.add_drawn(
            study.db,
            [Drawn(last.sample, row.exchange, row.version, row.digest, row.session, whose(row)) for row in chosen],
            [(row.exchange, row.version) for row in frame],
        )
    return _view(study, sample)


def drawn(seed: bytes, digests: Sequence[str], rows: int) -> list[str]:
    """The sample of a frame of digests (hex), by lowest rank; see this file's first lines."""
    return sorted(digests, key=lambda digest: sha256(seed + bytes.fromhex(digest)).digest())[:rows]


def digest_of(digests: Sequence[str]) -> str:
    """SHA-256 (hex) over digests (hex) in their order."""
    return sha256(b"".join(map(bytes.fromhex, digests))).hexdigest()


def whose(row: Going) -> str:
    """The subject of a row; without a manifest each session stands for somebody of its own."""
    return person(row.session, row.subject)


def person(session: int, subject: str | None) -> str:
    """The subject of a session, or somebody of its own."""
    return subject or f"session {session}"


def show(study: Study, command: releasing.ShowSample, role: Role) -> rv.Sample:
    """How far the last sample is; raises Refused where there is none."""
    last = samples.last(study.db)
    if last is None:
        raise Refused("There is no sample yet; begin one with: workbench release sample commit")
    return _view(study, last)


def next_row(study: Study, command: releasing.NextSampled, role: Role) -> rv.Sampled:
    """Show the next row that waits for this person; the event of having seen it is stored before."""
    face_allowed(study)
    sample = _drawn_sample(study)
    waiting = _waiting(study, sample)
    if not waiting:
        return rv.Sampled(sample=sample.sample, exchange=None)
    # Each in an order of their own, so that two people at once seldom look at the same row.
    me = study.actor.name.encode()
    row = min(waiting, key=lambda row: sha256(me + row.digest.encode()).digest())
    with study.change(role) as change:
        seen = ExchangeViewed(source=True, claimed=False)
        change.record(seen, row.exchange, version=row.version, after=row.digest)
    body = exchanges.body(study.db, row.exchange, row.version)
    standing = standings.standing(study.db, row.exchange)
    assert standing is not None
    page = sources.page(study.db, standing.page)
    assert page is not None
    return rv.Sampled(
        sample=sample.sample,
        exchange=row.exchange,
        question=body.question,
        answer=body.answer,
        source=page.text,
        left=len(waiting),
    )


def look_again(study: Study, command: releasing.LookAgain, role: Role) -> rv.Sampled:
    """Store what this person sees in a row of the sample, and show the next one.

    Said again, for instance because the answer was lost, nothing is stored.  A leak that somebody saw stays one:
    whoever takes it back would decide alone.  Raises NotThere, and NotAllowed where this row is not theirs to look at.
    """
    face_allowed(study)
    sample = _drawn_sample(study)
    row = next((row for row in samples.looked_at(study.db, sample.sample) if row.exchange == command.exchange), None)
    if row is None:
        raise NotThere(f"Exchange {command.exchange} is not in sample {sample.sample}; look at the one that is shown.")
    if row.exchange in _kept_from(study, [row]):
        raise NotAllowed(
            f"You decided or changed exchange {row.exchange} or know whose session it is; others look at it again."
        )
    entity = command.entity.value if command.entity and command.leak else None
    if samples.look_of(study.db, sample.sample, row.exchange, study.actor.name) != (command.leak, entity):
        with study.change(role) as change:
            details = SampleLookedAt(sample=str(sample.sample), version=row.version, leak=command.leak, entity=entity)
            event = change.record(details, row.exchange, version=row.version, after=row.digest)
            samples.add_look(
                study.db, sample.sample, row.exchange, study.actor.name, command.leak, entity, event.sequence
            )
    return next_row(study, releasing.NextSampled(), role)


def refusal(study: Study, policy: Policy, going: Sequence[Going] | None = None) -> str | None:
    """Why nothing is built by what the policy asks of samples, one sentence with the remedy, or None.

    `going` are the rows that would go, where they are at hand.
    """
    wanted = policy.release.assurance
    if not wanted.sample and wanted.highest_bound is None:
        return None
    last = samples.last(study.db)
    if last is None:
        return (
            "The policy wants a sample to be looked at again before anything goes; run: workbench release sample commit"
        )
    if _view(study, last).state != "finished":
        return f"Sample {last.sample} is not finished; see what it waits for with: workbench release sample show"
    frame = samples.frame(study.db, last.sample)
    if samples.drawn_count(study.db, last.sample) < min(wanted.sample, len(frame)):
        return (
            f"Sample {last.sample} has fewer rows than the policy wants ({wanted.sample:,}); draw another one, "
            "beginning with: workbench release sample commit"
        )
    rows = gate.plan(study).rows if going is None else going
    if later := sum((row.exchange, row.version) not in frame for row in rows):
        return (
            f"{later:,} of the rows that would go came after sample {last.sample} was drawn; draw another one, "
            "beginning with: workbench release sample commit"
        )
    return _too_high(study, wanted.highest_bound)


def _too_high(study: Study, highest: float | None) -> str | None:
    found = bound.of(study)
    if highest is None or found is None or found.rows <= highest:
        return None
    if found.catch_rate is None:
        return (
            "Nobody who looked at the sample has decided a planted exchange yet, so that nothing is known of what they "
            "miss; plant some (review.attention.planted_rate) and let these reviewers decide them."
        )
    return (
        f"Up to {found.rows:.2%} of the rows may hold a leak (95 % bound), and the policy allows {highest:.2%}; find "
        "out what was missed, review again, and look at a larger sample."
    )


def _drawn_sample(study: Study) -> SampleRow:
    last = samples.last(study.db)
    if last is None or last.state != "drawn":
        raise Refused("No sample is drawn now; a steward draws one with: workbench release sample draw")
    return last


def _waiting(study: Study, sample: SampleRow) -> list[LookedAt]:
    """The rows that nobody has looked at yet and that this person may look at."""
    rows = [row for row in samples.looked_at(study.db, sample.sample) if not row.looks]
    kept_from = _kept_from(study, rows)
    return [row for row in rows if row.exchange not in kept_from]


def _kept_from(study: Study, rows: Sequence[LookedAt]) -> set[int]:
    """Exchanges that this person has decided or changed, or of people whom they know."""
    me = study.actor.name
    known = samples.known_sessions(study.db, me)
    touched = samples.touched_by(study.db, me, [row.exchange for row in rows])
    return touched | {row.exchange for row in rows if row.session in known}


def _view(study: Study, sample: SampleRow) -> rv.Sample:
    rows = samples.looked_at(study.db, sample.sample)
    left = sum(not row.looks for row in rows)
    return rv.Sample(
        sample=sample.sample,
        state="committed" if sample.state == "committed" else "drawn" if left else "finished",
        commitment=sample.commitment,
        rows=len(rows) or sample.rows,
        left=left,
        leaks=sum(row.leak for row in rows),
    )
