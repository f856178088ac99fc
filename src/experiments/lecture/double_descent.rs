//! Items 53 to 57.

use super::{Item, item};

pub const DOUBLE_DESCENT: &[Item] = &[
    item(
        53,
        "The double descent curve",
        r"N = n",
        "The test risk falls and rises as a U; beyond the threshold, where the model fits every example, it falls again (figure 1 of Belkin et al. 2019).",
    ),
    item(
        54,
        "Wider and wider networks",
        "",
        "Train and test error of ResNet-18 by its width, with 15% of the labels wrong; test error by epochs (figure 1 of Nakkiran et al. 2020).",
    ),
    item(
        55,
        "Effective model complexity",
        r"\mathrm{EMC}_{\mathcal D, \varepsilon}(\mathcal T) = \max \bigl\{n \mid \mathbb E_{S \sim \mathcal D^n} [\mathrm{Error}_S(\mathcal T(S))] \le \varepsilon \bigr\}",
        "Hypothesis: well below and well above n examples more complexity helps; around n it may hurt.",
    ),
    item(
        56,
        "Width and epochs at once",
        "",
        "Test and train error over model size and epochs: across it is model-wise, along it epoch-wise double descent (figure 2 of Nakkiran et al. 2020).",
    ),
    item(
        57,
        "With and without wrong labels",
        "",
        "The more labels are wrong, the higher the peak, and the farther to the right (figure 4 of Nakkiran et al. 2020).",
    ),
];
