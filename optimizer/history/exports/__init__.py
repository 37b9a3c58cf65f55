"""The networks' own export files, made into one history.

Which network writes which header stands in ``networks/*.toml``, one file per network, which a user can extend.
"""

from optimizer.history.exports.files import ExportFile
from optimizer.history.exports.importing import ExportFacts, Imported, ImportRequest, import_exports

__all__ = ["ExportFacts", "ExportFile", "ImportRequest", "Imported", "import_exports"]
