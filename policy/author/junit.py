"""Test results in the XML form that build servers read.

Names and messages are an author's text: whatever XML cannot carry is shown as its code point,
so that a name with a control character cannot break the report or hide a failure in it.
"""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree as ET

from holdfast.policy.author.cases import CaseResult, CaseRun

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(run: CaseRun, *, suite: str = "policy") -> bytes:
    """Return the run as one JUnit test suite, UTF-8."""
    counts = {"tests": str(len(run.results)), "failures": str(len(run.failed))}
    root = ET.Element("testsuites", counts)
    table = ET.SubElement(root, "testsuite", {"name": _text(suite), **counts, "errors": "0"})
    for result in run.results:
        _case(table, result)
    ET.indent(root)
    text: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _case(table: ET.Element, result: CaseResult) -> None:
    place = result.case.place
    case = ET.SubElement(
        table,
        "testcase",
        {
            "name": _text(result.case.name),
            "classname": _text(place.file.removesuffix(".toml").replace("/", ".")),
            "file": _text(place.file),
            "line": str(place.line),
        },
    )
    if result.passed:
        return
    lines = [f"{one.field}: expected {one.expected}, came {one.came}" for one in result.mismatches]
    failure = ET.SubElement(case, "failure", {"message": _text(lines[0])})
    where = f"{place.file}:{place.line}"
    rules = [f"{rule.id} ({rule.file}:{rule.line})" for rule in result.decision.rules]
    failure.text = _text("\n".join([where, *lines, result.decision.reason, *rules]))


def _text(text: str) -> str:
    return _NOT_XML.sub(lambda found: f"\\u{{{ord(found.group()):x}}}", text)
