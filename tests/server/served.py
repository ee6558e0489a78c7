"""A server in a process of its own, on a real socket, as `workbench serve` starts it."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from audit.events import Event
from audit.mirror import Mirror
from audit.query import Query, find_events
from policies import Face
from tests.command import KEY
from workbench.desk.remote import RemoteDesk

PATIENCE = 120.0
"""Seconds until a server that does not answer is given up; a large study takes a while to open."""


@dataclass(slots=True)
class Served:
    """A study and the server that holds it."""

    study: Path
    socket: Path
    printed: Path
    process: "subprocess.Popen[bytes]"
    network: str = ""
    """HOST:PORT, where it listens there."""
    certificate: Path | None = None

    def desk(self, face: Face = Face.CLI) -> RemoteDesk:
        """A desk of this login."""
        return RemoteDesk(str(self.socket), face)

    def network_desk(self, token: str | None) -> RemoteDesk:
        """A desk over TLS."""
        return RemoteDesk(self.network, Face.TUI, token, self.certificate)

    def events(self, action: str) -> list[Event]:
        """The events of an action in the mirror, as an auditor sees them."""
        return [event for event in find_events(Mirror(self.study / "mirror"), Query()) if event.action == action]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it with a signal; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=60)


def start_server(study: Path, path: Path, *options: object) -> Served:
    """Serve a study at a socket, and wait until somebody answers there.  What it prints goes to a file beside it."""
    printed = path.with_suffix(".txt")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("WORKBENCH_")}
    arguments = ["serve", "--study", study, "--socket", path, *options]
    with printed.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "workbench", *map(str, arguments)],
            env={**environment, "WORKBENCH_KEY": KEY, "PYTHONUNBUFFERED": "1"},
            stdout=out,
            stderr=out,
        )
    served = Served(study, path, printed, process)
    try:
        wait_for_socket(served)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return served


def wait_for_socket(served: Served) -> None:
    """Until somebody answers at the socket."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        assert served.process.poll() is None, served.printed.read_text()
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(served.socket)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(served.printed.read_text())


def free_address() -> str:
    """HOST:PORT on this machine at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return f"127.0.0.1:{probe.getsockname()[1]}"


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "workbench test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    (folder / "server.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "server.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (folder / "server.key").chmod(0o600)
    return folder / "server.pem", folder / "server.key"
