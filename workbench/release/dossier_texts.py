"""The standing sentences of the dossier."""

METHOD = (
    "Each page of a transcript is condensed into one question and one answer by a language model on the premises, or "
    "cut out by fixed rules.  A detector (rules, word lists and a small network, all in one version that the digest "
    "below names) looks for identifiers on the page and in the exchange; what was found on the page, in its session or "
    "in the hospital's roster is also looked for in the exchange in other spellings.  What is found is treated as the "
    "policy says; anything else that is found afterwards stays open until a reviewer edits or dismisses it.",
    "Clinical staff decide every exchange with the page beside it.  Only a text that was approved as it stands, under "
    "the policy in force, goes; it is scanned once more before.  Every step is an event of a signed Merkle log.",
)

COUNTERS = (
    (
        "prosecutor",
        "Prosecutor",
        "knows that a certain person took part, and what an acquaintance knows of them; wants their rows",
        "identifiers are removed and every row is read by a person; order, ids and links of rows are dropped; visit "
        "and groups do not go with the rows",
    ),
    (
        "journalist",
        "Journalist",
        "wants to show that anybody at all can be found, and searches for the rarest row",
        "rare combinations are reported to the stewards before the release, by exchange, and can be edited or rejected",
    ),
    (
        "marketer",
        "Marketer",
        "links all rows with another list, and wants as many hits as possible",
        "no column can be linked with another list: rows hold texts and an opaque id only",
    ),
    (
        "acquaintance",
        "Acquaintance",
        "a relative or neighbour who reads on and recognises a story, and learns more from it",
        "pages are condensed, not quoted; runs of words from the page and indirect identifiers are pointed out to the "
        "reviewers; the sample counts what they left",
    ),
    (
        "linkage",
        "Linker of rows",
        "puts the rows of one person together, each of which tells a little",
        "rows are shuffled by a committed seed; order keys and pseudonyms are dropped unless the policy keeps them; "
        "all rows of a person stand in one split",
    ),
    (
        "extraction",
        "Extractor",
        "asks a model that was trained on the rows for what it has learned by heart",
        "texts that occur more than once are learned by heart first (Lee 2022), so near duplicates are reported; what "
        "was never in the rows cannot be extracted",
    ),
    (
        "insider",
        "Insider",
        "a member of staff who wants something out that was not approved",
        "rows are bound to approvals by keyed digests in the log; one person builds, others sign; anybody can verify",
    ),
)
"""Key, attacker, what they know and want, what stands against it."""

NO_SAMPLE = (
    "No random sample of all these rows has been looked at again to its end, so that nothing is said of the leaks that "
    "remain."
)
UNMEASURED = (
    "None of those who looked again has decided a planted leak yet.  Nothing is known of what they miss, and the "
    "corrected bounds promise nothing."
)

LIMITS = (
    "The quasi-identifiers are those that a fixed list of words and kinds finds; a rare illness or an unusual event is "
    "not counted, and only a reader sees it.",
    "The bound of people speaks of the rows that were sampled: a person with more rows has more that may leak.",
    "Bounds hold for the rows from which the sample was drawn, and for leaks that readers see as well as planted ones.",
    "Sessions without a manifest count as different people; if they are not, fewer people stand behind the rows.",
    "Nothing is said of what recipients know or will know, nor of what a model trained on the rows will say.",
    "A voice, a manner of speaking and rare turns of phrase are not measured.",
)

REFERENCES = (
    "45 CFR 164.514(b)(1); Office for Civil Rights, Guidance Regarding Methods for De-identification of Protected "
    "Health Information, 2012.",
    "K. El Emam, Guide to the De-Identification of Personal Health Information, CRC Press, 2013 (prosecutor, "
    "journalist and marketer risk).",
    "L. Sweeney, k-anonymity: a model for protecting privacy, International Journal of Uncertainty, Fuzziness and "
    "Knowledge-Based Systems 10, 2002.",
    "M. Elliot, A. Manning and R. Ford, A computational algorithm for handling the special uniques problem, the same "
    "journal and year.",
    "C. J. Clopper and E. S. Pearson, The use of confidence or fiducial limits, Biometrika 26, 1934.",
    "E. L. Korn and B. I. Graubard, Confidence intervals for proportions with small expected number of positive counts "
    "estimated from survey data, Survey Methodology 24, 1998; L. Kish, Survey Sampling, 1965.",
    "K. Lee and others, Deduplicating training data makes language models better, ACL 2022; N. Carlini and others, "
    "Extracting training data from large language models, USENIX Security 2021.",
    "Centers for Medicare and Medicaid Services, cell size suppression policy.",
)
