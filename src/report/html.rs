//! Pages of HTML that need nothing else: one file, light or dark, without scripts and without a network.

use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("../../assets/page.css");

/// A whole page.
pub(crate) fn page(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    };
    page.into_string()
}

/// A chart within a page, and what it shows in words.
pub(crate) fn chart(svg: &str, says: &str) -> Markup {
    html! { figure role="img" aria-label=(says) { (PreEscaped(svg)) } }
}

/// A picture of pixels within a page, and what it shows in words.
pub(crate) fn png(bytes: &[u8], says: &str) -> Markup {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let source = format!("data:image/png;base64,{}", BASE64_STANDARD.encode(bytes));
    html! { figure { img src=(source) alt=(says); } }
}

/// A formula that is written as LaTeX writes it, in MathML.
///
/// # Panics
/// The formula is none: those that are shown stand in the program.
pub(crate) fn formula(latex: &str) -> Markup {
    use pulldown_latex::{Parser, RenderConfig, Storage, config::DisplayMode, push_mathml};
    let storage = Storage::new();
    let config = RenderConfig { display_mode: DisplayMode::Block, ..RenderConfig::default() };
    let mut mathml = String::new();
    let parsed: Result<Vec<_>, _> = Parser::new(latex, &storage).collect();
    let events = parsed.unwrap_or_else(|error| panic!("{latex}: {error}"));
    push_mathml(&mut mathml, events.into_iter().map(Ok::<_, std::convert::Infallible>), config)
        .expect("writing into a string cannot fail");
    html! { div.formula { (PreEscaped(mathml)) } }
}
