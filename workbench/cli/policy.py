"""`workbench policy`: what there is, whether a file holds, and what happens to each kind of identifier."""

import difflib
import random
from collections.abc import Iterable
from typing import Annotated

import typer

from policies import Entity, Policy, Treatment, load_policy
from policies.basis import UNSIGNED
from policies.entities import about
from policies.errors import PolicyError
from policies.loader import shipped
from workbench.cli.console import out, table
from workbench.cli.scan import DEFAULT_POLICY, PolicyOption

app = typer.Typer(name="policy", help="Look at policies and check your own.", no_args_is_help=True)
WHAT_HAPPENS = {
    Treatment.PLACEHOLDER: "becomes a placeholder, the same one throughout the study",
    Treatment.SURROGATE: "becomes a realistic stand-in, the same one throughout the study",
    Treatment.SHIFT: "is moved by a number of weeks that is the same for all of a subject's dates",
    Treatment.GENERALISE: "is made coarser, or becomes a placeholder where that is not possible",
    Treatment.MASK: "is blanked out",
    Treatment.KEEP: "stays as it is, and a reviewer sees it marked",
}
WHY = {
    "safe_harbor": "45 CFR 164.514(b)(2) wants every identifier of the eighteen kinds removed",
    "expert_determination": "45 CFR 164.514(b)(1) leaves the choice to an expert who shows that the risk is very small",
    "limited_data_set": "45 CFR 164.514(e) lets dates, ages, towns and ZIP codes go to a recipient under an agreement",
    "internal": "what is made under this policy stays inside the house",
}


@app.command(name="list")
def list_policies() -> None:
    """Show the policies that ship with the workbench."""
    rows = []
    for name in shipped(".", ".yaml"):
        policy = load_policy(name).policy
        rows.append((name, policy.basis, policy.description))
    table("Policies", ("name", "basis", "what it does"), rows)


@app.command()
def show(name: Annotated[str, typer.Argument(help="Name of a shipped policy, or a policy file.")]) -> None:
    """Print a policy, for a copy of your own."""
    typer.echo(load_policy(name).body, nl=False)


@app.command()
def check(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A policy file, or the name of a shipped one.")],
) -> None:
    """Check a policy file: its keys, its values, and that it keeps what its basis promises."""
    loaded = load_policy(file)
    policy = loaded.policy
    typer.echo(f"{policy.name} version {policy.version} is sound and keeps to {policy.basis}; digest {loaded.digest}.")
    for note in policy_notes(policy):
        typer.echo(note)


def policy_notes(policy: Policy) -> list[str]:
    """What an operator must know of a sound policy before a study is made under it."""
    if policy.agreement != UNSIGNED:
        return []
    return [
        f"Note: agreement {UNSIGNED} is an example; nothing can be released until a policy of your own names the "
        "signed data use agreement."
    ]


@app.command()
def explain(
    entity: Annotated[str, typer.Argument(help="For example NAME or DATE.")],
    policy: PolicyOption = DEFAULT_POLICY,
) -> None:
    """Tell what an entity covers and what a policy does about it, with an invented example."""
    name = entity.upper().replace("-", "_")
    if name not in set(Entity):
        near = difflib.get_close_matches(name, list(Entity), n=1)
        hint = f"did you mean {near[0]}?" if near else f"use one of {', '.join(Entity)}."
        raise PolicyError(f"There is no entity {entity!r}; {hint}")
    loaded = load_policy(policy).policy
    kind = Entity(name)
    treatment = loaded.redaction.treatment(kind)
    told = about(kind)
    out.print(f"{kind}: {told.covers}.")
    out.print(f"45 CFR 164.514(b)(2)(i) ({told.letter}).")
    out.print(f"Under {loaded.name}, treatment {treatment}: it {WHAT_HAPPENS[treatment]}.")
    if kind is Entity.INDIRECT and treatment is Treatment.KEEP:
        out.print("Why: only a person can judge it; the reviewer decides on each.")
    else:
        out.print(f"Why: its basis is {loaded.basis}; {WHY[loaded.basis]}.")
    if kind is Entity.LOCATION and treatment is Treatment.GENERALISE:
        from redaction.generalise import SMALL_ZIP3_VERSION

        out.print(f"ZIP areas of 20,000 people or fewer become 000** ({SMALL_ZIP3_VERSION}).")
    if kind is Entity.LOCATION and loaded.redaction.keep_states:
        out.print("Names of states and countries by themselves are reported and stay.")
    if kind is Entity.AGE and loaded.redaction.implied_ages:
        out.print("Ages over 89 that are only implied are found as well.")
    # The markup of rich would take a placeholder's brackets for its own.
    out.print(f"Example: {told.example} -> {_treated(kind, told.example, treatment)}", markup=False)


def _treated(entity: Entity, words: str, treatment: Treatment) -> str:
    from redaction.treatments import replacement

    return words if treatment is Treatment.KEEP else replacement(entity, words, treatment, _ExampleBook())


class _ExampleBook:
    """A study's book with nothing in it."""

    def number(self, entity: Entity, key: str) -> int:
        return 1

    def surrogate(self, entity: Entity, key: str, candidates: Iterable[str]) -> str | None:
        return next(iter(candidates), None)

    def chance(self, entity: Entity, key: str) -> random.Random:
        return random.Random(key)

    def days(self) -> int:
        return 63
