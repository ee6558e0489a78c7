"""The chain-of-custody form that travels beside a release on a medium: plain text, and a page to print."""

from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from textwrap import wrap

from audit.bundle import Bundle
from workbench.release.publish.check import files_of, release_id
from workbench.release.publish.path import write_once

_STYLE = """
body { font: 14px/1.5 system-ui, sans-serif; color: #1d2328; background: #fff; margin: 2rem auto; max-width: 52rem; \
padding: 0 1.5rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 1.8rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #c9d1d6 }
th { width: 14rem; font-weight: 600 } td.blank { height: 2rem }
code { overflow-wrap: anywhere }
@media print { body { margin: 0; max-width: none; font-size: 11pt } }
"""
_BLANK = "_" * 40


@dataclass(frozen=True, slots=True)
class Custody:
    """What the form says; everything else on it is filled in by hand."""

    release: str
    folder: str
    rows: int
    files: int
    size: int
    digest: str
    scope: str
    basis: str
    medium: str
    sender: str
    time: datetime

    @classmethod
    def of(cls, bundle: Bundle, folder: Path, sender: str, time: datetime) -> "Custody":
        """The form for a bundle that was copied to `folder` by the login `sender`."""
        manifest, files = bundle.manifest, files_of(bundle)
        return cls(
            release=f"{manifest.name}, version {manifest.version}",
            folder=release_id(manifest),
            rows=manifest.rows,
            files=len(files),
            size=sum(file.size for file in files),
            digest=bundle.digest,
            scope=manifest.policy.scope,
            basis=manifest.policy.basis,
            medium=str(folder.parent),
            sender=sender,
            time=time,
        )

    def write(self, medium: Path) -> list[Path]:
        """Write both forms beside the release's folder, unless they are there; their paths.  Raises `OSError`."""
        forms = {f"{self.folder}.custody.txt": self.as_text(), f"{self.folder}.custody.html": self.as_html()}
        for name, text in forms.items():
            write_once(medium / name, text)
        return [medium / name for name in forms]

    def as_text(self) -> str:
        """The form as plain text."""
        lines = ["CHAIN OF CUSTODY", ""]
        for title, facts in self._parts():
            lines += [title, "", *(f"  {name:<26}{value or _BLANK}" for name, value in facts), ""]
        lines += ["How to check it at the far side", ""]
        for number, sentence in enumerate(self._checks(), 1):
            lines += wrap(
                sentence, 78, initial_indent=f"  {number}. ", subsequent_indent=" " * 5, break_on_hyphens=False
            )
        return "\n".join([*lines, ""])

    def as_html(self) -> str:
        """The form as a page that loads nothing from anywhere."""
        tables = "".join(
            f"<h2>{escape(title)}</h2><table>"
            + "".join(
                f"<tr><th>{escape(name)}</th>" + (f"<td>{escape(value)}</td>" if value else '<td class="blank"></td>')
                for name, value in facts
            )
            + "</table>"
            for title, facts in self._parts()
        )
        checks = "".join(f"<li>{escape(sentence)}</li>" for sentence in self._checks())
        policy = "default-src 'none'; style-src 'unsafe-inline'"
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
            f"<title>Chain of custody: {escape(self.folder)}</title><style>{_STYLE}</style></head><body>"
            f"<h1>Chain of custody</h1>{tables}"
            f"<h2>How to check it at the far side</h2><ol>{checks}</ol></body></html>\n"
        )

    def _parts(self) -> list[tuple[str, list[tuple[str, str]]]]:
        by_hand = [(name, "") for name in ("Name", "Date and time", "Signature")]
        return [
            (
                "What",
                [
                    ("Release", self.release),
                    ("Folder", self.folder),
                    ("Rows", f"{self.rows:,}"),
                    ("Files", f"{self.files:,} ({self.size:,} bytes)"),
                    ("Manifest SHA-256", self.digest),
                    ("Scope and basis", f"{self.scope}, {self.basis}"),
                ],
            ),
            (
                "Medium",
                [
                    ("Mounted at", self.medium),
                    ("Kind and serial number", ""),
                    ("Copied and read again", f"{self.time:%Y-%m-%d %H:%M} UTC, by the login {self.sender}"),
                ],
            ),
            ("Handed over by", by_hand),
            ("Carried by", by_hand),
            ("Received by", by_hand),
            ("Checked by the receiver", [*by_hand, ("Manifest SHA-256 agrees", "")]),
        ]

    def _checks(self) -> list[str]:
        return [
            "Get the manifest SHA-256 above and the log's public key (log.pub) on another way than this medium: on "
            "paper, by telephone.",
            f"In the folder {self.folder}: sha256sum --check SHA256SUMS, and sha256sum MANIFEST.json must give the "
            "digest above.",
            f"With Python alone: python3 -I verify_release.py {self.folder} --public-key log.pub; take the script from "
            "the workbench itself, as whoever forges a bundle can forge the copy in it.",
            f"With the workbench: workbench release verify {self.folder} --public-key log.pub",
            "If anything differs, use none of it, and tell the sender.",
        ]
