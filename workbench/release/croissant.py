"""croissant.json: the release for machines, in Croissant 1.1 with the responsible AI fields of its RAI extension 1.0.

Croissant: mlcommons.org/croissant/1.1; RAI: mlcommons.org/croissant/RAI/1.0.
"""

import json
from collections.abc import Mapping
from typing import Any

from audit.bundle import BundleFile
from workbench.release.about import About
from workbench.release.citation import bibtex

CROISSANT = "croissant.json"
PARQUET = "application/x-parquet"
# What the names of the rest stand for, as the specification gives it.
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(about: About, files: Mapping[str, BundleFile]) -> str:
    """The text of croissant.json; `files` are the data files of the bundle by path."""
    document = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": about.name,
        "description": about.summary,
        "version": about.version,
        "datePublished": f"{about.created:%Y-%m-%d}",
        "inLanguage": "en",
        "license": about.policy.release.licence,
        "url": f"urn:sha256:{about.shuffle}",
        "creator": {"@type": "sc:Organization", "name": f"The curators of {about.name}"},
        "keywords": list(about.keywords),
        "isLiveDataset": False,
        "citeAs": bibtex(about),
        "distribution": [_distribution(files[path]) for path in sorted(files)] + [_files(c) for c in about.configs],
        "recordSet": [_records(config, about.columns) for config in about.configs],
        "rai:dataCollection": about.collection,
        "rai:dataCollectionType": ["Direct measurement", "Secondary Data analysis", "Manual Human Curator"],
        "rai:dataPreprocessingProtocol": [about.treatment, about.filter],
        "rai:dataAnnotationProtocol": about.annotation,
        "rai:dataAnnotationPlatform": ["Curation workbench, run on the premises of whoever holds the transcripts"],
        "rai:dataAnnotationAnalysis": [about.agreement_sentence, about.assurance_sentence],
        "rai:machineAnnotationTools": list(about.tools),
        "rai:personalSensitiveInformation": list(about.sensitive),
        "rai:dataLimitations": list(about.limits),
        "rai:dataBiases": list(about.biases),
        "rai:dataUseCases": list(about.uses),
        "rai:dataSocialImpact": about.impact,
        "rai:dataReleaseMaintenancePlan": about.maintenance,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _distribution(file: BundleFile) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": file.path,
        "contentUrl": file.path,
        "contentSize": f"{file.bytes} B",
        "encodingFormat": PARQUET,
        "sha256": file.sha256,
    }


def _files(config: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"files-of-{config}",
        "name": f"files-of-{config}",
        "description": f"The Parquet files of {config}.",
        "encodingFormat": PARQUET,
        "includes": f"data/{config}/*.parquet",
    }


_DESCRIPTIONS = {
    "id": "Opaque, new in every release; it says nothing about where a row comes from.",
    "instruction": "The same for all rows.",
    "input": "What the caregiver brings, or the turns before the answer.",
    "output": "How the coach answers.",
    "messages": "The row as a conversation: instruction and input in the user's turn, output in the assistant's.",
    "subject": "Pseudonym of the subject, new in every release.",
    "position": "Which of the subject's rows it is, from 1.",
}


def _records(config: str, columns: tuple[str, ...]) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": config,
        "name": config,
        "key": {"@id": f"{config}/id"},
        "field": [_field(config, column) for column in columns],
    }


def _field(config: str, column: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{config}/{column}",
        "name": column,
        "description": _DESCRIPTIONS[column],
        "dataType": "sc:Integer" if column == "position" else "sc:Text",
        "source": {"fileSet": {"@id": f"files-of-{config}"}, "extract": {"column": column}},
    }
    if column == "messages":
        del found["dataType"]
        turns = [_turn(config, part) for part in ("role", "content")]
        found |= {"isArray": True, "arrayShape": "-1", "subField": turns}
    return found


def _turn(config: str, part: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{config}/messages/{part}",
        "name": part,
        "dataType": "sc:Text",
        "source": {
            "fileSet": {"@id": f"files-of-{config}"},
            "extract": {"column": "messages"},
            "transform": {"jsonPath": part},
        },
    }
