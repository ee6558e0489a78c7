"""A subject changes what they consent to, or withdraws it: no later release holds a row that they do not consent to."""

from datetime import UTC, datetime

from audit.details import ConsentChanged
from policies import Role
from workbench.desk import release_views, releasing
from workbench.errors import Refused
from workbench.store import consents
from workbench.study.study import Study


def change_consent(study: Study, command: releasing.ChangeConsent, role: Role) -> release_views.Consent:
    """Record what a subject consents to from now on; what they or the manifest said before no longer counts.

    Raises Refused for a subject whom the study does not know, a day that is still to come, and a consent that is
    neither given nor withdrawn.  No sentence repeats the pseudonym.
    """
    if bool(command.scopes) == command.withdrawn:
        raise Refused("Name what the subject consents to with --scopes, or withdraw all of it with --withdraw.")
    if command.date > datetime.now(UTC).astimezone().date():
        raise Refused("The day of a consent is not to come yet; give the day on which it was signed or withdrawn.")
    sessions = consents.sessions_of(study.db, command.subject)
    if not sessions:
        raise Refused("No session of this study is of that subject; spell the pseudonym as the manifest does.")
    scopes = tuple(dict.fromkeys(command.scopes))
    rows = consents.approved(study.db, sessions)
    with study.change(role) as change:
        details = ConsentChanged(
            subject=study.keyed_digest("consent", command.subject),
            scopes=len(scopes),
            withdrawn=command.withdrawn,
            sessions=len(sessions),
            rows=rows,
        )
        event = change.record(details, study.identity.study)
        told = [scope.value for scope in scopes]
        consents.add(study.db, command.subject, told, command.withdrawn, command.date.isoformat(), event.sequence)
    return release_views.Consent(
        scopes=scopes,
        withdrawn=command.withdrawn,
        sessions=len(sessions),
        rows=rows,
        releases=tuple(consents.releases_with(study.db, sessions)),
    )
