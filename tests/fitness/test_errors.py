import inspect

import onnxruntime.capi.onnxruntime_pybind11_state as runtime

from fitness import errors
from fitness.errors import ONNX_RUNTIME_ERRORS, FitnessError, ModelError, ScoringFailed


def test_every_error_of_onnx_runtime_is_mapped():
    raised = {
        name
        for name, value in vars(runtime).items()
        if inspect.isclass(value) and issubclass(value, Exception)
    }
    assert raised
    assert set(ONNX_RUNTIME_ERRORS) == raised


def test_loading_errors_are_of_the_model_and_running_errors_of_the_scoring():
    for loading, running in ONNX_RUNTIME_ERRORS.values():
        assert issubclass(loading, ModelError)
        assert running is ScoringFailed


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
