"""A process that publishes bundles, each attempt in a child of its own which may be killed; reaches this machine only.

Reads one attempt a line from standard input, as JSON; answers with the child's number, then with how it ended.
"""

import json
import os
import socket
import sys
import types
from pathlib import Path
from typing import Any

from audit.checkpoint import PublicKey
from audit.errors import AuditError
from policies import UserError
from workbench.release.publish import client, hub
from workbench.release.publish.check import check
from workbench.release.publish.destination import Repository

FAULT = 70
REFUSED = 2
ELSEWHERE = 99
_connect = socket.socket.connect


def connect(self: socket.socket, address: Any) -> None:
    """Nothing but this machine."""
    if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1"):
        os._exit(ELSEWHERE)
    _connect(self, address)


def attempt(asked: dict[str, Any]) -> int:
    """One publication; its exit code."""
    try:
        bundle = check(Path(asked["folder"]), PublicKey.parse(asked["key"]), public=asked.get("public", False))
        done = hub.publish(
            bundle,
            Repository("clinic/pilot", asked["endpoint"]),
            token=asked["token"],
            public=asked.get("public", False),
            gate=asked.get("gate", "manual"),
            storage=asked.get("storage", ()),
            dry_run=asked.get("dry_run", False),
            say=lambda sentence: print(json.dumps({"said": sentence}), flush=True),
        )
    except (UserError, AuditError) as problem:
        print(json.dumps({"error": str(problem)}), flush=True)
        return REFUSED
    print(json.dumps({"new": done.new if done else None}), flush=True)
    return 0


def main() -> None:
    """Load everything once; a child each attempt."""
    socket.socket.connect = connect  # type: ignore[assignment, method-assign]
    client.api_of(Repository("clinic/pilot", "http://127.0.0.1:1"), None, ())
    from huggingface_hub.utils import _http

    import audit.bundle_data  # noqa: F401

    # The library waits for seconds before it asks again.
    _http.time = types.SimpleNamespace(sleep=lambda seconds: None)  # type: ignore[assignment]
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            # Wait until it is known whom to kill.
            sys.stdin.readline()
            code = FAULT
            try:
                code = attempt(json.loads(line))
            finally:
                os._exit(code)
        print(json.dumps({"child": child}), flush=True)
        _, status = os.waitpid(child, 0)
        print(json.dumps({"ended": os.waitstatus_to_exitcode(status)}), flush=True)


if __name__ == "__main__":
    main()
