//! Residual networks for the digits.

/// A residual network for the digits, or the same without its skip connections: 6n + 2 layers of 8, 16 and 32 channels
/// (He et al. 2015), trained for 20 epochs as in Li et al. 2018.
pub fn digits(depth: usize, skips: bool, seed: u64) -> String {
    let mut layers = vec![conv("", "conv1", 8, 1, "input"), norm("", "bn1", "conv1", true)];
    let mut last = "bn1".to_owned();
    for (stage, channels) in [8, 16, 32].into_iter().enumerate() {
        for block in 0..(depth - 2) / 6 {
            let at = format!("stage{stage}.{block}.");
            let stride = if stage > 0 && block == 0 { 2 } else { 1 };
            layers.push(conv(&at, "conv1", channels, stride, &last));
            layers.push(norm(&at, "bn1", &format!("{at}conv1"), true));
            layers.push(conv(&at, "conv2", channels, 1, &format!("{at}bn1")));
            layers.push(norm(&at, "bn2", &format!("{at}conv2"), !skips));
            let before = std::mem::replace(&mut last, format!("{at}bn2"));
            if !skips {
                continue;
            }
            let mut skip = before.clone();
            if stride > 1 {
                skip = format!("{at}skip");
                layers.push(format!(
                    "{{ op = 'shortcut_pad', name = '{skip}', stride = 2, channels = {channels}, inputs = ['{before}'] }}"
                ));
            }
            layers.push(format!(
                "{{ op = 'add', name = '{at}add', inputs = ['{last}', '{skip}'], activation = 'relu' }}"
            ));
            last = format!("{at}add");
        }
    }
    layers.push("{ op = 'global_avg_pool' }".into());
    layers.push("{ op = 'dense', units = 10, initializer = 'kaiming_normal' }".into());
    // 16 steps an epoch; a tenth of the rate at a half and at three quarters.
    format!(
        "seed = {seed}
[data]
source = 'digits'
test = 797
dev = 0
normalize = 'standard'
[model]
loss = 'categorical'
layers = [{}]
[optimizer]
type = 'nesterov'
dialect = 'pytorch'
learning_rate = {{ schedule = 'piecewise', boundaries = [160, 240], values = [0.1, 0.01, 0.001] }}
momentum = 0.9
weight_decay = 5e-4
[train]
epochs = 20
batch_size = 64
",
        layers.join(", ")
    )
}

fn conv(at: &str, name: &str, filters: usize, stride: usize, input: &str) -> String {
    format!(
        "{{ op = 'conv2d', name = '{at}{name}', filters = {filters}, kernel = 3, stride = {stride}, padding = 1, bias = false, \
         initializer = 'kaiming_normal', inputs = ['{input}'] }}"
    )
}

fn norm(at: &str, name: &str, input: &str, relu: bool) -> String {
    let activation = if relu { ", activation = 'relu'" } else { "" };
    format!("{{ op = 'batch_norm', name = '{at}{name}', inputs = ['{input}']{activation} }}")
}
