"""The one interface between the faces and a study."""

from typing import Protocol

from workbench.desk.commands import Answer, Command


class Desk(Protocol):
    """Takes commands and answers with views: in this process, or through a server that holds the study."""

    def execute(self, command: Command[Answer]) -> Answer:
        """Carry out one command.  Raises UserError (one sentence with its remedy) when it cannot be done."""
        ...

    def close(self) -> None:
        """End this sitting."""
        ...
