//! How the shader of a launch is put together; see the section "A shader" in [`super`].

use std::fmt::Write;

use super::{Grid, Lanes, Recipe, Source};

/// A file of `shaders/`, by its path there.
macro_rules! wgsl {
    ($file:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders/", $file))
    };
}
pub(crate) use wgsl;

/// A shader on the way to its [`Source`]: the kernel's file, the generated `Params` behind it, then one piece after
/// the other. Whatever tells two shaders of a kernel apart is in the label, too.
#[must_use]
pub struct Shader<'a> {
    recipe: &'a Recipe<'a>,
    label: String,
    wgsl: String,
    constants: Vec<(&'static str, f64)>,
}

impl<'a> Shader<'a> {
    /// The kernel's own file. What is generated stands behind it, so that the line numbers of a shader's errors are
    /// those of the file.
    pub fn of(recipe: &'a Recipe<'a>, file: &str) -> Self {
        let wgsl = format!("{file}\n{}", recipe.kernel.params_wgsl());
        Shader { recipe, label: recipe.kernel.name.into(), wgsl, constants: vec![] }
    }

    /// A piece that all shaders of the kernel have.
    pub fn with(mut self, piece: &str) -> Self {
        self.wgsl.push('\n');
        self.wgsl += piece;
        self
    }

    /// One of several pieces, by a name for the label.
    pub fn part(mut self, name: &str, piece: &str) -> Self {
        self.label = self.label + " " + name;
        self.with(piece)
    }

    /// A `const`: a number that a type, the length of an array, the size of a workgroup or the end of a loop depends
    /// on.
    pub fn constant(mut self, name: &str, value: u32) -> Self {
        let _ = write!(self.label, " {name}={value}");
        let _ = writeln!(self.wgsl, "const {name} = {value}u;");
        self
    }

    /// The value of an `override`, which the file declares and explains: a branch that is taken or not, or a number.
    pub fn set(mut self, name: &'static str, value: impl Into<f64>) -> Self {
        let value = value.into();
        let _ = write!(self.label, " {name}={value}");
        self.constants.push((name, value));
        self
    }

    /// Declares the kernel's words from one parameter to another as `override`s of the same names, with this launch's
    /// values: the compiler then folds divisions by them.
    pub fn fixed(mut self, first: &str, last: &str) -> Self {
        let Recipe { kernel, parameters, .. } = self.recipe;
        let fields = kernel.parameters.iter().zip(parameters.chunks_exact(4));
        let mut inside = false;
        for (parameter, bytes) in fields {
            inside |= parameter.name == first;
            if inside {
                let _ = writeln!(self.wgsl, "override {}: u32;", parameter.name);
                let word = u32::from_ne_bytes(bytes.try_into().expect("four bytes"));
                self = self.set(parameter.name, word);
            }
            inside &= parameter.name != last;
        }
        self
    }

    /// `total`, and the numbers `LANES`, `EACH`, `SUMS` and `THREADS`: threads share sums.
    pub fn lanes(self, Lanes { lanes, each }: Lanes) -> Self {
        let total = if lanes == 1 { wgsl!("total_alone.wgsl") } else { wgsl!("total.wgsl") };
        self.constant("LANES", lanes).constant("EACH", each).with(total)
    }

    /// `sum_terms(thread, end)`: the sum of the shader's `term` over 0 to before the end; [`Shader::lanes`] go before.
    pub fn sum(self, lanes: Lanes) -> Self {
        self.lanes(lanes).with(wgsl!("sum_terms.wgsl"))
    }

    /// `find_largest(thread, end)`: the first of the largest of the shader's `candidate`s, by the same lanes.
    pub fn largest(self, lanes: Lanes) -> Self {
        let all = if lanes.lanes == 1 { wgsl!("largest_alone.wgsl") } else { wgsl!("largest_of_all.wgsl") };
        self.with(wgsl!("find_largest.wgsl")).with(all)
    }

    /// `put_all(thread, end)`: the shader's `put` for 0 to before the end, by the same lanes.
    pub fn puts(self) -> Self {
        self.with(wgsl!("put_all.wgsl"))
    }

    /// `forward` and `derivative` of the launch's activation; where it has none, x and 1.
    pub fn activation(self) -> Self {
        match self.recipe.variant.activation() {
            Some(activation) => self.part(activation.name, activation.wgsl),
            None => self.with(wgsl!("no_activation.wgsl")),
        }
    }

    /// What follows a sum, `finish`: a bias or none, and f of it, or f' of a tensor times it, or nothing. The kernel
    /// binds `bias` and `v`.
    pub fn finish(self) -> Self {
        let (biased, through) = (self.recipe.binds("bias"), self.recipe.binds("v"));
        self.with(wgsl!("finish.wgsl")).set("biased", biased).set("through", through).activation()
    }

    /// `step`, the step's numbers.
    pub fn step(self) -> Self {
        self.with(wgsl!("step.wgsl"))
    }

    /// `Element` and `WIDE`: numbers four at a time if their count, or that of a row, allows it, else one by one.
    pub fn wide(self, count: u32) -> (Self, u32) {
        match count.is_multiple_of(4) {
            true => (self.part("by fours", wgsl!("by_fours.wgsl")), 4),
            false => (self.part("by ones", wgsl!("by_ones.wgsl")), 1),
        }
    }

    /// The whole, where the shader's `element` is called for 0 to before the count: one thread each, in workgroups of
    /// this width.
    pub fn strided(self, count: u32, width: u32) -> Source {
        self.constant("WIDTH", width).with(wgsl!("strided.wgsl")).grid(Grid::strided(count, width))
    }

    /// The whole, where the shader's `item` is called for each of the grid's items by [`Shader::lanes`].
    pub fn items(self, grid: Grid) -> Source {
        self.with(wgsl!("items.wgsl")).grid(grid)
    }

    /// The whole, where the shader's file has a `main` of its own.
    pub fn grid(self, grid: Grid) -> Source {
        Source { label: self.label, wgsl: self.wgsl, constants: self.constants, grid }
    }
}
