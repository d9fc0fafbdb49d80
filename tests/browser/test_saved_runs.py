"""Save a run, take it up in another browser, and go on as if nothing had happened."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.visit import Visit

SMALL = {"task": "adding", "length": "10", "cell": "gru", "hidden": "8", "seed": "7"}


def upload(visit: Visit, name: str, data: bytes) -> None:
    body = visit.page.get_by_test_id("stExpander").filter(has_text="Continue a saved run")
    if not body.get_by_test_id("stFileUploaderDropzone").is_visible():
        body.locator("summary").click()
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    body.get_by_test_id("stFileUploaderDropzoneInput").set_input_files([file])


def saved(visit: Visit) -> bytes:
    with visit.page.expect_download() as download:
        visit.button("Save run").click()
    assert download.value.suggested_filename == "adding-gru.safetensors"
    return Path(download.value.path()).read_bytes()


def test_a_saved_run_goes_on_in_another_browser(visitor: Opener) -> None:
    first = visitor()
    first.open(**SMALL)
    first.train(30)
    at = first.pause()
    data = saved(first)
    expected = [first.step() for _ in range(3)]
    second = visitor()
    second.open(task="copy")
    upload(second, "run.safetensors", data)
    expect(second.page.get_by_test_id("stToast")).to_contain_text(f"Taken up at update {at:,}")
    second.wait_for_param("seed", "7")
    assert second.updates == at
    assert {name: second.params[name] for name in SMALL} == SMALL
    second.keep("saved-run")
    expect(second.page.get_by_test_id("stFileUploaderDropzone")).not_to_be_visible()
    assert [second.step() for _ in range(3)] == expected


def test_a_file_that_is_no_run_is_a_sentence(visit: Visit) -> None:
    visit.open(**SMALL)
    visit.step()
    upload(visit, "run.safetensors", b"<script>alert(1)</script>" * 10)
    problem = visit.page.get_by_test_id("stExpander").get_by_test_id("stAlert")
    expect(problem).to_contain_text("not a saved run")
    expect(problem).to_contain_text("The run goes on as it was")
    visit.keep("no-run")
    assert visit.updates == 1
