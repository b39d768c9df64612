"""Bytes that nobody has looked at: what is read, and the one problem that each bad file gives."""

import pytest

from procession.bpmn.xml import DEPTH_MAX, ELEMENTS_MAX, XML_BYTES_MAX, parse
from procession.errors import InvalidProcess, Problem
from tests.unit.bpmn.notation import definitions, problem_of, problems_of, process, read_one

GOOD = process('<task id="e" name="Größe — 測"/>').decode()


def refusal(xml: bytes) -> Problem:
    with pytest.raises(InvalidProcess) as caught:
        parse(xml, "bad.bpmn")
    (problem,) = caught.value.problems
    assert problem.file == "bad.bpmn"
    return problem


@pytest.mark.parametrize(
    "xml",
    [
        GOOD.encode(),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.encode("utf-16"),
        b"\xfe\xff" + GOOD.encode("utf-16-be"),
        GOOD.encode("utf-16-le"),
        GOOD.encode("utf-16-be"),
        f'<?xml version="1.0" encoding="utf-16"?>{GOOD}'.encode("utf-16"),
        f'<?xml version="1.0" encoding="utf-16"?>{GOOD}'.encode(),
        GOOD.replace("\n", "\r\n").encode(),
    ],
)
def test_utf_8_and_utf_16_are_read_with_and_without_a_mark(xml: bytes) -> None:
    assert read_one(xml).elements["e"].name == "Größe — 測"


@pytest.mark.parametrize(("encoding", "name"), [("windows-1251", "Счёт"), ("iso-8859-1", "Größe")])
def test_a_declared_encoding_is_obeyed(encoding: str, name: str) -> None:
    text = process(f'<task id="e" name="{name}"/>').decode()

    xml = f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'.encode(encoding)

    assert read_one(xml).elements["e"].name == name


def test_an_encoding_that_hides_what_a_file_says_is_refused() -> None:
    problem = refusal(b'<?xml version="1.0" encoding="utf-7"?>\n<a/>')

    assert problem.code == "bad-encoding"
    assert problem.line == 1
    assert "'utf-7'" in problem.message
    assert "UTF-8" in problem.message


def test_bytes_that_are_no_utf_8_are_named_with_their_line() -> None:
    problem = refusal(b"<a>\n<b c='\xff'/>\n</a>")

    assert problem.code == "bad-encoding"
    assert problem.line == 2


@pytest.mark.parametrize("xml", [b"<a>\n\n\0</a>", b"<a>\n\n<b c='\0'/></a>"])
def test_a_nul_is_named_with_its_line(xml: bytes) -> None:
    problem = refusal(xml)

    assert problem.code == "control-character"
    assert problem.line == 3


@pytest.mark.parametrize(
    "prolog",
    [
        "",
        '<?xml version="1.0"?>\n',
        '<?xml version="1.0"?>\n<!-- a > b --><?style sheet?>\n',
        "\n\n<!--\n-->",
    ],
)
def test_a_doctype_is_refused_by_its_name_wherever_it_stands(prolog: str) -> None:
    problem = refusal(f"{prolog}<!DOCTYPE definitions><definitions/>".encode())

    assert problem.code == "doctype"
    assert problem.line == prolog.count("\n") + 1
    assert "DOCTYPE" in problem.message


def test_a_doctype_is_refused_in_utf_16_as_well() -> None:
    assert refusal("<!DOCTYPE a><a/>".encode("utf-16")).code == "doctype"


def test_a_bomb_is_refused_before_it_can_go_off() -> None:
    levels = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 30))

    bomb = f'<!DOCTYPE lolz [<!ENTITY l0 "lol">{levels}]><lolz>&l29;</lolz>'

    assert refusal(bomb.encode()).code == "doctype"


def test_an_external_entity_is_refused() -> None:
    xml = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'

    assert refusal(xml).code == "doctype"


def test_an_entity_that_nobody_declared_is_broken_xml() -> None:
    problem = refusal(b"<a>\n&x;</a>")

    assert problem.code == "broken-xml"
    assert problem.line == 2
    assert "Entity 'x' not defined" in problem.message


def test_a_word_of_a_doctype_in_a_text_is_a_text() -> None:
    xml = process('<documentation>&lt;!DOCTYPE a></documentation><task id="e"/>')

    assert problems_of(xml) == []


def test_a_file_of_100_mb_is_refused_by_its_size_alone() -> None:
    problem = refusal(b"<" * 100_000_000)

    assert problem.code == "too-large"
    assert str(XML_BYTES_MAX) in problem.message


def test_a_file_of_the_largest_size_is_read() -> None:
    xml = process('<task id="e"/>')

    assert problems_of(xml + b" " * (XML_BYTES_MAX - len(xml))) == []


def test_too_many_elements_are_refused_before_they_are_built() -> None:
    assert refusal(b"<a>" + b"<b/>" * ELEMENTS_MAX + b"</a>").code == "too-many-elements"


def test_the_greatest_depth_is_read_and_one_more_is_not() -> None:
    parse(b"<a>" * DEPTH_MAX + b"</a>" * DEPTH_MAX)

    assert refusal(b"<a>" * (DEPTH_MAX + 1) + b"</a>" * (DEPTH_MAX + 1)).code == "too-deep"


def test_sub_processes_1000_deep_are_read_and_the_innermost_stands_where_it_should() -> None:
    deep = "".join(f'<subProcess id="s{number}">' for number in range(1_000))

    read = read_one(process(f'{deep}<task id="e"/>{"</subProcess>" * 1_000}'))

    assert len(read.elements) == 1_001
    assert read.elements["e"].scope == "s999"
    assert read.elements["s999"].scope == "s998"


def test_a_long_text_and_a_long_attribute_are_bounded_by_the_file_alone() -> None:
    long = "x" * (XML_BYTES_MAX - 1_000)

    assert len(parse(f"<a>{long}</a>".encode()).text or "") == len(long)
    assert refusal(f"<a>{long}{long}</a>".encode()).code == "too-large"
    assert len(parse(f"<a b='{long}'/>".encode()).get("b", "")) == len(long)


@pytest.mark.parametrize(
    ("xml", "line", "says"),
    [
        (b"", 1, "empty"),
        (b"hello", 1, "Start tag"),
        (b"<a>\n<b></a>", 2, "mismatch"),
        (b"<a/>\n<a/>", 2, "Extra content"),
        (b"<a>\n<b c='1' c='2'/></a>", 2, "redefined"),
        (b"<a>\n<x:b/></a>", 2, "prefix x"),
        (b"<a b='&#0;'/>", 1, "invalid xmlChar"),
        (b"<a b='\x01'/>", 1, "invalid character"),
    ],
)
def test_broken_xml_is_named_with_its_line(xml: bytes, line: int, says: str) -> None:
    problem = refusal(xml)

    assert problem.code == "broken-xml"
    assert problem.line == line
    assert problem.column > 0
    assert says in problem.message
    assert "column" not in problem.message, "the place is told once"


def test_another_root_and_another_namespace_are_told_apart() -> None:
    other_root = problem_of(b"<html/>")
    other_namespace = problem_of(b'<definitions xmlns="urn:other"/>')
    no_namespace = problem_of(b"<definitions/>")

    assert other_root.code == "wrong-root"
    assert "'html'" in other_root.message
    assert other_namespace.code == no_namespace.code == "wrong-namespace"
    assert "http://www.omg.org/spec/BPMN/20100524/MODEL" in other_namespace.message


def test_comments_and_instructions_are_no_trouble_anywhere() -> None:
    xml = definitions(
        """<!-- a --><?b c?><process id="P"><!-- a --><extensionElements><?b c?>
        <p:parameter code="A" type="Integer"><!-- a --></p:parameter></extensionElements>
        <exclusiveGateway id="g" default="no"><!-- a --></exclusiveGateway>
        <scriptTask id="t" scriptFormat="python"><!-- a --><script><!-- a -->A = <?b c?>1</script>
        </scriptTask>
        <task id="u"/><sequenceFlow id="no" sourceRef="g" targetRef="u"><?b c?></sequenceFlow>
        <sequenceFlow id="yes" sourceRef="g" targetRef="t"><!-- a --><conditionExpression>
        A &lt; <!-- much --> 5</conditionExpression></sequenceFlow></process><!-- a -->"""
    )

    condition = read_one(xml + b"<!-- z -->").flows["yes"].condition

    assert condition is not None
    assert condition.evaluate({"A": 4}) is True
