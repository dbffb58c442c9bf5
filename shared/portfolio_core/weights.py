"""Pinned files on the Hub: repository, commit, and path to sha256; data for the catalog.

All of it is published by the models' makers; the commits and checksums are those that public
projects download and verify. A commit may be one of a pull request (``trocr-base-handwritten``
has its safetensors there): the Hub serves it like any other.
"""

Pins = tuple[str, str, dict[str, str]]


def _table(text: str) -> dict[str, str]:
    return dict(line.split() for line in text.strip().split("\n"))


TROCR_PRINTED: Pins = (
    "microsoft/trocr-base-printed",
    "93450be3f1ed40a930690d951ef3932687cc1892",
    _table("""
config.json 5bda1deab455661feb3d91906656e5600e2ca520d5c00a2a03836614b850c93e
generation_config.json 41149cdcffec4d657f32dfcddd9b208037f01286c9e07945c724908c58ed0193
merges.txt 1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5
model.safetensors 1cf4a6eedab26afaaf505f1c7f73d9634944924dbd1ed049d569db98039cd596
preprocessor_config.json 2fcc0da9466ee00be0403b26027373039e032820ebac409e207b32e52e52119d
special_tokens_map.json c611b1f7d416eb001ee4f293d903ea8c88e703463f1d403f1866a0352743fd00
tokenizer_config.json 5a1356884c6ae736a621841535264ba7c5bebd52f169258add2c48fcbb32d50a
vocab.json 06b4d46c8e752d410213d9548eb27a54db70fda0319b6271fb8d59dead5e1cab
"""),
)
"""Also holds the pictures' and the letters' preparation, which all of TrOCR's base models share."""

TROCR_HANDWRITTEN: Pins = (
    "microsoft/trocr-base-handwritten",
    "47db63bbc18d32eca4cb813eb7728c891903e289",
    _table("""
config.json 4c779f24e063c437c3dafd5b2e6c9f59f2fa2bd1dbb4ae6a30153bbbbf19e647
model.safetensors 25a40cddc7e6120140a3d5b9e3dd3878a92ada7b4f312953ab22edc19c2a5acc
"""),
)

PPOCR_KOREAN: Pins = (
    "PaddlePaddle/korean_PP-OCRv5_mobile_rec_onnx",
    "5c6f574b8e2230adf4287b33e736d71b9fabd28e",
    _table("""
inference.onnx 92f0b7785e64fc9090106a241cf4c1eb97472824558272751b88a2a4476d3a08
inference.yml f757fa1c40e99edcf27e9cce879b93eb2a51fa46f5ef39095689b8c37dd75998
"""),
)

_QWEN3_VL_SHARED = _table("""
merges.txt 599bab54075088774b1733fde865d5bd747cbcc7a547c5bc12610e874e26f5e3
preprocessor_config.json 27225450ac9c6529872ee1924fcb0962ff5634834f817040f444118116f4e516
tokenizer.json a5d85b6dcc535e6b93115a9ef287e6132fdbf30270da6218194ba742261173c7
tokenizer_config.json c2da771801886ad9ae98181793ffd3dfb7f1af30f6f7c6a4e15d7dbba52e2399
vocab.json ca10d7e9fb3ed18575dd1e277a2579c16d108e32f27439684afa0e10b1440910
""")

QWEN3_VL_2B: Pins = (
    "Qwen/Qwen3-VL-2B-Instruct",
    "89644892e4d85e24eaac8bacfd4f463576704203",
    _QWEN3_VL_SHARED
    | _table("""
config.json bec4b3d446efa05807365c9e1cec03ac590836879d02f3a6da879971154bdd3b
generation_config.json 1e241830b48b397cb0900101421df5450baddc7adf01e5fc86b5615865f3bae4
model.safetensors 7de1838c87a5349b016c26a1c3f7d2bc400a3d485f95ef39a7059ffd734977a0
"""),
)

QWEN3_VL_8B: Pins = (
    "Qwen/Qwen3-VL-8B-Instruct",
    "0c351dd01ed87e9c1b53cbc748cba10e6187ff3b",
    _QWEN3_VL_SHARED
    | _table("""
config.json 5cd452860dc1e9c29dd71cc3cef7f39b338b7a40793f7a260655c2d3568f3661
generation_config.json 8469742d1fce0de951c8909b26a2c0c0d8490837ce476efb114da9e0cefc4d44
model-00001-of-00004.safetensors d5d0aef0eb170fc7453a296c43c0849a56f510555d3588e4fd662bb35490aefa
model-00002-of-00004.safetensors 8be88fb5501e4d5719a6d4cc212e6a13480330e74f3e8c77daa1a68f199106b5
model-00003-of-00004.safetensors 83de00eafe6e0d57ccd009dbcf71c9974d74df2f016c27afb7e95aafd16b2192
model-00004-of-00004.safetensors 0a88b98e9f96270973f567e6a2c103ede6ccdf915ca3075e21c755604d0377a5
model.safetensors.index.json 520b2e05079402e9468a8701d03d1154d14b2599593afb6effa7fb60c1bff070
"""),
)
