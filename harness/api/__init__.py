"""The Python functions of `harness`: thin, over what the verbs call. Their names are those of the package.

runs         what answers from stored runs
model_files  what takes a user's own model file
"""
