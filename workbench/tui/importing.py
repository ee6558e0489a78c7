"""Choosing what to import: files and folders from a tree, and a manifest."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import DirectoryTree, Label, Static

from workbench.ingest.files import Kind
from workbench.tui.keymap import with_keys

READ = frozenset(f".{kind.value}" for kind in Kind)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be imported."""

    paths: tuple[Path, ...]
    manifest: Path | None


class TranscriptTree(DirectoryTree):
    """Folders, and the files that can be read."""

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        return [path for path in paths if not path.name.startswith(".") and (path.is_dir() or path.suffix in READ)]


class ImportScreen(ModalScreen[Chosen | None]):
    """Space chooses a file or folder, m makes a table the manifest, enter imports.  Nothing is read before."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "space", "choose", "Choose", id="import.choose", tooltip="choose this file or folder, or not", priority=True
        ),
        Binding("m", "manifest", "Manifest", id="import.manifest", tooltip="this table says whose the files are"),
        Binding("ctrl+s", "go", "Import", id="import.go", tooltip="import what is chosen"),
        Binding("escape", "dismiss(None)", "Back", id="import.back"),
    ]

    def __init__(self, root: Path) -> None:
        super().__init__()
        self._root = root
        self._chosen: dict[Path, None] = {}
        self._manifest: Path | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide tall"):
            yield Label("Import transcripts: .txt .docx .pdf .csv .jsonl", classes="title", markup=False)
            yield TranscriptTree(self._root, id="tree")
            yield Static(id="chosen", markup=False)
            hint = "{import.choose} chooses, {import.manifest} is the manifest, {import.go} imports"
            hint += "; {import.back} goes back"
            yield Label(with_keys(self.app, hint), classes="hint", markup=False)

    def on_mount(self) -> None:
        self._show()
        self.query_one(TranscriptTree).focus()

    def action_choose(self) -> None:
        path = self._under_cursor()
        if path is None:
            return
        if path in self._chosen:
            del self._chosen[path]
        else:
            self._chosen[path] = None
        self._show()

    def action_manifest(self) -> None:
        path = self._under_cursor()
        if path is not None and path.suffix == ".csv":
            self._manifest = None if self._manifest == path else path
            self._show()
        else:
            self.query_one("#chosen", Static).update(
                with_keys(self.app, "A manifest is a .csv file; go to it and press {import.manifest}.")
            )

    def action_go(self) -> None:
        if self._chosen:
            self.dismiss(Chosen(tuple(self._chosen), self._manifest))
        else:
            self.query_one("#chosen", Static).update("Nothing is chosen yet: go to a file or folder and press space.")

    def _under_cursor(self) -> Path | None:
        node = self.query_one(TranscriptTree).cursor_node
        return node.data.path if node is not None and node.data is not None else None

    def _show(self) -> None:
        names = [f"{path.name}/" if path.is_dir() else path.name for path in self._chosen]
        shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
        told = f"Chosen: {shown}" if names else "Nothing chosen yet."
        told += f"\nManifest: {self._manifest.name}" if self._manifest else "\nNo manifest: no consent goes on record."
        self.query_one("#chosen", Static).update(told)
