//! The grid of a launch, and how far a thread's loops go there.
//!
//! Some drivers end a thread's loops early and say nothing: llvmpipe after 65,535 turns of all its loops
//! together, nested ones included. So every shader says how many turns its loops take at most; long sums are
//! shared out among the threads of a workgroup ([`Lanes`]) or cut into parts, and a plan that still exceeds what
//! the adapter's driver does is refused (see `Device::check`).

/// Invocations of an element-wise workgroup.
pub const WIDTH: u32 = 256;

/// The most workgroups along one axis that every adapter allows.
pub const LARGEST_GRID: u32 = 65_535;

/// Workgroups, and the most turns that all loops of one of their threads take together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// x and y; z belongs to the replicas.
    pub workgroups: [u32; 2],
    /// Turns, a loop's last look at its condition counted too.
    pub turns: u64,
}

impl Grid {
    /// A grid for `count` independent elements: no more workgroups than an axis may have, so the
    /// shader strides through the rest.
    pub fn strided(count: u32, width: u32) -> Grid {
        let workgroups = count.div_ceil(width).clamp(1, LARGEST_GRID);
        Grid { workgroups: [workgroups, 1], turns: 1 + u64::from(count).div_ceil(u64::from(workgroups * width)) }
    }

    /// A grid with a workgroup for each of `count` items, in two axes where one is too short: the item is
    /// `group.y * groups.x + group.x`, and the last ones may lie behind the count.
    pub fn items(count: u64) -> Grid {
        let down = count.div_ceil(u64::from(LARGEST_GRID)).max(1);
        assert!(down <= u64::from(LARGEST_GRID), "{count} workgroups are more than a grid has");
        Grid { workgroups: [count.div_ceil(down).max(1) as u32, down as u32], turns: 0 }
    }

    /// The same workgroups, where each turn of a thread's only loop so far, or the thread itself without one,
    /// goes through loops of so many turns.
    pub fn with(self, inner: u64) -> Grid {
        // The last look at a loop's condition goes through nothing.
        let turns = self.turns.saturating_sub(1).max(1);
        Grid { turns: self.turns + turns * (inner + 1), ..self }
    }
}

/// How the threads of a workgroup share the terms of a sum: so many threads, each with so many terms at once.
/// One thread alone where the terms are few.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lanes {
    /// Threads that share one sum.
    pub lanes: u32,
    /// Terms in each turn of a thread's loop.
    pub each: u32,
}

impl Lanes {
    /// A workgroup for a sum of so many terms.
    pub fn of(terms: u64) -> Lanes {
        let lanes = if terms > 1 << 14 { 256 } else { 64 };
        Lanes { lanes, each: if terms > 8 * u64::from(lanes) { 8 } else { 1 } }
    }

    /// As [`Lanes::of`] from `alone` terms on; fewer are one thread's, and a workgroup has 64 sums.
    pub fn from(alone: u64, terms: u64) -> Lanes {
        if terms < alone { Lanes { lanes: 1, each: 1 } } else { Lanes::of(terms) }
    }

    /// Sums of one workgroup.
    pub fn sums(self) -> u32 {
        64u32.div_ceil(self.lanes)
    }

    /// The grid for `count` sums of so many terms, each of which is gone through `passes` times.
    pub fn grid(self, count: u64, terms: u64, passes: u64) -> Grid {
        // A tree over 256 threads has 8 levels.
        let pass = terms.div_ceil(u64::from(self.lanes * self.each)) + 10;
        Grid::items(count.div_ceil(u64::from(self.sums()))).with(passes * pass)
    }

    /// What tells shaders with other lanes apart.
    pub fn label(self) -> String {
        format!("{} x {}", self.lanes, self.each)
    }

    /// What the shader of a sum is continued with: `LANES`, `EACH`, `SUMS`, `THREADS`, and `total`.
    pub fn wgsl(self) -> String {
        let Lanes { lanes, each } = self;
        let alone = "fn total(thread: u32, value: vec2<f32>) -> vec2<f32> {\n    return value;\n}\n";
        let total = if lanes == 1 { alone } else { include_str!("../../shaders/total.wgsl") };
        let (sums, threads) = (self.sums(), lanes.max(64));
        format!(
            "{total}const LANES = {lanes}u;\nconst EACH = {each}u;\nconst SUMS = {sums}u;\nconst THREADS = {threads}u;\n"
        )
    }

    /// `sum_terms(thread, end)`: the sum of the shader's `term` over 0 to before the end.
    pub fn sum_wgsl(self) -> String {
        let term = |at: u32| format!("term_before(e + {at}u * LANES, end)");
        let pair = |at: u32| format!("({} + {})", term(at), term(at + 1));
        let body = match self.each {
            1 => "return term(e);".to_owned(),
            _ => format!("return ({} + {}) + ({} + {});", pair(0), pair(2), pair(4), pair(6)),
        };
        let several = format!("fn several(e: u32, end: u32) -> vec2<f32> {{\n    {body}\n}}\n");
        include_str!("../../shaders/sum_terms.wgsl").to_owned() + &several
    }

    /// `find_largest(thread, end)`: the first of the largest of the shader's `candidate`s.
    pub fn largest_wgsl(self) -> String {
        let tree = if self.lanes == 1 {
            "fn largest_of_all(thread: u32) {}\n"
        } else {
            include_str!("../../shaders/largest_of_all.wgsl")
        };
        include_str!("../../shaders/find_largest.wgsl").to_owned() + tree + &self.calls("consider")
    }

    /// `put_all(thread, end)`: the shader's `put` for 0 to before the end.
    pub fn put_wgsl(self) -> String {
        include_str!("../../shaders/put_all.wgsl").to_owned() + &self.calls("put")
    }

    /// `NAME_several(e, end)`: calls for what a thread takes in one turn.
    fn calls(self, name: &str) -> String {
        let call = |at| format!("    if e + {at}u * LANES < end {{\n        {name}(e + {at}u * LANES);\n    }}\n");
        format!("fn {name}_several(e: u32, end: u32) {{\n{}}}\n", (0..self.each).map(call).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_of_loops_within_each_other_multiply() {
        assert_eq!(Grid::strided(64, 64), Grid { workgroups: [1, 1], turns: 2 });
        assert_eq!(Grid::strided(3 * 65_535 * 256, 256), Grid { workgroups: [65_535, 1], turns: 4 });
        assert_eq!(Grid::strided(3 * 65_535 * 256, 256).with(10).turns, 4 + 3 * 11);
        assert_eq!(Grid::items(70_000), Grid { workgroups: [35_000, 2], turns: 0 });
        assert_eq!(Grid::items(70_000).with(10).turns, 11);
    }

    /// A sum of as many terms as one binding of llvmpipe holds (128 MiB) stays within its 65,535 turns, thrice.
    #[test]
    fn a_workgroup_sums_a_whole_binding_within_a_drivers_loops() {
        let terms = 1 << 25;
        assert!(Lanes::of(terms).grid(1, terms, 3).turns < 65_535);
        assert_eq!(Lanes::from(1024, 1023), Lanes { lanes: 1, each: 1 });
        assert_eq!(Lanes::from(1024, 1024), Lanes { lanes: 64, each: 8 });
    }
}
