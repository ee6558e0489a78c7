"""A study with releases: anna reviews, the founder builds, berta and carl sign."""

from pathlib import Path

from audit import release_note
from audit.bundle import Bundle, verify_bundle
from audit.checkpoint import SigningKey
from policies import Role
from tests.review.ward import Ward, approve
from workbench.desk.commands import BuildRelease
from workbench.desk.local import PersonalDesk
from workbench.desk.release_views import Signed
from workbench.desk.releasing import AddStewardKey, RescanRows, ShowStewardKey, SignRelease


class House(Ward):
    """A ward whose exchanges are all approved once `approve_all` was called."""

    def approve_all(self) -> None:
        """Approve what is not decided yet."""
        anna = self.desk("anna")
        for row in self.study.db.rows("SELECT exchange, version FROM current_standings WHERE state = 'waiting'"):
            approve(anna, *row)

    def build(self, name: str, desk: PersonalDesk | None = None) -> Bundle:
        """Build a release of what is approved."""
        desk = desk or self.founder
        while desk.execute(RescanRows()).left:
            pass
        return verify_bundle(Path(desk.execute(BuildRelease(name=name)).path))

    def steward(self, name: str) -> PersonalDesk:
        """The desk of a steward."""
        return self.hire(name, Role.STEWARD)


def make_key(desk: PersonalDesk) -> SigningKey:
    """Give a steward a key."""
    key = SigningKey.generate(desk.execute(ShowStewardKey()).name)
    desk.execute(AddStewardKey(key=key.public.text))
    return key


def sign(desk: PersonalDesk, bundle: Bundle, key: SigningKey) -> Signed:
    """Sign as the command does."""
    line = release_note.sign(release_note.body(bundle.manifest, bundle.digest), key)
    return desk.execute(SignRelease(name=bundle.manifest.name, manifest_digest=bundle.digest, signature=line))
