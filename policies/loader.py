"""Reading policies and prompts, with the digest under which everything is decided."""

import difflib
import hashlib
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from policies.errors import PolicyError
from policies.schema import Policy

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class LoadedPolicy:
    """A policy with the exact file text it came from and that text's digest (SHA-256, hex)."""

    policy: Policy
    body: str
    digest: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt template ($-placeholders) with its name and digest (SHA-256, hex)."""

    name: str
    template: str
    digest: str

    def render(self, **values: str) -> str:
        """The prompt with every placeholder filled; raises PolicyError on a placeholder without a value."""
        try:
            return Template(self.template).substitute(values)
        except (KeyError, ValueError) as problem:
            raise PolicyError(f"The prompt {self.name!r} has a placeholder that is not known: {problem}.") from None


def digest_of(body: str) -> str:
    """SHA-256 (hex) of a file's text in UTF-8."""
    return hashlib.sha256(body.encode()).hexdigest()


def shipped(kind: str, suffix: str) -> list[str]:
    """Names of the files of one kind that ship with the project (`kind` is a folder of this room, '.' for policies)."""
    folder = resources.files("policies") / kind
    return sorted(f.name.removesuffix(suffix) for f in folder.iterdir() if f.name.endswith(suffix))


def read_shipped(kind: str, name: str, suffix: str) -> str:
    """Text of a shipped file; raises PolicyError that names what there is."""
    names = shipped(kind, suffix)
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(names)}."
        raise PolicyError(f"Nothing named {name!r} ships with the project; {hint}")
    return (resources.files("policies") / kind / f"{name}{suffix}").read_text(encoding="utf-8")


class _RepeatedKey(yaml.YAMLError):
    """A key that stands twice in one section."""

    def __init__(self, key: str, line: int) -> None:
        super().__init__()
        self.key, self.line = key, line


class _EachKeyOnce(yaml.SafeLoader):
    """YAML itself lets the last of two equal keys win in silence; in a policy that could undo a rule."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise _RepeatedKey(key.value, key.start_mark.line + 1)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


_WANTED = {
    "int_": "a whole number",
    "float_": "a number",
    "finite_": "a number",
    "bool_": "true or false",
    "string_type": "words in quotes",
    "string_pattern_mismatch": "written with small letters, digits and hyphens alone, at most 64",
}
_LIMITS = {
    "ge": "at least",
    "gt": "more than",
    "le": "at most",
    "lt": "less than",
    "min_length": "of a length of at least",
}


def parse(model: type[Model], body: str, where: str) -> Model:
    """Validate YAML text against a strict model; raises PolicyError naming the first bad key and the nearest known."""
    try:
        data: Any = yaml.load(body, _EachKeyOnce)
    except _RepeatedKey as problem:
        raise PolicyError(f"{where}: {problem.key} stands twice (line {problem.line}); keep one of them.") from None
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        mark = getattr(problem, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark else ""
        raise PolicyError(f"{where} is not readable as YAML{line}; correct it and try again.") from None
    try:
        return model.model_validate(data)
    except ValidationError as problem:
        fault = _first_fault(model, problem)
        raise PolicyError(f"{where}: {fault}{'' if fault.endswith('?') else '.'}") from None


def _first_fault(model: type[BaseModel], problem: ValidationError) -> str:
    fault = problem.errors(include_url=False)[0]
    path = [str(part) for part in fault["loc"]]
    key = ".".join(part for part in path if part != "[key]") or "the file"
    kind = fault["type"]
    if kind == "value_error":
        return str(fault["msg"]).removeprefix("Value error, ")
    if kind == "missing":
        return f"{key} is missing; add it"
    if kind in {"enum", "literal_error"}:
        known = re.findall(r"'([^']+)'", str(fault.get("ctx", {}).get("expected", "")))
        return f"{key}: {fault['input']!r} is not known; {_nearest(str(fault['input']), known)}"
    if kind in {"extra_forbidden", "invalid_key"}:
        section: Any = model
        for part in path[:-1]:
            field = getattr(section, "model_fields", {}).get(part)
            section = field.annotation if field else None
        return f"{key} is not a known key; {_nearest(path[-1], list(getattr(section, 'model_fields', {})))}"
    if kind in {"model_type", "model_attributes_type", "dict_type"}:
        return f"{key} must hold keys with values; see a shipped one for how it is written"
    if kind in {"list_type", "tuple_type"}:
        return f"{key} must be a list; write it as [one, two]"
    return f"{key} must be {_wanted(kind, fault.get('ctx', {}))}; correct it"


def _wanted(kind: str, limits: dict[str, Any]) -> str:
    """What a value should have been, by the validator's name for the fault."""
    for start, wanted in _WANTED.items():
        if kind.startswith(start):
            return wanted
    for limit, words in _LIMITS.items():
        if limit in limits:
            return f"{words} {limits[limit]}"
    return "written otherwise; see a shipped one for how"


def _nearest(wrong: str, known: list[str]) -> str:
    """What was probably meant; all there is where nothing comes near."""
    by_fold = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(wrong.casefold(), list(by_fold), n=1)
    return f"did you mean {by_fold[near[0]]!r}?" if near else f"use one of {', '.join(known)}"


def load_policy(name_or_path: str) -> LoadedPolicy:
    """Load a policy shipped with the project by name, or any policy file by path.

    Raises PolicyError when it does not exist or breaks the schema.
    """
    path = Path(name_or_path)
    named_like_one = name_or_path.endswith((".yaml", ".yml"))
    if path.is_dir() and (named_like_one or name_or_path not in shipped(".", ".yaml")):
        raise PolicyError(f"{name_or_path} is a folder; name a policy file in it.")
    if named_like_one or "/" in name_or_path:
        try:
            body = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise PolicyError(f"The policy file {name_or_path} cannot be read; check the path.") from None
    elif path.exists() and name_or_path not in shipped(".", ".yaml"):
        raise PolicyError(f"{name_or_path} is not named as a policy file; one ends in .yaml.")
    else:
        body = read_shipped(".", name_or_path, ".yaml")
    return parse_policy(body, f"Policy {name_or_path}")


def parse_policy(body: str, where: str) -> LoadedPolicy:
    """A policy from its text, as a study's own copy is read."""
    return LoadedPolicy(parse(Policy, body, where), body, digest_of(body))


def load_prompt(name: str) -> Prompt:
    """Load a prompt template that ships with the project."""
    body = read_shipped("prompts", name, ".txt")
    return Prompt(name, body, digest_of(body))
