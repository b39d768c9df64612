"""The log that clients poll: OData 4, read only (CONTRACT 7, docs/odata.md).

Rule: what a caller writes into an option is parsed by a grammar and becomes a statement whose
values are all bound; no text of a caller is ever part of a statement.
"""

from procession.web.odata.service import ODATA as ODATA
