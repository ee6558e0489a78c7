"""Other keys for the same actions."""

import importlib
import pkgutil
from pathlib import Path

import pytest
import yaml
from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode

import workbench.tui
from policies import UserError
from workbench.tui.dialogs import ConfirmDialog
from workbench.tui.keymap import check_keymap, contexts, load_keymap, print_keymap
from workbench.tui.look import Look, find_look
from workbench.tui.private import PrivateApp


def given(folder: Path, body: str) -> Look:
    """The look of somebody with this keymap."""
    path = folder / "keymap.yaml"
    path.write_text(body, encoding="utf-8")
    return Look(keymap=load_keymap(path))


async def test_an_action_has_the_keys_of_the_keymap_and_no_longer_its_own(sit, desk, row, tmp_path):
    async with sit(desk, look=given(tmp_path, "review.approve: [f5, y]\n")) as sitting:
        await sitting.press("a")
        assert row(1).state == "waiting"
        await sitting.press("f5", "y")
    assert (row(1).state, row(2).state) == ("approved", "approved")


async def test_what_is_said_names_the_keys_that_are_in_force(sit, desk, tmp_path):
    async with sit(desk, look=given(tmp_path, "review.undo: f4\nreview.withdraw: [f6, f7]\n")) as sitting:
        await sitting.press("r", "2", "p", "a")
        assert sitting.said == ["Exchange 1 is rejected already; f4 takes your last step back, f6 a decision."]


async def test_two_actions_can_change_places(sit, desk, tmp_path):
    async with sit(desk, look=given(tmp_path, "queue.next: p\nqueue.previous: n\n")) as sitting:
        await sitting.press("p", "p")
        assert sitting.exchange == 3
        await sitting.press("n")
        assert sitting.exchange == 2


async def test_the_footer_the_help_and_the_dialogs_name_the_keys_that_are_in_force(sit, desk, tmp_path):
    keymap = "review.approve: f5\napp.help: [f1, '?']\nconfirm.yes: d\nreason.back: backspace\n"
    async with sit(desk, look=given(tmp_path, keymap)) as sitting:
        footer = {key.description: key.key_display for key in sitting.review.query("FooterKey")}
        assert footer["Approve"] == "f5"
        assert footer["Reject"] == "r"
        await sitting.press("f1")
        text = str(sitting.app.screen.query_one("Static").visual)
        assert "      f5  approve the version" in text
        assert "   f1, ?  this list" in text
        await sitting.press("escape", "r")
        assert "backspace goes back" in str(sitting.app.screen.query_one(".hint").visual)
        await sitting.press("backspace")
        answers = []
        sitting.app.push_screen(ConfirmDialog("Sure?", "yes, I am", "no"), answers.append)
        await sitting.settle()
        assert "d yes, I am" in " ".join(str(label.visual) for label in sitting.app.screen.query("Label"))
        await sitting.press("y", "d")
        assert answers == [True]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("review.aprove: f5", "there is no action review.aprove; did you mean review.approve?"),
        ("approve everything: f5", "there is no action approve everything; see: workbench review --print-keymap"),
        ("review.approve: f77", "review.approve: there is no key f77; keys are written like a, f5, ctrl+s, space"),
        ("review.approve: strg+a", "review.approve: there is no key strg+a; "),
        ("review.approve: ctrl", "review.approve: there is no key ctrl; "),
        ("review.approve: ''", "review.approve: there is no key (empty); "),
        ("review.approve: []", "review.approve needs at least one key; name one, or leave the line out."),
        ("review.approve: true", "review.approve: there is no key True; "),
        (
            "review.approve: r",
            "on the review screen the key r would mean both review.approve and review.reject; give one",
        ),
        ("queue.next: f5\nfinding.next: f5", "the key f5 would mean both queue.next and finding.next; "),
        ("app.theme: n", "on the review screen the key n would mean both queue.next and app.theme; "),
        ("queue.next: [n, down]", "queue.next cannot have the key down, which is needed on the review screen"),
        ("queue.next: ctrl+i", "queue.next cannot have the key tab, which is needed on the review screen"),
        ("edit.save: s", "edit.save cannot have the key s, which is typed in the editor; choose one with ctrl"),
        ("app.theme: '!'", "app.theme cannot have the key exclamation_mark, which is typed in the editor; "),
        ("edit.save: ctrl+z", "edit.save cannot have the key ctrl+z, which is needed in the editor"),
        ("reason.back: 1", "reason.back cannot have the key 1, which is needed in a list of reasons"),
        ("review.approve: a\nreview.approve: f5", "review.approve stands twice (line 2); keep one of them."),
        ("- a", "must hold keys with values"),
        ("a: [", "not readable as YAML"),
    ],
)
def test_a_keymap_that_cannot_be_used_is_refused_with_one_sentence(tmp_path, body, sentence):
    with pytest.raises(UserError) as refused:
        given(tmp_path, body)
    said = str(refused.value)
    assert said.startswith(f"{tmp_path / 'keymap.yaml'}")
    assert sentence in said
    assert "\n" not in said


def test_a_keymap_that_is_named_but_not_there_is_refused(tmp_path):
    with pytest.raises(UserError, match="cannot be read; check the path"):
        load_keymap(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("A", "A"),
        ("shift+a", "A"),
        ("'?'", "question_mark"),
        ("f12", "f12"),
        ("shift+ctrl+left", "ctrl+shift+left"),
        ("space", "space"),
        ("5", "5"),
        ("alt+a", "alt+a"),
        ("x, f5", "x,f5"),
        ("é", "é"),
    ],
)
def test_a_key_can_be_written_as_people_write_it(written, key):
    assert check_keymap({"audit.latest": yaml.safe_load(written)})["audit.latest"] == key


def test_an_empty_keymap_changes_nothing_and_one_in_the_folder_of_settings_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("WORKBENCH_KEYMAP", raising=False)
    assert find_look().keymap == {}
    (tmp_path / "workbench").mkdir()
    (tmp_path / "workbench" / "keymap.yaml").write_text("# nothing yet\n", encoding="utf-8")
    assert find_look().keymap == {}
    (tmp_path / "workbench" / "keymap.yaml").write_text("queue.next: f8\n", encoding="utf-8")
    assert find_look().keymap == {"queue.next": "f8"}


def test_the_printed_keymap_is_the_one_in_force_and_can_be_loaded(run, tmp_path):
    printed = run("review", "--print-keymap")
    assert (printed.returncode, printed.stderr) == (0, "")
    assert printed.stdout.rstrip("\n") == print_keymap()
    keymap = given(tmp_path, printed.stdout).keymap
    assert keymap == {b.id: b.key for context in contexts() for b in context.bindings}


def test_no_key_means_two_things_in_one_place_as_shipped():
    assert check_keymap({}) == {}


def test_every_binding_of_ours_has_an_id_and_a_place_in_the_keymap():
    for module in pkgutil.iter_modules(workbench.tui.__path__, "workbench.tui."):
        importlib.import_module(module.name)
    known = {binding.id for context in contexts() for binding in context.bindings}
    nodes, ours = [DOMNode], []
    while nodes:
        node = nodes.pop()
        nodes += node.__subclasses__()
        ours += [node] if node.__module__.startswith("workbench.tui.") and "BINDINGS" in vars(node) else []
    assert PrivateApp in ours
    for node in ours:
        for binding in node.BINDINGS:
            assert isinstance(binding, Binding), f"{node.__name__}: {binding} has no id"
            assert binding.id in known, f"{node.__name__}: {binding.id} stands in no place of keymap.contexts()"


def test_the_terminals_own_name_for_a_key_is_never_shown():
    class Shown(PrivateApp):
        pass

    app: App[None] = Shown()
    shown = {key: app.get_key_display(Binding(key, "", "")) for key in ("ctrl+s", "question_mark", "up", "enter", "f5")}
    assert shown == {"ctrl+s": "ctrl+s", "question_mark": "?", "up": "up", "enter": "enter", "f5": "f5"}
