"""The few ONNX messages a graph needs, written as protobuf bytes; the `onnx` package would weigh 33 MB.

Field numbers are those of onnx.proto (ONNX IR version 8).
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TENSOR_TYPES = {"float32": 1, "uint8": 2, "int64": 7}
_INT_ATTRIBUTE, _FLOAT_ATTRIBUTE = 2, 1
MICROSOFT = "com.microsoft"


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def _message(*fields: tuple[int, int | float | str | bytes]) -> bytes:
    out = []
    for number, value in fields:
        if isinstance(value, int):
            out.append(_varint(number << 3) + _varint(value))
        elif isinstance(value, float):
            out.append(_varint(number << 3 | 5) + struct.pack("<f", value))
        else:
            data = value.encode() if isinstance(value, str) else value
            out.append(_varint(number << 3 | 2) + _varint(len(data)) + data)
    return b"".join(out)


class Graph:
    """A graph that grows operator by operator; values are named by strings, arrays become constants."""

    def __init__(self) -> None:
        self._fields: list[tuple[int, bytes]] = []
        self._count = 0

    def op(
        self,
        kind: str,
        *inputs: str | NDArray[Any],
        outputs: int = 1,
        domain: str = MICROSOFT,
        **attributes: int | float,
    ) -> list[str]:
        """Add an operator; the names of its outputs."""
        named = [i if isinstance(i, str) else self._constant(i) for i in inputs]
        self._count += 1
        made = [f"v{self._count}_{i}" for i in range(outputs)]
        settings = [
            (5, _message((1, name), (2, value), (20, _FLOAT_ATTRIBUTE)))
            if isinstance(value, float)
            else (5, _message((1, name), (3, value), (20, _INT_ATTRIBUTE)))
            for name, value in attributes.items()
        ]
        self._fields.append(
            (1, _message(*((1, i) for i in named), *((2, o) for o in made), (4, kind), *settings, (7, domain)))
        )
        return made

    def model(self, given: str, wanted: str, width: int) -> bytes:
        """The finished model: `given` and `wanted` are float tensors of (batch, length, width)."""

        def described(name: str) -> bytes:
            shape = _message((1, _message((2, "batch"))), (1, _message((2, "length"))), (1, _message((1, width))))
            return _message((1, name), (2, _message((1, _message((1, 1), (2, shape))))))

        graph = _message(*self._fields, (2, "e5"), (11, described(given)), (12, described(wanted)))
        operators = [(8, _message((1, ""), (2, 17))), (8, _message((1, MICROSOFT), (2, 1)))]
        return _message((1, 8), (7, graph), *operators)

    def _constant(self, array: NDArray[Any]) -> str:
        array = np.ascontiguousarray(array)
        self._count += 1
        name = f"c{self._count}"
        sizes = [(1, int(size)) for size in array.shape]
        self._fields.append(
            (5, _message(*sizes, (2, _TENSOR_TYPES[array.dtype.name]), (8, name), (9, array.tobytes())))
        )
        return name
