"""Commands, answers and errors as bytes (JSON), for a desk that stands in another process.

Commands are a closed set: what is not among them is not understood.  Nothing here quotes what it could not read.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Annotated, Any, Literal, Union, cast

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model
from pydantic_core import PydanticSerializationError

from audit.errors import AuditError
from policies import UserError
from workbench.desk.commands import Answer, Command
from workbench.desk.views import View
from workbench.errors import NotUnderstood

Problem = UserError | AuditError


REQUEST = "workbench-request"
"""Header with the random id of a request; the same when it is repeated."""
REPEAT_OF = "workbench-repeat-of"
"""Header of a repeated request: the server that was asked first."""
SITTING = "workbench-sitting"
FACE = "workbench-face"
SERVER = "workbench-server"
"""Header of every reply: the random id of the server process."""
UNLIKE = "Server and client do not understand each other; use the same version of the workbench on both sides."


class _Envelope(BaseModel):
    model_config = ConfigDict(extra="forbid")


def encode_command(command: Command[Any]) -> bytes:
    """A command under its name.  Raises UserError where its text cannot be written as JSON."""
    try:
        body = command.model_dump_json(warnings="error")
    except PydanticSerializationError:
        raise UserError("The text holds half a character (an unpaired surrogate); write it anew.") from None
    return f'{{"command":"{type(command).__name__}","body":{body}}}'.encode()


def command_reader(commands: Iterable[type[Command[Any]]]) -> Callable[[bytes], Command[Any]]:
    """What reads these commands and no others; it raises NotUnderstood."""
    any_of: Any = Union[tuple(map(_envelope, commands))]  # noqa: UP007
    reader: TypeAdapter[Any] = TypeAdapter(
        Annotated[any_of, Field(discriminator="command")], config=ConfigDict(hide_input_in_errors=True)
    )

    def read(body: bytes) -> Command[Any]:
        try:
            return cast(Command[Any], reader.validate_json(body).body)
        except ValidationError:
            raise NotUnderstood(UNLIKE) from None

    return read


def _envelope(kind: type[Command[Any]]) -> type[_Envelope]:
    name: Any = Literal[kind.__name__]
    return create_model(kind.__name__, __base__=_Envelope, command=(name, ...), body=(kind, ...))


def encode_answer(answer: View) -> bytes:
    """An answer; which view it is follows from its command."""
    return answer.model_dump_json(warnings="error").encode()


def decode_answer(command: type[Command[Answer]], body: bytes) -> Answer:
    """The answer to a command of this class; raises NotUnderstood."""
    try:
        return cast(Answer, answer_class(command).model_validate_json(body))
    except ValidationError:
        raise NotUnderstood(UNLIKE) from None


@cache
def answer_class(command: type[Command[Any]]) -> type[View]:
    """The view that a command is answered with: the parameter of its base."""
    parameters = (base.__pydantic_generic_metadata__["args"] for base in command.__mro__ if issubclass(base, Command))
    return cast(type[View], next(found[0] for found in parameters if found))


def encode_error(problem: Problem) -> bytes:
    """An error: its class and those that it derives from, its sentence, and its own plain fields."""
    families = [_name(kind) for kind in type(problem).__mro__ if issubclass(kind, Problem)]
    fields = {name: value for name, value in vars(problem).items() if isinstance(value, str | int | None)}
    said = {"error": families, "sentence": str(problem), "exit_code": problem.exit_code, "fields": fields}
    return json.dumps(said).encode()


def decode_error(body: bytes) -> Problem:
    """The error as it was raised at the other side; of a class that is not known here, the nearest one that is."""
    try:
        said = json.loads(body)
        sentence, exit_code, fields = str(said["sentence"]), int(said["exit_code"]), dict(said["fields"])
        roots: tuple[type[Problem], ...] = (UserError, AuditError)
        known = {_name(kind): kind for root in roots for kind in _families(root)}
        kind = next((known[name] for name in said["error"] if name in known), UserError)
    except (ValueError, KeyError, TypeError):
        return NotUnderstood(UNLIKE)
    # Not by calling it: some classes make their sentence themselves.
    problem = kind.__new__(kind, sentence)
    Exception.__init__(problem, sentence)
    for name, value in fields.items():
        setattr(problem, name, value)
    if problem.exit_code != exit_code:
        problem.exit_code = exit_code
    return problem


def _name(kind: type[Problem]) -> str:
    # With its module: two rooms each have an `Interrupted`.
    return f"{kind.__module__}.{kind.__qualname__}"


def _families(root: type[Problem]) -> Iterator[type[Problem]]:
    yield root
    for kind in root.__subclasses__():
        yield from _families(kind)
