"""CITATION.cff: how to cite a release (Citation File Format 1.2.0)."""

import yaml

from workbench.release.about import About

CITATION = "CITATION.cff"
_SPDX = {
    "apache-2.0": "Apache-2.0",
    "cc-by-4.0": "CC-BY-4.0",
    "cc-by-nc-4.0": "CC-BY-NC-4.0",
    "cc-by-nc-nd-4.0": "CC-BY-NC-ND-4.0",
    "cc-by-nc-sa-4.0": "CC-BY-NC-SA-4.0",
    "cc-by-nd-4.0": "CC-BY-ND-4.0",
    "cc-by-sa-4.0": "CC-BY-SA-4.0",
    "cc0-1.0": "CC0-1.0",
    "mit": "MIT",
}
"""Licences as the Hub spells them, and as the Citation File Format does (SPDX)."""


def citation(about: About) -> str:
    """The text of CITATION.cff."""
    fields: dict[str, object] = {
        "cff-version": "1.2.0",
        "message": "If you use this dataset, please cite it as below.",
        "type": "dataset",
        "title": about.name,
        "version": about.version,
        "date-released": f"{about.created:%Y-%m-%d}",
        "abstract": about.summary,
        # Who curated it is never named: an entity, no person.
        "authors": [{"name": f"The curators of {about.name}"}],
        "keywords": list(about.keywords),
    }
    if licence := _SPDX.get(about.policy.release.licence.lower()):
        fields["license"] = licence
    return yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=110)


def bibtex(about: About) -> str:
    """The same for a bibliography."""
    key = "".join(letter for letter in about.name if letter.isalnum()) or "release"
    return (
        f"@misc{{{key}{about.created:%Y},\n"
        f"  title = {{{about.name}}},\n"
        f"  author = {{{{The curators of {about.name}}}}},\n"
        f"  year = {{{about.created:%Y}}},\n"
        f"  version = {{{about.version}}}\n"
        "}"
    )
