//! What the lecture says, in its own order: Milan Straka, "Training Neural Networks", Charles University, 26 February
//! 2024. Each item is shown by at least one of [`super::figures`].

mod basics;
mod descent;
mod double_descent;
mod likelihood;
mod optimizers;

use super::{Figure, figures::ALL};

/// A part of the lecture.
pub struct Part {
    /// Its heading.
    pub title: &'static str,
    /// What it says.
    pub items: &'static [Item],
}

/// One thing that the lecture says.
pub struct Item {
    /// Counts from 1 through all parts; `gradus reproduce NUMBER`.
    pub number: u8,
    /// A heading.
    pub title: &'static str,
    /// The slide's formula, in the LaTeX of mathematics; "" where it has none.
    pub formula: &'static str,
    /// The slide's sentence.
    pub says: &'static str,
}

/// The whole lecture.
pub const PARTS: &[Part] = &[
    Part { title: "Networks and data", items: basics::NETWORKS },
    Part { title: "Capacity and regularisation", items: basics::CAPACITY },
    Part { title: "Losses as maximum likelihood", items: likelihood::LIKELIHOOD },
    Part { title: "Estimators", items: likelihood::ESTIMATORS },
    Part { title: "Gradient descent", items: descent::DESCENT },
    Part { title: "Backpropagation", items: descent::BACKPROPAGATION },
    Part { title: "Optimizers", items: optimizers::OPTIMIZERS },
    Part { title: "Learning rate schedules", items: optimizers::SCHEDULES },
    Part { title: "Double descent", items: double_descent::DOUBLE_DESCENT },
];

/// Every item, in order.
pub fn items() -> impl Iterator<Item = &'static Item> {
    PARTS.iter().flat_map(|part| part.items)
}

/// The figures that show an item.
pub fn shown_by(item: &Item) -> impl Iterator<Item = &'static Figure> {
    ALL.iter().copied().filter(|figure| figure.items.contains(&item.number))
}

const fn item(number: u8, title: &'static str, formula: &'static str, says: &'static str) -> Item {
    Item { number, title, formula, says }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_numbered_through_and_say_something() {
        assert!(items().map(|item| item.number).eq(1..=57));
        assert!(items().all(|item| !item.title.is_empty() && !item.says.is_empty()));
    }
}
