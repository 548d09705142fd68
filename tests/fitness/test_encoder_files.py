import pytest

from fitness.encoders import encoder_sha256


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    return tmp_path


def test_a_name_that_is_no_folder_has_no_hash(tmp_path):
    assert encoder_sha256("microsoft/deberta-v3-base") is None
    assert encoder_sha256(str(tmp_path / "nothing")) is None


def test_a_copy_has_the_same_hash_whatever_lies_beside(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("copy")
    for path in folder.iterdir():
        (other / path.name).write_bytes(path.read_bytes())
    (other / "README.md").write_text("hello")
    (other / "notes").mkdir()
    assert encoder_sha256(str(other)) == encoder_sha256(str(folder))


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "vocab.txt"])
def test_what_decides_on_vectors_decides_on_the_hash(folder, name):
    before = encoder_sha256(str(folder))
    (folder / name).write_bytes(b"other")
    assert encoder_sha256(str(folder)) != before
