import inspect

import onnxruntime.capi.onnxruntime_pybind11_state as runtime

from fitness import errors
from fitness.errors import ONNX_RUNTIME_MISSING, FitnessError


def test_the_errors_of_a_missing_file_are_those_of_onnx_runtime():
    raised = {
        name
        for name, value in vars(runtime).items()
        if inspect.isclass(value) and issubclass(value, Exception)
    }
    assert raised >= ONNX_RUNTIME_MISSING


def test_the_tree_in_the_docstring_is_the_tree():
    named = {
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, FitnessError)
    }
    assert all(name in (errors.__doc__ or "") for name in named)
    assert all(line in vars(errors) for line in _names(errors.__doc__ or ""))


def _names(tree):
    words = tree.replace("│", " ").replace("├──", " ").replace("└──", " ").split("\n")[2:]
    return [line.split()[0] for line in words if line.strip()]
