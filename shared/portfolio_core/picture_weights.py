"""Pinned files of the models that draw and fill holes; see :mod:`weights`."""

from portfolio_core.weights import Pins, table


def _inside(folder: str, text: str) -> dict[str, str]:
    return {f"{folder}/{name}": digest for name, digest in table(text).items()}


_CLIP_LETTERS = _inside(
    "tokenizer",
    """
merges.txt 9fd691f7c8039210e0fced15865466c65820d09b63988b0174bfe25de299051a
special_tokens_map.json c4864a9376a8401918425bed71fc14fc0e81f9b59ec45c1cf96cccb2df508eac
vocab.json e089ad92ba36837a0d31433e555c8f45fe601ab5c221d4f607ded32d9f7a4349
""",
)

STABLE_DIFFUSION_15: Pins = (
    "stable-diffusion-v1-5/stable-diffusion-v1-5",
    "f03de327dd89b501a01da37fc5240cf4fdba85a1",
    _CLIP_LETTERS
    | table("""
model_index.json e2f6f22e274374010aec30c79eb2d6e53fff4a36ac0225523a92cb2d41a83347
scheduler/scheduler_config.json 699cce92eb7c122e2eb7dfdea78e6187fda76a5ed4a8e42319b85610e620e091
text_encoder/config.json 845df614cb9327ae7bbea027316246fae917827407da6df13572e41b5f93b4cc
tokenizer/tokenizer_config.json 00439066fcba73de57644cf41e4e3b9f2dbb09d7f3fc2005898ba52399045882
unet/config.json 78f474de6bab3d893868f37be97b636ae65c0df3073ed3256ca458ff599b5f96
""")
    | _inside(
        "feature_extractor",
        "preprocessor_config.json 2a1da83b5e1032aaeef397552ddb408dca0d8cd1dc58f61bf6abf38d6f33a0a2",
    )
    | _inside(
        "safety_checker",
        """
config.json 5dd77a06cbd9b155060bd58deb81ffd1aafc1c6d7970acac674c1128bd4edfe2
model.fp16.safetensors 08902f19b1cfebd7c989f152fc0507bef6898c706a91d666509383122324b511
""",
    )
    | _inside(
        "text_encoder",
        "model.fp16.safetensors 77795e2023adcf39bc29a884661950380bd093cf0750a966d473d1718dc9ef4e",
    )
    | _inside(
        "unet",
        "diffusion_pytorch_model.fp16.safetensors "
        "c83908253f9a64d08c25fc90874c9c8aef9a329ce1ca5fb909d73b0c83d1ea21",
    ),
)

LCM_LORA_15: Pins = (
    "latent-consistency/lcm-lora-sdv1-5",
    "cf2fced511dbe7e26c8d1d397e728fbab875db4b",
    table("""
pytorch_lora_weights.safetensors 8f90d840e075ff588a58e22c6586e2ae9a6f7922996ee6649a7f01072333afe4
"""),
)

TAESD: Pins = (
    "madebyollin/taesd",
    "614f76814bbe30edbe2e627ace1c2234c81a2c0e",
    table("""
config.json 3ebefd1aa96ac474cc6430fe6ea81febccf7ee82461715691ee9315c884adeef
diffusion_pytorch_model.safetensors db169d69145ec4ff064e49d99c95fa05d3eb04ee453de35824a6d0f325513549
"""),
)

SDXL_BASE: Pins = (
    "stabilityai/stable-diffusion-xl-base-1.0",
    "462165984030d82259a11f4367a4eed129e94a7b",
    _CLIP_LETTERS
    | table("""
model_index.json 6d7b93508390ab91ac5bfbe4aeb4dc2d83f7bb1b05fb069d714b5b0c75f70d44
scheduler/scheduler_config.json af3e45a949aff8b8341ab8b811429ec03fee857a700a1d9477363e4fff9666e2
text_encoder/config.json 39b8b2e4b1949e36969caa425b6c81c68bace99198dd9078ce05d16ad401fe7f
text_encoder_2/config.json a892d1c3a69a7e9247a24de2bc1d5891e3109a54696e53be20093af671072c34
tokenizer/tokenizer_config.json 19d7b034cb0cc3ce9766c2231373ab8aa8991fc72e2c8f76558bfaae3de0d563
tokenizer_2/merges.txt 9fd691f7c8039210e0fced15865466c65820d09b63988b0174bfe25de299051a
tokenizer_2/tokenizer_config.json c9d23941f76a41cbd50eda9290f57be7828f0a7a677939e9ef181f7e12bd1bdf
tokenizer_2/vocab.json e089ad92ba36837a0d31433e555c8f45fe601ab5c221d4f607ded32d9f7a4349
unet/config.json 30ebc70750223e59006f7f2b4e1e6c102570aa19a9c4ae3e1fbe7591332dbae6
""")
    | _inside(
        "tokenizer_2",
        "special_tokens_map.json f118ab3a983206e4f32583448de6bd6aae4ee21869135cef1f5848a753cdaab6",
    )
    | _inside(
        "text_encoder",
        "model.fp16.safetensors 660c6f5b1abae9dc498ac2d21e1347d2abdb0cf6c0c0c8576cd796491d9a6cdd",
    )
    | _inside(
        "text_encoder_2",
        "model.fp16.safetensors ec310df2af79c318e24d20511b601a591ca8cd4f1fce1d8dff822a356bcdb1f4",
    )
    | _inside(
        "unet",
        "diffusion_pytorch_model.fp16.safetensors "
        "83e012a805b84c7ca28e5646747c90a243c65c8ba4f070e2d7ddc9d74661e139",
    ),
)

SDXL_VAE_FP16: Pins = (
    "madebyollin/sdxl-vae-fp16-fix",
    "207b116dae70ace3637169f1ddd2434b91b3a8cd",
    table("""
config.json f18b16fa4381c90ab44a3d7abd2e90afd05a2c31b8ca69998bc93c6453aeb7b7
diffusion_pytorch_model.safetensors 1b909373b28f2137098b0fd9dbc6f97f8410854f31f84ddc9fa04b077b0ace2c
"""),
)

SDXL_REFINER: Pins = (
    "stabilityai/stable-diffusion-xl-refiner-1.0",
    "5d4cfe854c9a9a87939ff3653551c2b3c99a4356",
    table("""
sd_xl_refiner_1.0.safetensors 7440042bbdc8a24813002c09b6b69b64dc90fded4472613437b7f55f9b7d9c5f
"""),
)
"""In one file, as it was first published."""
LAMA: Pins = (
    "Carve/LaMa-ONNX",
    "c3c0c9e468934d62e79c329e35d82dd09ff8c444",
    table("""
lama_fp32.onnx 1faef5301d78db7dda502fe59966957ec4b79dd64e16f03ed96913c7a4eb68d6
"""),
)

SDXL_INPAINTING: Pins = (
    "diffusers/stable-diffusion-xl-1.0-inpainting-0.1",
    "115134f363124c53c7d878647567d04daf26e41e",
    table("""
model_index.json 308a792b15086bf89807b88729ef80d33d5b8264b14a96b57d2c92b5ab7f5a53
scheduler/scheduler_config.json a8e9a8517e8739938ea85819012bad195d41ccb3e11e2501cf196da64099b1f6
text_encoder/config.json 46ae51fa8bde7817168d97faa0556cc0ac42ec0a7a53248bab4a52f8f5866f13
text_encoder/model.fp16.safetensors fc83cf401d930147807e7c44021c164bcc5508c9d4cc0ff35f4e354685ca9cd0
text_encoder_2/config.json fbcd3aad07a99e28d4c51550bd798903922083527ec69ad026f25699518af82d
tokenizer/merges.txt 9fd691f7c8039210e0fced15865466c65820d09b63988b0174bfe25de299051a
tokenizer/special_tokens_map.json c4864a9376a8401918425bed71fc14fc0e81f9b59ec45c1cf96cccb2df508eac
tokenizer/tokenizer_config.json 19d7b034cb0cc3ce9766c2231373ab8aa8991fc72e2c8f76558bfaae3de0d563
tokenizer/vocab.json e089ad92ba36837a0d31433e555c8f45fe601ab5c221d4f607ded32d9f7a4349
tokenizer_2/merges.txt 9fd691f7c8039210e0fced15865466c65820d09b63988b0174bfe25de299051a
tokenizer_2/special_tokens_map.json f118ab3a983206e4f32583448de6bd6aae4ee21869135cef1f5848a753cdaab6
tokenizer_2/tokenizer_config.json c9d23941f76a41cbd50eda9290f57be7828f0a7a677939e9ef181f7e12bd1bdf
tokenizer_2/vocab.json e089ad92ba36837a0d31433e555c8f45fe601ab5c221d4f607ded32d9f7a4349
unet/config.json aaedf41fbcb29d2d8725241413b8525bd97005dea3f86d8056199469032537e9
vae/config.json b822341e6125efedebffb8e3f35e7288aab06bb4c49853d50a16964bf104a727
""")
    | table(
        "text_encoder_2/model.fp16.safetensors "
        "a8622bd41f8d359df484fdf9de091edb9337a2fd747f0a5c9c320a62e24d1fd3"
    )
    | table(
        "unet/diffusion_pytorch_model.fp16.safetensors "
        "6470840731e98cc16713ddf3ac7ee458c9fdbcb881a98c6727cd4a938f227d3f"
    )
    | table(
        "vae/diffusion_pytorch_model.fp16.safetensors "
        "4ad62825e5c8b31eefb77355ba6693785619bf7d669d9b1a6fd9f19dec6d65b3"
    ),
)
