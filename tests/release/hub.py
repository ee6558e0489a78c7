"""A hub of datasets on this machine: what huggingface_hub asks of one when it publishes, and nothing else."""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

LARGE = (".parquet", ".png")
"""Endings of files that go to the storage for large ones."""
Fault = Literal["unheard", "unanswered"]
"""A request that never arrives, or one that is carried out and whose answer is lost."""


@dataclass
class Repository:
    """A dataset repository: each commit is all of its files, by path."""

    private: bool
    gated: str | bool = False
    commits: list[tuple[str, dict[str, bytes]]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def head(self) -> str:
        return self.commits[-1][0]

    def files(self, revision: str) -> dict[str, bytes]:
        """The files of a commit, a tag or `main`."""
        wanted = self.head if revision == "main" else self.tags.get(revision, revision)
        return dict(self.commits)[wanted]

    def add(self, files: dict[str, bytes]) -> str:
        """A new commit; its name."""
        name = hashlib.sha1(f"{len(self.commits)} {sorted(files)}".encode()).hexdigest()
        self.commits.append((name, files))
        return name


@dataclass
class Hub:
    """The state of the hub, and what was asked of it."""

    token: str = "hf_a-token-of-the-tests"
    repositories: dict[str, Repository] = field(default_factory=dict)
    large: dict[str, bytes] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    """Method and path of each request, in order."""
    states: list[tuple[bool, str | bool, bool]] = field(default_factory=list)
    """After each change: private, gate, and whether any file of a release is there."""
    fault: tuple[int, Fault, Callable[[], None]] | None = None
    """At which request, from 0, what happens, and who is told first."""
    leads: str | None = None
    """Where requests that read are sent on to."""
    storage: str | None = None
    """Address of the storage for large files, if it is not the hub's own."""
    endpoint: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def make(self, name: str, **given: Any) -> Repository:
        """A repository as the hub makes it: with a file of its own."""
        made = self.repositories[name] = Repository(**given)
        made.add({".gitattributes": b"*.parquet filter=lfs\n"})
        return made


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet
    disable_nagle_algorithm = True
    server: "Server"

    def log_message(self, *arguments: object) -> None:
        pass

    def _handle(self) -> None:
        hub, path = self.server.hub, unquote(urlsplit(self.path).path)
        with hub.lock:
            body = self._body()
            number = len(hub.requests)
            hub.requests.append(f"{self.command} {path}")
            at, fault, tell = hub.fault or (-1, "unheard", lambda: None)
            if number == at and fault == "unheard":
                tell()
                self.close_connection = True
                return
            status, answer, headers = self._answer(hub, path, body)
            if number == at:
                tell()
                self.close_connection = True
                return
        data = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data)), "Content-Type": "application/json"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _handle

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _answer(self, hub: Hub, path: str, body: bytes) -> tuple[int, Any, dict[str, str]]:
        if self.command == "PUT" and (found := re.fullmatch(r"/storage/([0-9a-f]{64})", path)):
            if "Authorization" in self.headers:
                return 400, {"error": "the token does not belong here"}, {}
            if hashlib.sha256(body).hexdigest() != found[1]:
                return 400, {"error": "another content"}, {}
            hub.large[found[1]] = body
            return 200, {}, {}
        if self.headers.get("Authorization") != f"Bearer {hub.token}":
            return 403, {"error": "forbidden"}, {}
        if self.command == "GET" and hub.leads:
            return 307, {}, {"Location": f"{hub.leads}{path}"}
        if (self.command, path) == ("POST", "/api/validate-yaml"):
            return 200, {"errors": [], "warnings": []}, {}
        if (self.command, path) == ("POST", "/api/repos/create"):
            return self._create(hub, json.loads(body))
        found = re.fullmatch(r"/api/datasets/([^/]+/[^/]+?)(/.*)?", path) or re.fullmatch(
            r"/datasets/([^/]+/[^/]+)\.git(/.*)", path
        )
        repository = hub.repositories.get(found[1]) if found else None
        if found is None or repository is None:
            return 404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"}
        name, rest = found[1], found[2] or ""
        status, answer = self._of_repository(hub, repository, name, rest, body)
        if self.command != "GET":
            some = any(set(files) - {".gitattributes"} for _, files in repository.commits)
            hub.states.append((repository.private, repository.gated, some))
        return status, answer, {}

    def _create(self, hub: Hub, asked: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        name = f"{asked['organization']}/{asked['name']}"
        if asked["type"] != "dataset" or name in hub.repositories:
            return 409, {"error": "exists"}, {}
        hub.make(name, private=asked.get("visibility", "public") == "private")
        return 200, {"url": f"{hub.endpoint}/datasets/{name}"}, {}

    def _of_repository(self, hub: Hub, repository: Repository, name: str, rest: str, body: bytes) -> tuple[int, Any]:
        head, _, revision = rest.removeprefix("/").partition("/")
        match self.command, head:
            case "GET", "":
                return 200, {
                    "id": name, "sha": repository.head, "private": repository.private, "gated": repository.gated,
                }  # fmt: skip
            case "GET", "refs":
                branch = {"name": "main", "ref": "refs/heads/main", "targetCommit": repository.head}
                tags = [
                    {"name": tag, "ref": f"refs/tags/{tag}", "targetCommit": commit}
                    for tag, commit in repository.tags.items()
                ]
                return 200, {"branches": [branch], "converts": [], "tags": tags}
            case "GET", "tree":
                return 200, [_entry(path, content) for path, content in repository.files(revision).items()]
            case "PUT", "settings":
                asked = json.loads(body)
                repository.gated = asked.get("gated", repository.gated)
                repository.private = asked.get("visibility", "private" if repository.private else "") == "private"
                return 200, {}
            case "POST", "preupload":
                files = [
                    {
                        "path": file["path"],
                        "uploadMode": "lfs" if file["path"].endswith(LARGE) else "regular",
                        "shouldIgnore": False,
                        "oid": _digest(file["path"], repository.files("main").get(file["path"])),
                    }
                    for file in json.loads(body)["files"]
                ]
                return 200, {"files": files}
            case "POST", "info":
                return 200, {
                    "transfer": "basic",
                    "objects": [self._upload(hub, one) for one in json.loads(body)["objects"]],
                }
            case "POST", "commit":
                return self._commit(hub, name, repository, [json.loads(line) for line in body.splitlines()])
            case "POST", "tag":
                tag = json.loads(body)["tag"]
                if tag in repository.tags:
                    return 409, {"error": "tag exists"}
                repository.tags[tag] = repository.head if revision == "main" else revision
                return 200, {}
        return 404, {"error": f"nothing here for {self.command} {rest}"}

    def _upload(self, hub: Hub, one: dict[str, Any]) -> dict[str, Any]:
        if one["oid"] in hub.large:
            return {"oid": one["oid"], "size": one["size"]}
        where = hub.storage or f"{hub.endpoint}/storage"
        return {"oid": one["oid"], "size": one["size"], "actions": {"upload": {"href": f"{where}/{one['oid']}"}}}

    def _commit(self, hub: Hub, name: str, repository: Repository, lines: list[dict[str, Any]]) -> tuple[int, Any]:
        if lines[0]["value"].get("parentCommit", repository.head) != repository.head:
            return 412, {"error": "the head has moved"}
        files = dict(repository.files("main"))
        for line in lines[1:]:
            value = line["value"]
            match line["key"]:
                case "file":
                    files[value["path"]] = base64.b64decode(value["content"])
                case "lfsFile":
                    files[value["path"]] = hub.large[value["oid"]]
                case "deletedFile":
                    del files[value["path"]]
        commit = repository.add(files)
        return 200, {"commitUrl": f"{hub.endpoint}/datasets/{name}/commit/{commit}", "commitOid": commit}


def _digest(path: str, content: bytes | None) -> str | None:
    if content is None:
        return None
    if path.endswith(LARGE):
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()


def _entry(path: str, content: bytes) -> dict[str, Any]:
    """A file as the hub lists it: a large one by a pointer of its own."""
    entry: dict[str, Any] = {"type": "file", "path": path, "size": len(content), "oid": _digest(path, content)}
    if path.endswith(LARGE):
        entry["lfs"] = {"oid": entry["oid"], "size": len(content), "pointerSize": 130}
        entry["oid"] = hashlib.sha1(b"a pointer").hexdigest()
    return entry


class Server(ThreadingHTTPServer):
    daemon_threads = True
    hub: Hub

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed leaves broken connections."""


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """The hub, reachable at `hub.endpoint`."""
    server = Server(("127.0.0.1", 0), Handler)
    server.hub = hub
    hub.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
