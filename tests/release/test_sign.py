"""A release counts once others than its builder have signed it, each with a key of their own."""

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit import release_note, verify_release
from audit.bundle import verify_bundle
from audit.checkpoint import PublicKey, SigningKey
from audit.errors import BundleError
from policies import LoadedPolicy, Role, parse_policy
from tests.command import KEY, run_workbench
from tests.conftest import SECRET, detector
from tests.release.house import House, make_key, sign
from workbench.desk.releasing import AddStewardKey, ShowSignatures, ShowStewardKey, SignRelease
from workbench.errors import NotAllowed, NotThere, Refused
from workbench.study.opening import create_study


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, policy: LoadedPolicy) -> Path:
    """A study of three approved exchanges whose releases need two signatures."""
    folder = tmp_path_factory.mktemp("house") / "study"
    body = policy.body.replace("release:\n", "release:\n  signatures: 2\n").replace(
        "  seed: 42", "  seed: 42\n  attempts: 1"
    )
    create_study(folder, parse_policy(body, "The policy"), SECRET, "founder")
    house = House(folder, detector())
    house.fill([2, 1], subject="S-1")
    house.approve_all()
    house.close()
    return folder


@pytest.fixture
def house(filled: Path, tmp_path: Path) -> Iterator[House]:
    made = House(shutil.copytree(filled, tmp_path / "study"), detector())
    yield made
    made.close()


def test_two_stewards_sign_what_a_third_person_has_built(house: House) -> None:
    berta, carl = house.steward("berta"), house.steward("carl")
    keys = {desk: make_key(desk) for desk in (berta, carl)}
    bundle = house.build("one")
    assert bundle.signed_by == ()
    assert bundle.manifest.signers.needed == 2
    assert set(bundle.manifest.signers.keys) == {key.public.text for key in keys.values()}
    with pytest.raises(BundleError, match="0 of the 2 signatures"):
        verify_bundle(bundle.path, signed=True)

    signed = sign(berta, bundle, keys[berta])
    assert ([one.person for one in signed.signatures], signed.missing) == (["berta"], 1)
    with pytest.raises(BundleError, match="1 of the 2 signatures"):
        verify_bundle(bundle.path, signed=True)
    signed = sign(carl, bundle, keys[carl])
    assert ([one.person for one in signed.signatures], signed.missing) == (["berta", "carl"], 0)
    log = PublicKey.load(house.study.folder.log_public_key)
    checked = verify_bundle(bundle.path, key=log, signed=True)
    assert set(checked.signed_by) == {keys[desk].name for desk in (berta, carl)}
    assert all(name.startswith(f"{log.name}/steward/") for name in checked.signed_by)
    assert not [name for name in ("berta", "carl") if name in (bundle.path / "RELEASE.note").read_text()]
    assert [event["actor"] for event in house.events("release.signed")] == ["berta", "carl"]
    assert (bundle.path.stat().st_mode & 0o777, (bundle.path / "RELEASE.note").stat().st_mode & 0o777) == (0o555, 0o444)
    assert not [file for file in bundle.path.iterdir() if file.name.startswith(".")]


def test_every_byte_of_a_built_release_matters(house: House, tmp_path: Path) -> None:
    stewards = [house.steward("berta"), house.steward("carl")]
    keys = [make_key(desk) for desk in stewards]
    bundle = house.build("one")
    for desk, key in zip(stewards, keys, strict=True):
        sign(desk, bundle, key)
    log = PublicKey.load(house.study.folder.log_public_key)
    far_side = verify_release.parse_key(log.text)
    assert verify_release.check_bundle(str(bundle.path), far_side).faults == []
    shutil.copytree(bundle.path, tmp_path / "copy")
    for folder in (tmp_path / "copy", *(tmp_path / "copy").rglob("*")):
        folder.chmod(0o755)
    files = sorted(file for file in (tmp_path / "copy").rglob("*") if file.is_file())
    chance = random.Random(7)
    for _ in range(1000 if os.environ.get("WORKBENCH_PROVE") else 30):
        file = chance.choice(files)
        data = bytearray(whole := file.read_bytes())
        data[chance.randrange(len(data))] ^= chance.randrange(1, 256)
        file.write_bytes(data)
        assert verify_release.check_bundle(str(tmp_path / "copy"), far_side).faults, file
        with pytest.raises(BundleError):
            verify_bundle(tmp_path / "copy", key=log, signed=True)
        file.write_bytes(whole)


def test_signing_again_changes_nothing(house: House) -> None:
    berta = house.steward("berta")
    key = make_key(berta)
    bundle = house.build("one")
    first = sign(berta, bundle, key)
    note, size = (bundle.path / "RELEASE.note").read_bytes(), house.study.log.size
    assert sign(berta, bundle, key) == first == berta.execute(ShowSignatures(name="one"))
    assert berta.execute(AddStewardKey(key=key.public.text)).key == key.public.text
    assert (house.study.log.size, (bundle.path / "RELEASE.note").read_bytes()) == (size, note)


def test_what_was_lost_after_it_was_recorded_is_written_once_more(house: House) -> None:
    berta = house.steward("berta")
    key = make_key(berta)
    bundle = house.build("one")
    sign(berta, bundle, key)
    bundle.path.chmod(0o755)
    (bundle.path / "RELEASE.note").unlink()
    bundle.path.chmod(0o555)
    sign(berta, bundle, key)
    assert len(verify_bundle(bundle.path).signed_by) == 1
    assert len(house.events("release.signed")) == 1


def test_who_built_it_cannot_sign_it(house: House) -> None:
    berta = house.steward("berta")
    own, key = make_key(house.founder), make_key(berta)
    bundle = house.build("one")
    assert bundle.manifest.signers.keys == (key.public.text,)
    with pytest.raises(Refused, match="another steward signs it"):
        sign(house.founder, bundle, own)
    with pytest.raises(NotAllowed):
        sign(house.desk("anna"), bundle, own)
    # Whoever is both may sign what another has built.
    other = house.build("two", berta)
    assert sign(house.founder, other, own).missing == 1


@pytest.mark.parametrize(
    "spoil", ["another key", "another release", "another digest", "another line", "no key", "late key"]
)
def test_a_signature_that_does_not_hold_is_not_recorded(house: House, spoil: str) -> None:
    berta = house.steward("berta")
    if spoil not in ("no key", "late key"):
        key = make_key(berta)
    bundle = house.build("one")
    if spoil == "late key":
        key = make_key(berta)
    name = berta.execute(ShowStewardKey()).name
    if spoil in ("no key", "another key"):
        key = SigningKey.generate(name)
    digest = "0" * 64 if spoil == "another digest" else bundle.digest
    text = release_note.body(bundle.manifest, "1" * 64 if spoil == "another release" else bundle.digest)
    line = release_note.sign(text, key)
    if spoil == "another line":
        line = line[:-1]
    with pytest.raises(Refused):
        berta.execute(SignRelease(name="one", manifest_digest=digest, signature=line))
    assert house.events("release.signed") == []
    assert not (bundle.path / "RELEASE.note").exists()


def test_an_earlier_key_no_longer_signs(house: House) -> None:
    berta = house.steward("berta")
    first = make_key(berta)
    before = house.build("one")
    second = make_key(berta)
    after = house.build("two")
    assert after.manifest.signers.keys == (second.public.text,)
    for key in (first, second):
        with pytest.raises(Refused):
            sign(berta, before, key)
    assert sign(berta, after, second).signatures[0].key == second.public.text
    assert len(house.events("person.steward_key_added")) == 2


def test_a_key_is_one_person_s(house: House) -> None:
    berta, carl = house.steward("berta"), house.steward("carl")
    key = make_key(berta)
    with pytest.raises(Refused, match="make your own"):
        carl.execute(AddStewardKey(key=key.public.text))
    same = SigningKey(carl.execute(ShowStewardKey()).name, key.seed)
    with pytest.raises(Refused, match="very key"):
        carl.execute(AddStewardKey(key=same.public.text))
    with pytest.raises(Refused, match="not a public key"):
        carl.execute(AddStewardKey(key=f"{key.public.text[:-2]}AA"))
    with pytest.raises(NotThere):
        berta.execute(ShowSignatures(name="none"))


def test_a_study_with_too_few_keys_warns_before_anybody_counts_on_a_release(house: House) -> None:
    from workbench.release.sign import warning

    house.study.actor = house.founder._actor
    said = warning(house.study)
    assert said is not None
    assert "with a key: 0" in said
    for name in ("berta", "carl"):
        make_key(house.steward(name))
    assert warning(house.study) is None


def test_from_the_command_line(filled: Path, tmp_path: Path, house: House) -> None:
    # One login is one person, so that here another person has built what this login signs.
    other = house.hire("olga", Role.STEWARD)
    house.close()
    study, key = tmp_path / "study", tmp_path / "berta.key"

    def run(*arguments: str) -> tuple[int, str]:
        done = run_workbench(*arguments, "--study", str(study), key=KEY)
        return done.returncode, done.stdout + done.stderr

    assert run("people", "key", str(key))[0] == 0
    assert key.stat().st_mode & 0o777 == 0o600
    house.open()
    bundle = house.build("one", house.desk("olga", Role.STEWARD))
    house.close()
    code, said = run("release", "sign", "one", "--key", str(key))
    assert code == 0, said
    assert "one is signed by founder." in said
    assert "needs 1 more" in said
    done = run_workbench("release", "verify", str(bundle.path), "--public-key", str(study / "mirror" / "log.pub"))
    assert done.returncode == 0
    assert "Signed with the stewards' keys " in done.stdout
    assert "lacks 1 of 2 signatures" in done.stderr.replace("\n", " ")
    key.chmod(0o644)
    assert run("release", "sign", "one", "--key", str(key))[0] == 2
    code, said = run("audit", "release", str(bundle.path))
    assert code == 0, said
    assert "All 3 rows were approved" in said
    house.open()
    assert other is not None
