"""`workbench release sample`: the blind second look at a random sample of what would go."""

import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from policies import Entity, Face, UserError
from workbench.cli.console import HERE, KeyFileOption, StudyOption, check_terminal, desk_of, out, table
from workbench.desk.desk import Desk
from workbench.desk.release_views import Bound, Sample, Sampled
from workbench.desk.releasing import CommitSample, DrawSample, LookAgain, NextSampled, ShowBound, ShowSample
from workbench.harmless import harmless

app = typer.Typer(help="Look again at a random sample of what would go.", no_args_is_help=True)

ENTITIES = tuple(entity.value for entity in Entity)
HELP = f"""\
y [ENTITY]  something in it identifies somebody, for example: y NAME; one of: {", ".join(ENTITIES)}
n           nothing in it identifies anybody
p           print it again
q           stop; the rest waits"""
NEXT = {
    "committed": "Draw it with: workbench release sample draw",
    "drawn": "Reviewers who have not decided these rows look at them with: workbench release sample look",
    "finished": "Every row was looked at.",
}


@app.command()
def commit(
    rows: Annotated[
        int | None, typer.Option("--rows", min=1, max=100_000, help="How many rows.", show_default="as the policy says")
    ] = None,
    study: StudyOption = HERE,
    key_file: KeyFileOption = None,
) -> None:
    """Choose the seed of a sample, and put its digest into the log before anything is drawn."""
    with desk_of(study, key_file) as desk:
        _show(desk.execute(CommitSample(rows=rows)), None)


@app.command()
def draw(study: StudyOption = HERE, key_file: KeyFileOption = None) -> None:
    """Draw the sample that was committed to, from what would go now; its seed is disclosed in the log."""
    with desk_of(study, key_file) as desk:
        _show(desk.execute(DrawSample()), None)


@app.command()
def show(study: StudyOption = HERE, key_file: KeyFileOption = None) -> None:
    """Show how far the last sample is, and what it says once it is finished."""
    with desk_of(study, key_file) as desk:
        sample = desk.execute(ShowSample())
        _show(sample, desk.execute(ShowBound()) if sample.state == "finished" else None)


@app.command()
def look(study: StudyOption = HERE, key_file: KeyFileOption = None) -> None:
    """Look again at the rows that wait for you, one after the other.  This prints transcript text on the terminal."""
    # Redirected, the text would stand in a file.
    check_terminal("The second look", "none, for somebody must read each row")
    with desk_of(study, key_file, Face.TUI) as desk:
        look_again(desk, lambda: sys.stdin.readline() or None, typer.echo)


def look_again(desk: Desk, read: Callable[[], str | None], say: Callable[[str], None]) -> None:
    """A conversation about one row at a time.  `read` gives the next line (None at their end), `say` prints one."""
    shown = desk.execute(NextSampled())
    _print(shown, say)
    while shown.exchange is not None:
        say("\nDoes the question or the answer still identify somebody? y, n (? shows all)")
        line = read()
        if line is None or line.strip() == "q":
            break
        try:
            heard = _command(line.split(), shown.exchange)
            if heard is None:
                say(HELP) if line.strip() == "?" else _print(shown, say)
            else:
                shown = desk.execute(heard)
                _print(shown, say)
        except UserError as problem:
            say(str(problem))


def _command(words: Sequence[str], exchange: int) -> LookAgain | None:
    """What a line says of a row, None where it only asks to be shown something; raises UserError."""
    match words:
        case ["n"]:
            return LookAgain(exchange=exchange, leak=False)
        case ["y"]:
            return LookAgain(exchange=exchange, leak=True)
        case ["y", entity] if entity.upper() in ENTITIES:
            return LookAgain(exchange=exchange, leak=True, entity=Entity(entity.upper()))
        case ["?"] | ["p"]:
            return None
    raise UserError("Type y or n, behind y what it is if you like (y NAME); ? shows all.")


def _print(shown: Sampled, say: Callable[[str], None]) -> None:
    if shown.exchange is None:
        say("No row of the sample waits for you.")
        return
    for line in (
        f"Sample {shown.sample}, exchange {shown.exchange}; {shown.left:,} wait for you",
        "",
        shown.source,
        "",
        f"QUESTION: {shown.question}",
        "",
        f"ANSWER: {shown.answer}",
    ):
        say(harmless(line))


def _show(sample: Sample, bound: Bound | None) -> None:
    rows: list[tuple[str, object]] = [
        ("state", sample.state),
        ("rows", sample.rows),
        ("not looked at yet", sample.left),
        ("with a leak", sample.leaks),
    ]
    if bound is not None:
        rows += [
            ("people in it", bound.subjects),
            ("planted leaks that these readers find, at least", _share(bound.catch_rate)),
            ("rows with a leak, at most, as if each stood for itself", _share(bound.naive)),
            ("rows with a leak, at most, by people and by what readers miss", _share(bound.rows)),
            ("people with a leak, at most, by what readers miss", _share(bound.people)),
        ]
    table(f"Sample {sample.sample}", ("", ""), [(name, f"{v:,}" if isinstance(v, int) else v) for name, v in rows])
    out.print(f"SHA-256 of the seed: {sample.commitment}", soft_wrap=True)
    out.print(NEXT[sample.state], soft_wrap=True)


def _share(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.2%}"
