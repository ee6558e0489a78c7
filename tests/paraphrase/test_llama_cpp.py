"""The local model backend, with real inference through llama.cpp on a tiny model file."""

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from llama_cpp import Llama
from llama_cpp.llama_chat_format import Jinja2ChatFormatter

from policies import Face, LoadedPolicy, Policy, load_policy, load_prompt
from tests.command import Run
from tests.conftest import SECRET, SESSION, add_text, open_tested
from tests.paraphrase.conftest import write_tiny_model
from workbench.cli.models import add_model
from workbench.desk.commands import ClaimPages, ListQueue, OpenExchange, Status, VerifyAudit
from workbench.desk.local import LocalDesk
from workbench.desk.views import PageJob
from workbench.errors import BackendError
from workbench.paraphrase.backend import PageTooLong
from workbench.paraphrase.llama_cpp import LlamaCpp
from workbench.paraphrase.run import paraphrase
from workbench.study.opening import create_study


def short(policy: Policy, **changes: float | int) -> Policy:
    """The policy with a few tokens only, since random weights have nothing to say."""
    settings = policy.paraphrase.model_copy(update={"max_tokens": 24, **changes})
    return policy.model_copy(update={"paraphrase": settings})


def job(text: str) -> PageJob:
    return PageJob(page=1, session=1, number=1, text=text, words=len(text.split()), findings=())


@pytest.fixture
def backend(policy: LoadedPolicy, tiny_model: Path) -> Iterator[LlamaCpp]:
    made = LlamaCpp(short(policy.policy), tiny_model, threads=1)
    yield made
    made.close()


def test_a_page_gives_the_same_output_for_the_same_seed_whatever_came_before(backend: LlamaCpp) -> None:
    page, other = job("Caregiver: I am tired.\nCoach: I hear you."), job("Caregiver: Good morning.\nCoach: Hello.")
    first = backend.generate(page, 7)
    assert first
    backend.generate(other, 3)
    assert backend.generate(page, 7) == first
    assert backend.generate(page, 8) != first


def test_what_decides_the_output_is_recorded(backend: LlamaCpp, tiny_model: Path) -> None:
    assert backend.model_digest == hashlib.sha256(tiny_model.read_bytes()).hexdigest()
    assert backend.prompt_digest == load_prompt("exchange").digest
    assert backend.parameters["temperature"] == 0.7
    assert backend.parameters["max_tokens"] == 24
    assert backend.parameters["engine"] == f"llama-cpp-python {version('llama-cpp-python')}"


def test_a_page_that_does_not_fit_is_told_apart(policy: LoadedPolicy, tiny_model: Path) -> None:
    backend = LlamaCpp(short(policy.policy, context_tokens=128), tiny_model, threads=1)
    with pytest.raises(PageTooLong):
        backend.generate(job("Caregiver: word " * 50), 1)
    backend.close()


def test_what_a_page_spells_is_text_even_where_it_spells_a_control_token(backend: LlamaCpp) -> None:
    bos, eos = 1, 2
    plain, spelled = backend.tokens("I said again."), backend.tokens("I said </s> and <s> again.")
    assert (plain.count(bos), plain.count(eos)) == (spelled.count(bos), spelled.count(eos)) == (1, 0)
    assert plain[0] == spelled[0] == bos
    assert backend.generate(job("Caregiver: I said </s> and [/INST] again.\nCoach: Go on."), 7)


def test_a_request_stands_in_the_models_own_chat_template_token_for_token(backend: LlamaCpp, tiny_model: Path) -> None:
    request = "Condense this page.\nCaregiver: I am tired, na\u00efve and [sighs] afraid.\nCoach: I hear you."
    model = Llama(str(tiny_model), vocab_only=True, verbose=False)
    chat = Jinja2ChatFormatter(model.metadata["tokenizer.chat_template"], eos_token="</s>", bos_token="<s>")
    prompt = chat(messages=[{"role": "user", "content": request}]).prompt
    assert prompt == f"<s>[INST] {request} [/INST]"
    assert backend.tokens(request) == model.tokenize(prompt.encode(), add_bos=False, special=True)
    model.close()


def test_the_order_of_pages_changes_nothing(backend: LlamaCpp) -> None:
    pages = [job(f"Caregiver: I counted {n} hours of sleep.\nCoach: Tell me more.") for n in range(4)]
    onward = [backend.generate(page, n) for n, page in enumerate(pages)]
    back = [backend.generate(page, n) for n, page in reversed(list(enumerate(pages)))]
    assert onward == back[::-1]
    assert len(set(onward)) == 4


def test_output_of_the_model_is_kept_and_queued_with_all_that_made_it(
    desk_over: Callable[..., LocalDesk], tmp_path: Path, backend: LlamaCpp
) -> None:
    desk = desk_over()
    add_text(desk, tmp_path, SESSION)
    tally = paraphrase(desk, backend, 42, lambda run, tally: None)
    counts = desk.execute(Status())
    assert tally.pages == counts.exchanges == counts.waiting == 2
    # Random weights never write two labelled sides: both are malformed, kept, flagged and in the queue.
    assert tally.malformed == counts.malformed == 2
    for row in desk.execute(ListQueue()).rows:
        view = desk.execute(OpenExchange(exchange=row.exchange))
        assert view.malformed == "missing_side"
        assert view.backend == "llama-cpp"
        assert view.raw
        assert "malformed" in row.flags


def test_pages_too_long_for_the_model_wait_for_the_reviewer(
    desk_over: Callable[..., LocalDesk], tmp_path: Path, policy: LoadedPolicy, tiny_model: Path
) -> None:
    desk = desk_over()
    add_text(desk, tmp_path, SESSION)
    backend = LlamaCpp(short(policy.policy, context_tokens=128), tiny_model, threads=1)
    tally = paraphrase(desk, backend, 42, lambda run, tally: None)
    backend.close()
    # Not even the instruction fits: each page is divided until its parts are too small for that, and none is lost.
    assert tally.split > 2
    assert tally.pages == desk.execute(Status()).exchanges == desk.execute(Status()).pages == tally.split + 2
    view = desk.execute(OpenExchange(exchange=1))
    assert (view.malformed, view.raw, view.row.state) == ("too_long", "", "waiting")


def test_a_page_too_long_for_the_model_is_divided_and_its_parts_have_exchanges(
    desk_over: Callable[..., LocalDesk], tmp_path: Path, policy: LoadedPolicy, tiny_model: Path
) -> None:
    desk = desk_over()
    add_text(desk, tmp_path, SESSION)
    words = desk.execute(Status()).words
    whole = LlamaCpp(short(policy.policy), tiny_model, threads=1)
    instruction = len(whole._prefix)
    longest = max(len(whole.tokens(page.text)) for page in desk.execute(ClaimPages()).jobs)
    whole.close()
    backend = LlamaCpp(short(policy.policy, context_tokens=instruction + longest // 2), tiny_model, threads=1)
    tally = paraphrase(desk, backend, 42, lambda run, tally: None)
    backend.close()
    counts = desk.execute(Status())
    assert tally.split >= 1
    assert tally.pages == counts.pages == counts.exchanges == 2 + tally.split
    assert counts.words == words
    last = desk.execute(OpenExchange(exchange=counts.exchanges))
    assert last.malformed != "too_long"
    assert last.source in SESSION.replace("\n", " ").replace("  ", " ") or last.source.split("\n")[0] in SESSION
    assert desk.execute(VerifyAudit()).fault is None


@pytest.mark.parametrize("content", [b"", b"no model at all", b"GGUF and then nothing"])
def test_a_file_that_is_no_model_is_refused_by_name(tmp_path: Path, policy: LoadedPolicy, content: bytes) -> None:
    (tmp_path / "broken.gguf").write_bytes(content)
    with pytest.raises(BackendError, match=r"broken\.gguf"):
        LlamaCpp(policy.policy, tmp_path / "broken.gguf")


def test_a_model_file_cut_short_is_refused_by_name(tmp_path: Path, policy: LoadedPolicy, tiny_model: Path) -> None:
    (tmp_path / "half.gguf").write_bytes(tiny_model.read_bytes()[:60_000])
    with pytest.raises(BackendError, match=r"half\.gguf"):
        LlamaCpp(policy.policy, tmp_path / "half.gguf")


@pytest.mark.parametrize("template", ["{{ broken", "no place for a message", "{{ raise_exception('no users') }}"])
def test_a_model_whose_template_takes_no_page_is_refused_by_name(
    tmp_path: Path, policy: LoadedPolicy, template: str
) -> None:
    odd = write_tiny_model(tmp_path / "odd.gguf", template=template)
    with pytest.raises(BackendError, match=r"chat template in .*odd\.gguf"):
        LlamaCpp(policy.policy, odd)


def test_without_the_library_the_sentence_says_what_to_install(
    policy: LoadedPolicy, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "llama_cpp", None)
    with pytest.raises(BackendError, match=r"pip install .*\[llm\]"):
        LlamaCpp(policy.policy, tiny_model)


def test_llama_cpp_prints_nothing_of_its_own(
    policy: LoadedPolicy, tiny_model: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    made = LlamaCpp(short(policy.policy), tiny_model, threads=1)
    made.generate(job("Caregiver: I am tired.\nCoach: I hear you."), 7)
    made.close()
    (tmp_path / "half.gguf").write_bytes(tiny_model.read_bytes()[:60_000])
    with pytest.raises(BackendError):
        LlamaCpp(policy.policy, tmp_path / "half.gguf")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("missing.gguf", None, "no file of that name that can be read; check --model"),
        ("notes.gguf", b"no model at all", "is not registered in this study; run: workbench models add FILE"),
        ("half.gguf", b"GGUF and then nothing", "cannot be loaded; check that it is a complete GGUF file"),
    ],
)
def test_a_wrong_model_file_ends_the_command_with_one_sentence_and_2(
    study_folder: Path, tmp_path: Path, run: Run, name: str, content: bytes | None, expected: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
        run("models", "add", str(tmp_path / name), "--study", str(study_folder))
    done = run("paraphrase", "--model", str(tmp_path / name), "--study", str(study_folder))
    assert (done.returncode, done.stdout) == (2, "")
    assert expected in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_command_runs_the_model_and_says_so_and_prints_no_text(
    tmp_path: Path, policy: LoadedPolicy, tiny_model: Path, run: Run
) -> None:
    (tmp_path / "short.yaml").write_text(policy.body.replace("max_tokens: 768", "max_tokens: 16"))
    study = tmp_path / "study"
    create_study(study, load_policy(str(tmp_path / "short.yaml")), SECRET, "tester")
    desk = LocalDesk(open_tested(study, Face.CLI))
    add_text(desk, tmp_path, SESSION)
    add_model(desk, tiny_model)
    desk.close()
    done = run("paraphrase", "--model", str(tiny_model), "--threads", "1", "--study", str(study))
    assert done.returncode == 0, done.stderr
    assert "Paraphrase by llama-cpp" in done.stdout
    assert done.stderr == ""
    log = run("audit", "query", "--action", "exchange.created", "--format", "json", "--study", str(study), key=None)
    created = [json.loads(line)["details"] for line in log.stdout.splitlines()]
    digest = hashlib.sha256(tiny_model.read_bytes()).hexdigest()
    assert [(event["backend"], event["model_digest"]) for event in created] == [("llama-cpp", digest)] * 2
    assert {event["prompt_digest"] for event in created} == {load_prompt("exchange").digest}
    assert len({event["seed"] for event in created}) == 2
