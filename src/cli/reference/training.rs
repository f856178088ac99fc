//! The keys of `[train]`, as the reference has them.

pub const TEXT: &str = "\
Keys of `[train]`; `stop` is a table, `[train.stop]`. A run that `stop` ends is a success, and a resumed one goes on
only if more is asked for: other `epochs`, `steps` or bounds. `restore_best` puts the weights of the best epoch in
last.safetensors, whatever ended the run; resume.safetensors has the last ones, to go on from.
";

/// Key, default, meaning.
pub const KEYS: &[[&str; 3]] = &[
    ["epochs", "10", "how often the training set is gone through"],
    ["steps", "", "in place of `epochs`: how many updates there are; the last epoch may be a part of one"],
    ["batch_size", "32", "examples a step; 0 is the whole training set"],
    ["shuffle", "true", "a new permutation every epoch; `false` keeps the file's order"],
    [
        "sampling",
        "\"permutation\"",
        "`\"independent\"`: each example of a step is drawn from the whole training set, whatever else was drawn; an epoch \
         draws as many as there are, and its figures are over those",
    ],
    ["log_steps", "false", "every step's loss in steps.jsonl"],
    ["metrics", "[]", "metrics of the development set after each epoch"],
    [
        "measure",
        "[]",
        "`[\"train\", \"test\"]`: what else is evaluated after each epoch, with the weights as they are then: \
         `measured_train_loss`, `test_loss`, and accuracies, in metrics.jsonl and the curves",
    ],
    ["checkpoint.minutes", "10.0", "saved so often within long epochs"],
    ["stop.loss_below", "", "the run ends when the loss is no more than this"],
    ["stop.error_below", "", "the run ends when the share of wrong answers is no more than this; 0 is none"],
    [
        "stop.of",
        "\"train\"",
        "whose loss and error those are: of the training set, with the epoch's last weights where `measure` has it, else as it \
         was trained on; or `\"dev\"`",
    ],
    ["stop.patience", "", "the run ends when so many epochs after each other were no better than the best"],
    [
        "stop.metric",
        "\"loss\"",
        "what makes an epoch better, and best.safetensors: `\"loss\"`, `\"accuracy\"` or a metric of the development set, as in \
         `metrics`",
    ],
    ["stop.restore_best", "false", "whether the weights of the best epoch are the final ones"],
];
