"""What crosses the socket arrives as it was: commands, answers and errors."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench.scan.errors
import workbench.tui.private  # noqa: F401  (their errors count as well)
from audit.errors import AuditError, LogFault
from policies import UserError
from tests.server.samples import models
from workbench.desk import wire
from workbench.desk.commands import Command, IngestFile, OpenExchange
from workbench.desk.handlers import HANDLERS
from workbench.desk.views import View
from workbench.errors import HostRefused, NotUnderstood, Refused, Stale

READ = wire.command_reader(HANDLERS)
COMMANDS = sorted(HANDLERS, key=lambda kind: kind.__name__)


def families(root: type[Any]) -> Iterator[type[Any]]:
    for kind in root.__subclasses__():
        if kind.__module__.split(".")[0] in ("workbench", "audit", "policies", "redaction"):
            yield kind
            yield from families(kind)


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
@settings(max_examples=20)
@given(data=st.data())
def test_every_command_and_its_answer_arrive_as_they_were_sent(kind: type[Command[Any]], data: st.DataObject) -> None:
    command = data.draw(models(kind))
    arrived = READ(wire.encode_command(command))
    assert type(arrived) is kind
    assert arrived == command
    answer = data.draw(models(wire.answer_class(kind)))
    assert wire.decode_answer(kind, wire.encode_answer(answer)) == answer


def test_every_command_can_cross_and_has_a_name_and_an_answer_of_its_own() -> None:
    # Otherwise a command would work in one process and be unknown at the server.
    assert set(families(Command)) - {kind for kind in families(Command) if "[" in kind.__name__} <= set(HANDLERS)
    assert len({kind.__name__ for kind in HANDLERS}) == len(HANDLERS)
    assert all(issubclass(wire.answer_class(kind), View) for kind in HANDLERS)


def test_bytes_that_are_no_text_survive() -> None:
    command = IngestFile(name="a.txt", kind="txt", size=1, sha256=bytes(range(256)), transcripts=())
    arrived = READ(wire.encode_command(command))
    assert isinstance(arrived, IngestFile)
    assert arrived.sha256 == bytes(range(256))


@pytest.mark.parametrize("kind", sorted({*families(UserError), *families(AuditError)}, key=lambda kind: kind.__name__))
def test_every_kind_of_error_is_raised_again_as_what_it_was(kind: type[Any]) -> None:
    problem = kind.__new__(kind, "The page is gone; look again.")
    Exception.__init__(problem, "The page is gone; look again.")
    arrived = wire.decode_error(wire.encode_error(problem))
    assert type(arrived) is kind
    assert str(arrived) == "The page is gone; look again."
    assert arrived.exit_code == kind.exit_code


def test_what_an_error_knows_beside_its_sentence_arrives_too() -> None:
    fault = wire.decode_error(wire.encode_error(LogFault("event 7 is missing", kind="missing", sequence=7)))
    assert isinstance(fault, LogFault)
    assert (fault.kind, fault.sequence) == ("missing", 7)
    refused = wire.decode_error(wire.encode_error(HostRefused("far.example", "Not that host; name another.")))
    assert isinstance(refused, HostRefused)
    assert refused.host == "far.example"


def test_an_error_of_a_newer_server_is_the_nearest_one_that_is_known() -> None:
    body = wire.encode_error(Stale("Look again.")).replace(
        b'"workbench.errors.Stale"', b'"workbench.errors.StaleInTheMeantime", "workbench.errors.Refused"'
    )
    assert type(wire.decode_error(body)) is Refused
    strange = wire.decode_error(b'{"error": ["Strange"], "sentence": "No.", "exit_code": 3, "fields": {}}')
    assert (type(strange), strange.exit_code) == (UserError, 3)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"command":"DropTables","body":{}}',
        b'{"command":"OpenExchange","body":{"exchange":"Rosalind"}}',
        b'{"command":"OpenExchange","body":{"exchange":1},"role":"Rosalind"}',
        b'{"command":"OpenExchange","body":{"exchange":1,"patient":"Rosalind"}}',
    ],
)
def test_what_is_no_command_is_refused_without_being_quoted(body: bytes) -> None:
    with pytest.raises(NotUnderstood) as caught:
        READ(body)
    assert "Rosalind" not in str(caught.value) + str(caught.value.__context__)
    with pytest.raises(NotUnderstood) as caught:
        wire.decode_answer(OpenExchange, b'{"patient":"Rosalind"}')
    assert "Rosalind" not in str(caught.value) + str(caught.value.__context__)
    assert isinstance(wire.decode_error(body), NotUnderstood)


def test_half_a_character_is_refused_before_it_is_sent() -> None:
    with pytest.raises(UserError, match="half a character"):
        wire.encode_command(IngestFile(name="\ud800", kind="txt", size=1, sha256=b"", transcripts=()))
