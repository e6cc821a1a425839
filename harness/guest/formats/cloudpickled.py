"""cloudpickle: functions and classes that cannot be imported travel by value."""

FORMATS = {"cloudpickle": {"protocol": 5}}
READERS = ("cloudpickle",)
REQUIRES = ("cloudpickle",)


def dump(model, options):
    import cloudpickle

    return cloudpickle.dumps(model, protocol=options["protocol"])


def load(data, path, reader, options):
    import cloudpickle

    return cloudpickle.loads(data)
