"""What is to be put right is where one is when the page has come."""

from playwright.sync_api import Browser, expect

from tests.support.serving import Server


def test_the_summary_of_faults_takes_the_focus_and_leads_to_the_field(chromium: Browser, server: Server) -> None:
    # A page of its own: the browser complains of each answer that is not 200, and this one is 422 on purpose.
    page = chromium.new_page(base_url=server.url, locale="sv-SE")
    page.goto("/logga-in#innehall")
    page.get_by_role("main").get_by_role("button", name="Logga in").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link").first.click()
    expect(page.get_by_label("E-postadress")).to_be_focused()
    page.close()
