"""The verdict where the warning is: in a notebook or service, and in other people's tests.

evidence        the reference that the program carries
warned          what scikit-learn's version warning says, as data, and the answer of the stored runs to it
explaining      `harness.explain_warnings`: a line beside each warning
pytest_plugin   ``pytest --persistence-matrix``, and the fixture ``assert_loads_in``
"""
