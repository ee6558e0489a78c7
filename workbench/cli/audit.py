"""`workbench audit`: check the log, ask it questions, review and export it; each part has a file of its own."""

import typer

from workbench.cli import audit_browse, audit_query, audit_release, audit_replay, audit_report, audit_trust

app = typer.Typer(help="Check the audit log and ask it questions.", no_args_is_help=True)
for part in (audit_trust, audit_query, audit_report, audit_replay, audit_release, audit_browse):
    part.register(app)
