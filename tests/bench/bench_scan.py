"""Speed and memory of the detector, as ratios measured in one run on the same pages: `make bench`."""

import resource
import time
from collections.abc import Callable
from typing import Any

from policies import load_policy
from redaction.engines import AnalyzerEngine, LocalRecognizer, RecognizerResult
from redaction.language import BlankEngine
from redaction.ner.tagger import Tagger
from redaction.ner.training import spoken
from redaction.roster import Roster
from redaction.scanner import Scanner
from tests.bench.fp32 import fp32_model
from workbench.scan.run import Text, scan_texts

SETTINGS = load_policy("mentalchat16k").policy.redaction
PAGES = 3000
"""Pages of the memory measurement."""


class Fp32Recognizer(LocalRecognizer):
    """The same network in fp32, as anybody would add it to Presidio."""

    def __init__(self) -> None:
        super().__init__(supported_entities=["NER"], name="Fp32Recognizer")
        self._tagger = Tagger(fp32_model())

    def load(self) -> None:
        """Loaded when made."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        return [RecognizerResult("NER", s.start, s.end, s.score) for s in self._tagger.tag([text])[0]]


def texts() -> list[Text]:
    """All pages of the spoken sessions."""
    return [
        Text(f"{number}:{at}", page.text, str(number))
        for number, session in enumerate(spoken.sessions())
        for at, page in enumerate(session)
    ]


def words_a_second(run: Callable[[], object], pages: list[Text]) -> float:
    began = time.perf_counter()
    run()
    return sum(len(page.text.split()) for page in pages) / (time.perf_counter() - began)


def test_scanning_against_presidio_with_the_same_network_in_fp32() -> None:
    pages = texts()
    presidio = AnalyzerEngine(nlp_engine=BlankEngine(), supported_languages=["en"])
    presidio.registry.add_recognizer(Fp32Recognizer())
    presidio.analyze(pages[0].text, "en")
    theirs = words_a_second(lambda: [presidio.analyze(page.text, "en") for page in pages], pages)
    scanner = Scanner(SETTINGS)
    scanner.scan(pages[0].text)
    one = words_a_second(lambda: [scanner.scan_session([page.text]) for page in pages], pages)
    # Long enough that starting the processes does not decide.
    many = [Text(f"{n}:{page.id}", page.text, f"{n}:{page.session}") for n in range(5) for page in pages]
    two = words_a_second(lambda: list(scan_texts(many, SETTINGS, Roster())), many)
    print(
        f"\nscan, words/s: Presidio's default and the network in fp32, page by page {theirs:,.0f};"
        f"\n  ours page by page {one:,.0f} ({one / theirs:.2f} x);"
        f"\n  ours as `workbench scan` runs it {two:,.0f} ({two / theirs:.2f} x)"
    )
    int8, fp32 = Tagger(model()), Tagger(fp32_model())
    body = [page.text for page in pages]
    quick = words_a_second(lambda: int8.tag(body), pages)
    plain = words_a_second(lambda: fp32.tag(body), pages)
    print(f"network alone, words/s: int8 {quick:,.0f}, fp32 {plain:,.0f} ({quick / plain:.2f} x)")


def model() -> bytes:
    from importlib import resources

    return (resources.files("redaction.ner") / "model.onnx").read_bytes()


def test_memory_stays_flat_over_many_pages() -> None:
    scanner, pages = Scanner(SETTINGS), texts()
    marks = []
    for number in range(PAGES):
        page = pages[number % len(pages)].text
        # New words on every page, as a study has them.
        scanner.scan(page.replace("the", f"the wug{number}"))
        if number + 1 in (PAGES // 4, PAGES):
            marks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(f"\nmemory after {PAGES // 4:,} pages {marks[0]:,.0f} MiB, after {PAGES:,} {marks[1]:,.0f} MiB")
