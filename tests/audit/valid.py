"""Another value in an event that stays well-formed: what a careful forger would write."""

import json
import random
from datetime import datetime, timedelta
from typing import Any

from audit.details import ROLES, Action
from audit.errors import LogFault
from audit.events import canonical_json, format_time, parse_line

_WORDS = {
    "role": ROLES,
    "action": tuple(Action),
    "outcome": ("ok", "refused", "failed"),
    "face": ("tui", "cli", "server", "demo"),
    "authenticated": ("os-uid", "passphrase", "key-file", "environment", "token", "script", "none"),
    "reason": (None, "other", "duplicate"),
}


def another_value(rng: random.Random, line: bytes) -> bytes:
    """The event with one value changed: a field of its own or one of its details."""
    while True:
        event = json.loads(line)
        holder = rng.choice([event, event, event, event["details"]])
        name = rng.choice(list(holder))
        holder[name] = _other(rng, name, holder[name])
        changed = canonical_json(event)
        try:
            parse_line(changed)
        except LogFault:
            continue
        if changed != line:
            return changed


def _other(rng: random.Random, name: str, value: Any) -> Any:
    match value:
        case _ if name in _WORDS:
            return rng.choice(_WORDS[name])
        case bool():
            return not value
        case int():
            return max(0, value + rng.choice([-1, 1, 1000]))
        case str() if "time" in name:
            return format_time(datetime.fromisoformat(value) + timedelta(microseconds=rng.choice([-1, 1, 10**10])))
        case str() if value:
            place = rng.randrange(len(value))
            return value[:place] + rng.choice("0123456789abcdef") + value[place + 1 :]
        case dict() if value and name != "details":
            return {key: count + rng.randrange(2) for key, count in value.items()}
        case list():
            return rng.sample(value, len(value))
    return rng.choice([None, 1, "0" * 64])
