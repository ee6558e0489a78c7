"""The form of an exchange: one question and one answer, in the first person, and nothing about itself."""

import re

from workbench.paraphrase.parse import Parsed

META = re.compile(
    r"(?i)\b(?:as an ai|(?:large )?language model|here(?:'s| is| are) (?:the|a|an|your|my|one) (?:\w+ ){0,3}"
    r"(?:exchange|paraphrase|summary|dialogue|conversation|version|rewrite|response)"
    r"|based on the (?:transcript|page|text)"
    r"|(?:in|from) (?:the|this) (?:transcript|page|excerpt)|i hope this helps|let me know if|paraphrased exchange"
    r"|(?:the )?(?:above|following) (?:exchange|dialogue|conversation)|word count)\b"
)
_ASKED_FOR = (
    r"(?:words?|statement|names?|places?|person|sentences?|paragraphs?|summary|voice|feelings?|concerns?|validat\w+|empath\w*"
    r"|strateg\w*|offer|write|insert|describe|respond|response|reply|question|answer|caregiver|coach|here)"
)
_AMOUNT = r"(?:\d+(?: ?[-\u2013] ?\d+)?|forty|fifty|sixty|eighty|(?:a|one|two) hundred)"
INSTRUCTION = re.compile(
    r"(?i)\[\[|\]\]|\$\w+_\w+"
    # A slot that was to be filled: [your answer here], <empathetic response>, {Question}.
    + "".join(
        rf"|{left}[^{left}{right}\n]*\b{_ASKED_FOR}\b[^{left}{right}\n]*{right}"
        for left, right in ((r"\[", r"\]"), ("<", ">"), ("\u2039", "\u203a"), (r"\{", r"\}"))
    )
    + rf"|\((?:[a-z]+ ){{0,4}}{_AMOUNT} (?:words|sentences|paragraphs)(?: [a-z]+){{0,3}}\)"
    rf"|\b(?:in|more than|at least|about|under|around|up to|within|no more than) {_AMOUNT} words\b"
    r"(?! (?:left|a|that|now))"
    r"|\b(?:answer|respond|reply|write|summari[sz]e)(?: \w+){0,4} in (?:\w+ ){1,3}paragraphs?\b"
    r"|\b(?:write|written|speak|answer|respond|use) (?:\w+ )?(?:in )?(?:the )?(?:first|third) person\b"
    r"|\bfirst[- ]person (?:statement|voice|narrative|summary)\b"
    r"|\b(?:do not|don't|must not|should not|never) (?:mention|include|use|add|reveal) (?:any |the |real |actual )*"
    r"(?:(?:speaker|caregiver|coach|people)(?:'?s'?)? )?(?:names|places|dates|identif\w+)\b"
)
TOLD_TO = re.compile(
    r"(?im)^[\W\d]*(?:please |now |you (?:must|should|are to) )?(?:rewrite|paraphrase|summari[sz]e|write|use|keep"
    r"|answer|respond|reply|convert|turn|limit|avoid|include|ensure|make sure|produce|generate|do not|don't"
    r"|read|remember)\b"
)
"""A line beside the two sides that gives an order, as a prompt does."""
_ROLE = r"(?:caregiver|coach|client|therapist|patient|participant|counsell?or|interviewer|speaker|user)"
ABOUT_A_ROLE = re.compile(
    rf"(?i)\b(?:the|a|this) {_ROLE}(?:'s\b| (?:also |then |further |\w+ly )?(?:\w+ed|said|told|says"
    rf"|tells|feels?|felt|is|was|has"
    r"|had|thinks|spoke|began|went|gave|asks|notes|shares|reports|offers|suggests|explains|expresses"
    r"|responds|encourages"
    r"|validates|describes|acknowledges)\b)"
)
FIRST_PERSON = re.compile(r"(?i)\b(?:i|i'm|i've|i'd|i'll|me|my|mine|myself|we|our|us|we're|we've)\b")
THIRD_PERSON = re.compile(r"(?i)\b(?:she|he|they|her|his|their)\b")


def exchange_fault(parsed: Parsed) -> str | None:
    """What is wrong with an exchange as a model wrote it, its labels first; None when nothing is.

    Text without any label that tells about its speakers is `third_person`: it is a report, and no side is missing.
    """
    unlabelled = parsed.malformed == "missing_side" and not parsed.answer and parsed.places[0][0] == 0
    if unlabelled and third_person(parsed.question, ""):
        return "third_person"
    return parsed.malformed or form_fault(parsed.question, parsed.answer, parsed.around)


def form_fault(question: str, answer: str, around: str = "") -> str | None:
    """What is wrong with the form of an exchange whose two sides are there; None when nothing is.

    `around` is what the model wrote beside the two sides.  Kinds: `instructions_left`, `meta_talk`, `third_person`.
    """
    whole = f"{question}\n{answer}"
    if INSTRUCTION.search(f"{whole}\n{around}") or TOLD_TO.search(around):
        return "instructions_left"
    if around.strip(" \n*#-_`\"'.:") or META.search(whole):
        return "meta_talk"
    if third_person(question, answer):
        return "third_person"
    return None


def third_person(question: str, answer: str) -> bool:
    """Whether a side tells about its speaker instead of letting the speaker talk."""
    for side in (question, answer):
        if len(ABOUT_A_ROLE.findall(side)) >= 2 or ABOUT_A_ROLE.match(side.strip()):
            return True
    return not FIRST_PERSON.search(question) and len(THIRD_PERSON.findall(question)) >= 2
