//! The networks whose loss is looked at.

use crate::{
    config::Config,
    experiments::{Failed, short},
    graph::{Graph, elements},
    landscape::Request,
};

/// A network of the paper.
pub struct Paper {
    pub name: &'static str,
    pub file: &'static str,
    pub text: &'static str,
    /// The parameters that it has there.
    pub parameters: usize,
}

macro_rules! paper {
    ($name:literal, $file:literal, $parameters:literal) => {
        Paper {
            name: $name,
            file: concat!("configs/", $file),
            text: include_str!(concat!("../../../../configs/", $file)),
            parameters: $parameters,
        }
    };
}

/// Those of figures 1 and 4.
pub const PAPERS: [Paper; 4] = [
    paper!("ResNet-56", "resnet56-projection-cifar10.toml", 855_770),
    paper!("ResNet-56 without skips", "resnet56-noshort-cifar10.toml", 853_018),
    paper!("ResNet-110 without skips", "resnet110-noshort-cifar10.toml", 1_727_962),
    paper!("DenseNet-121", "densenet121-cifar10.toml", 6_956_298),
];

/// The shape of CIFAR-10's pictures, and how many are trained on.
const PICTURES: ([usize; 3], f64) = ([3, 32, 32], 50_000.0);
/// Floating-point operations a second of a large GPU (H100, f32), and the shares of them that narrow networks reach.
const GPU: (f64, [f64; 2]) = (67e12, [0.05, 0.15]);

/// Parameters of a network for CIFAR-10, and the multiply-adds of an example.
pub fn size(config: &Config) -> Result<(usize, f64), Failed> {
    let graph = Graph::build(&config.model, &PICTURES.0)?;
    let (mut parameters, mut multiply_adds) = (0, 0);
    for (at, node) in graph.nodes.iter().enumerate() {
        let inputs = graph.input_shapes(at);
        parameters += node.op.parameters(&inputs).iter().map(|parameter| elements(&parameter.shape)).sum::<usize>();
        multiply_adds += node.op.multiply_adds(&inputs);
    }
    Ok((parameters, multiply_adds as f64))
}

/// What a network's training and surfaces cost: 6 operations a multiply-add and example in training, 2 in evaluation.
pub fn cost(config: &Config, request: &Request) -> Result<String, Failed> {
    let (_, multiply_adds) = size(config)?;
    let train = 6.0 * multiply_adds * PICTURES.1 * config.train.epochs as f64;
    let places = (request.points * request.points * request.seeds.len()) as f64;
    let surfaces = 2.0 * multiply_adds * request.examples.map_or(PICTURES.1, |count| count as f64) * places;
    let hours = |share: f64| (train + surfaces) / (share * GPU.0) / 3600.0;
    let [slow, fast] = GPU.1.map(hours);
    Ok(format!(
        "{}: {} FLOP to train, {} for the surface; {} to {} hours at 15 to 5% of 67 TFLOP/s",
        config.name,
        short(train),
        short(surfaces),
        short(fast),
        short(slow)
    ))
}

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
