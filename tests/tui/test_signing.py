"""Approvals that are signed, second reviews, disagreements, and invented exchanges, at the screen."""

import pytest

from policies import Role
from tests.review.ward import approve, reject
from workbench.desk.reviewing import SetPassphrase
from workbench.tui.revealed import RevealedDialog
from workbench.tui.signing import NewPassphraseDialog, SignDialog

SIGNED = "signing: passphrase\nmeaning: I have read every word of it."


async def test_an_approval_asks_once_for_the_passphrase_and_is_then_carried_out(sit, ward_under, row_of):
    ward = ward_under(SIGNED, (3,))
    anna = ward.desk("anna")
    anna.execute(SetPassphrase(new="a long one of anna's"))
    async with sit(anna) as sitting:
        await sitting.press("a")
        dialog = sitting.app.screen
        assert isinstance(dialog, SignDialog)
        assert "I have read every word of it." in str(dialog.query_one(".said").visual)
        await sitting.type("wrong one")
        await sitting.press("enter")
        assert "not right" in str(sitting.app.screen.query_one(".refused").visual)
        await sitting.type("a long one of anna's")
        await sitting.press("enter")
        assert row_of(anna, 1).state == "approved"
        await sitting.press("a")
        assert row_of(anna, 2).state == "approved", "not asked a second time"
        assert "anna's" not in " ".join(strip.text for strip in sitting.review._compositor.render_strips())


async def test_leaving_the_signature_decides_nothing(sit, ward_under, row_of):
    ward = ward_under(SIGNED, (1,))
    anna = ward.desk("anna")
    anna.execute(SetPassphrase(new="a long one of anna's"))
    async with sit(anna) as sitting:
        await sitting.press("a", "escape")
        assert "nothing was decided" in sitting.said[-1]
    assert row_of(anna, 1).state == "waiting"


async def test_whoever_has_no_passphrase_chooses_one_at_the_first_approval(sit, ward_under, row_of):
    anna = ward_under(SIGNED, (1,)).desk("anna")
    async with sit(anna) as sitting:
        await sitting.press("a")
        assert isinstance(sitting.app.screen, NewPassphraseDialog)
        await sitting.type("short")
        await sitting.press("enter")
        await sitting.type("short")
        await sitting.press("enter")
        assert "at least 8" in str(sitting.app.screen.query_one(".refused").visual)
        await sitting.type("long enough")
        await sitting.press("enter")
        await sitting.type("long enouhg")
        await sitting.press("enter")
        assert "not the same" in str(sitting.app.screen.query_one(".refused").visual)
        await sitting.type("long enough")
        await sitting.press("enter")
        await sitting.type("long enough")
        await sitting.press("enter")
    assert row_of(anna, 1).state == "approved"


async def test_a_second_review_is_given_without_seeing_the_first(sit, ward_under, row_of):
    ward = ward_under("second:\n    share: 1.0", (2,))
    approve(ward.desk("berta"), 1)
    async with sit(ward.desk("anna")) as sitting:
        assert "second review" in str(sitting.review.exchange.border_title)
        assert "berta" not in sitting.read("exchange")
        await sitting.press("a")
    assert row_of(ward.founder, 1).state == "approved"


async def test_a_senior_settles_a_disagreement_with_the_same_keys(sit, ward_under, row_of):
    ward = ward_under("second:\n    share: 1.0", (1,))
    approve(ward.desk("berta"), 1)
    reject(ward.desk("anna"), 1, reason="identifying")
    carla = ward.desk("carla", Role.SENIOR)
    async with sit(carla) as sitting:
        await sitting.press("colon", "1", "enter")
        assert "disputed" in str(sitting.review.exchange.border_title)
        await sitting.press("r", "1")
    assert row_of(carla, 1).state == "rejected"


@pytest.mark.parametrize(("keys", "told"), [("a", "went by this time"), ("r1", "you caught it")])
async def test_an_invented_exchange_is_revealed_at_once_and_calmly(sit, ward_under, keys, told):
    ward = ward_under("attention:\n    planted_rate: 0.2", (30,))
    planted = ward.study.db.rows("SELECT exchange FROM plants ORDER BY exchange")[0][0]
    async with sit(ward.desk("anna", Role.REVIEWER, Role.SENIOR)) as sitting:
        await sitting.press("colon", *str(planted), "enter")
        assert sitting.exchange == planted
        while sitting.review.attention.missing is not None:
            await sitting.press("space")
        await sitting.press(*keys)
        dialog = sitting.app.screen
        assert isinstance(dialog, RevealedDialog)
        text = " ".join(str(label.visual) for label in dialog.query("Static"))
        assert "That exchange was invented" in text
        assert told in text
        assert "«" in text, "it is shown where it stood"
        await sitting.press("a", "r")
        assert sitting.app.screen is dialog, "no key of a decision closes it"
        await sitting.press("enter")
        assert sitting.app.screen is sitting.review
        assert sitting.exchange != planted
