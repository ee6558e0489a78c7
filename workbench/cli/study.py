"""`workbench init`: make a study."""

import os
import pwd
import re
from pathlib import Path
from typing import Annotated

import typer

from policies import load_policy
from workbench.cli.console import KeyFileOption, check_name, find_secret, interruptible, out
from workbench.cli.policy import policy_notes
from workbench.study import keys
from workbench.study.keys import Secret
from workbench.study.opening import FOUNDER_ROLES, check_free, create_study


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(init)


def init(
    folder: Annotated[Path, typer.Argument(help="New folder for the study.")],
    policy: Annotated[str, typer.Option(help="Name of a shipped policy, or path of your own.")] = "mentalchat16k",
    key_file: KeyFileOption = None,
    name: Annotated[str | None, typer.Option(help="Your name in the study; your login name by default.")] = None,
) -> None:
    """Make a new study: an encrypted store, its keys and its policy.

    Without --key-file and WORKBENCH_KEY you are asked for a passphrase.  A key file that does not exist is made.
    """
    loaded = load_policy(policy)
    # Before anything is typed or written.
    check_free(folder)
    founder = name or _login()
    check_name(founder, "Your name")
    with interruptible("No study was made; run the same command again."):
        there = key_file is not None and key_file.exists()
        secret = keys.new_file(key_file) if key_file else find_secret(None, None)
        made = create_study(folder, loaded, secret, founder)
    out.print(f"Study made in {made.root}", soft_wrap=True)
    out.print(f"Key: {_whence(secret, there)}", soft_wrap=True)
    out.print(f"Policy {loaded.policy.name} version {loaded.policy.version}, SHA-256 {loaded.digest}", soft_wrap=True)
    for note in policy_notes(loaded.policy):
        out.print(note, soft_wrap=True)
    roles = [role.value for role in FOUNDER_ROLES]
    out.print(f"You are {founder}: {', '.join(roles[:-1])} and {roles[-1]}.  Add others: workbench people add")
    out.print("Whoever loses the key loses the study; keep a copy of it in another place.")


def _whence(secret: Secret, there: bool) -> str:
    """Where the study's key lies, in words."""
    if secret.file is not None:
        return f"the file {secret.file}, {'which was there already' if there else 'made just now'}"
    return "the passphrase you typed" if secret.kind == "passphrase" else f"the variable {keys.ENVIRONMENT}"


def _login() -> str:
    try:
        login = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        login = f"uid{os.getuid()}"
    return re.sub(r"[^A-Za-z0-9._-]", "-", login)[:64]
