//! The lecture as one page, item by item, and as docs/lecture.md: formulas, pictures, numbers, verdicts.

use std::{fmt::Write, fs, path::Path};

use maud::{Markup, html};

use crate::{
    cli::{Failure, code, save},
    experiments::{Claim, Figure, Findings, lecture, short},
    report::html,
};

/// A figure and what it came to.
pub struct Shown {
    pub figure: &'static Figure,
    pub findings: Findings,
}

const TITLE: &str = "Training neural networks: the lecture, reproduced";
const ABOUT: &str = "Milan Straka's lecture \"Training Neural Networks\" (Charles University, 26 February 2024), item by item. \
    Each figure is a command of gradus; its claims hold when every number clears its bound by three standard errors. \
    Each has a fault, too: with it the verdict must turn.";

/// Writes both into a folder: lecture.html, which needs nothing else, and lecture.md with its pictures beside it.
pub fn write(folder: &Path, shown: &[Shown]) -> Result<(), Failure> {
    let pictures = folder.join("lecture");
    fs::create_dir_all(&pictures).map_err(|error| Failure::file(code::OTHER, &pictures, error))?;
    for Shown { figure, findings } in shown {
        for (name, svg) in &findings.pictures {
            save(&pictures.join(format!("{}-{name}.svg", figure.name)), svg.as_bytes())?;
        }
        for (name, png) in &findings.animations {
            save(&pictures.join(format!("{}-{name}.png", figure.name)), png)?;
        }
    }
    save(&folder.join("lecture.md"), markdown(shown).as_bytes())?;
    save(&folder.join("lecture.html"), html::page(TITLE, &page(shown)).as_bytes())
}

/// The figures whose first item this is.
fn beginning(shown: &[Shown], item: u8) -> impl Iterator<Item = &Shown> {
    shown.iter().filter(move |shown| shown.figure.items.iter().min() == Some(&item))
}

/// The figures that show an item, but stand at another.
fn elsewhere(shown: &[Shown], item: u8) -> Vec<&'static Figure> {
    let others = shown.iter().filter(|shown| shown.figure.items.contains(&item));
    others.map(|shown| shown.figure).filter(|figure| figure.items.iter().min() != Some(&item)).collect()
}

fn count(shown: &[Shown]) -> String {
    let holding = shown.iter().filter(|shown| shown.findings.hold()).count();
    format!("{holding} of {} figures hold.", shown.len())
}

fn command(figure: &Figure) -> String {
    format!("gradus reproduce {}", figure.name)
}

fn page(shown: &[Shown]) -> Markup {
    html! {
        h1 { (TITLE) }
        p { (ABOUT) }
        p { b { (count(shown)) } }
        (contents(shown))
        @for part in lecture::PARTS {
            h2 { (part.title) }
            @for item in part.items {
                h3 id=(format!("item-{}", item.number)) { (item.number) ". " (item.title) }
                p { (item.says) }
                @if !item.formula.is_empty() { (html::formula(item.formula)) }
                @for shown in beginning(shown, item.number) { (article(shown)) }
                @for other in elsewhere(shown, item.number) {
                    p.quiet { "See " a href=(format!("#{}", other.name)) { (other.title) } "." }
                }
            }
        }
    }
}

/// All figures in a table, with their verdicts.
fn contents(shown: &[Shown]) -> Markup {
    html! {
        div.scroll {
            table {
                tr { th { "items" } th { "figure" } th { "verdict" } }
                @for Shown { figure, findings } in shown {
                    tr {
                        td { (items(figure)) }
                        td { a href=(format!("#{}", figure.name)) { (figure.title) } }
                        td { (verdict(findings)) }
                    }
                }
            }
        }
    }
}

/// The items of a figure, neighbours as a range.
fn items(figure: &Figure) -> String {
    let runs = figure.items.chunk_by(|a, b| a + 1 == *b);
    let run = |run: &[u8]| match run {
        [first, .., last] => format!("{first}–{last}"),
        alone => alone.iter().map(u8::to_string).collect(),
    };
    runs.map(run).collect::<Vec<_>>().join(", ")
}

/// A sentence of what stands in a line on the terminal.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

fn verdict(findings: &Findings) -> Markup {
    match findings.hold() {
        true => html! { span.holds { "holds" } },
        false => html! { span.fails { "does not hold" } },
    }
}

fn article(Shown { figure, findings }: &Shown) -> Markup {
    html! {
        article id=(figure.name) {
            h4 { (figure.title) @if !figure.figure.is_empty() { " (" (figure.figure) ")" } ": " (verdict(findings)) }
            p.quiet { (sentence(figure.claim)) }
            @for (name, svg) in &findings.pictures { (html::chart(svg, &format!("{}: {name}", figure.title))) }
            @for (name, png) in &findings.animations { (html::png(png, &format!("{}: {name}, moving", figure.title))) }
            div.scroll {
                table {
                    tr { th { "what" } th { "is" } th { "must be" } th {} }
                    @for claim in &findings.claims {
                        tr {
                            td { (claim.text) }
                            td.number { (value(claim)) }
                            td.number { (claim.need) }
                            td { @if claim.holds() { span.holds { "holds" } } @else { span.fails { "fails" } } }
                        }
                    }
                }
            }
            p { code { (command(figure)) } }
            p { "Now break it: " code { (command(figure)) " --break" } " (" (figure.fault) ")." }
        }
    }
}

/// A number with its standard error.
fn value(claim: &Claim) -> String {
    let error = if claim.error > 0.0 { format!(" ± {}", short(claim.error)) } else { String::new() };
    format!("{}{error}", short(claim.value))
}

/// The same as text that GitHub and editors show.
fn markdown(shown: &[Shown]) -> String {
    let mut text = format!("# {TITLE}\n\n{ABOUT}\n\n{}\n\n", count(shown));
    text += "Generated by `gradus reproduce --all --report docs`.\n\n| items | figure | verdict |\n|---|---|---|\n";
    for Shown { figure, findings } in shown {
        let verdict = if findings.hold() { "holds" } else { "**does not hold**" };
        let _ = writeln!(text, "| {} | [{}](#{}) | {verdict} |", items(figure), figure.title, anchor(figure));
    }
    for part in lecture::PARTS {
        let _ = write!(text, "\n## {}\n", part.title);
        for item in part.items {
            let _ = write!(text, "\n### {}. {}\n\n{}\n", item.number, item.title, item.says);
            if !item.formula.is_empty() {
                let _ = write!(text, "\n$${}$$\n", item.formula);
            }
            for shown in beginning(shown, item.number) {
                text += &entry(shown);
            }
            for other in elsewhere(shown, item.number) {
                let _ = write!(text, "\nSee [{}](#{}).\n", other.title, anchor(other));
            }
        }
    }
    text
}

/// What GitHub makes of a figure's heading.
fn anchor(figure: &Figure) -> String {
    let letters = figure.title.to_lowercase();
    letters
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

fn entry(Shown { figure, findings }: &Shown) -> String {
    let mut text = format!("\n#### {}\n\n{}\n", figure.title, escaped(&sentence(figure.claim)));
    let pictures = findings.pictures.iter().map(|(name, _)| (name, "svg"));
    for (name, end) in pictures.chain(findings.animations.iter().map(|(name, _)| (name, "png"))) {
        let _ = write!(text, "\n![{}: {name}](lecture/{}-{name}.{end})\n", figure.title, figure.name);
    }
    text += "\n| what | is | must be | |\n|---|---|---|---|\n";
    for claim in &findings.claims {
        let holds = if claim.holds() { "holds" } else { "**fails**" };
        let _ = writeln!(text, "| {} | {} | {} | {holds} |", escaped(&claim.text), value(claim), claim.need);
    }
    let command = command(figure);
    let _ = write!(text, "\n`{command}`; now break it: `{command} --break` ({}).\n", escaped(figure.fault));
    text
}

/// Text without what Markdown would take for its own signs.
fn escaped(text: &str) -> String {
    let sign = |c: char| "\\`*_{}[]<>|~$^".contains(c);
    text.chars().flat_map(|c| sign(c).then_some('\\').into_iter().chain([c])).collect()
}
