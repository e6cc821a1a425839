"""One file per format: how to dump it, its readers. The host reads ``FORMATS`` and ``READERS`` without importing.

A format module has

``FORMATS``   ``{name: options}``, a literal; the options are handed to ``dump`` and ``load``.
``READERS``   the names of its readers, a literal tuple.
``REQUIRES``  the modules that must be importable; where one is missing the format is ``unsupported``.
``dump(model, options) -> bytes``
``load(data, path, reader, options) -> model``, with ``data`` the bytes that were checked and ``path`` their file.
"""
