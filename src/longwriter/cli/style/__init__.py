"""Commands on writers' styles."""
