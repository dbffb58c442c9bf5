"""A network with the inputs and the output of LaMa's export; it makes what is masked a dark grey.

Written by hand, field by field, as onnx.proto says: https://github.com/onnx/onnx
"""

import struct

FILE = "lama_fp32.onnx"
GREY = 64  # what it fills with
_FLOAT = 1


def build(folder, inputs=("image", "mask"), grey=GREY / 255):
    """Write the network and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    image, mask = inputs
    nodes = [
        _node("Sub", ("one", mask), "outside"),
        _node("Mul", (image, "outside"), "kept"),
        _node("Mul", ("grey", mask), "new"),
        _node("Add", ("kept", "new"), "whole"),
        _node("Mul", ("whole", "scale"), "output"),
    ]
    numbers = [_number("one", 1.0), _number("grey", grey), _number("scale", 255.0)]
    graph = (
        b"".join(_field(1, node) for node in nodes)
        + _field(2, b"tiny")
        + b"".join(_field(5, number) for number in numbers)
        + _field(11, _value(image, 3))
        + _field(11, _value(mask, 1))
        + _field(12, _value("output", 3))
    )
    version = _field(1, b"") + _count(2, 17)
    (folder / FILE).write_bytes(_count(1, 8) + _field(7, graph) + _field(8, version))
    return folder


def _node(kind, inputs, output):
    given = b"".join(_field(1, name.encode()) for name in inputs)
    return given + _field(2, output.encode()) + _field(4, kind.encode())


def _number(name, value):
    data = _field(9, struct.pack("<f", value))
    return _count(1, 1) + _count(2, _FLOAT) + _field(8, name.encode()) + data


def _value(name, channels):
    sides = (1, channels, 512, 512)
    shape = b"".join(_field(1, _count(1, side)) for side in sides)
    tensor = _count(1, _FLOAT) + _field(2, shape)
    return _field(1, name.encode()) + _field(2, _field(1, tensor))


def _field(number, content):
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _count(number, value):
    return _varint(number << 3) + _varint(value)


def _varint(value):
    done = bytearray()
    while value > 127:
        done.append(value & 127 | 128)
        value >>= 7
    return bytes(done) + bytes([value])
