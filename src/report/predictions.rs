//! Predictions as a table: what a network's outputs say of each example, as its loss means them.

use crate::{
    activations::logistic,
    data::Predicted,
    losses::{Link, Loss},
    metrics::{Kind, Task, first_largest},
};

/// Rows of a table of predictions, as CSV or as lines of JSON.
pub struct Predictions {
    kind: Kind,
    link: Link,
    /// Whether one of the names is the answer.
    classes: bool,
    /// Of the probabilities, or of the numbers.
    names: Vec<String>,
    outputs: usize,
    format: Format,
}

enum Format {
    Csv(Box<csv::Writer<Vec<u8>>>),
    Json(Vec<u8>),
}

impl Predictions {
    /// A table without rows: of examples with so many outputs, under a loss over such targets.
    pub fn new(loss: &Loss, targets: &Predicted, outputs: usize, json: bool) -> Self {
        let Task { kind, link, names } = Task::of(loss, targets, outputs);
        let prefix = if link.probabilities() { "p" } else { "output" };
        let classes = matches!(targets, Predicted::Classes { .. }) && names.len() == targets.width();
        let classes = classes || matches!(kind, Kind::Multiclass | Kind::Binary);
        let format = if json {
            Format::Json(vec![])
        } else {
            let mut csv = csv::Writer::from_writer(vec![]);
            let first: &[&str] = match classes {
                true if link.probabilities() => &["example", "class", "probability"],
                true => &["example", "class"],
                false => &["example"],
            };
            let header = first.iter().map(|&name| name.to_owned());
            row(&mut csv, header.chain(names.iter().map(|name| format!("{prefix}_{name}"))));
            Format::Csv(Box::new(csv))
        };
        Predictions { kind, link, classes, names, outputs, format }
    }

    /// Adds examples with these names, whose outputs are `[rows, outputs]`; returns how many.
    pub fn add<'a>(&mut self, names: &mut impl Iterator<Item = &'a String>, outputs: &[f32]) -> usize {
        for outputs in outputs.chunks_exact(self.outputs) {
            let name = names.next().expect("every example has a name");
            self.example(name, outputs);
        }
        outputs.len() / self.outputs
    }

    fn example(&mut self, name: &str, outputs: &[f32]) {
        let mut predictions = vec![];
        self.link.apply(outputs, &mut predictions);
        let mut values: Vec<f32> = predictions.iter().map(|&prediction| prediction as f32).collect();
        if self.kind == Kind::Binary {
            values.insert(0, logistic(f64::from(-outputs[0])) as f32);
        }
        let class = match self.kind {
            Kind::Binary => Some(usize::from(outputs[0] > 0.0)),
            _ if self.classes => Some(first_largest(outputs)),
            _ => None,
        };
        let probability = |class: usize| self.link.probabilities().then_some(values[class]);
        match &mut self.format {
            Format::Csv(csv) => {
                let probability = class.and_then(probability).map(number);
                let class = class.map(|class| self.names[class].clone());
                let first = [name.to_owned()].into_iter().chain(class).chain(probability);
                row(csv, first.chain(values.iter().map(|&value| number(value))));
            }
            Format::Json(text) => {
                let mut line = serde_json::json!({ "example": name });
                if let Some(class) = class {
                    line["class"] = self.names[class].clone().into();
                    if let Some(probability) = probability(class) {
                        line["probability"] = probability.into();
                    }
                }
                line[if self.link.probabilities() { "probabilities" } else { "outputs" }] = values.into();
                text.extend_from_slice(format!("{line}\n").as_bytes());
            }
        }
    }

    /// The whole text.
    pub fn finish(self) -> Vec<u8> {
        match self.format {
            Format::Csv(csv) => csv.into_inner().expect("memory takes every row"),
            Format::Json(text) => text,
        }
    }
}

fn row(csv: &mut csv::Writer<Vec<u8>>, fields: impl Iterator<Item = String>) {
    csv.write_record(fields.collect::<Vec<_>>()).expect("memory takes every row");
}

/// With as many digits as tell it from every other f32, and an exponent where it is tiny.
fn number(value: f32) -> String {
    format!("{value:?}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::losses;

    fn table(loss: &Loss, targets: Predicted, outputs: usize, json: bool, values: &[f32]) -> String {
        let mut predictions = Predictions::new(loss, &targets, outputs, json);
        let names = ["0".to_string(), "a, b.png".to_string()];
        assert_eq!(predictions.add(&mut names.iter(), values), values.len() / outputs);
        String::from_utf8(predictions.finish()).expect("text")
    }

    fn classes(names: Option<&[&str]>, count: usize) -> Predicted {
        Predicted::Classes { count, names: names.map(|names| names.iter().map(|name| name.to_string()).collect()) }
    }

    #[test]
    fn a_categorical_distribution_is_a_softmax() {
        let targets = classes(Some(&["cat", "dog"]), 2);
        let text = table(&losses::CATEGORICAL, targets, 2, false, &[1000.0, 1000.0, -1.0, f32::INFINITY - 1.0]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[..2], ["example,class,probability,p_cat,p_dog", "0,cat,0.5,0.5,0.5"]);
        assert!(lines[2].starts_with("\"a, b.png\",dog,"), "{text}");
    }

    #[test]
    fn a_bernoulli_distribution_is_one_of_two_classes_or_each_output_for_itself() {
        let text = table(&losses::BERNOULLI, classes(None, 2), 1, false, &[0.0, 200.0]);
        assert_eq!(text, "example,class,probability,p_0,p_1\n0,0,0.5,0.5,0.5\n\"a, b.png\",1,1.0,0.0,1.0\n");
        // The targets of a table may be 0 and 1 without being classes.
        let text = table(&losses::BERNOULLI, Predicted::Values { width: 1 }, 1, false, &[0.0]);
        assert_eq!(text, "example,class,probability,p_0,p_1\n0,0,0.5,0.5,0.5\n");
        let text = table(&losses::BERNOULLI, classes(Some(&["a", "b"]), 2), 2, false, &[0.0, -1e9]);
        assert_eq!(text, "example,class,probability,p_a,p_b\n0,a,0.5,0.5,0.0\n");
        let text = table(&losses::BERNOULLI, Predicted::Values { width: 2 }, 2, false, &[0.0, -1e9]);
        assert_eq!(text, "example,p_0,p_1\n0,0.5,0.0\n");
    }

    #[test]
    fn numbers_are_themselves_in_either_format() {
        assert_eq!(
            table(&losses::NORMAL, Predicted::Values { width: 1 }, 1, false, &[1.5]),
            "example,output_0\n0,1.5\n"
        );
        let text = table(&losses::NORMAL, Predicted::Values { width: 2 }, 2, true, &[1.5, -1.0]);
        assert_eq!(text, "{\"example\":\"0\",\"outputs\":[1.5,-1.0]}\n");
        let text = table(&losses::NORMAL, classes(None, 2), 2, false, &[0.0, 2.0]);
        assert_eq!(text, "example,class,output_0,output_1\n0,1,0.0,2.0\n");
        let text = table(&losses::CATEGORICAL, classes(None, 2), 2, true, &[0.0, 0.0]);
        assert_eq!(text, "{\"class\":\"0\",\"example\":\"0\",\"probabilities\":[0.5,0.5],\"probability\":0.5}\n");
    }
}
