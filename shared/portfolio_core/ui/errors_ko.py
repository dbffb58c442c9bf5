"""What the errors say in Korean: code to message and hint, over the error's own fields."""

_RETRY = "{retry_after_seconds}초 뒤에 다시 시도해 주세요."
_EMBEDDED = "내려받을 것이 없는 embedded 프리셋을 선택해 주세요."

KOREAN: dict[str, tuple[str, str]] = {
    "internal_error": ("서버에서 문제가 생겼습니다.", "다시 시도해 주세요."),
    "invalid_input": ("사용할 수 없는 입력입니다.", "값을 확인하고 다시 보내 주세요."),
    "empty_text": ("텍스트가 비어 있습니다.", "먼저 글을 쓰거나 붙여 넣어 주세요."),
    "text_too_long": (
        "텍스트가 {given:,}자입니다. 한도는 {limit:,}자입니다.",
        "줄이거나 나누어 보내 주세요.",
    ),
    "sound_too_long": (
        "소리가 {limit:.0f}초보다 길어집니다.",
        "글을 줄이거나, 더 빠르게 읽거나, 나누어 보내 주세요.",
    ),
    "unknown_choice": (
        "{given}은(는) 알 수 없는 값입니다({parameter}).",
        "다음 중에서 골라 주세요: {choices}.",
    ),
    "number_out_of_range": (
        "{given}은(는) 쓸 수 없는 값입니다({parameter}).",
        "{low}부터 {high}까지의 수를 넣어 주세요.",
    ),
    "too_many_messages": (
        "대화의 메시지가 {given:,}개입니다. 한도는 {limit:,}개입니다.",
        "최근 메시지만 보내거나 새 대화를 시작해 주세요.",
    ),
    "nothing_asked": (
        "마지막 메시지가 사용자의 것이 아니거나, 시스템 메시지가 맨 앞에 있지 않습니다.",
        "시스템 메시지가 있으면 맨 앞에, 질문은 맨 뒤에 놓아 주세요.",
    ),
    "prompt_too_long": (
        "마지막 메시지가 {given:,}토큰입니다. {limit:,}토큰까지 들어갑니다.",
        "줄이거나, 더 짧은 답을 요청해 주세요.",
    ),
    "model_not_found": (
        "{name}(이)라는 모델은 여기에 없습니다.",
        "다음 중에서 고르세요: {choices}.",
    ),
    "unknown_adapter": (
        "{name} 어댑터가 여기에 없습니다.",
        "목록에서 골라 주세요. 여기서 학습한 것은 한 시간 동안 보관됩니다.",
    ),
    "adapter_unsafe": (
        "{name} 어댑터의 가중치가 피클 파일입니다. 피클은 어떤 프로그램이든 실행할 수 있습니다.",
        "safetensors로 저장해 주세요.",
    ),
    "adapter_too_large": (
        "어댑터의 랭크가 {rank:,}입니다. 한도는 {limit:,}입니다.",
        "더 작은 랭크로 학습해 주세요. 보통 8에서 64입니다.",
    ),
    "size_not_multiple": (
        "{given}은(는) {multiple}의 배수가 아닙니다({parameter}).",
        "그릴 수 있는 가장 가까운 값은 {near}입니다.",
    ),
    "drawing_too_large": (
        "{width} x {height}픽셀의 그림은 한도인 {limit:,}픽셀을 넘습니다.",
        "너비나 높이를 줄여 주세요.",
    ),
    "nothing_to_say": (
        "이 텍스트에는 소리 내어 읽을 것이 없습니다.",
        "단어나 숫자를 하나 이상 써 주세요.",
    ),
    "nothing_to_compare": (
        "비교할 값이 없습니다({parameter}).",
        "쉼표로 나누어 둘 이상 적어 주세요.",
    ),
    "too_many_pictures": (
        "그림이 모두 {given:,}장이 됩니다. 한도는 {limit}장입니다.",
        "장수를 줄이거나 비교할 값을 줄여 주세요.",
    ),
    "no_recipe": (
        "이 그림에는 어떻게 만들었는지 적혀 있지 않습니다.",
        "여기나 A1111에서 만든 PNG를 저장된 그대로 써 주세요. 정보를 지우는 사이트가 많습니다.",
    ),
    "quota_reached": (
        "모든 문서를 합쳐 {limit:,} {unit}의 한도를 넘게 됩니다.",
        "먼저 문서를 지우거나 더 적게 추가해 주세요.",
    ),
    "document_unknown": ("{given} 문서가 없습니다.", "문서 목록을 확인해 주세요."),
    "index_gone": (
        "이 문서들은 더 이상 여기에 없습니다.",
        "다시 추가해 주세요. 한 시간 동안 질문이 없으면 지워집니다.",
    ),
    "index_unreadable": (
        "이 파일은 여기에서 내려받은 색인이 아니거나 손상되었습니다.",
        "색인을 다시 내려받거나 문서를 직접 추가해 주세요.",
    ),
    "wrong_file_type": (
        "다음 형식의 파일이 아닙니다: {types}.",
        "이름이 아니라 내용이 기준입니다. 이 중 한 형식으로 저장해 주세요.",
    ),
    "file_too_large": (
        "파일이 {limit:,}바이트보다 큽니다.",
        "크기를 줄이거나 일부만 보내 주세요.",
    ),
    "image_too_large": (
        "그림이 {pixels:,}픽셀보다 크거나 한 변이 {side:,}픽셀보다 깁니다.",
        "크기를 줄여 주세요.",
    ),
    "image_too_small": ("그림에 {side}픽셀 이상인 변이 없습니다.", "더 큰 그림을 보내 주세요."),
    "empty_mask": (
        "마스크에 표시된 곳이 없습니다.",
        "바꿀 곳을 칠하거나, 그곳이 흰색인 마스크를 보내 주세요.",
    ),
    "full_mask": (
        "마스크가 그림 전체를 표시합니다.",
        "남겨 둘 곳이 있어야 합니다. 흑백이 바뀌었다면 마스크를 반전해 주세요.",
    ),
    "mask_size": (
        "마스크는 {width} x {height}픽셀, 그림은 {picture_width} x {picture_height}픽셀입니다.",
        "그림과 같은 비율의 마스크를 보내 주세요. 크기는 달라도 됩니다.",
    ),
    "no_margin": ("그림을 넓힐 크기가 없습니다.", "적어도 한쪽에 픽셀 수를 넣어 주세요."),
    "nothing_replaces": (
        "새로 그리는 모델이 여기에 없습니다.",
        "지우기를 쓰거나, GPU가 있는 곳에서 실행해 주세요.",
    ),
    "picture_hidden": (
        "모델의 안전 검사기가 결과를 가렸습니다.",
        "프롬프트나 시드를 바꿔 주세요.",
    ),
    "image_unreadable": (
        "그림이 손상되어 읽을 수 없습니다.",
        "다른 프로그램에서 열어 다시 저장한 뒤 보내 주세요.",
    ),
    "language_not_heard": (
        "이 엔진은 {given} 언어를 알아듣지 못합니다.",
        "다음 중에서 골라 주세요: {choices}. tiny 이상의 프리셋은 알아듣습니다.",
    ),
    "cannot_translate": (
        "이 엔진은 들은 대로만 적고 번역하지 않습니다.",
        "번역을 끄거나 tiny 이상의 프리셋을 선택해 주세요.",
    ),
    "no_file": ("작업할 파일이 없습니다.", "먼저 파일을 끌어다 놓거나 붙여 넣거나 선택해 주세요."),
    "not_uploaded": (
        "주소에서 파일을 가져오지 않습니다.",
        "파일을 직접 올리거나 data: 주소로 보내 주세요.",
    ),
    "too_many_pages": ("{given:,}쪽입니다. 한도는 {limit:,}쪽입니다.", "나누어 보내 주세요."),
    "document_too_large": (
        "문서가 너무 큽니다. {pages:,}쪽, {characters:,}자까지 읽습니다.",
        "일부만 보내 주세요.",
    ),
    "document_unreadable": (
        "문서가 손상되어 읽을 수 없습니다.",
        "다른 프로그램에서 열어 다시 저장한 뒤 보내 주세요.",
    ),
    "encrypted": (
        "문서에 암호가 걸려 있습니다.",
        "암호 없이 저장한 뒤 보내 주세요.",
    ),
    "document_limit": (
        "문서를 읽는 데 {seconds:.0f}초 또는 {mebibytes:,}MiB가 넘게 필요합니다.",
        "더 단순한 문서나 일부만 보내 주세요.",
    ),
    "no_text_found": (
        "문서에 텍스트가 없습니다.",
        "쪽이 그림이라면 먼저 글자를 읽어 주세요.",
    ),
    "timeline_unreadable": (
        "타임라인을 읽을 수 없습니다.",
        "/timeline이 돌려준 JSON에서 글만 고쳐 보내 주세요.",
    ),
    "nothing_to_describe": (
        "소리로 설명할 그림이 없습니다.",
        "그림이나 영상을 보내 주세요. 소리만으로는 설명할 장면이 없습니다.",
    ),
    "recording_too_long": (
        "녹음이나 영상이 {limit:.0f}초보다 깁니다.",
        "잘라서 나누어 보내 주세요.",
    ),
    "recording_unreadable": (
        "파일이 손상되었거나 여기에서 읽지 않는 방식으로 만들어졌습니다.",
        "소리는 WAV나 MP3로, 영상은 H.264와 AAC를 쓰는 MP4로 다시 저장해 주세요.",
    ),
    "recording_empty": (
        "파일에 아무 내용도 없습니다.",
        "다시 녹음하고, 보내기 전에 재생해 보세요.",
    ),
    "recording_limit": (
        "파일을 읽는 데 {seconds:.0f}초 또는 {mebibytes:,}MiB가 넘게 필요합니다.",
        "화면을 더 작게 저장하거나 일부만 보내 주세요.",
    ),
    "no_sound_track": (
        "영상에 소리가 없습니다.",
        "영상으로 보내 주세요. 화면에 보이는 것은 설명할 수 있습니다.",
    ),
    "no_picture_track": (
        "이 영상에는 화면이 없고 소리만 있습니다.",
        "소리로 보내 주세요.",
    ),
    "clip_too_large": (
        "영상의 화면이 {pixels:,}픽셀보다 크거나 한 변이 {side:,}픽셀보다 깁니다.",
        "화면을 더 작게 저장해 주세요. 1280 x 720이면 충분합니다.",
    ),
    "url_not_allowed": (
        "이 주소는 가져오지 않습니다.",
        "공개된 웹에 있는 파일의 http 또는 https 주소를 넣어 주세요.",
    ),
    "url_failed": (
        "이 주소에서 파일을 받지 못했습니다.",
        "브라우저에서 주소를 열어 보거나 파일을 올려 주세요.",
    ),
    "url_too_slow": (
        "{seconds:.0f}초 안에 파일을 다 받지 못했습니다.",
        "나중에 다시 시도하거나 파일을 올려 주세요.",
    ),
    "too_many_files": (
        "파일과 주소가 {given:,}개입니다. {limit:,}개까지 받습니다.",
        "여러 번에 나누어 보내 주세요.",
    ),
    "files_too_large": (
        "파일이 모두 합해 {limit:,}바이트를 넘습니다.",
        "파일 수를 줄이거나 더 작게 만들어 주세요.",
    ),
    "labels_missing": (
        "파일은 {files}개인데 분류 이름은 {labels}개입니다.",
        "파일마다 분류 이름을 하나씩, 같은 순서로 보내 주세요.",
    ),
    "classifier_gone": (
        "학습한 이 분류기는 더 이상 보관되어 있지 않습니다.",
        "다시 학습해 주세요. 같은 사진과 시드로는 같은 분류기가 나옵니다.",
    ),
    "too_few_classes": (
        "분류가 {given}개입니다. 구별하려면 2개 이상이 필요합니다.",
        "분류마다 사진을 따로 폴더에 넣어 주세요.",
    ),
    "empty_class": (
        "분류 {name}에 읽을 수 있는 사진이 없습니다.",
        "JPEG, PNG, WEBP 사진을 넣거나 그 분류를 빼 주세요.",
    ),
    "shared_picture": (
        "분류 {first}와(과) {second}에 같은 사진 {file}이(가) 있습니다.",
        "둘 중 하나에서 빼 주세요.",
    ),
    "too_few_groups": (
        "분류 {name}의 서로 다른 사진이 {given}장입니다. {least}장이 필요합니다.",
        "복사하거나 돌리거나 뒤집은 것이 아닌 사진을 더 넣어 주세요.",
    ),
    "no_usable_rows": (
        "{given:,}행 가운데 쓸 수 있는 행이 없습니다: {reasons}.",
        "행마다 질문과 답이 있어야 합니다. 예시를 참고해 주세요.",
    ),
    "too_many_rows": (
        "파일에 {limit:,}행보다 많은 행이 있습니다.",
        "좋은 행만 골라 주세요. 말투를 가르치는 데는 수백 행이면 충분합니다.",
    ),
    "adapter_unreadable": (
        "어댑터 {name}을(를) 읽을 수 없습니다: {reason}.",
        "adapter_config.json과 adapter_model.safetensors가 있는 폴더를 지정해 주세요.",
    ),
    "adapter_mismatch": (
        "어댑터 {name}은(는) {given}이(가) 아니라 {wanted}에 맞는 것입니다.",
        "이 어댑터를 학습한 기본 모델을 선택해 주세요.",
    ),
    "training_diverged": (
        "{step:,}번째 단계에서 값이 유한하지 않아 학습을 멈췄습니다.",
        "마지막으로 정상인 어댑터는 남아 있습니다. 학습률을 낮추거나 데이터를 확인해 주세요.",
    ),
    "no_room_to_save": (
        "체크포인트를 저장할 디스크 공간 {needed:,}바이트가 없습니다.",
        "공간을 비우고 다시 시작하면 마지막 체크포인트에서 이어집니다.",
    ),
    "busy": ("지금 이용자가 많습니다.", _RETRY),
    "queue_full": ("대기 자리 {places}개가 모두 찼습니다.", _RETRY),
    "too_many_requests": ("1분에 보낼 수 있는 요청 {limit:,}개를 모두 썼습니다.", _RETRY),
    "too_many_at_once": ("동시에 보낼 수 있는 요청 {limit:,}개가 처리되고 있습니다.", _RETRY),
    "engine_at_work": ("{engine} 엔진이 작업 중입니다.", _RETRY),
    "invalid_api_key": (
        "이 서버에는 API 키가 필요한데, 요청에 아는 키가 없습니다.",
        "Authorization: Bearer 헤더나 브라우저의 비밀번호로 보내 주세요.",
    ),
    "waited_too_long": ("{seconds:.0f}초 안에 차례가 오지 않았습니다.", _RETRY),
    "work_too_long": ("{seconds:.0f}초가 지나 작업을 멈췄습니다.", "한 번에 더 적게 보내 주세요."),
    "memory_budget_exceeded": ("지금은 이 엔진을 불러올 메모리가 부족합니다.", _RETRY),
    "draining": ("서비스를 다시 시작하는 중입니다.", _RETRY),
    "cancelled": ("작업을 멈췄습니다.", "원할 때 다시 시작해 주세요."),
    "model_unavailable": ("모델 {model}을(를) 사용할 수 없습니다.", _EMBEDDED),
    "hub_unreachable": (
        "{model}의 가중치가 이 기기에 없고 허브에 연결할 수 없습니다.",
        "네트워크를 확인하고 다시 시작하거나 embedded 프리셋을 선택해 주세요.",
    ),
    "download_refused": (
        "허브가 {model}의 파일 {file}을(를) 내주지 않습니다.",
        "embedded 프리셋을 선택하거나 토큰과 지정된 버전을 확인해 주세요.",
    ),
    "no_disk_space": (
        "{model}을(를) 둘 디스크 공간이 없습니다.",
        "공간을 비우거나 PORTFOLIO_MODELS_DIR을 다른 디스크로 지정해 주세요.",
    ),
    "download_damaged": (
        "{model}의 파일 {file}이(가) 체크섬과 다릅니다.",
        "다시 시도해 주세요. 계속되면 허브의 파일이 지정된 버전과 다릅니다.",
    ),
    "engine_failed": (
        "엔진 {model}이(가) 작업을 마치지 못했습니다.",
        "다시 시도해 주세요. 계속되면 다른 엔진을 선택해 주세요.",
    ),
    "missing_dependency": (
        "패키지 {package}이(가) 설치되어 있지 않습니다.",
        "다음 명령으로 설치하세요: {command}",
    ),
    "bad_setting": ("{name}을(를) 사용할 수 없습니다: {reason}.", "고치거나 빼 주세요."),
}
