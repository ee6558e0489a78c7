"""The people of a study and the check of its log: what is asked of the study itself."""

from collections.abc import Iterator
from itertools import islice

from audit.checkpoint import PublicKey
from audit.details import AuditVerified, PersonAdded
from audit.events import Outcome
from audit.mirror import MirrorUntil
from audit.verify import Decision, Report, verify_log
from policies import Role
from workbench.desk import commands, views
from workbench.errors import Refused
from workbench.store import events, exchanges, people, sources
from workbench.study.study import Study, Turn

LINES_AT_ONCE = 256
"""Of the log; they take some milliseconds, and no command has to wait for longer."""


def add_person(study: Study, command: commands.AddPerson, role: Role) -> views.Person:
    """Give a person a role; the same name always has the same uid."""
    known = people.everyone(study.db)
    same_name = [row for row in known if row[1] == command.name]
    if any(row[2] != command.uid for row in same_name):
        raise Refused(f"{command.name} has another uid in this study; choose another name.")
    if any(row[3] == command.role.value for row in same_name):
        raise Refused(f"{command.name} has the role {command.role} already.")
    owner = next((row[1] for row in known if command.uid is not None and row[2] == command.uid), command.name)
    if owner != command.name:
        raise Refused(
            f"The uid {command.uid} belongs to {owner} in this study, and one login is one person; give {owner} the "
            "role, or use the uid of another login."
        )
    number = same_name[0][0] if same_name else sources.next_number(study.db, "people", "person")
    with study.change(role) as change:
        people.add(study.db, number, command.name, command.uid, command.role.value)
        change.record(PersonAdded(roles=(command.role.value,), uid=command.uid), command.name)
    return views.Person(person=number, name=command.name, uid=command.uid, role=command.role)


def list_people(study: Study, command: commands.ListPeople, role: Role) -> views.People:
    """Everybody, one entry a role."""
    return views.People(
        people=tuple(
            views.Person(person=person, name=name, uid=uid, role=Role(role_name))
            for person, name, uid, role_name in people.everyone(study.db)
        )
    )


def show_policy(study: Study, command: commands.ShowPolicy, role: Role) -> views.PolicyView:
    """The policy in force."""
    return views.PolicyView(policy=study.policy, digest=study.loaded_policy.digest)


def verify(study: Study, turn: Turn, command: commands.VerifyAudit) -> Report:
    """Check the mirror, the store's own rows and the decisions against each other, as they are when this begins.

    What comes later is only appended, so that others can work on meanwhile.
    """
    with turn():
        study.complete_mirror()
        size = study.log.size
        mirror = MirrorUntil(study.mirror, size)
        db = study.db.another()
    try:
        return verify_log(
            mirror,
            public_key=PublicKey.load(study.folder.log_public_key),
            witnessed=command.witnessed,
            store_lines=_giving_way(events.lines(db, 0, size), turn),
            decisions=(
                Decision(str(e), version, verdict, at) for e, version, verdict, at in exchanges.verdicts(db, size)
            ),
        )
    finally:
        db.let_go()


def _giving_way(lines: Iterator[bytes], turn: Turn) -> Iterator[bytes]:
    """The lines, so that whoever works in the study meanwhile goes first: some hundred are checked between commands."""
    while part := list(islice(lines, LINES_AT_ONCE)):
        with turn():
            pass
        yield from part


def verify_audit(study: Study, command: commands.VerifyAudit, role: Role, found: Report) -> views.AuditOutcome:
    """Record that the log was checked, and what `verify` found."""
    report, fault = found, found.fault
    with study.change(role) as change:
        change.record(
            AuditVerified(
                size=report.size,
                root=report.root,
                fault=fault.kind if fault else None,
                broken=fault.sequence if fault else None,
            ),
            "log",
            outcome=Outcome.FAILED if fault else Outcome.OK,
        )
    return views.AuditOutcome(
        events=report.size,
        root=report.root,
        anchored=report.anchored,
        fault=fault.sentence if fault else None,
        kind=fault.kind if fault else None,
        sequence=fault.sequence if fault else None,
        notes=report.notes,
    )
