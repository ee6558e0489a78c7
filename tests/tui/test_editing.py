"""Editing in place: screened as typed, and never lost."""

import pytest

from tests.tui.conftest import Sitting
from workbench.desk.commands import EditExchange, OpenExchange
from workbench.desk.reviewing import BeginSitting, SaveDraft, TryText
from workbench.errors import ServerGone
from workbench.tui.editing import Editing


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """What waits for a pause in typing waits for a short one."""
    monkeypatch.setattr(Editing, "try_after", 0.05)
    monkeypatch.setattr(Editing, "keep_after", 0.1)


async def typed(sitting: Sitting) -> None:
    """Wait until what was typed is tried and kept."""
    await sitting.pilot.pause(0.15)
    await sitting.settle()


async def test_what_is_typed_is_screened_while_it_is_typed(sit, desk, row):
    async with sit(desk) as sitting:
        await sitting.press("e")
        await sitting.type(" Call Tobias.")
        await typed(sitting)
        evidence = sitting.review.evidence
        assert str(evidence.border_title).startswith("As typed: ")
        assert "1 open" in str(evidence.border_title)
        assert any("“Tobias”" in str(option.prompt) for option in evidence.options)
        await sitting.press(*["backspace"] * len(" Call Tobias."))
        await typed(sitting)
        assert "0 open" in str(evidence.border_title)
    assert row(1).version == 1


async def test_an_answer_to_what_was_typed_before_is_dropped(sit, desk):
    class Slow:
        """A desk that answers the first try after something else was typed, and no other try."""

        tries = 0

        def execute(self, command):
            if isinstance(command, TryText):
                self.tries += 1
                if self.tries > 1:
                    raise ServerGone("The server does not answer.")
                answer = sitting.review.editor.query_one("#answer")
                sitting.app.call_from_thread(answer.insert, "!")
            return desk.execute(command)

    slow = Slow()
    async with sit(slow) as sitting:
        await sitting.press("e", "Z")
        await typed(sitting)
        assert slow.tries == 2
        assert sitting.review.editor.draft[1].endswith("Z!")
        assert str(sitting.review.evidence.border_title).startswith("Flags")
        assert sitting.said == []


async def test_a_draft_outlives_a_crash_and_is_there_when_the_exchange_is_edited_again(sit, desk, row):
    async with sit(desk) as sitting:
        await sitting.press("e")
        await sitting.type(" Half a th")
        await typed(sitting)
    # Nothing was saved, and nobody has left in order.
    assert row(1).version == 1
    async with sit(desk) as sitting:
        assert "1…" in str(sitting.review.queue.get_option_at_index(0).prompt)
        await sitting.press("e")
        assert sitting.review.editor.draft[1].endswith(" Half a th")
        await sitting.type("ought.")
        await sitting.press("ctrl+s")
        assert sitting.review.shown.answer.endswith(" Half a thought.")
    assert desk.execute(BeginSitting()).drafts == ()


async def test_leaving_the_editor_keeps_what_was_typed_or_drops_it_as_is_said(sit, desk, row):
    async with sit(desk) as sitting:
        editor = sitting.review.editor
        await sitting.press("e", "Z", "escape", "escape")
        assert editor.display, "back to the editor"
        await sitting.press("escape", "1")
        assert not editor.display
        assert "draft is kept" in sitting.said[-1]
        await sitting.press("e")
        assert editor.draft[1].endswith("Z")
        await sitting.press("escape", "2")
        await sitting.press("e")
        assert not editor.changed
    assert desk.execute(BeginSitting()).drafts == ()


async def test_quitting_keeps_what_was_typed(sit, desk):
    async with sit(desk) as sitting:
        sitting.review.keep_after = 60.0
        await sitting.press("e", "Z", "ctrl+q")
    (draft,) = desk.execute(BeginSitting()).drafts
    assert draft.answer.endswith("Z")


async def test_a_draft_of_a_text_that_has_changed_since_is_offered_and_not_forced_on_anybody(sit, desk):
    async with sit(desk) as sitting:
        await sitting.press("e", "Z", "escape", "1")
        old = desk.execute(OpenExchange(exchange=1))
        desk.execute(EditExchange(exchange=1, version=1, question=old.question, answer=f"{old.answer} Theirs."))
        await sitting.press("n", "p", "e")
        assert "has changed since your draft" in str(sitting.app.screen.query_one(".title").visual)
        await sitting.press("n")
        assert sitting.review.editor.draft[1].endswith("Theirs.")


async def test_keys_typed_while_a_text_is_screened_are_not_lost(sit, desk):
    async with sit(desk) as sitting:
        await sitting.press("e")
        for sign in "abcdefghij":
            await sitting.pilot.press(sign)
            await sitting.pilot.pause(0.06)
        await sitting.settle()
        assert sitting.review.editor.draft[1].endswith("abcdefghij")


async def test_a_draft_that_cannot_be_kept_is_dropped_only_after_a_yes(sit, desk):
    class Gone:
        def execute(self, command):
            if isinstance(command, SaveDraft):
                raise ServerGone("The server does not answer.")
            return desk.execute(command)

    async with sit(Gone()) as sitting:
        await sitting.press("e", "Z", "ctrl+q")
        assert "Leave without it?" in str(sitting.app.screen.query_one(".title").visual)
        await sitting.press("n")
        assert sitting.review.editor.draft[1].endswith("Z")
        await sitting.press("ctrl+q", "y")
        assert sitting.app.screen is not sitting.review
