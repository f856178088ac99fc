use rand::RngExt;

use crate::config::{Config, DEFAULT_TEXT};
use crate::random::{Purpose, Stream};

/// Whatever is deleted, doubled or replaced in a config, reading it answers, with an error or not.
#[test]
fn damaged_configs_never_panic() {
    let pieces = ["[", "]", "\"", "'", "=", ".", "\n", "{", "}", ",", "-", "9", "e", "nan", "ü", "#"];
    let mut errors = 0;
    for case in 0..3000 {
        let mut stream = Stream::new(1, Purpose::Test.stream(0), case);
        let mut text = DEFAULT_TEXT.to_string();
        for _ in 0..stream.random_range(1..4) {
            let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
            let place = places[stream.random_range(0..places.len())];
            if case % 3 != 0 {
                text.remove(place);
            }
            if case % 3 != 1 {
                text.insert_str(place, pieces[stream.random_range(0..pieces.len())]);
            }
        }
        let key = ["data", "model.layers.0", "model.layers.1.op", "train.epochs.x", "name"];
        let key = key[stream.random_range(0..key.len())];
        let value = pieces[stream.random_range(0..pieces.len())];
        let _ = Config::read("c.toml", &text, &[format!("{key}={value}")]);
        errors += usize::from(Config::read("c.toml", &text, &[]).is_err());
    }
    assert!((300..3000).contains(&errors), "{errors} of 3000 were refused");
}
