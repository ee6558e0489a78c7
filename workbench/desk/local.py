"""The desk in one process: it has the study open and carries the commands out itself."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from audit.errors import AuditError
from policies import Role
from workbench.desk import commands as c
from workbench.desk.commands import Answer, Command
from workbench.ingest import record as ingest
from workbench.paraphrase import models, submit
from workbench.paraphrase import record as paraphrase
from workbench.release import build as release
from workbench.review import decide as review
from workbench.review import queue, replay
from workbench.roster import record as roster
from workbench.study import backup, examination, oversight
from workbench.study.study import Study
from workbench.turns import record as turns

ANYONE = frozenset(Role)
OPERATOR = frozenset({Role.OPERATOR})
REVIEWER = frozenset({Role.REVIEWER, Role.SENIOR})
STEWARD = frozenset({Role.STEWARD})
AUDITOR = frozenset({Role.AUDITOR})
READER = REVIEWER | {Role.AUDITOR}
"""Who may read text, auditors only where the policy says so."""

Handler = Callable[[Study, Any, Role], Any]
HANDLERS: dict[type[Command[Any]], tuple[frozenset[Role], Handler]] = {
    c.AddPerson: (OPERATOR, oversight.add_person),
    c.ListPeople: (ANYONE, oversight.list_people),
    c.ShowPolicy: (ANYONE, oversight.show_policy),
    c.IngestFile: (OPERATOR, ingest.ingest_file),
    c.RefuseFile: (OPERATOR, ingest.refuse_file),
    c.AddRoster: (OPERATOR, roster.add_roster),
    c.RegisterModel: (OPERATOR, models.register_model),
    c.ListModels: (ANYONE, models.list_models),
    c.CheckModel: (OPERATOR, models.check_model),
    c.StartRun: (OPERATOR, paraphrase.start_run),
    c.ClaimPages: (OPERATOR, paraphrase.claim_pages),
    c.AnnouncePages: (OPERATOR, paraphrase.announce_pages),
    c.RefuseHost: (OPERATOR, paraphrase.refuse_host),
    c.SubmitGeneration: (OPERATOR, submit.submit_generation),
    c.FinishRun: (OPERATOR, paraphrase.finish_run),
    c.ExtractTurns: (OPERATOR, turns.extract_turns),
    c.Status: (ANYONE, queue.status),
    c.ListQueue: (ANYONE, queue.list_queue),
    c.OpenExchange: (REVIEWER, review.open_exchange),
    c.ReplayExchange: (READER, replay.replay_exchange),
    c.Decide: (REVIEWER, review.decide),
    c.EditExchange: (REVIEWER, review.edit),
    c.DismissFinding: (REVIEWER, review.dismiss),
    c.PlanRelease: (STEWARD, release.plan_release),
    c.BuildRelease: (STEWARD, release.build_release),
    c.BackUpStudy: (OPERATOR, backup.back_up),
    c.VerifyAudit: (ANYONE, oversight.verify_audit),
    c.ReviewAudit: (AUDITOR, examination.review_audit),
    c.RecordExport: (ANYONE, examination.record_export),
}
"""Each command with the roles that may give it and the function that carries it out."""


class LocalDesk:
    """`Desk` over an open study; commands are carried out one at a time, whatever thread they come from."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._one_at_a_time = threading.Lock()

    def execute(self, command: Command[Answer]) -> Answer:
        """Carry out one command as the person who opened the study."""
        allowed, handler = HANDLERS[type(command)]
        with self._one_at_a_time:
            role = self._study.actor.role_for(allowed)
            return cast(Answer, handler(self._study, command, role))

    def close(self) -> None:
        """Sign the log and let go of the study, then make the twins that the mirror's files lack."""
        with self._one_at_a_time:
            self._study.close()
        # Auditors may only read the mirror.  Whoever has just written to it makes what lets them search it quickly.
        with suppress(AuditError):
            sealed = self._study.mirror.segments()[:-1]
            if not all(path.with_suffix(".parquet").exists() for _, path in sealed):
                from audit.twins import make_twins

                make_twins(self._study.mirror)
