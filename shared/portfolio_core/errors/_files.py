"""What is wrong with a file: its type, its size, its content."""

from collections.abc import Iterable

from portfolio_core.errors._base import InvalidInput


class WrongFileType(InvalidInput):
    """The content of a file is of none of the types that are read here."""

    code = "wrong_file_type"
    status = 415
    message_template = "The file is of none of these types: {types}."
    hint_template = "Its content counts, not its name: save it as one of them."

    def __init__(self, types: Iterable[str]) -> None:
        super().__init__(types=", ".join(kind.upper() for kind in types))


class FileTooLarge(InvalidInput):
    """A file has more bytes than are read."""

    code = "file_too_large"
    status = 413
    message_template = "The file has more than {limit:,} bytes."
    hint_template = "Make it smaller, or send a part of it."

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)


class ImageTooLarge(InvalidInput):
    """A picture has more pixels than are read."""

    code = "image_too_large"
    status = 413
    message_template = "The picture has more than {pixels:,} pixels, or a side over {side:,}."
    hint_template = "Make it smaller."

    def __init__(self, pixels: int, side: int) -> None:
        super().__init__(pixels=pixels, side=side)


class ImageTooSmall(InvalidInput):
    """A picture is too small to show anything."""

    code = "image_too_small"
    status = 422
    message_template = "The picture has no side of at least {side} pixels."
    hint_template = "Send a larger one."

    def __init__(self, side: int) -> None:
        super().__init__(side=side)


class ImageUnreadable(InvalidInput):
    """A picture is cut off, damaged, or made to be slow."""

    code = "image_unreadable"
    status = 422
    message_template = "The picture is damaged and cannot be read."
    hint_template = "Open it in another program, save it again, and send that."


class DocumentTooLarge(InvalidInput):
    """A document has more pages or characters than are read, or swells when it is unpacked."""

    code = "document_too_large"
    status = 413
    message_template = (
        "The document is too large: {pages:,} pages and {characters:,} characters are read."
    )
    hint_template = "Send a part of it."

    def __init__(self, pages: int, characters: int) -> None:
        super().__init__(pages=pages, characters=characters)


class DocumentUnreadable(InvalidInput):
    """A document is cut off, damaged, or holds what no honest one does."""

    code = "document_unreadable"
    status = 422
    message_template = "The document is damaged and cannot be read."
    hint_template = "Open it in another program, save it again, and send that."


class DocumentEncrypted(InvalidInput):
    """A document asks for a password."""

    code = "encrypted"
    status = 422
    message_template = "The document is locked with a password."
    hint_template = "Save it without one, and send that."


class DocumentLimit(InvalidInput):
    """Reading a document takes more time or memory than one may have."""

    code = "document_limit"
    status = 422
    message_template = "Reading the document takes over {seconds:.0f} s or {mebibytes:,} MiB."
    hint_template = "Send a simpler one, or a part of it."

    def __init__(self, seconds: float, mebibytes: int) -> None:
        super().__init__(seconds=seconds, mebibytes=mebibytes)


class NoTextFound(InvalidInput):
    """A document holds no text, as one of scanned pages."""

    code = "no_text_found"
    status = 422
    message_template = "There is no text in the document."
    hint_template = "If its pages are pictures, have them read first."


class NoFile(InvalidInput):
    """A call that works on files came without one."""

    code = "no_file"
    message_template = "There is no file to work on."
    hint_template = "Drop, paste or choose one first."


class NotUploaded(InvalidInput):
    """A file is named by an address on the web, where nothing is fetched from."""

    code = "not_uploaded"
    message_template = "Files are not fetched from addresses."
    hint_template = "Upload the file itself, or send it as a data: address."


class TooManyFiles(InvalidInput):
    """There are more files or addresses than are taken in one call."""

    code = "too_many_files"
    status = 413
    message_template = "There are {given:,} files and addresses; the limit is {limit:,}."
    hint_template = "Send them in several calls."

    def __init__(self, given: int, limit: int) -> None:
        super().__init__(given=given, limit=limit)


class FilesTooLarge(InvalidInput):
    """The files of one call have more bytes together than are taken."""

    code = "files_too_large"
    status = 413
    message_template = "The files have more than {limit:,} bytes together."
    hint_template = "Send fewer of them, or make them smaller."

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)


class TooManyPages(InvalidInput):
    """The files of one call have more pages together than are read at once."""

    code = "too_many_pages"
    status = 413
    message_template = "There are {given:,} pages; the limit is {limit:,}."
    hint_template = "Send them in parts."

    def __init__(self, given: int, limit: int) -> None:
        super().__init__(given=given, limit=limit)


class UrlNotAllowed(InvalidInput):
    """An address that is not fetched: not on the public web, or not written plainly."""

    code = "url_not_allowed"
    message_template = "This address is not fetched."
    hint_template = "Give the http or https address of a file on the public web."


class UrlFailed(InvalidInput):
    """An address answered with no file, or not at all."""

    code = "url_failed"
    message_template = "The address did not answer with a file."
    hint_template = "Open it in a browser to see what it answers, or upload the file."


class UrlTooSlow(InvalidInput):
    """A file did not come from its address in time."""

    code = "url_too_slow"
    status = 504
    message_template = "The file did not come from its address within {seconds:.0f} seconds."
    hint_template = "Try again later, or upload the file."

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds=seconds)
