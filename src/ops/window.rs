//! Windows that slide over a picture: the keys, checks and sizes that convolutions and poolings
//! share. An example is [channels, extents…] with one to three extents.

use crate::{
    config,
    graph::{LARGEST, show},
    onnx::exporter::Attribute,
};

/// What stands around the picture.
#[derive(Clone, Debug, PartialEq)]
pub enum Padding {
    /// As much as makes the output ceil(input / stride) long. What cannot be halved is one more
    /// behind than before, as in Keras; with a stride of 1 that is PyTorch's `same` as well.
    Same,
    /// None.
    Valid,
    /// So much before and behind, for each axis.
    Explicit(Vec<usize>),
}

/// A window's settings; each list has an entry for each axis.
#[derive(Clone, Debug)]
pub struct Window {
    /// Taps.
    pub kernel: Vec<usize>,
    /// Pixels from one position to the next.
    pub stride: Vec<usize>,
    /// Pixels from one tap to the next.
    pub dilation: Vec<usize>,
    /// What stands around the picture.
    pub padding: Padding,
}

/// A window over a picture, brought to three axes: depth, height and width, where missing ones come
/// first and have extent 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// The picture's extents.
    pub input: [u32; 3],
    /// Positions.
    pub output: [u32; 3],
    /// Taps.
    pub kernel: [u32; 3],
    /// Pixels from one position to the next.
    pub stride: [u32; 3],
    /// Pixels from one tap to the next.
    pub dilation: [u32; 3],
    /// Padding before the first pixel.
    pub pad: [u32; 3],
}

impl Window {
    /// A window with stride 1 and no padding.
    pub fn new(kernel: &[usize]) -> Self {
        let ones = vec![1; kernel.len()];
        Window { kernel: kernel.to_vec(), stride: ones.clone(), dilation: ones, padding: Padding::Valid }
    }

    /// Reads `kernel`, `stride` and `padding`. The stride is the kernel's where it is left out and
    /// `stride_is_kernel`, else 1.
    pub fn read(table: &config::Table, axes: usize, stride_is_kernel: bool) -> Result<Self, config::Error> {
        let kernel = extents(table, "kernel", axes, 1)?;
        let kernel =
            kernel.ok_or_else(|| table.missing("kernel").or_help("a number, or one for each axis: kernel = 3"))?;
        let stride = extents(table, "stride", axes, 1)?;
        let stride = stride.unwrap_or_else(|| if stride_is_kernel { kernel.clone() } else { vec![1; axes] });
        let padding = match table.value("padding") {
            None => Padding::Valid,
            Some(value) if value.string("padding").is_ok() => match table.choice("padding", &["same", "valid"])? {
                Some("same") => Padding::Same,
                _ => Padding::Valid,
            },
            Some(_) => Padding::Explicit(extents(table, "padding", axes, 0)?.unwrap_or_default()),
        };
        Ok(Window { kernel, stride, padding, dilation: vec![1; axes] })
    }

    /// Writes what [`Window::read`] reads.
    pub fn write(&self, keys: &mut toml::Table) {
        keys.insert("kernel".into(), list(&self.kernel));
        keys.insert("stride".into(), list(&self.stride));
        let padding = match &self.padding {
            Padding::Same => "same".into(),
            Padding::Valid => "valid".into(),
            Padding::Explicit(padding) => list(padding),
        };
        keys.insert("padding".into(), padding);
    }

    /// The window over a picture of these extents.
    ///
    /// # Errors
    /// The window is larger than the padded picture, with the sizes of both; a list without a number for each axis.
    pub fn place(&self, extents: &[usize]) -> Result<Placed, String> {
        self.check(extents.len())?;
        let span: Vec<usize> = self.kernel.iter().zip(&self.dilation).map(|(k, d)| d * (k - 1) + 1).collect();
        let (mut output, mut pad, mut padded) = (vec![], vec![], vec![]);
        for (axis, &extent) in extents.iter().enumerate() {
            let (span, stride) = (span[axis], self.stride[axis]);
            let total = match &self.padding {
                Padding::Same => ((extent.div_ceil(stride).max(1) - 1) * stride + span).saturating_sub(extent),
                Padding::Valid => 0,
                Padding::Explicit(padding) => 2 * padding[axis],
            };
            padded.push(extent + total);
            pad.push(total / 2);
            output.push((extent + total).checked_sub(span).map_or(0, |room| room / stride + 1));
        }
        if output.contains(&0) || extents.contains(&0) {
            let dilated = if span == self.kernel { String::new() } else { format!(", {} with its gaps,", show(&span)) };
            return Err(format!(
                "the kernel {}{dilated} is larger than the padded input {} (input {})",
                show(&self.kernel),
                show(&padded),
                show(extents)
            ));
        }
        if padded.iter().any(|&extent| extent > LARGEST) {
            return Err(format!("the padded input {} is longer than 32 bits count", show(&padded)));
        }
        Ok(Placed {
            input: three(extents, 1),
            output: three(&output, 1),
            kernel: three(&self.kernel, 1),
            stride: three(&self.stride, 1),
            dilation: three(&self.dilation, 1),
            pad: three(&pad, 0),
        })
    }

    /// Whether there is a number for each axis, and none that no config could give.
    pub(super) fn check(&self, axes: usize) -> Result<(), String> {
        let mut lists = vec![("kernel", &self.kernel, 1), ("stride", &self.stride, 1), ("dilation", &self.dilation, 1)];
        if let Padding::Explicit(padding) = &self.padding {
            lists.push(("padding", padding, 0));
        }
        for (name, list, least) in lists {
            if list.len() != axes || list.iter().any(|number| !(least..=LARGEST).contains(number)) {
                let list = show(list);
                return Err(format!(
                    "the {name} {list} is not a number from {least} to {LARGEST} for each of {axes} axes"
                ));
            }
        }
        Ok(())
    }

    /// What a model has of the window over a picture; `pads` is before every axis, then behind every axis.
    pub fn onnx(&self, placed: &Placed) -> Vec<(&'static str, Attribute)> {
        let first = 3 - self.kernel.len();
        let before: Vec<usize> = placed.pad[first..].iter().map(|&pad| pad as usize).collect();
        let behind = |(at, &before): (usize, &usize)| {
            if self.padding != Padding::Same {
                return before;
            }
            let span = self.dilation[at] * (self.kernel[at] - 1) + 1;
            let reach = (placed.output[first + at] as usize - 1) * self.stride[at] + span;
            reach.saturating_sub(placed.input[first + at] as usize + before)
        };
        let behind: Vec<usize> = before.iter().enumerate().map(behind).collect();
        vec![
            ("kernel_shape", Attribute::list(&self.kernel)),
            ("strides", Attribute::list(&self.stride)),
            ("pads", Attribute::list(&[before, behind].concat())),
        ]
    }
}

impl Placed {
    /// The output's extents along the axes that are there.
    pub fn extents(&self, axes: usize) -> Vec<usize> {
        self.output[3 - axes..].iter().map(|&extent| extent as usize).collect()
    }
}

/// Up to three extents as three, the missing ones in front.
pub fn three(extents: &[usize], missing: u32) -> [u32; 3] {
    let mut all = [missing; 3];
    all[3 - extents.len()..].iter_mut().zip(extents).for_each(|(all, &extent)| *all = extent as u32);
    all
}

/// The channels and extents of a picture.
///
/// # Errors
/// It has another number of axes, with what is wanted and what is there.
pub fn picture(input: &[usize], axes: usize) -> Result<(usize, &[usize]), String> {
    let Some(names) = 3_usize.checked_sub(axes).filter(|&missing| missing < 3) else {
        return Err(format!("a window has 1 to 3 axes, and this one has {axes}"));
    };
    let names = &["depth", "height", "width"][names..];
    match input {
        [channels, extents @ ..] if extents.len() == axes && *channels > 0 => Ok((*channels, extents)),
        _ => Err(format!("takes [channels, {}], but is given {}", names.join(", "), show(input))),
    }
}

/// A key that is a number for all axes or a list with one for each.
pub fn extents(
    table: &config::Table,
    key: &str,
    axes: usize,
    least: usize,
) -> Result<Option<Vec<usize>>, config::Error> {
    let Some(value) = table.value(key) else { return Ok(None) };
    // Sizes that could overflow the shaders' 32-bit indices are slips.
    let range = least..=1 << 24;
    if value.list(key).is_err() {
        return Ok(Some(vec![value.integer(key, range)?; axes]));
    }
    let list = table.integers(key, range)?.unwrap_or_default();
    if list.len() != axes {
        let message = format!("`{key}` has {} entries, but there are {axes} axes", list.len());
        return Err(table.error(key, message).help(format!("one number for all axes, or a list of {axes}")));
    }
    Ok(Some(list))
}

/// A list as TOML.
pub fn list(extents: &[usize]) -> toml::Value {
    extents.iter().map(|&extent| extent as i64).collect::<Vec<_>>().into()
}
