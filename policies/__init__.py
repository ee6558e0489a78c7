"""Policies, prompts and recipes: what is to be done, in files that a hospital can read and change."""

from policies.errors import PolicyError, UserError
from policies.loader import LoadedPolicy, Prompt, load_policy, load_prompt, parse_policy
from policies.names import Entity, Face, FlagKind, Protection, Risk, Role, Scope, Treatment, Verdict
from policies.schema import Policy

__all__ = [
    "Entity",
    "Face",
    "FlagKind",
    "LoadedPolicy",
    "Policy",
    "PolicyError",
    "Prompt",
    "Protection",
    "Risk",
    "Role",
    "Scope",
    "Treatment",
    "UserError",
    "Verdict",
    "load_policy",
    "load_prompt",
    "parse_policy",
]
