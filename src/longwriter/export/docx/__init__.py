"""A publication as a Word document: its styles, real notes, lists, tables, and a table of contents that Word can renew."""

from longwriter.export.docx.book import docx

__all__ = ["docx"]
