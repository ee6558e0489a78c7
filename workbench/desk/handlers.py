"""Which function carries out which command, and who may give it."""

from collections.abc import Callable
from typing import Any

from policies import Role
from workbench.desk import commands as c
from workbench.desk import releasing as rel
from workbench.desk import reviewing as r
from workbench.desk.commands import Command
from workbench.ingest import record as ingest
from workbench.paraphrase import models, submit
from workbench.paraphrase import record as paraphrase
from workbench.release import bound, consent, dossier, publication, rescan, revoke, risks, sample, sign
from workbench.release import build as release
from workbench.review import (
    adjudicate,
    alike,
    claims,
    decide,
    dismiss,
    drafts,
    edit,
    mark,
    note,
    quality,
    queue,
    redo,
    replay,
    retag,
    send_back,
    show,
    signing,
    sitting,
    undo,
    withdraw,
)
from workbench.review import next as next_exchange
from workbench.roster import record as roster
from workbench.study import backup, examination, oversight, tokens
from workbench.study.study import Study, Turn
from workbench.turns import record as turns

ANYONE = frozenset(Role)
OPERATOR = frozenset({Role.OPERATOR})
REVIEWER = frozenset({Role.REVIEWER, Role.SENIOR})
SENIOR = frozenset({Role.SENIOR})
STEWARD = frozenset({Role.STEWARD})
AUDITOR = frozenset({Role.AUDITOR})
READER = REVIEWER | {Role.AUDITOR}
"""Who may read text, auditors only where the policy says so."""

Handler = Callable[..., Any]
"""Takes the open study, the command and the role in which it is given; and `found`, where there is a `BEFOREHAND`."""
HANDLERS: dict[type[Command[Any]], tuple[frozenset[Role], Handler]] = {
    c.AddPerson: (OPERATOR, oversight.add_person),
    c.ListPeople: (ANYONE, oversight.list_people),
    c.IssueToken: (OPERATOR, tokens.issue_token),
    c.RevokeTokens: (OPERATOR, tokens.revoke_tokens),
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
    c.OpenExchange: (REVIEWER, show.open_exchange),
    c.ReplayExchange: (READER, replay.replay_exchange),
    c.Decide: (REVIEWER, decide.decide),
    c.EditExchange: (REVIEWER, edit.edit),
    c.DismissFinding: (REVIEWER, dismiss.dismiss),
    r.BeginSitting: (ANYONE, sitting.begin),
    r.KeepClaims: (ANYONE, claims.keep),
    r.EndSitting: (ANYONE, sitting.end),
    r.LockSitting: (ANYONE, signing.lock),
    r.Authenticate: (ANYONE, signing.authenticate),
    r.SetPassphrase: (ANYONE, signing.set_passphrase),
    r.ForgetPassphrase: (OPERATOR, signing.forget_passphrase),
    r.NextExchange: (REVIEWER, next_exchange.next_for),
    r.SkipExchange: (REVIEWER, claims.skip),
    r.SaveDraft: (REVIEWER, drafts.save),
    r.TryText: (REVIEWER, edit.try_text),
    r.MarkWords: (REVIEWER, mark.mark),
    r.RetagFinding: (REVIEWER, retag.retag),
    r.ListAlike: (REVIEWER, alike.list_alike),
    r.RedactAlike: (REVIEWER, alike.redact_alike),
    r.AddNote: (REVIEWER, note.add_note),
    r.SendBack: (REVIEWER, send_back.send_back),
    r.Withdraw: (REVIEWER | STEWARD, withdraw.withdraw),
    r.Undo: (REVIEWER, undo.undo),
    r.Redo: (REVIEWER, redo.redo),
    r.Adjudicate: (SENIOR, adjudicate.adjudicate),
    r.ShowQuality: (REVIEWER | STEWARD | AUDITOR, quality.show_quality),
    c.PlanRelease: (STEWARD, release.plan_release),
    c.BuildRelease: (STEWARD, release.build_release),
    rel.ChangeConsent: (OPERATOR | STEWARD, consent.change_consent),
    rel.RescanRows: (STEWARD, rescan.rescan_rows),
    rel.CommitSample: (STEWARD, sample.commit),
    rel.DrawSample: (STEWARD, sample.draw),
    rel.ShowSample: (REVIEWER | STEWARD | AUDITOR, sample.show),
    rel.NextSampled: (REVIEWER, sample.next_row),
    rel.LookAgain: (REVIEWER, sample.look_again),
    rel.ShowBound: (REVIEWER | STEWARD | AUDITOR, bound.show_bound),
    rel.ShowRisks: (STEWARD, risks.show_risks),
    rel.WriteDossier: (STEWARD, dossier.write_dossier),
    rel.ShowStewardKey: (STEWARD, sign.show_steward_key),
    rel.AddStewardKey: (STEWARD, sign.add_steward_key),
    rel.SignRelease: (STEWARD, sign.sign_release),
    rel.ShowSignatures: (ANYONE, sign.show_signatures),
    rel.ShowRevocable: (STEWARD, revoke.show_revocable),
    rel.RevokeRows: (STEWARD, revoke.revoke_rows),
    rel.RecordPublication: (STEWARD, publication.record_publication),
    c.BackUpStudy: (OPERATOR, backup.back_up),
    c.VerifyAudit: (ANYONE, oversight.verify_audit),
    c.ReviewAudit: (AUDITOR, examination.review_audit),
    c.RecordExport: (ANYONE, examination.record_export),
}
"""Each command with the roles that may give it and the function that carries it out."""

BEFOREHAND: dict[type[Command[Any]], Callable[[Study, Turn, Any], Any]] = {
    c.IngestFile: ingest.scan,
    c.EditExchange: edit.scan,
    c.VerifyAudit: oversight.verify,
    r.TryText: edit.scan,
    r.Authenticate: signing.examine,
    r.SetPassphrase: signing.examine,
    rel.RescanRows: rescan.scan,
    rel.ShowRisks: risks.examine,
    rel.WriteDossier: dossier.examine,
}
"""What of a command takes long and needs nobody's turn at the study: what it finds is given to the handler.

With `turn()` it has the study to itself for as long as it needs.
"""

WHILE_LOCKED: frozenset[type[Command[Any]]] = frozenset(
    {r.Authenticate, r.BeginSitting, r.EndSitting, r.KeepClaims, r.LockSitting, r.SaveDraft}
)
"""What a locked screen may still ask for: nothing of it shows or changes an exchange."""
