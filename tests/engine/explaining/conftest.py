from tests.engine.gate.desk import empty_desk
from tests.engine.stages.stand import at, snapshots

__all__ = ["at", "empty_desk", "snapshots"]
