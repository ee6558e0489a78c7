"""Who somebody is in a study, from what the kernel or a token says of them."""

from policies import Face, Role
from workbench.errors import NotAllowed
from workbench.peer import Peer
from workbench.store import people, tokens
from workbench.store.connection import Connection
from workbench.study.study import Actor
from workbench.study.tokens import digest_of


def of_login(db: Connection, peer: Peer, face: Face) -> Actor:
    """The person whose uid the kernel names; raises NotAllowed where it is nobody's of this study."""
    rows = [row for row in people.everyone(db) if peer.uid is not None and row[2] == peer.uid]
    return _actor(rows, f"This login (uid {peer.uid})", "os-uid", face, peer)


def of_token(db: Connection, token: str, peer: Peer, face: Face) -> Actor:
    """The person whose token this is; raises NotAllowed where it is nobody's."""
    name = tokens.person(db, digest_of(token))
    if name is None:
        raise NotAllowed("The server does not take this token; ask an operator to run: workbench people token")
    return _actor([row for row in people.everyone(db) if row[1] == name], name, "token", face, peer)


def scripted(db: Connection, name: str, peer: Peer, face: Face) -> Actor:
    """An actor that no login can be, by name; raises NotAllowed where there is none."""
    rows = [row for row in people.everyone(db) if row[1] == name and row[2] is None]
    return _actor(rows, name, "script", face, peer)


def _actor(rows: list[people.PersonRow], who: str, authenticated: str, face: Face, peer: Peer) -> Actor:
    if not rows:
        raise NotAllowed(f"{who} is not a person of this study; ask an operator to run: workbench people add")
    return Actor(rows[0][1], frozenset(Role(role) for *_, role in rows), authenticated, face, peer)
