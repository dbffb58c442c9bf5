"""What strangers may send to the Space ronald-classifier: each gets its typed error."""

from functools import partial

import httpx
import pytest
from tests.media import corpus_images
from tests.spaces import callers
from tests.spaces.callers import FILE_DATA, upload
from tests.spaces.drawn import BLUE, RED, coloured, figure, other, pile, saved

SECONDS = 280  # of one call, on a busy machine
call = partial(callers.call, seconds=SECONDS)
refused = partial(callers.refused, seconds=SECONDS)


@pytest.fixture(scope="module", params=["alone", "gallery"])
def space(start_space, request):
    """The Space, started by itself and as a part of the gallery."""
    return start_space("ronald-classifier", request.param)


_PICTURES = {
    "pixel bomb": (corpus_images.pixel_bomb, "image_too_large"),
    "only a header": (corpus_images.header_only, "image_too_large"),
    "cut in half": (lambda: saved(figure())[:800], "image_unreadable"),
    "text bomb": (corpus_images.text_bomb, "image_unreadable"),
    "GIF": (lambda: saved(figure(), "GIF"), "wrong_file_type"),
    "SVG": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "wrong_file_type"),
    "HTML": (lambda: b"<html><script>alert(1)</script></html>", "wrong_file_type"),
    "TIFF": (lambda: saved(figure(), "TIFF"), "wrong_file_type"),
    "ZIP": (lambda: b"PK\x03\x04" + bytes(100), "wrong_file_type"),
    "1 x 1": (lambda: saved(figure()[:1, :1]), "image_too_small"),
    "nothing": (lambda: b"", "wrong_file_type"),
}
_ADDRESSES = [
    "http://localhost", "http://2130706433", "http://0x7f.1", "http://[::1]",
    "http://[::ffff:127.0.0.1]", "http://169.254.169.254/latest", "http://100.100.100.200",
    "http://[64:ff9b::7f00:1]", "http://ok.example\\@127.0.0.1/", "http://ok@127.0.0.1",
    "ftp://example.org/x", "data:image/png;base64,AAAA", "http://example.org:22/",
]  # fmt: skip


class TestBadInput:
    """Each hostile file, address and pile gets its typed error, and nothing of ours is told."""

    @pytest.mark.parametrize("name", _PICTURES)
    def test_a_bad_picture(self, space, name):
        make, code = _PICTURES[name]

        assert f"[{code}]" in refused(space, "classify", image=upload(space, make()))

    def test_a_camera_s_eight_orientations_give_one_answer(self, space):
        answers = []
        for orientation in (1, 3, 6, 8):
            image = upload(space, corpus_images.turned_jpeg(orientation), "a.jpg")
            answers.append(call(space, "classify", image=image).data[0]["probabilities"])

        assert answers == [answers[0]] * 4

    def test_bad_addresses_are_lines_of_the_result(self, space):
        event = call(space, "rank", files=[upload(space, saved(other()))],
                     urls="\n".join(_ADDRESSES))  # fmt: skip

        failed = event.data[0]["failed"]
        assert {one["name"] for one in failed} == set(_ADDRESSES)
        assert {one["code"] for one in failed} == {"url_not_allowed"}
        assert len(event.data[0]["ranked"]) == 1

    def test_too_many_pictures_to_rank_are_refused(self, space):
        urls = "\n".join(f"https://example.org/{n}" for n in range(51))

        assert "[too_many_files]" in refused(space, "rank", files=None, urls=urls)

    def test_without_a_file_it_says_so(self, space):
        for name, arguments in (
            ("classify", {"image": None}),
            ("explain", {"image": None}),
            ("rank", {"files": []}),
            ("train", {"files": [], "labels": []}),
        ):
            assert "[no_file]" in refused(space, name, **arguments)

    def test_one_class_is_too_few(self, space):
        files = [upload(space, content) for content in pile(RED, 3)]

        assert "[too_few_classes]" in refused(space, "train", files=files, labels=["a"] * 3)

    def test_a_class_of_texts_named_jpg_is_empty(self, space):
        files = [upload(space, content) for content in pile(RED, 2)]
        files.append(upload(space, b"hello", "b.jpg"))

        told = refused(space, "train", files=files, labels=["a", "a", "b"])

        assert "[empty_class]" in told

    def test_a_picture_in_two_classes_is_named(self, space):
        red, blue = pile(RED, 2), pile(BLUE, 1)
        files = [upload(space, c, f"{n}.png") for n, c in enumerate([*red, *blue, red[1]])]

        told = refused(space, "train", files=files, labels=["a", "a", "b", "b"])

        assert "[shared_picture]" in told
        assert "3.png" in told

    def test_copies_count_once(self, space):
        files = [upload(space, content) for content in pile(RED, 6)]
        files += [upload(space, saved(coloured(BLUE, 7)))] * 6

        labels = ["a"] * 6 + ["b"] * 6

        assert "[too_few_groups]" in refused(space, "train", files=files, labels=labels)

    @pytest.mark.parametrize(
        ("labels", "seed", "code"),
        [
            (["a"], 0, "labels_missing"),
            (None, 0, "labels_missing"),
            (["a", " "], 0, "empty_text"),
            (["a", "b" * 41], 0, "text_too_long"),
            (["a", "b"], -1, "number_out_of_range"),
            (["a", "b"], 0.5, "number_out_of_range"),
        ],
    )
    def test_wrong_labels_and_seeds(self, space, labels, seed, code):
        files = [upload(space, content) for content in pile(RED, 2)]

        assert f"[{code}]" in refused(space, "train", files=files, labels=labels, seed=seed)

    @pytest.mark.parametrize("key", ["A" * 22, "../../../etc", "x", "a/b" + "c" * 19])
    def test_an_unknown_key_is_gone(self, space, key):
        image = upload(space, saved(other()))

        assert "[classifier_gone]" in refused(space, "classify", image=image, model=key)

    def test_an_address_is_not_fetched_as_a_file(self, space):
        for path in ("http://127.0.0.1:1/x.png", "https://example.com/x.png"):
            file = {"path": path, "meta": FILE_DATA}
            for name, arguments in (
                ("classify", {"image": file}),
                ("rank", {"files": [file]}),
                ("train", {"files": [file], "labels": ["a"]}),
            ):
                assert "[not_uploaded]" in refused(space, name, **arguments)

    def test_what_was_not_uploaded_is_not_read(self, space, tmp_path):
        own = tmp_path / "own.png"
        own.write_bytes(saved(figure()))
        for path in (str(own), "/proc/self/environ", "/dev/zero"):
            event = call(space, "classify", image={"path": path, "meta": FILE_DATA})

            assert event.kind == "error"
            assert path not in str(event.data)

    def test_a_name_that_is_a_formula_stays_text_in_the_table(self, space):
        file = upload(space, saved(other()), "=1+1.png")
        event = call(space, "rank", files=[file])

        table = httpx.get(event.data[1]["url"], timeout=60).text
        assert "\n1,'=1+1.png," in table

    def test_korean_callers_get_korean_errors(self, space):
        event = call(space, "train", headers={"accept-language": "ko-KR"}, files=[], labels=[])

        assert event.data["error"].startswith("작업할 파일이 없습니다.")
