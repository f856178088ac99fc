//! Pages as a browser shows them.

use std::{fs, path::Path, process::Command};

use crate::common::binary::{folder, run, stderr, text};
use gradus::experiments::lecture;

/// What a page says of itself when a browser has laid it out: JavaScript that the test adds and no page has.
fn measured(page: &Path, width: u32, script: &str) -> String {
    let root = folder();
    let copy = root.path().join("page.html");
    let html = fs::read_to_string(page).expect("a page");
    let script = format!("<script>document.title = {script}</script>");
    fs::write(&copy, html.replace("</body>", &format!("{script}</body>"))).expect("room");
    let browsers = ["chromium", "chromium-browser", "google-chrome"];
    let output = browsers.iter().find_map(|browser| {
        let mut command = Command::new(browser);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--dump-dom"]);
        command.arg(format!("--user-data-dir={}", root.path().join("profile").display()));
        command.arg(format!("--window-size={width},900")).arg(format!("file://{}", copy.display()));
        command.output().ok()
    });
    let dom = String::from_utf8(output.expect("Chromium; ./test.sh installs it").stdout).expect("text");
    let title = dom.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
    title.unwrap_or_else(|| panic!("no page: {dom}")).to_owned()
}

#[test]
fn the_lecture_is_one_page_that_a_phone_shows_and_no_network_is_needed_for() {
    let root = folder();
    let (out, report) = (root.path().join("out"), root.path().join("report"));
    let arguments = ["reproduce", "likelihood", "--device", "cpu", "--out", text(&out), "--report", text(&report)];
    let output = run(&arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    let page = report.join("lecture.html");
    let html = fs::read_to_string(&page).expect("a page");
    for from_elsewhere in ["src=\"http", "<link", "<script", "@import", "url("] {
        assert!(!html.contains(from_elsewhere), "{from_elsewhere}");
    }
    // Wide charts and formulas move within themselves; the page itself is no wider than the screen.
    let width = "document.documentElement.scrollWidth <= innerWidth";
    let headings = "document.querySelectorAll('h3').length";
    let chart = "document.querySelector('figure svg').getBoundingClientRect().height > 200";
    let formula = "document.querySelector('math').getBoundingClientRect().height > 10";
    let ends = "document.querySelectorAll('merror').length";
    let script = format!("[{width}, {headings}, {chart}, {formula}, {ends}].join(' ')");
    // Chromium's own window is no narrower than 500.
    for screen in [500, 1200] {
        assert_eq!(measured(&page, screen, &script), "true 57 true true 0", "{screen} wide");
    }
    let markdown = fs::read_to_string(report.join("lecture.md")).expect("the same as text");
    assert!(
        markdown.contains("![The likelihood is no distribution over the parameters: likelihood](lecture/likelihood-")
    );
    assert!(report.join("lecture/likelihood-likelihood.svg").exists());
}
#[test]
fn every_item_of_the_lecture_has_a_figure() {
    let bare: Vec<u8> =
        lecture::items().filter(|item| lecture::shown_by(item).next().is_none()).map(|item| item.number).collect();
    assert!(bare.is_empty(), "{bare:?}");
}
