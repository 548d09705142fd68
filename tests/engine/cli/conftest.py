from tests.engine.gate.desk import desk, empty_desk, finished

__all__ = ["desk", "empty_desk", "finished"]
