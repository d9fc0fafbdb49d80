"""Own words, texts and tables, and links with nonsense, in a real browser."""

from playwright.sync_api import expect

from tests.browser.visit import Visit

TABLE = "day,level\n" + "".join(f"{k},{k * k % 17}.5\n" for k in range(80))


def test_an_own_word(visit: Visit) -> None:
    visit.open(task="hello", cell="rnn", hidden="12", batch="1")
    field = visit.page.get_by_role("textbox", name="Word", exact=True)
    field.fill("春眠 <b>&*")
    field.press("Enter")
    visit.wait_for_param("word", "春眠 <b>&*")
    visit.train(5)
    visit.pause()
    assert not visit.alerts.count()
    visit.keep("own-word")
    before = visit.updates
    field.fill("zzz")
    field.press("Enter")
    expect(visit.alerts.filter(has_text="at least two of them different")).to_be_visible()
    assert visit.updates == before
    assert visit.params["word"] == "春眠 <b>&*"
    visit.step()


def test_an_own_table_and_a_bad_one(visit: Visit) -> None:
    visit.open(task="forecast", cell="gru", hidden="8", length="10")
    visit.train(3)
    before = visit.pause()
    visit.choose("Series", "My own")
    visit.upload("bad.csv", b"name\nann\nben\n")
    expect(visit.alerts.filter(has_text="No column holds numbers")).to_be_visible()
    assert visit.updates == before, "the old run is gone"
    visit.keep("bad-table")
    visit.upload("good.csv", TABLE.encode())
    visit.page.wait_for_function("new URLSearchParams(location.search).get('series') === 'own'")
    visit.settled()
    assert len(visit.params["values"].split(",")) == 80
    expect(visit.metric("Updates")).to_have_text("0")
    visit.train(3)
    visit.keep("own-table")
    visit.pause()


def test_an_own_text(visit: Visit) -> None:
    visit.open(task="text", cell="gru", hidden="16", length="20", batch="8")
    visit.choose("Text", "My own")
    field = visit.page.get_by_role("textbox", name="Your text", exact=True)
    field.fill("too short")
    field.press("Control+Enter")
    expect(visit.alerts.filter(has_text="at least 20 characters")).to_be_visible()
    own = "she sells sea shells by the sea shore, "
    field.fill(own * 3)
    field.press("Control+Enter")
    visit.page.wait_for_function("new URLSearchParams(location.search).get('corpus') === 'own'")
    visit.settled()
    assert visit.params["text"].strip() == (own * 3).strip()
    visit.train(20)
    visit.pause()
    sample = visit.page.get_by_test_id("stMain").get_by_test_id("stCode")
    assert set(sample.inner_text().strip()) <= set(own)
    visit.keep("own-text")


def test_nonsense_in_a_link(visit: Visit) -> None:
    visit.open(task="echo", hidden="<b>many</b>", lr="fast", cell="gru", delay="4")
    notice = visit.alerts.filter(has_text="hidden")
    expect(notice).to_contain_text("1 to 128")
    expect(notice).to_contain_text("<b>many</b>")
    expect(notice).to_contain_text("lr")
    assert visit.params["hidden"] == "32"
    assert (visit.params["task"], visit.params["cell"], visit.params["delay"]) == ("echo", "gru", "4")
    visit.keep("nonsense-link")
    visit.button("Dismiss").click()
    expect(visit.alerts).to_have_count(0)
    visit.step()


def test_a_deep_link_to_the_guide(visit: Visit) -> None:
    visit.page.goto(f"{visit.address}/guide?task=order&cell=gru&hidden=7")
    expect(visit.page.get_by_role("combobox", name="Task", exact=True)).to_be_visible()
    visit.wait_for_param("layers", "1")
    assert (visit.params["task"], visit.params["cell"], visit.params["hidden"]) == ("order", "gru", "7")
