"""What is wrong with documents that are kept for a visitor."""

from portfolio_core.errors._base import InvalidInput, quoted


class QuotaReached(InvalidInput):
    """One visitor's documents would be more than one visitor may keep."""

    code = "quota_reached"
    status = 409
    message_template = "The limit of {limit:,} {unit} for all your documents would be passed."
    hint_template = "Delete a document first, or add less."

    def __init__(self, limit: int, unit: str) -> None:
        super().__init__(limit=limit, unit=unit)


class DocumentUnknown(InvalidInput):
    """No document of that name is held."""

    code = "document_unknown"
    status = 404
    message_template = "There is no document {given}."
    hint_template = "Look at the list of your documents."

    def __init__(self, given: object) -> None:
        super().__init__(given=quoted(given))


class IndexGone(InvalidInput):
    """No documents are kept under this id: deleted, expired, or never there."""

    code = "index_gone"
    status = 410
    message_template = "These documents are not here any more."
    hint_template = "Add them again; they are deleted when nobody asks them for an hour."


class IndexUnreadable(InvalidInput):
    """A file that should be a downloaded index is damaged, or is something else."""

    code = "index_unreadable"
    status = 422
    message_template = "The file is no index that was downloaded here, or it is damaged."
    hint_template = "Download the index again, or add the documents themselves."
