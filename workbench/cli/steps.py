"""`workbench undo`, `redo`, `note`, `mark`, `retag` and `redact-alike`: the other steps of a reviewer, for scripts."""

from enum import StrEnum
from typing import Annotated

import typer

from policies import Entity
from workbench.cli.console import HERE, KeyFileOption, StudyOption, desk_of, out
from workbench.desk.commands import OpenExchange
from workbench.desk.review_views import Place, Undone
from workbench.desk.reviewing import AddNote, ListAlike, MarkWords, RedactAlike, Redo, RetagFinding, Undo
from workbench.harmless import harmless
from workbench.many import many

ExchangeArgument = Annotated[int, typer.Argument(help="Number of the exchange.")]
FindingOption = Annotated[int, typer.Option(help="Number of the finding; see: workbench show")]
EntityOption = Annotated[Entity, typer.Option(help="What the words identify.")]


class Where(StrEnum):
    """Where words can be marked."""

    QUESTION = "question"
    ANSWER = "answer"
    SOURCE = "source"


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    for command in (undo, redo, note, mark, retag):
        app.command()(command)
    app.command("redact-alike")(redact_alike)


def undo(study: StudyOption = HERE, key_file: KeyFileOption = None) -> None:
    """Take back your last step.  Nothing is erased: undoing is an event of its own."""
    with desk_of(study, key_file) as desk:
        _tell(desk.execute(Undo()), "Undone")


def redo(study: StudyOption = HERE, key_file: KeyFileOption = None) -> None:
    """Do again what you undid last, if you did nothing else since."""
    with desk_of(study, key_file) as desk:
        _tell(desk.execute(Redo()), "Done again")


def note(
    exchange: ExchangeArgument,
    text: Annotated[str, typer.Argument(help="What reviewers are to know; it is never released.")],
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Write a note on an exchange."""
    with desk_of(study, key_file) as desk:
        desk.execute(AddNote(exchange=exchange, text=text))
    out.print(f"Noted on exchange {exchange}.")


def mark(
    exchange: ExchangeArgument,
    where: Annotated[Where, typer.Option(help="On which text.")],
    start: Annotated[int, typer.Option(min=0, help="Where the words begin, in letters from 0.")],
    stop: Annotated[int, typer.Option(min=1, help="Where they end; the letter there does not belong to them.")],
    entity: EntityOption,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Mark words that identify somebody and were not found.  On a side of the exchange they are replaced at once."""
    with desk_of(study, key_file) as desk:
        version = desk.execute(OpenExchange(exchange=exchange)).row.version
        row = desk.execute(
            MarkWords(exchange=exchange, version=version, where=where.value, start=start, stop=stop, entity=entity)
        ).row
    out.print(f"Exchange {exchange} is now version {row.version}, with {row.open} open findings.")


def retag(
    exchange: ExchangeArgument,
    finding: FindingOption,
    entity: EntityOption,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Give a finding another entity."""
    with desk_of(study, key_file) as desk:
        version = desk.execute(OpenExchange(exchange=exchange)).row.version
        row = desk.execute(RetagFinding(exchange=exchange, version=version, ordinal=finding, entity=entity)).row
    out.print(f"Exchange {exchange} is now version {row.version}, with {row.open} open findings.")


def redact_alike(
    exchange: ExchangeArgument,
    finding: FindingOption,
    yes: Annotated[bool, typer.Option("--yes", help="Replace them; without it they are only listed.")] = False,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """List every place in the study where the words of a finding stand, and with --yes replace them all, as one step.

    This prints transcript text.
    """
    with desk_of(study, key_file) as desk:
        version = desk.execute(OpenExchange(exchange=exchange)).row.version
        found = desk.execute(ListAlike(exchange=exchange, version=version, ordinal=finding))
        for place in found.places:
            typer.echo(harmless(_line(place)))
        ready = tuple((p.exchange, p.version, p.side, p.start, p.stop) for p in found.places if p.reason is None)
        if not yes or not ready:
            places = many(len(found.places), "place")
            out.print(f"{len(ready)} of {places} can become {found.entity}; do it with --yes.")
            return
        done = desk.execute(RedactAlike(exchange=exchange, version=version, ordinal=finding, places=ready))
    out.print(
        f"Replaced in {many(done.places, 'place')} of {many(done.exchanges, 'exchange')}; waiting again: "
        f"{done.waiting_again}.{' There are more: run the command again.' if found.more else ''}"
    )


def _line(place: Place) -> str:
    words = " ".join(f"{place.before}[{place.words}]{place.after}".split())
    reason = f" ({place.reason.replace('_', ' ')}, stays)" if place.reason else ""
    return f"exchange {place.exchange}, {place.side}{', decided' if place.decided else ''}{reason}: {words}"


def _tell(undone: Undone, what: str) -> None:
    if undone.kind is None or undone.row is None:
        out.print("There is nothing left of yours to undo or do again.")
        return
    also = f", and {many(len(undone.again) - 1, 'more exchange')}" if undone.again else ""
    out.print(
        f"{what}: {undone.kind.replace('_', ' ')}, exchange {undone.exchange}{also}; "
        f"it is version {undone.row.version}, {undone.row.state.replace('_', ' ')}."
    )
    if undone.left:
        numbers = ", ".join(str(number) for number in undone.left)
        out.print(f"Changed, decided, released or taken by others since, and left as they are: exchanges {numbers}.")
