"""An approval is signed by whoever has proved to be that person in this sitting, since the last lock."""

import ctypes.util
import getpass
import io
import sys
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from policies import Face
from tests.command import KEY, run_workbench
from tests.review.ward import Ward, approve, reject
from workbench.cli.main import main
from workbench.desk.local import PersonalDesk
from workbench.desk.reviewing import Authenticate, BeginSitting, ForgetPassphrase, LockSitting, SetPassphrase
from workbench.errors import Locked, NotAllowed, NotThere, Refused
from workbench.review import signing

WORDS = "a heron stands in the reeds"


@pytest.fixture
def signed(ward_under: Callable[..., Ward]) -> Ward:
    """A ward where approvals are signed with a passphrase."""
    return ward_under("signing: passphrase")


@pytest.fixture
def alice(signed: Ward) -> PersonalDesk:
    """Somebody with a passphrase."""
    desk = signed.hire("alice")
    desk.execute(SetPassphrase(new=WORDS))
    return desk


def prove(desk: PersonalDesk, words: str = WORDS) -> None:
    desk.execute(Authenticate(secret=words))


def test_the_first_approval_of_a_sitting_asks_for_a_proof_and_the_event_says_so(
    signed: Ward, alice: PersonalDesk
) -> None:
    opening = alice.execute(BeginSitting())
    assert (opening.authentication, opening.passphrase_known) == ("passphrase", True)
    with pytest.raises(Locked, match="prove who you are first"):
        approve(alice, 1)
    reject(alice, 1)
    prove(alice)
    approve(alice, 2)
    approve(alice, 3)
    decided = [*signed.events("exchange.rejected"), *signed.events("exchange.approved")]
    assert [event["details"]["signed"] for event in decided] == [False, True, True]
    with pytest.raises(Locked):
        approve(signed.desk("alice", sitting="another"), 4)


@pytest.mark.parametrize("what", ["lock", "restart"])
def test_a_lock_or_a_restart_asks_again(signed: Ward, alice: PersonalDesk, what: str) -> None:
    prove(alice)
    if what == "lock":
        alice.execute(LockSitting())
        with pytest.raises(Locked, match="The screen is locked"):
            reject(alice, 1)
    else:
        signed.restart()
        alice = signed.desk("alice")
        with pytest.raises(Locked, match="prove who you are"):
            approve(alice, 1)
    prove(alice)
    approve(alice, 1)


def test_a_wrong_passphrase_opens_nothing_and_is_recorded(signed: Ward, alice: PersonalDesk) -> None:
    alice.execute(LockSitting())
    with pytest.raises(NotAllowed, match="That is not right"):
        prove(alice, WORDS.upper())
    with pytest.raises(Locked):
        reject(alice, 1)
    (event,) = signed.events("person.authenticated")
    assert (event["outcome"], event["reason"], event["object_id"]) == ("refused", "wrong", "alice")


def test_after_five_wrong_ones_even_the_right_one_waits_whatever_is_restarted(
    signed: Ward, alice: PersonalDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(signing.ATTEMPTS):
        with pytest.raises(NotAllowed, match="not right"):
            prove(alice, "guessed wrongly")
    signed.restart()
    alice = signed.desk("alice")
    for _ in range(2):
        with pytest.raises(NotAllowed, match="wait 5 minutes"):
            prove(alice)
    reasons = [event["reason"] for event in signed.events("person.authenticated")]
    assert reasons[-3:] == ["wrong", "too_many", "too_many"]
    monkeypatch.setattr(signing, "WAIT", timedelta(0))
    prove(alice)
    approve(alice, 1)


def test_changing_a_passphrase_takes_the_old_one_and_forgetting_it_an_operator(
    signed: Ward, alice: PersonalDesk
) -> None:
    new = SetPassphrase(new="another one entirely")
    with pytest.raises(Refused, match="give the old one"):
        alice.execute(new)
    with pytest.raises(NotAllowed, match="not right"):
        alice.execute(new.model_copy(update={"old": "guessed"}))
    alice.execute(new.model_copy(update={"old": WORDS}))
    prove(alice, new.new)
    with pytest.raises(NotAllowed):
        alice.execute(ForgetPassphrase(name="alice"))
    signed.founder.execute(ForgetPassphrase(name="alice"))
    with pytest.raises(Refused, match="workbench passphrase"):
        prove(alice, new.new)
    with pytest.raises(NotThere):
        signed.founder.execute(ForgetPassphrase(name="alice"))
    alice.execute(SetPassphrase(new=WORDS))
    prove(alice)


def test_a_passphrase_stands_nowhere_in_what_is_shown_or_logged(signed: Ward, alice: PersonalDesk) -> None:
    prove(alice)
    assert WORDS not in repr(Authenticate(secret=WORDS)) + repr(SetPassphrase(new=WORDS, old=WORDS))
    signed.study.close()
    assert WORDS not in "".join(path.read_text() for path in (signed.folder / "mirror").glob("events-*.jsonl"))


def test_the_same_words_composed_differently_are_the_same(signed: Ward) -> None:
    carol = signed.hire("carol")
    carol.execute(SetPassphrase(new="cafe\u0301 at seven"))
    prove(carol, "caf\u00e9 at seven")


def test_a_script_signs_nothing(signed: Ward) -> None:
    script = signed.desk("script", face=Face.CLI, login="script")
    with pytest.raises(NotAllowed):
        script.execute(SetPassphrase(new=WORDS))
    with pytest.raises(Locked):
        approve(script, 1)


def test_without_signing_a_locked_screen_opens_without_a_secret(ward: Ward) -> None:
    alice = ward.desk("alice")
    alice.execute(LockSitting())
    prove(alice, "")
    approve(alice, 1)
    assert ward.events("person.authenticated") == []


@pytest.mark.skipif(ctypes.util.find_library("pam") is None, reason="the system has no libpam")
def test_a_wrong_password_is_refused_by_pam(ward_under: Callable[..., Ward]) -> None:
    ward = ward_under("signing: pam")
    founder = ward.desk("founder")
    with pytest.raises(NotAllowed, match="not right"):
        prove(founder, "surely not the password of this login")
    (event,) = ward.events("person.authenticated")
    assert (event["details"], event["outcome"]) == ({"method": "pam"}, "refused")
    with pytest.raises(Locked):
        approve(founder, 1)


def test_a_token_without_a_login_cannot_sign_with_pam(ward_under: Callable[..., Ward]) -> None:
    ward = ward_under("signing: pam")
    with pytest.raises(NotAllowed, match="has no login here"):
        prove(ward.hire("remote"))


def test_nobody_waits_while_a_password_is_checked_and_only_one_is_at_a_time(
    signed: Ward, alice: PersonalDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    checking, answer = threading.Event(), threading.Event()
    digest = signing._digest

    def slow(secret: str, salt: bytes) -> bytes:
        checking.set()
        assert answer.wait(30)
        return digest(secret, salt)

    monkeypatch.setattr(signing, "_digest", slow)
    thread = threading.Thread(target=prove, args=(alice,))
    thread.start()
    assert checking.wait(30)
    reject(signed.desk("bob"), 1)
    with pytest.raises(NotAllowed, match="being checked"):
        prove(signed.desk("alice", sitting="another"))
    answer.set()
    thread.join()
    approve(alice, 2)
    decided = [*signed.events("exchange.rejected"), *signed.events("person.authenticated")]
    assert [event["actor"] for event in decided] == ["bob", "alice"]


def test_the_command_line_sets_a_passphrase_and_signs_with_it(
    signed: Ward, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    signed.study.close()

    def tell(*words: str, typed: tuple[str, ...] = ()) -> str:
        """Run a command at a terminal where somebody types these secrets."""
        answers = iter(typed)
        monkeypatch.setenv("WORKBENCH_KEY", KEY)
        monkeypatch.setattr(getpass, "getpass", lambda prompt: next(answers))
        monkeypatch.setattr(sys, "argv", ["workbench", *words, "--study", str(signed.folder)])
        monkeypatch.setattr(sys, "stdin", Terminal())
        with pytest.raises(SystemExit):
            main()
        assert list(answers) == []
        said = capsys.readouterr()
        return said.out + said.err

    assert "workbench passphrase" in tell("decide", "1", "approve", typed=(WORDS,))
    assert "not the same" in tell("passphrase", typed=("", WORDS, WORDS + "!"))
    assert "at least 8" in tell("passphrase", typed=("", "short"))
    assert "is set" in tell("passphrase", typed=("", WORDS, WORDS))
    assert "not right" in tell("decide", "1", "approve", typed=(WORDS + "!",))
    assert "approved" in tell("decide", "1", "approve", typed=(WORDS,))
    assert "sets a new one" in tell("passphrase", "--forget", "founder")


class Terminal(io.StringIO):
    """Standard input as of a terminal."""

    def isatty(self) -> bool:
        return True


def test_without_a_terminal_no_passphrase_is_taken(signed: Ward) -> None:
    signed.study.close()
    for words in (("passphrase",), ("decide", "1", "approve")):
        done = run_workbench(*words, "--study", str(signed.folder), given=f"{WORDS}\n")
        assert done.returncode == 2, done.stdout
        assert done.stderr.count("\n") == 1
