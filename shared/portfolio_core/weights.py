"""Pinned files on the Hub: repository, commit, and path to sha256; data for the catalog.

All of it is published by the models' makers; the commits and checksums are those that public
projects download and verify. A commit may be one of a pull request (``trocr-base-handwritten``
has its safetensors there): the Hub serves it like any other.
"""

Pins = tuple[str, str, dict[str, str]]


def table(text: str) -> dict[str, str]:
    """Return lines of path and sha256 as a table."""
    return dict(line.split() for line in text.strip().split("\n"))


TROCR_PRINTED: Pins = (
    "microsoft/trocr-base-printed",
    "93450be3f1ed40a930690d951ef3932687cc1892",
    table("""
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
    table("""
config.json 4c779f24e063c437c3dafd5b2e6c9f59f2fa2bd1dbb4ae6a30153bbbbf19e647
model.safetensors 25a40cddc7e6120140a3d5b9e3dd3878a92ada7b4f312953ab22edc19c2a5acc
"""),
)

PPOCR_KOREAN: Pins = (
    "PaddlePaddle/korean_PP-OCRv5_mobile_rec_onnx",
    "5c6f574b8e2230adf4287b33e736d71b9fabd28e",
    table("""
inference.onnx 92f0b7785e64fc9090106a241cf4c1eb97472824558272751b88a2a4476d3a08
inference.yml f757fa1c40e99edcf27e9cce879b93eb2a51fa46f5ef39095689b8c37dd75998
"""),
)

_QWEN3_VL_SHARED = table("""
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
    | table("""
config.json bec4b3d446efa05807365c9e1cec03ac590836879d02f3a6da879971154bdd3b
generation_config.json 1e241830b48b397cb0900101421df5450baddc7adf01e5fc86b5615865f3bae4
model.safetensors 7de1838c87a5349b016c26a1c3f7d2bc400a3d485f95ef39a7059ffd734977a0
"""),
)

QWEN3_VL_8B: Pins = (
    "Qwen/Qwen3-VL-8B-Instruct",
    "0c351dd01ed87e9c1b53cbc748cba10e6187ff3b",
    _QWEN3_VL_SHARED
    | table("""
config.json 5cd452860dc1e9c29dd71cc3cef7f39b338b7a40793f7a260655c2d3568f3661
generation_config.json 8469742d1fce0de951c8909b26a2c0c0d8490837ce476efb114da9e0cefc4d44
model-00001-of-00004.safetensors d5d0aef0eb170fc7453a296c43c0849a56f510555d3588e4fd662bb35490aefa
model-00002-of-00004.safetensors 8be88fb5501e4d5719a6d4cc212e6a13480330e74f3e8c77daa1a68f199106b5
model-00003-of-00004.safetensors 83de00eafe6e0d57ccd009dbcf71c9974d74df2f016c27afb7e95aafd16b2192
model-00004-of-00004.safetensors 0a88b98e9f96270973f567e6a2c103ede6ccdf915ca3075e21c755604d0377a5
model.safetensors.index.json 520b2e05079402e9468a8701d03d1154d14b2599593afb6effa7fb60c1bff070
"""),
)

KOKORO: Pins = (
    "hexgrad/Kokoro-82M",
    "f3ff3571791e39611d31c381e3a41a3af07b4987",
    table("""
config.json 5abb01e2403b072bf03d04fde160443e209d7a0dad49a423be15196b9b43c17f
kokoro-v1_0.pth 496dba118d1a58f5f3db2efc88dbdc216e0483fc89fe6e47ee1f2c53f18ad1e4
"""),
)

KOKORO_VOICES = table("""
voices/af_alloy.pt 6d877149dd8b348fbad12e5845b7e43d975390e9f3b68a811d1d86168bef5aa3
voices/af_aoede.pt c03bd1a4c3716c2d8eaa3d50022f62d5c31cfbd6e15933a00b17fefe13841cc4
voices/af_bella.pt 8cb64e02fcc8de0327a8e13817e49c76c945ecf0052ceac97d3081480e8e48d6
voices/af_heart.pt 0ab5709b8ffab19bfd849cd11d98f75b60af7733253ad0d67b12382a102cb4ff
voices/af_jessica.pt cdfdccb8cc975aa34ee6b89642963b0064237675de0e41a30ae64cc958dd4e87
voices/af_kore.pt 8bfbc512321c3db49dff984ac675fa5ac7eaed5a96cc31104d3a9080e179d69d
voices/af_nicole.pt c5561808bcf5250fe8c5f5de32caf2d94f27e57e95befdb098c5c85991d4c5da
voices/af_nova.pt e0233676ddc21908c37a1f102f6b88a59e4e5c1bd764983616eb9eda629dbcd2
voices/af_river.pt e149459bd9c084416b74756b9bd3418256a8b839088abb07d463730c369dab8f
voices/af_sarah.pt 49bd364ea3be9eb3e9685e8f9a15448c4883112a7c0ff7ab139fa4088b08cef9
voices/af_sky.pt c799548aed06e0cb0d655a85a01b48e7f10484d71663f9a3045a5b9362e8512c
voices/am_adam.pt ced7e284aba12472891be1da3ab34db84cc05cc02b5889535796dbf2d8b0cb34
voices/am_echo.pt 8bcfdc852bc985fb45c396c561e571ffb9183930071f962f1b50df5c97b161e8
voices/am_eric.pt ada66f0eefff34ec921b1d7474d7ac8bec00cd863c170f1c534916e9b8212aae
voices/am_fenrir.pt 98e507eca1db08230ae3b6232d59c10aec9630022d19accac4f5d12fcec3c37a
voices/am_liam.pt c82550757ddb31308b97f30040dda8c2d609a9e2de6135848d0a948368138518
voices/am_michael.pt 9a443b79a4b22489a5b0ab7c651a0bcd1a30bef675c28333f06971abbd47bd37
voices/am_onyx.pt e8452be16cd0f6da7b4579eaf7b1e4506e92524882053d86d72b96b9a7fed584
voices/am_puck.pt dd1d8973f4ce4b7d8ae407c77a435f485dabc052081b80ea75c4f30b84f36223
voices/am_santa.pt 7f2f7582fa2b1f160e90aafe6d0b442a685e773608b6667e545d743b073e97a7
voices/bf_alice.pt d292651b6af6c0d81705c2580dcb4463fccc0ff7b8d618a471dbb4e45655b3f3
voices/bf_emma.pt d0a423deabf4a52b4f49318c51742c54e21bb89bbbe9a12141e7758ddb5da701
voices/bf_isabella.pt cdd4c37003805104d1d08fb1e05855c8fb2c68de24ca6e71f264a30aaa59eefd
voices/bf_lily.pt 6e09c2e481e2d53004d7e5ae7d3a325369e130a6f45c35a6002de75084be9285
voices/bm_daniel.pt fc3fce4e9c12ed4dbc8fa9680cfe51ee190a96444ce7c3ad647549a30823fc5d
voices/bm_fable.pt d44935f3135257a9064df99f007fc1342ff1aa767552b4a4fa4c3b2e6e59079c
voices/bm_george.pt f1bc812213dc59774769e5c80004b13eeb79bd78130b11b2d7f934542dab811b
voices/bm_lewis.pt b5204750dcba01029d2ac9cec17aec3b20a6d64073c579d694a23cb40effbd0e
voices/ef_dora.pt d9d69b0f8a2b87a345f269d89639f89dfbd1a6c9da0c498ae36dd34afcf35530
voices/em_alex.pt 5eac53f767c3f31a081918ba531969aea850bed18fe56419b804d642c6973431
voices/em_santa.pt aa8620cb96cec705823efca0d956a63e158e09ad41aca934d354b7f0778f63cb
voices/ff_siwis.pt 8073bf2d2c4b9543a90f2f0fd2144de4ed157e2d4b79ddeb0d5123066171fbc9
voices/hf_alpha.pt 06906fe05746d13a79c5c01e21fd7233b05027221a933c9ada650f5aafc8f044
voices/hf_beta.pt 63c0a1a6272e98d43f4511bba40e30dd9c8ceaf5f39af869509b9f51a71c503e
voices/hm_omega.pt b55f02a8e8483fffe0afa566e7d22ed8013acf47ad4f6bbee2795a840155703e
voices/hm_psi.pt 2f0f055cea4f1083f4ef127ece48d71606347f6557dbb961c0ca5740a2da485b
voices/if_sara.pt 6c0b253b955fe32f1a1a86006aebe83d050ea95afd0e7be15182f087deedbf55
voices/im_nicola.pt 234ed06648649f9bd874b37508ea17560b9c993ef85b4ddb3e3a71e062bd2c12
voices/jf_alpha.pt 1bf4c9dc69e45ee46183b071f4db766349aac5592acbcfeaf051018048a5d787
voices/jf_gongitsune.pt 1b171917f18f351e65f2bf9657700cd6bfec4e65589c297525b9cf3c20105770
voices/jf_nezumi.pt d83f007a7f01783b77014561a7d493d327a0210e143440e91c9b697590d27661
voices/jf_tebukuro.pt 0d6917904438aec85f73a6fa1f7ac2be6481aae47c697834936930a91796c576
voices/jm_kumo.pt 98340afd68b1cee84fe0cd95528cfa6d4b39e416aa75a9df64049d52c8b55896
voices/pf_dora.pt 07e4ff987c5d5a8c3995efd15cc4f0db7c4c15e881b198d8ab7f67ecf51f5eb7
voices/pm_alex.pt cf0ba8c573c2480fc54123683a35cf1e2ae130428e441eb91f9149bdb188a526
voices/pm_santa.pt d42103169c5c872abbafb9129133af7e942bb9d272c3cc3b95c203e7d7198c29
voices/zf_xiaobei.pt 9b76be63dab4f4f96962030acc0126a9aee9728608fbbe115e2b58a2bd504df6
voices/zf_xiaoni.pt 95b49f169bf1640f4f43c25e13daa39f7b98d15d00823e83ef5c14b3ced59e49
voices/zf_xiaoxiao.pt cfaf6f2ded1ee56f1ff94fcd2b0e6cdf32e5b794bdc05b44e7439d44aef5887c
voices/zf_xiaoyi.pt b5235dbaeef85a4c613bf78af9a88ff63c25bac5f26ba77e36186d8b7ebf05e2
voices/zm_yunjian.pt 76cbf8bad35901d011d9628a2fdceb7b4f1f127e7a3269cb393b3941eb7fc417
voices/zm_yunxi.pt dbe6e1ce7c3dbaf2f5667432947b638b1c6831ccbe154c4610dbcc44f431e27b
voices/zm_yunxia.pt bb2b03b08e84d64e1214440ce3b624987fac177f2eeb5bab8571799a3d980acd
voices/zm_yunyang.pt 5238ac22e0c7f8b6cdd2eddd6e444b8a700b73c4674d9a047d59a94ff96379a2
""")
"""Fetched one by one; their first digits also stand in VOICES.md of the repository."""

_WHISPER_SHARED = table("""
tokenizer.json fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab
vocabulary.txt 34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913
""")

WHISPER_BASE: Pins = (
    "Systran/faster-whisper-base",
    "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
    _WHISPER_SHARED
    | table("""
config.json 56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a
model.bin d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9
"""),
)
"""Whisper's weights as CTranslate2 reads them: numbers behind their names, and no pickle."""

WHISPER_SMALL: Pins = (
    "Systran/faster-whisper-small",
    "536b0662742c02347bc0e980a01041f333bce120",
    _WHISPER_SHARED
    | table("""
config.json b55496ac7940a7ae47d2c01eab40edfd8701feec1229d9cce3b40014383fb828
model.bin 3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671
"""),
)

WHISPER_LARGE_V3_TURBO: Pins = (
    "dropbox-dash/faster-whisper-large-v3-turbo",
    "0a363e9161cbc7ed1431c9597a8ceaf0c4f78fcf",
    table("""
config.json b0253ea6c0d3bea6b1e19e91a02acfd3b53f4467362efcb5a3e6b16c9b3a9b7e
model.bin e76620f83d5f5b69efd3d87e3dc180c1bd21df9fbebacfd4335e5e1efcc018da
preprocessor_config.json 7ccc62c6f2765af1f3b46c00c9b5894426835a05021c8b9c01eecb6dfb542711
tokenizer.json 297b13372ac43916285644fb9687add3cc62ee2a1adb60da3dc25cc94c1871fd
vocabulary.json c69260f2ab26d659b7c398f9a2b2b48ed0df16c3b47d7326782fd9cba71690c1
"""),
)

MULTILINGUAL_E5_SMALL: Pins = (
    "intfloat/multilingual-e5-small",
    "614241f622f53c4eeff9890bdc4f31cfecc418b3",
    table("""
config.json 69137736cab8b8903a07fe8afaafdda25aac55415a12a55d1bffa9f581abf959
model.safetensors 1a55775f53449dac10a2bcbc312469fac40b96d53198c407081a831f81c98477
special_tokens_map.json d05497f1da52c5e09554c0cd874037a083e1dc1b9cfd48034d1c717f1afc07a7
tokenizer.json 0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39
tokenizer_config.json a1d6bc8734a6f635dc158508bef000f8e2e5a759c7d92f984b2c86e5ff53425b
"""),
)

E5_SMALL_V2: Pins = (
    "intfloat/e5-small-v2",
    "ffb93f3bd4047442299a41ebb6fa998a38507c52",
    table("""
config.json 5dfb0363cd0243be179c03bcaafd1542d0fbb95e8cbcf575fff3e229342adc2f
model.safetensors 45bfa60070649aae2244fbc9d508537779b93b6f353c17b0f95ceccb1c5116c1
tokenizer.json d241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66
"""),
)

BGE_RERANKER_V2_M3: Pins = (
    "BAAI/bge-reranker-v2-m3",
    "953dc6f6f85a1b2dbfca4c34a2796e7dde08d41e",
    table("""
config.json 13dcd6c31d9fec9d1d8e158702072f62d7fa7d312a64b9fe057bec9a08cfe41a
model.safetensors d9e3e081faff1eefb84019509b2f5558fd74c1a05a2c7db22f74174fcedb5286
special_tokens_map.json 8c785abebea9ae3257b61681b4e6fd8365ceafde980c21970d001e834cf10835
tokenizer.json 69564b696052886ed0ac63fa393e928384e0f8caada38c1f4864a9bfbf379c15
tokenizer_config.json 7e4c1cc848840aeccdd763458c18dd525eb0f795c992e00ebe9c28554e7db2d4
"""),
)

QWEN3_0_6B: Pins = (
    "Qwen/Qwen3-0.6B",
    "c1899de289a04d12100db370d81485cdf75e47ca",
    table("""
config.json 660db3b73d788119c04535e48cf9be5f55bc3100841a718637ae695b442f27dd
model.safetensors f47f71177f32bcd101b7573ec9171e6a57f4f4d31148d38e382306f42996874b
generation_config.json 2325da0f15bb848e018c5ae071b7943332e9f871d6b60e2ed22ca97d4cb993d2
tokenizer.json aeb13307a71acd8fe81861d94ad54ab689df773318809eed3cbe794b4492dae4
tokenizer_config.json d5d09f07b48c3086c508b30d1c9114bd1189145b74e982a265350c923acd8101
"""),
)

QWEN3_4B: Pins = (
    "Qwen/Qwen3-4B",
    "1cfa9a7208912126459214e8b04321603b3df60c",
    table("""
config.json 8ba006f74fecfaaeb392872a60f4a480e7ec9860153d2e1b769ec81f9a147f8a
model.safetensors.index.json 6dc0981b8829fead746441f68f38f24c5ca4a3a66351f652c26c6df0efc43ab2
model-00001-of-00003.safetensors 328a91d3122359d5547f9d79521205bc0a46e1f79a792dfe650e99fc2d651223
model-00002-of-00003.safetensors 6cd087b316306a68c562436b5492edbcf6e16c6dba3a1308279caa5a58e21ca5
model-00003-of-00003.safetensors e4bf436957184f4eeb86a80e9db394503f1f56446b2e6b7edeac5b81470f4ca1
generation_config.json 2325da0f15bb848e018c5ae071b7943332e9f871d6b60e2ed22ca97d4cb993d2
tokenizer.json aeb13307a71acd8fe81861d94ad54ab689df773318809eed3cbe794b4492dae4
tokenizer_config.json d5d09f07b48c3086c508b30d1c9114bd1189145b74e982a265350c923acd8101
"""),
)

RESNET_18: Pins = (
    "microsoft/resnet-18",
    "65a5785d9156231087c481e0c7dd33a5ff6f7e3e",
    table("""
config.json 11a01bcc873444bb433140e5f30f3687356641ed923266d738eef1c3438f6d22
model.safetensors 1cf00ee468998c23d084361b02cffadabacb5074105564c596b8079f77ecb126
preprocessor_config.json fd575b890da5a949493e1d1e7a70bfcb9e4b99fe444004d2dbfa253add254741
"""),
)

SIGLIP2_BASE: Pins = (
    "google/siglip2-base-patch16-224",
    "75de2d55ec2d0b4efc50b3e9ad70dba96a7b2fa2",
    table("""
config.json fe8b5fe6d5734360678fd71c11c21e1ea3364bd8598d34295d9206335973ffd7
model.safetensors 612923381c76ec5a9bed335d1c48827e3f2e506ac31b044b63b2031fadee6a0b
preprocessor_config.json 9b36b57ebaf20f09bf4c22100ccc21877ea6bfe5aead0c00c59f8af8ccefacfc
"""),
)

FLORENCE_2_BASE: Pins = (
    "florence-community/Florence-2-base",
    "00921df66db728a9ceb750f5eca43e5c203a2051",
    table("""
added_tokens.json 1d75deda84dfa81fb6c09301f3fed00f9695059568bbb1403a6bf299cd84fc37
config.json 2a4dfe9885d183da121f239ada734bd700ee6908b650a7a25ab32eb104fe1d7a
generation_config.json 0251459c49cc358ac033b5d4b8569e61ac22bde5d76be404b97a44cfb33fb12e
merges.txt 1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5
model.safetensors 62f3e696da74f8869a68ddb529a9b3e14eb25b21c592cb3dea6179bf944df6a0
preprocessor_config.json 1396ec5a0a7adfe1c04fb777b09e8ba753be6dbb5868212ab3c3ef39d91fe031
processor_config.json cd0e3bf41a39b1276503fbd273bc03b9afc70d7a15ea681a92a1b4b77f858ee6
special_tokens_map.json 72ff172dc769bc1551b1b4211628ce3271643bc60379e4da45d85a9be9332c39
tokenizer.json 3ad7001f773409abe6bba33eac92662611a73d72f459bda2f00d2a221dd31ce4
tokenizer_config.json cb5f80bd9afa767bb1bb798ee5f0a79eae45239b8e72506166b4218175a16723
vocab.json ed19656ea1707df69134c4af35c8ceda2cc9860bf2c3495026153a133670ab5e
"""),
)
"""Microsoft's weights in the form of transformers' own class; its maker's repository has code of
its own instead, which is never run here."""

BLIP_BASE: Pins = (
    "Salesforce/blip-image-captioning-base",
    "82a37760796d32b1411fe092ab5d4e227313294b",
    table("""
pytorch_model.bin d6638651a5526cc2ede56f2b5104d6851b0755816d220e5e046870430180c767
tokenizer.json d241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66
"""),
)
"""A PyTorch file, opened with ``weights_only``: there are no safetensors on this branch."""
