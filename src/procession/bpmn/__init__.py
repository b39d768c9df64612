"""The notation: BPMN 2.0.2 XML in, processes out. Pure: it opens no file and no connection.

`procession.xsd` and `procession.moddle.json` beside this file publish our extension namespace.
"""

from procession.bpmn.calls import check_calls
from procession.bpmn.extensions import NAMESPACE
from procession.bpmn.reader import File, read, read_file
from procession.bpmn.xml import XML_BYTES_MAX

__all__ = ["NAMESPACE", "XML_BYTES_MAX", "File", "check_calls", "read", "read_file"]
