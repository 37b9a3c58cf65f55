"""The networks' own export files, made into one history.

Which network writes which header stands in ``networks/*.toml``, one file per network, which a user can extend.
"""

from optimizer.history.exports.importing import ExportFacts, Imported, ImportRequest, import_exports

__all__ = ["ExportFacts", "ImportRequest", "Imported", "import_exports"]
