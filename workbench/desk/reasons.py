"""Why an exchange stays behind, in words, and what can be done about it; JSON and events keep the codes."""

from typing import NamedTuple


class Words(NamedTuple):
    """A reason as people are told it, and what to do next; empty where nothing is to be done."""

    reason: str
    remedy: str = ""


_ANEW = "edit it and approve it anew: workbench review"

REASONS: dict[str, Words] = {
    "planted": Words("invented, with a planted leak"),
    "rejected": Words("rejected by a reviewer"),
    "sent_back": Words("sent back for another paraphrase", "workbench paraphrase"),
    "awaits_second_review": Words("waiting for a second review", "another reviewer decides: workbench review"),
    "disputed": Words("two reviewers disagree", "a senior settles it: workbench adjudicate"),
    "not_decided": Words("not decided, or changed since", "decide: workbench review"),
    "approved_under_another_policy": Words("approved under another policy", "approve it anew: workbench review"),
    "reviewed_by_steward_alone": Words(
        "reviewed by nobody but the steward who builds", "let another steward build, or somebody else review it"
    ),
    "open_finding": Words("a finding is still open", "withdraw the decision, treat or dismiss it: workbench review"),
    "missing_side": Words("question or answer is missing", _ANEW),
    "too_short": Words("fewer words than the policy asks for"),
    "no_consent": Words(
        "no consent to what the release is for", "where there is one, record it: workbench consent change"
    ),
    "special_protection": Words("under a special protection (release.allowed_protection)"),
    "forbidden_licence": Words("written by a model whose licence the policy forbids (release.forbidden_licences)"),
    "leak_in_sample": Words("a leak was seen in the sample", _ANEW),
    "revoked": Words("revoked in an earlier release, since it identifies somebody", _ANEW),
    "found_by_rescan": Words(
        "the last scan has found something", "which ones and what to do: workbench release rescan"
    ),
}


def in_words(reason: str) -> str:
    """A reason of the gate in words."""
    return REASONS[reason].reason


def remedy(reason: str) -> str:
    """What to do about it; empty where nothing is to be done."""
    return REASONS[reason].remedy
