"""Making and revoking the tokens with which people reach the server over TLS."""

import secrets
from hashlib import sha256

from audit.details import TokenIssued, TokensRevoked
from policies import Role
from workbench.desk import commands, views
from workbench.errors import NotThere
from workbench.store import people, tokens
from workbench.study.study import Study


def digest_of(token: str) -> str:
    """What is kept of a token.  It has 256 random bits, so that its plain SHA-256 tells nobody anything."""
    return sha256(token.encode()).hexdigest()


def issue_token(study: Study, command: commands.IssueToken, role: Role) -> views.Token:
    """Make a token for a person of the study."""
    _known(study, command.name)
    token = secrets.token_urlsafe(32)
    with study.change(role) as change:
        event = change.record(TokenIssued(), command.name)
        tokens.add(study.db, command.name, digest_of(token), event.sequence)
    return views.Token(name=command.name, token=token)


def revoke_tokens(study: Study, command: commands.RevokeTokens, role: Role) -> views.Revoked:
    """Take none of a person's tokens any more."""
    _known(study, command.name)
    taken = tokens.taken(study.db, command.name)
    with study.change(role) as change:
        event = change.record(TokensRevoked(tokens=len(taken)), command.name)
        for digest in taken:
            tokens.add(study.db, command.name, digest, event.sequence, revoked=True)
    return views.Revoked(name=command.name, tokens=len(taken))


def _known(study: Study, name: str) -> None:
    if all(row[1] != name for row in people.everyone(study.db)):
        raise NotThere(f"{name} is not a person of this study; list them with: workbench people list")
