use super::*;
use crate::config::{Config, Portion};

/// The section `[data]` of a source, with `KEY=VALUE` put into it.
pub(crate) fn config(source: &str, overrides: &[&str]) -> DataConfig {
    let text = "[data]\nsource = 'digits'\n[model]\nloss = 'categorical'\n\
        [[model.layers]]\nop = 'dense'\n[optimizer]\ntype = 'adam'";
    let all = [format!("data.source={source}")];
    let overrides = overrides.iter().map(|text| format!("data.{text}"));
    let all: Vec<String> = all.into_iter().chain(overrides).collect();
    Config::read("c.toml", text, &all).unwrap().data
}

#[test]
fn digits_are_split_and_scaled() {
    let digits = load(&config("digits", &[]), true, 42).unwrap();
    assert_eq!((digits.examples(), digits.features()), (1797, 64));
    // A fifth tests; a tenth of the others is the development set.
    let sizes = [&digits.train, &digits.dev, &digits.test].map(Vec::len);
    assert_eq!(sizes, [1294, 144, 359]);
    let mut all = [&digits.train[..], &digits.dev, &digits.test].concat();
    all.sort_unstable();
    assert_eq!(all, (0..1797).collect::<Vec<_>>());
    let mut picture = [0.0; 64];
    digits.normalized(0, &mut picture);
    assert_eq!(picture[2..4], [5.0 / 16.0, 13.0 / 16.0]);
    let other = load(&config("digits", &[]), true, 43).unwrap();
    assert_ne!(digits.test, other.test);
}

#[test]
fn standard_normalization_holds_over_the_training_set() {
    let digits = load(&config("digits", &["normalize=standard"]), true, 42).unwrap();
    let mut picture = [0.0; 64];
    let (mut sum, mut squares) = (0.0, 0.0);
    for example in &digits.train {
        digits.normalized(*example, &mut picture);
        sum += picture.iter().map(|x| f64::from(*x)).sum::<f64>();
        squares += picture.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    }
    let count = (digits.train.len() * 64) as f64;
    assert!((sum / count).abs() < 1e-5);
    assert!((squares / count - 1.0).abs() < 1e-5);
}

#[test]
fn label_noise_changes_exactly_its_share_of_the_training_labels() {
    let labels = |dataset: &Dataset| match &dataset.targets {
        Targets::Classes { labels, .. } => labels.clone(),
        Targets::Values { .. } => panic!("digits have classes"),
    };
    let clean = load(&config("digits", &[]), true, 42).unwrap();
    let noisy = load(&config("digits", &["label_noise=0.15"]), true, 42).unwrap();
    assert_eq!(clean.train, noisy.train);
    let (right, given) = (labels(&clean), labels(&noisy));
    let wrong = |part: &[u32]| part.iter().filter(|i| right[**i as usize] != given[**i as usize]).count();
    assert_eq!(wrong(&clean.train), 194); // 0.15 · 1294 = 194.1
    assert_eq!(wrong(&clean.dev) + wrong(&clean.test), 0);
}

#[test]
fn a_misspelt_source_is_an_error_with_the_nearest() {
    let mut data = config("digits", &[]);
    data.source = "digit".to_string();
    let error = load(&data, true, 0).unwrap_err().to_string();
    assert!(error.starts_with("digit: unknown source; did you mean `digits`?"), "{error}");
}

#[test]
fn a_limit_and_counts_are_obeyed() {
    let overrides = ["train_limit=100", "dev=20", "test=97"];
    let digits = load(&config("digits", &overrides), true, 42).unwrap();
    let sizes = [&digits.train, &digits.dev, &digits.test].map(Vec::len);
    assert_eq!(sizes, [80, 20, 97]);
    let mut data = config("digits", &[]);
    data.dev = Portion::Count(5000);
    let error = load(&data, true, 42).unwrap_err().to_string();
    assert_eq!(error, "c.toml:1:1: data.dev takes 5000 of 1438 examples, so that none is left");
}

#[test]
fn only_pictures_large_enough_are_augmented() {
    let augment = "augment={ crop = 8 }";
    let error = load(&config("digits", &[augment]), true, 42).unwrap_err().to_string();
    assert_eq!(error, "--set data.augment: data.augment.crop = 8 would lose whole pictures of 8×8");
    let fits = config("digits", &["augment={ crop = 4, flip = true }"]);
    assert!(load(&fits, true, 42).is_ok());
    let numbers = Inputs::Floats(vec![0.0; 64]);
    let error = check_pictures(&fits, &[1, 8, 8], &numbers, &fits.augment.unwrap()).unwrap_err().to_string();
    assert_eq!(error, "--set data.augment: data.augment is for pictures of [channels, height, width] bytes");
}

#[test]
fn a_given_mean_and_deviation_are_of_pixels_from_0_to_1() {
    let digits = load(&config("digits", &["mean=[0.5]", "deviation=[0.25]"]), true, 42).unwrap();
    let mut picture = [0.0; 64];
    digits.normalized(0, &mut picture);
    assert_eq!(picture[2..4], [(5.0 / 16.0 - 0.5) / 0.25, (13.0 / 16.0 - 0.5) / 0.25]);
    let three = config("digits", &["mean=[0, 0, 0]", "deviation=[1, 1, 1]"]);
    let error = load(&three, true, 42).unwrap_err().to_string();
    assert_eq!(error, "--set data.mean: data.mean has 3 numbers, where the pictures have 1 channels");
}

#[test]
fn examples_that_are_left_out_take_no_memory() {
    let all = load(&config("digits", &["dev=0"]), true, 42).unwrap();
    let some = load(&config("digits", &["dev=0", "train_limit=100"]), true, 42).unwrap();
    assert_eq!((some.train.len(), some.test.len(), some.examples()), (100, 359, 459));
    let pictures = |dataset: &Dataset, split: &[u32]| -> Vec<Vec<f32>> {
        let picture = |&example: &u32| {
            let mut picture = vec![0.0; 64];
            dataset.normalized(example, &mut picture);
            let Targets::Classes { labels, .. } = &dataset.targets else { panic!("digits have classes") };
            picture.push(labels[example as usize] as f32);
            picture
        };
        split.iter().map(picture).collect()
    };
    assert_eq!(pictures(&some, &some.train), pictures(&all, &all.train[..100]));
    assert_eq!(pictures(&some, &some.test), pictures(&all, &all.test));
}
