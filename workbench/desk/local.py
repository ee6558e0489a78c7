"""The desk in one process: it has the study open and carries the commands out itself."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from audit.errors import AuditError
from workbench.desk.commands import Answer, Command
from workbench.desk.handlers import BEFOREHAND, HANDLERS, WHILE_LOCKED, Handler
from workbench.errors import Locked
from workbench.study.study import Actor, Study


class PersonalDesk:
    """`Desk` of one person at an open study, which they may share with others.

    Commands are carried out one at a time, whatever desk and thread they come from.
    """

    def __init__(self, study: Study, actor: Actor, sitting: str) -> None:
        self._study = study
        self._actor = actor
        self.sitting = sitting

    def execute(self, command: Command[Answer]) -> Answer:
        """Carry out one command as this person; raises Locked while their screen is locked."""
        return self.begin(command)()

    def begin(self, command: Command[Answer]) -> Callable[[], Answer]:
        """Do what of a command needs no turn at the study, whatever others do meanwhile; the rest is to be called."""
        allowed, handler = HANDLERS[type(command)]
        if beforehand := BEFOREHAND.get(type(command)):
            self._actor.role_for(allowed)
            turn = partial(self._study.acting, self._actor, self.sitting)
            handler = partial(handler, found=beforehand(self._study, turn, command))
        return partial(self._carry_out, command, handler)

    def _carry_out(self, command: Command[Any], handler: Handler) -> Any:
        allowed, _ = HANDLERS[type(command)]
        with self._study.acting(self._actor, self.sitting):
            self._study.presence.sign_of_life(self._actor.name)
            role = self._actor.role_for(allowed)
            if self._study.presence.is_locked(self._actor.name, self.sitting) and type(command) not in WHILE_LOCKED:
                raise Locked("The screen is locked; unlock it first.")
            return handler(self._study, command, role)

    def close(self) -> None:
        """The study stays open for the others."""


class LocalDesk(PersonalDesk):
    """The desk of the person who opened the study; closing it closes the study."""

    def __init__(self, study: Study) -> None:
        super().__init__(study, study.actor, study.sitting)

    def close(self) -> None:
        """Sign the log and let go of the study, then make the twins that the mirror's files lack."""
        close_study(self._study)


def close_study(study: Study) -> None:
    """Sign the log and let go of the study, then make the twins that the mirror's files lack."""
    study.close()
    # Auditors may only read the mirror.  Whoever has just written to it makes what lets them search it quickly.
    with suppress(AuditError):
        sealed = study.mirror.segments()[:-1]
        if not all(path.with_suffix(".parquet").exists() for _, path in sealed):
            from audit.twins import make_twins

            make_twins(study.mirror)
