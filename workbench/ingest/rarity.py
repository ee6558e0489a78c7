"""How rare an indirect identifier is among the study's own pages: what many sessions say tells nobody apart."""

from dataclasses import replace

from policies import Entity
from redaction.finding import Finding
from workbench.store import sources
from workbench.store.connection import Connection

RARE = 0.55
"""Score of an indirect identifier that no other session has; still below that of any direct one."""


def with_rarity(db: Connection, session: int, text: str, findings: list[Finding]) -> list[Finding]:
    """The findings of a page, the indirect ones with what the sessions stored so far say of them."""
    others = sources.session_count(db, apart_from=session)
    return [_weighed(db, session, text, f, others) if f.entity is Entity.INDIRECT and others else f for f in findings]


def _weighed(db: Connection, session: int, text: str, finding: Finding, others: int) -> Finding:
    saying = sources.sessions_saying(db, finding.text_in(text), apart_from=session)
    told = f"in {saying} of {others}" if saying else f"in none of {others}"
    return replace(
        finding,
        score=finding.score if saying else max(finding.score, RARE),
        explanation=f"{finding.explanation}; the same words stand {told} other sessions imported before",
    )
