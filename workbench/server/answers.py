"""What was answered lately, so that a request that is repeated after a dropped connection is not carried out twice."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from workbench.desk.wire import Problem, encode_error
from workbench.errors import Unacknowledged

REQUESTS = 10_000
"""So many requests are remembered, and the answers to the last of them up to `BYTES` in all."""
BYTES = 64 * 2**20

Key = tuple[str, str]
"""The sitting, and the random id that its client gave the request."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP status and a body of JSON."""

    status: int
    body: bytes


def refusal(problem: Problem, status: int = 409) -> Reply:
    """The reply that is this error."""
    return Reply(status, encode_error(problem))


class Answers:
    """The memory of one server process, used by one thread at a time."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._seen: OrderedDict[Key, None] = OrderedDict()
        self._kept: OrderedDict[Key, Reply] = OrderedDict()
        self._bytes = 0

    def once(self, request: Key, repeat_of: str | None, carry_out: Callable[[], Reply]) -> Reply:
        """Carry a request out unless that was done already; then give the same answer again."""
        reply = self.again(request, repeat_of)
        if reply is None:
            reply = carry_out()
            self._remember(request, reply)
        return reply

    def again(self, request: Key, repeat_of: str | None) -> Reply | None:
        """The answer to a request that was carried out already, or may have been; None where it is to be carried out.

        `repeat_of` is the server that was asked first; None for a request that was never sent before.
        """
        if request in self._kept:
            return self._kept[request]
        if request in self._seen:
            return refusal(
                Unacknowledged("This was carried out, but its answer is no longer kept; look before you do it again.")
            )
        if repeat_of not in (None, self._server):
            return refusal(
                Unacknowledged(
                    "The server was started anew while this was under way; look whether it is stored before you do it "
                    "again."
                )
            )
        return None

    def _remember(self, request: Key, reply: Reply) -> None:
        self._seen[request] = None
        self._kept[request] = reply
        self._bytes += len(reply.body)
        while self._bytes > BYTES:
            self._bytes -= len(self._kept.popitem(last=False)[1].body)
        while len(self._seen) > REQUESTS:
            forgotten, _ = self._seen.popitem(last=False)
            if forgotten in self._kept:
                self._bytes -= len(self._kept.pop(forgotten).body)
